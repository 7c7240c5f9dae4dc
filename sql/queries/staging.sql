-- name: staged_chunk_ids
SELECT document_id, chunk_id FROM staged_chunks WHERE document_id = ANY(%(document_ids)s);

-- name: delete_chunks
DELETE FROM staged_chunks WHERE chunk_id = ANY(%(chunk_ids)s);

-- name: update_chunks
-- A chunk that is still there may stand at another ordinal or page.
UPDATE staged_chunks c SET ordinal = i.ordinal, page_from = i.page_from, page_to = i.page_to,
    heading_path = coalesce(string_to_array(nullif(i.heading_path, ''), E'\x1f'), '{}')
FROM unnest(%(chunk_ids)s::uuid[], %(ordinals)s::int[], %(page_from)s::int[], %(page_to)s::int[],
            %(heading_paths)s::text[]) AS i (chunk_id, ordinal, page_from, page_to, heading_path)
WHERE c.chunk_id = i.chunk_id;

-- name: staged_chunks
SELECT document_id, chunk_id, ordinal, text, heading_path, page_from, page_to, char_from, char_to, token_count,
       content_sha256, outcome, outcome_reason, fact_count, refused_count
FROM staged_chunks WHERE document_id = ANY(%(document_ids)s) ORDER BY document_id, ordinal;

-- name: record_chunk_outcomes
UPDATE staged_chunks c SET outcome = i.outcome, outcome_reason = i.reason, fact_count = i.facts,
    refused_count = i.refused, fact_key = i.key
FROM unnest(%(chunk_ids)s::uuid[], %(outcomes)s::text[], %(reasons)s::text[], %(facts)s::int[], %(refused)s::int[],
            %(keys)s::text[]) AS i (chunk_id, outcome, reason, facts, refused, key)
WHERE c.chunk_id = i.chunk_id;

-- name: ask_no_chunks
-- Written only where something else is said: chunks of a document that is read without facts are born so.
UPDATE staged_chunks SET outcome = 'not_asked', outcome_reason = NULL, fact_count = 0, refused_count = 0, fact_key = NULL
WHERE document_id = ANY(%(document_ids)s) AND outcome IS DISTINCT FROM 'not_asked';

-- name: open_batches
INSERT INTO upload_batches (batch_id, document_id, uploaded_by, realm_id, file_name)
SELECT batch_id, d.document_id, d.user_id, d.realm_id, file_name
FROM unnest(%(batch_ids)s::uuid[], %(document_ids)s::uuid[], %(file_names)s::text[])
    AS i (batch_id, document_id, file_name) JOIN documents d USING (document_id)
ON CONFLICT (batch_id) DO UPDATE SET status = 'pending', matched_at = NULL, uploaded_at = now(),
    review_started_at = NULL, review_completed_at = NULL, import_started_at = NULL, import_completed_at = NULL;

-- name: open_missing_batches
-- A fact that a person adds to a document that nothing was found in needs a batch to stand in.
INSERT INTO upload_batches (batch_id, document_id, uploaded_by, realm_id, file_name)
SELECT batch_id, d.document_id, d.user_id, d.realm_id, file_name
FROM unnest(%(batch_ids)s::uuid[], %(document_ids)s::uuid[], %(file_names)s::text[])
    AS i (batch_id, document_id, file_name) JOIN documents d USING (document_id)
ON CONFLICT (batch_id) DO NOTHING;

-- name: staged_before
SELECT document_id, question_id, statement, evidence, decided_by_itself AS is_decided, status, left_out_reason,
    reviewed_by IS NOT NULL AS is_reviewed, edited_at IS NOT NULL AS is_edited, added_by IS NOT NULL AS is_added
FROM staged_questions WHERE document_id = ANY(%(document_ids)s)
ORDER BY document_id, evidence_char_from, question_id;

-- name: delete_questions
DELETE FROM staged_questions WHERE question_id = ANY(%(question_ids)s);

-- name: keep_questions
-- Staged before and found again: what people decided stands.
UPDATE staged_questions SET status = CASE status WHEN 'imported' THEN 'approved' ELSE status END
WHERE question_id = ANY(%(question_ids)s);

-- name: judge_again
-- Facts that were staged before, weighed anew: what is found against them leaves them out, but for what a person has
-- approved, rejected, edited or taken in; what was left out and has nothing against it any more waits, and so does what
-- the system approved and a person is to be asked about now. status_after() of staging/regeneration.py foretells the same.
UPDATE staged_questions q SET confidence = i.confidence, confidence_reasons = i.confidence_reasons,
    publish_from = i.publish_from, ask_from = i.ask_from,
    -- a generator may have learned to quote what a fact is said with
    evidence = CASE WHEN q.edited_at IS NULL THEN coalesce(i.evidence, q.evidence) ELSE q.evidence END,
    left_out_reason = CASE WHEN i.is_out THEN i.reason WHEN i.reason IS NOT NULL THEN q.left_out_reason END,
    evidence_pieces = CASE WHEN i.is_out THEN i.pieces WHEN i.reason IS NOT NULL THEN q.evidence_pieces END,
    duplicate_of = CASE WHEN NOT i.is_out THEN q.duplicate_of END,
    similarity_score = CASE WHEN NOT i.is_out THEN q.similarity_score END,
    review_notes = CASE WHEN NOT i.is_out THEN q.review_notes END,
    status = CASE WHEN i.is_out THEN 'left_out'
        WHEN i.reason IS NULL AND q.status = 'left_out' THEN 'pending'
        WHEN q.status = 'approved' AND q.reviewed_by IS NULL AND i.confidence < i.publish_from THEN 'pending'
        ELSE q.status END
FROM (
    SELECT n.*, n.reason IS NOT NULL AND s.edited_at IS NULL
        AND (s.status IN ('pending', 'duplicate', 'left_out') OR s.status = 'approved' AND s.reviewed_by IS NULL)
        AND NOT (s.left_out_reason IS NOT NULL AND s.status <> 'left_out') AS is_out
    FROM unnest(%(question_ids)s::uuid[], %(reasons)s::text[], %(pieces)s::jsonb[], %(confidences)s::real[],
                %(confidence_reasons)s::text[], %(publish_from)s::real[], %(ask_from)s::real[], %(evidence)s::jsonb[])
        AS n (question_id, reason, pieces, confidence, confidence_reasons, publish_from, ask_from, evidence)
    JOIN staged_questions s USING (question_id)) i
WHERE q.question_id = i.question_id;

-- name: questions_to_match
SELECT q.question_id, q.document_id, q.realm_id, q.match_sha256, q.match_trigrams, q.match_signature,
       coalesce(q.match_text, q.statement) AS match_text, q.language, q.answer, q.statement IS NOT NULL AS is_statement,
       fact_text(q.question, q.answer, q.statement) AS embed_text,
       text_sha256(fact_text(q.question, q.answer, q.statement)) AS embed_sha256,
       CASE WHEN q.match_text IS NULL THEN substr(q.statement, q.own_from) ELSE own_words(q.match_text, q.evidence) END AS own_words
FROM staged_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
JOIN staged_chunks c USING (chunk_id)
JOIN documents d ON d.document_id = q.document_id
WHERE q.document_id = ANY(%(document_ids)s) AND q.status IN ('pending', 'approved')
    AND (%(again)s OR b.matched_at IS NULL)
ORDER BY d.created_at, d.document_id, c.ordinal, q.evidence_char_from, q.question_id;

-- name: spend_on_documents
-- Detection belongs to the stage that stages the facts.
UPDATE document_processing_stages s SET input_tokens = s.input_tokens + i.input_tokens,
    output_tokens = s.output_tokens + i.output_tokens, cost_usd = s.cost_usd + i.cost_usd
FROM (
    SELECT q.document_id, sum(u.input_tokens) AS input_tokens, sum(u.output_tokens) AS output_tokens,
           sum(u.cost_usd) AS cost_usd
    FROM unnest(%(question_ids)s::uuid[], %(input_tokens)s::bigint[], %(output_tokens)s::bigint[],
                %(costs)s::numeric[]) AS u (question_id, input_tokens, output_tokens, cost_usd)
    JOIN staged_questions q USING (question_id) GROUP BY q.document_id) i
WHERE s.document_id = i.document_id AND s.stage_name = 'fact-generator';

-- name: spend_on_banks
UPDATE upload_batches b SET input_tokens = b.input_tokens + i.input_tokens,
    output_tokens = b.output_tokens + i.output_tokens, cost_usd = b.cost_usd + i.cost_usd
FROM (
    SELECT q.upload_batch_id, sum(u.input_tokens) AS input_tokens, sum(u.output_tokens) AS output_tokens,
           sum(u.cost_usd) AS cost_usd
    FROM unnest(%(question_ids)s::uuid[], %(input_tokens)s::bigint[], %(output_tokens)s::bigint[],
                %(costs)s::numeric[]) AS u (question_id, input_tokens, output_tokens, cost_usd)
    JOIN staged_questions q USING (question_id) GROUP BY q.upload_batch_id) i
WHERE b.batch_id = i.upload_batch_id AND b.document_id IS NULL;

-- name: exact_duplicates
-- What a new fact is compared with: production, and what is staged and has been through the comparison itself;
-- not the documents' own rows, nor those of a document whose place one of them takes. A document that is scanned again
-- is compared with what is published of it and stays.
SELECT k.key, k.language, c.question_id, c.is_staged
FROM unnest(%(keys)s::text[], %(of_keys)s::text[]) AS k (key, language)
-- each key by itself, in the index, however much there is
CROSS JOIN LATERAL (
    SELECT c.question_id, c.is_staged FROM comparable c
    WHERE c.realm_id = %(realm_id)s AND c.match_sha256 = k.key AND may_be_one_language(c.language, k.language)
        AND (c.document_id IS NULL OR c.document_id <> ALL(%(document_ids)s::uuid[])
            OR c.question_id IN (SELECT published_before(%(scanned)s::uuid[])))
        AND c.question_id <> ALL(%(question_ids)s::uuid[])
        AND (c.document_id IS NULL OR c.document_id NOT IN (SELECT replaced_by(%(document_ids)s::uuid[])))
    OFFSET 0) c
ORDER BY c.is_staged DESC, c.question_id;

-- name: asked_before
-- Of each pair of ids what is published comes last, and so stands.
SELECT q.question_id AS staged, c.question_id AS existing, c.is_staged AS existing_is_staged, q.question, q.answer,
    c.question AS existing_question, c.answer AS existing_answer
FROM staged_questions q
CROSS JOIN LATERAL (
    SELECT s.question_id, true AS is_staged, s.question, s.answer, s.language, s.upload_batch_id
    FROM staged_questions s JOIN upload_batches b ON b.batch_id = s.upload_batch_id
    WHERE s.realm_id = q.realm_id AND s.document_id IS NULL
        AND asked_key(s.question) = asked_key(q.question)
        AND s.status IN ('pending', 'approved') AND b.matched_at IS NOT NULL
    UNION ALL
    SELECT a.question_id, false, a.question, a.answer, a.language, s.upload_batch_id
    FROM all_questions a LEFT JOIN staged_questions s USING (question_id)
    WHERE a.realm_id = q.realm_id AND a.document_id IS NULL
        AND asked_key(a.question) = asked_key(q.question)
) c
WHERE q.question_id = ANY(%(question_ids)s) AND q.document_id IS NULL
    AND c.upload_batch_id IS DISTINCT FROM q.upload_batch_id AND may_be_one_language(q.language, c.language)
ORDER BY q.question_id, c.is_staged DESC, c.question_id;

-- name: signatures
SELECT uuid_send(question_id) || int4send(match_trigrams) || match_signature || boolsend(is_staged) AS packed
FROM comparable
WHERE realm_id = %(realm_id)s
    AND (%(languages)s::text[] IS NULL OR language = '' OR language = ANY(%(languages)s))
    AND (document_id IS NULL OR document_id <> ALL(%(document_ids)s::uuid[])
        OR question_id IN (SELECT published_before(%(scanned)s::uuid[])))
    AND question_id <> ALL(%(question_ids)s::uuid[])
    AND (document_id IS NULL OR document_id NOT IN (SELECT replaced_by(%(document_ids)s::uuid[])));

-- name: comparable_sketches
-- The same rows with the signs of their vectors of this model: zeros where a row has none. The vectors stay here.
SELECT uuid_send(c.question_id) || int4send(c.match_trigrams) || c.match_signature || boolsend(c.is_staged)
    || varbit_send(coalesce(
        CASE WHEN c.embed_model = %(model)s AND c.embed_version = %(version)s THEN c.sketch END,
        CASE WHEN c.is_staged THEN (
            SELECT binary_quantize(e.vector) FROM embedding_cache e
            WHERE e.content_sha256 = text_sha256(c.embed_text)
                AND e.embed_model = %(model)s AND e.embed_version = %(version)s) END,
        repeat('0', %(dims)s::int)::bit varying)) AS packed
FROM comparable c
WHERE c.realm_id = %(realm_id)s
    AND (%(languages)s::text[] IS NULL OR c.language = '' OR c.language = ANY(%(languages)s))
    AND (c.document_id IS NULL OR c.document_id <> ALL(%(document_ids)s::uuid[])
        OR c.question_id IN (SELECT published_before(%(scanned)s::uuid[])))
    AND c.question_id <> ALL(%(question_ids)s::uuid[])
    AND (c.document_id IS NULL OR c.document_id NOT IN (SELECT replaced_by(%(document_ids)s::uuid[])));

-- name: cosines
-- Of pairs of a vector and a row, by its key, in whatever is the order; not of rows that have no vector of this model.
WITH new AS MATERIALIZED (
    SELECT v, n FROM unnest(%(vectors)b::vector[]) WITH ORDINALITY AS u (v, n)
)
SELECT int4send((i.n - 1)::int) || float4send((1 - (o.vector::vector <=> new.v))::real) AS packed
FROM unnest(%(places)s::text::int[], %(ids)s::text::uuid[], %(staged)s::text::int[]) WITH ORDINALITY
    AS i (place, question_id, staged, n)
JOIN new ON new.n = i.place + 1
CROSS JOIN LATERAL (
    SELECT a.embedding AS vector FROM all_questions a
    WHERE i.staged = 0 AND a.question_id = i.question_id
        AND a.embed_model = %(model)s AND a.embed_version = %(version)s
    UNION ALL
    SELECT e.vector FROM staged_questions s
    JOIN embedding_cache e ON e.embed_model = %(model)s AND e.embed_version = %(version)s AND e.content_sha256 =
        text_sha256(fact_text(s.question, s.answer, s.statement))
    WHERE i.staged = 1 AND s.question_id = i.question_id
    OFFSET 0) o;

-- name: compared_texts
-- What is published stands; only what is not is looked for in staging.
WITH published AS MATERIALIZED (
    SELECT question_id, coalesce(match_text, statement) AS match_text, answer, language,
        CASE WHEN match_text IS NULL THEN substr(statement, own_from) ELSE own_words(match_text, evidence) END AS own_words
    FROM all_questions WHERE question_id = ANY(%(question_ids)s)
)
SELECT question_id, match_text, answer, language, own_words FROM published
UNION ALL
SELECT question_id, coalesce(match_text, statement), answer, language,
    CASE WHEN match_text IS NULL THEN substr(statement, own_from) ELSE own_words(match_text, evidence) END
FROM staged_questions
WHERE question_id = ANY(ARRAY(SELECT unnest(%(question_ids)s::uuid[]) EXCEPT SELECT question_id FROM published));

-- name: pair_similarity
-- The candidates, judged by pg_trgm itself.
SELECT i.staged_id, i.existing_id, j.score, s.match_text AS staged_text, j.text AS existing_text,
    s.language AS staged_language, coalesce(e.language, p.language) AS existing_language,
    own_words(s.match_text, s.evidence) AS staged_own, own_words(j.text, coalesce(e.evidence, p.evidence)) AS existing_own
FROM unnest(%(staged_ids)s::uuid[], %(existing_ids)s::uuid[]) AS i (staged_id, existing_id)
-- one that comes back with an earlier version may not be staged any more
CROSS JOIN LATERAL (
    SELECT match_text, language, evidence FROM (
        SELECT coalesce(match_text, statement) AS match_text, language, evidence, 'infinity'::timestamptz AS valid_to
        FROM staged_questions
        WHERE question_id = i.staged_id
        UNION ALL
        SELECT coalesce(match_text, statement), language, evidence, valid_to FROM past_questions WHERE question_id = i.staged_id) said
    ORDER BY valid_to DESC LIMIT 1) s
LEFT JOIN staged_questions e ON e.question_id = i.existing_id
LEFT JOIN all_questions p ON p.question_id = i.existing_id
CROSS JOIN LATERAL (
    SELECT coalesce(e.match_text, e.statement, p.match_text, p.statement) AS text OFFSET 0) t
CROSS JOIN LATERAL (SELECT t.text, similarity(s.match_text, t.text) AS score OFFSET 0) j
WHERE j.score >= %(threshold)s::real;

-- name: record_pairs
-- What a person decided about a pair stands, and so does what one decided about the same two texts before; what nobody
-- has decided waits; the system decides anew.
INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, existing_is_staged,
    similarity_score, method, resolution, resolution_notes, resolved_by, resolved_at, reasons)
SELECT DISTINCT ON (duplicate_id) duplicate_id, q.realm_id, staged_id, existing_id, is_staged, score, method,
    coalesce(remembered_resolution(d.resolution, q.match_sha256, e.match_sha256), i.resolution),
    CASE WHEN d.resolution IS NULL THEN i.reason ELSE d.notes END,
    coalesce(d.decided_by, CASE WHEN i.resolution <> 'pending' THEN 'system' END),
    coalesce(d.decided_at, CASE WHEN i.resolution <> 'pending' THEN now() END),
    reasons
FROM unnest(%(duplicate_ids)s::uuid[], %(staged_ids)s::uuid[], %(existing_ids)s::uuid[], %(are_staged)s::boolean[],
            %(scores)s::real[], %(methods)s::text[], %(resolutions)s::text[], %(notes)s::text[], %(reasons)s::jsonb[])
    AS i (duplicate_id, staged_id, existing_id, is_staged, score, method, resolution, reason, reasons)
JOIN staged_questions q ON q.question_id = i.staged_id
LEFT JOIN staged_questions s ON s.question_id = i.existing_id
LEFT JOIN all_questions a ON a.question_id = i.existing_id
CROSS JOIN LATERAL (SELECT coalesce(s.match_sha256, a.match_sha256) COLLATE "C" AS match_sha256) e
LEFT JOIN duplicate_decisions d ON d.realm_id = q.realm_id
    AND d.first_sha256 = least(q.match_sha256 COLLATE "C", e.match_sha256)
    AND d.second_sha256 = greatest(q.match_sha256 COLLATE "C", e.match_sha256)
-- texts of two languages are no pair, whoever says so
WHERE may_be_one_language(q.language, coalesce(s.language, a.language, ''))
ORDER BY duplicate_id
ON CONFLICT (staged_question_id, existing_question_id) DO UPDATE SET resolution = EXCLUDED.resolution,
    resolution_notes = EXCLUDED.resolution_notes, resolved_by = EXCLUDED.resolved_by, resolved_at = EXCLUDED.resolved_at,
    similarity_score = EXCLUDED.similarity_score, method = EXCLUDED.method, reasons = EXCLUDED.reasons
WHERE staging_duplicates.resolved_by = 'system' AND staging_duplicates.resolution <> EXCLUDED.resolution;

-- name: undecided_of_copies
-- Pairs of the copies that these rows are to be left out for, in another document: nobody has decided about their words.
SELECT s.question_id AS staged, p.existing_question_id AS existing, p.existing_is_staged, p.similarity_score, p.method,
    p.reasons
FROM unnest(%(staged_ids)s::uuid[], %(existing_ids)s::uuid[]) AS i (staged_id, existing_id)
JOIN staged_questions s ON s.question_id = i.staged_id AND s.document_id IS NOT NULL
JOIN staged_questions t ON t.question_id = i.existing_id AND t.document_id IS DISTINCT FROM s.document_id
    AND t.match_sha256 = s.match_sha256 AND t.status IN ('pending', 'approved')
JOIN staging_duplicates p ON p.staged_question_id = t.question_id AND p.resolution = 'pending'
    AND p.existing_question_id <> s.question_id;

-- name: keep_both_within
-- Two near-duplicates of one document are both said by it. Of questions in the same words it has two answers: not these.
UPDATE staging_duplicates p SET resolution = 'keep_both', resolved_by = 'system', resolved_at = now(),
    resolution_notes = 'the same document says both'
FROM staged_questions q, staged_questions other
WHERE q.document_id = ANY(%(document_ids)s) AND p.staged_question_id = q.question_id AND p.resolution = 'pending'
    AND p.method <> 'exact' AND p.existing_is_staged AND other.question_id = p.existing_question_id
    AND other.document_id = q.document_id;

-- name: settle_gone_pairs
-- Nobody is asked about a pair of which the other end was replaced, withdrawn or rejected meanwhile: what says the same
-- now was compared with this one itself.
WITH gone AS (
    UPDATE staging_duplicates p SET resolution = 'not_duplicate', resolved_by = 'system', resolved_at = now(),
        resolution_notes = 'what it resembles was replaced or withdrawn'
    FROM staged_questions q
    WHERE p.realm_id = %(realm_id)s AND p.resolution = 'pending'
        AND q.question_id = p.staged_question_id
        AND q.status IN ('pending', 'approved')
        AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = p.existing_question_id)
        AND NOT EXISTS (SELECT FROM standing_questions s WHERE s.question_id = p.existing_question_id)
    RETURNING p.duplicate_id, p.realm_id, p.existing_question_id, q.question_id, q.document_id, q.upload_batch_id
), told AS (
    INSERT INTO events (document_id, job_id, realm_id, type, code, payload)
    SELECT g.document_id, (SELECT job_id FROM newest_job(g.document_id)), g.realm_id, 'review', 'near_duplicates_gone',
        jsonb_build_object('by', 'system', 'reason', 'what they resemble was replaced or withdrawn',
            'pairs', jsonb_object_agg(g.duplicate_id, g.existing_question_id))
        || CASE WHEN g.document_id IS NULL THEN jsonb_build_object('batch_id', g.upload_batch_id) ELSE '{}' END
    FROM gone g GROUP BY g.document_id, g.upload_batch_id, g.realm_id
)
SELECT DISTINCT document_id, CASE WHEN document_id IS NULL THEN upload_batch_id END AS batch_id FROM gone;

-- name: apply_resolutions
-- What a decided pair does to its staged row, as long as there is another to keep instead. A row that waits for a
-- decision about another pair is not left out by the system for one that is itself only staged, elsewhere: its document
-- may be published before that, and then says it.
UPDATE staged_questions q SET status = 'duplicate', duplicate_of = p.existing_question_id,
    similarity_score = p.similarity_score, review_notes = p.resolution_notes
FROM (
    SELECT DISTINCT ON (d.staged_question_id) d.* FROM staging_duplicates d
    JOIN staged_questions m ON m.question_id = d.staged_question_id AND m.document_id = ANY(%(document_ids)s)
    WHERE d.resolution = 'keep_existing' AND (
        EXISTS (SELECT FROM all_questions a WHERE a.question_id = d.existing_question_id)
        OR EXISTS (SELECT FROM standing_questions s WHERE s.question_id = d.existing_question_id
            AND (d.resolved_by <> 'system' OR s.document_id = m.document_id OR NOT EXISTS (
                SELECT FROM staging_duplicates w
                WHERE w.staged_question_id = d.staged_question_id AND w.resolution = 'pending'))))
    -- what a person says is the same before what the system does
    ORDER BY d.staged_question_id, d.resolved_by = 'system', d.similarity_score DESC, d.duplicate_id
) p
WHERE q.question_id = p.staged_question_id AND q.status IN ('pending', 'approved');

-- name: mark_matched
UPDATE upload_batches SET matched_at = now() WHERE document_id = ANY(%(document_ids)s) AND matched_at IS NULL;

-- name: replaced_within
-- Facts of these documents in whose place a reviewer put another fact of the same document.
SELECT old.question_id
FROM (
    SELECT question_id, document_id FROM staged_questions
    WHERE document_id = ANY(%(document_ids)s) AND status IN ('pending', 'approved', 'imported') OFFSET 0) new
CROSS JOIN LATERAL (
    SELECT p.existing_question_id FROM staging_duplicates p
    WHERE p.staged_question_id = new.question_id AND p.resolution = 'replace_existing' OFFSET 0) p
JOIN staged_questions old ON old.question_id = p.existing_question_id AND old.document_id = new.document_id
WHERE old.status IN ('approved', 'imported');

-- name: settle_replaced_within
UPDATE staged_questions old SET status = 'duplicate', duplicate_of = new.question_id,
    similarity_score = p.similarity_score, review_notes = coalesce(p.resolution_notes, 'replaced by a deep scan')
FROM staging_duplicates p
JOIN staged_questions new ON new.question_id = p.staged_question_id AND new.status IN ('approved', 'imported')
WHERE old.question_id = p.existing_question_id AND old.document_id = new.document_id
    AND new.document_id = ANY(%(document_ids)s) AND p.resolution = 'replace_existing'
    AND old.status IN ('approved', 'imported');

-- name: undecided_counts
SELECT q.document_id, count(*) AS pairs
FROM (
    SELECT question_id, document_id FROM staged_questions
    WHERE document_id = ANY(%(document_ids)s) AND status IN ('pending', 'approved') OFFSET 0) q
CROSS JOIN LATERAL (
    SELECT FROM staging_duplicates p
    WHERE p.staged_question_id = q.question_id AND p.resolution = 'pending' OFFSET 0) p
GROUP BY q.document_id;

-- name: staged_questions
SELECT question_id, document_id, chunk_id, question, answer, statement, evidence, evidence_match, generator, status,
       duplicate_of, similarity_score, left_out_reason, substr(statement, own_from) AS own_words
FROM staged_questions WHERE document_id = ANY(%(document_ids)s)
ORDER BY document_id, evidence_char_from, question_id;

-- name: differ_from_published
-- Published statements of other documents that are a staged (or by now published) one with other numbers, or denied, or that give numbers of the
-- same thing, and published answers to the same question; not those of a document whose place one of these takes, and not where a person has judged the pair.
WITH staged AS MATERIALIZED (
    SELECT q.*, asked(q.realm_id, q.question) AS asked, substr(q.statement, q.own_from) AS own_words
    FROM staged_questions q
    WHERE q.document_id = ANY(%(document_ids)s)
        AND (q.status IN ('pending', 'approved', 'imported')
            -- the doubt about a fact may be of the one that is published
            OR q.status = 'left_out' AND q.left_out_reason = 'low_confidence'
            OR q.status = 'duplicate' AND EXISTS (SELECT FROM substitutes i WHERE i.question_id = q.question_id))
)
SELECT q.document_id, q.question_id, q.statement AS staged_text, q.answer AS staged_answer,
       joined_quotes(q.evidence) AS staged_quote, s.filename AS staged_file, q.evidence_page AS page,
       a.question_id AS published_id, coalesce(a.statement, a.answer) AS published_text, a.answer AS published_answer,
       joined_quotes(a.evidence) AS published_quote, a.document_id AS published_document,
       coalesce(d.filename, 'a question bank') AS published_file, a.evidence_page AS published_page,
       CASE WHEN asked(a.realm_id, a.question) = q.asked THEN q.question END AS question,
       coalesce(about(a.realm_id, a.statement) IN (q.about, about(q.realm_id, q.own_words))
           OR about(a.realm_id, o.own_words) = q.about, false) AS is_about_the_same,
       q.own_words AS staged_own, o.own_words AS published_own
FROM staged q
JOIN documents s ON s.document_id = q.document_id
-- each by itself, in the index, however much is published; with the heading of both, and without that of either
CROSS JOIN LATERAL (
    SELECT a.question_id FROM all_questions a WHERE a.undisputed = q.undisputed
    UNION
    SELECT a.question_id FROM all_questions a WHERE a.undisputed = q.own_undisputed
    UNION
    SELECT a.question_id FROM all_questions a WHERE q.own_words IS NULL AND a.own_undisputed = q.undisputed
    UNION
    SELECT a.question_id FROM all_questions a
    WHERE a.question IS NOT NULL AND a.answer IS NOT NULL AND q.answer IS NOT NULL
        AND asked(a.realm_id, a.question) = q.asked
    UNION
    SELECT a.question_id FROM all_questions a WHERE a.about = q.about
    UNION
    SELECT a.question_id FROM all_questions a WHERE a.about = q.own_about
    UNION
    SELECT a.question_id FROM all_questions a WHERE q.own_words IS NULL AND a.own_about = q.about
    OFFSET 0) k
CROSS JOIN LATERAL (SELECT a.* FROM all_questions a WHERE a.question_id = k.question_id OFFSET 0) a
CROSS JOIN LATERAL (SELECT substr(a.statement, a.own_from) AS own_words) o
LEFT JOIN LATERAL (SELECT d.filename FROM documents d WHERE d.document_id = a.document_id OFFSET 0) d ON true
WHERE lower(a.statement) IS DISTINCT FROM lower(q.statement)
    AND (a.document_id IS NULL OR a.document_id <> q.document_id)
    AND (a.document_id IS NULL OR a.document_id NOT IN (SELECT replaced_by(%(document_ids)s::uuid[])))
    AND NOT EXISTS (
        SELECT FROM staging_duplicates p
        WHERE p.staged_question_id = q.question_id AND p.existing_question_id = a.question_id
            AND decided_by_person(p.resolution, p.resolved_by))
ORDER BY q.document_id, q.question_id, a.question_id;

-- name: approve_pending
-- What a person took in, or was asked about, stays on record as theirs.
UPDATE staged_questions q SET status = 'approved', reviewed_at = now(), review_notes = %(notes)s,
    reviewed_by = CASE WHEN q.left_out_reason IS NULL AND coalesce(q.confidence >= q.publish_from, true)
        THEN %(by)s::uuid ELSE coalesce(%(by)s::uuid, q.reviewed_by) END,
    decided_by_itself = q.decided_by_itself OR %(by)s::uuid IS NOT NULL AND q.confidence < q.publish_from
WHERE q.document_id = ANY(%(document_ids)s) AND q.status = 'pending';

-- name: leave_unasked_out
-- What a person was to be asked about and nobody decided.
UPDATE staged_questions SET status = 'left_out', left_out_reason = 'low_confidence'
WHERE document_id = ANY(%(document_ids)s) AND status = 'pending' AND reviewed_by IS NULL AND confidence < publish_from;

-- name: facts_to_decide
-- How many facts of each document a person is asked about.
SELECT document_id, count(*) AS facts FROM staged_questions
WHERE document_id = ANY(%(document_ids)s) AND status = 'pending' AND reviewed_by IS NULL AND confidence < publish_from
GROUP BY document_id;

-- name: publishable
-- The texts to embed; not those that another fact of the same document takes the place of. Those that may yet be
-- published as well, because the copy that they were left out for is only staged, if asked for.
SELECT t.document_id, t.owner_id, t.owner_kind, t.content_sha256, t.text
FROM (
    SELECT document_id, chunk_id AS owner_id, 'chunk' AS owner_kind, content_sha256, text, ordinal AS rank
    FROM staged_chunks WHERE document_id = ANY(%(document_ids)s)
    UNION ALL
    SELECT document_id, question_id, 'question',
           text_sha256(fact_text(question, answer, statement)),
           fact_text(question, answer, statement), evidence_char_from
    FROM staged_questions q WHERE document_id = ANY(%(document_ids)s)
        AND (status IN ('approved', 'imported') OR %(with_substitutes)s AND question_id IN (
            SELECT i.question_id FROM substitutes i WHERE i.document_id = ANY(%(document_ids)s)))
        AND NOT EXISTS (
            SELECT FROM staging_duplicates p JOIN staged_questions s ON s.question_id = p.staged_question_id
            WHERE p.existing_question_id = q.question_id AND p.resolution = 'replace_existing'
                AND s.document_id = q.document_id AND s.status IN ('approved', 'imported'))
) t ORDER BY t.document_id, t.owner_kind, t.rank, t.owner_id;

-- name: reject_questions
-- All of a document, with it.
UPDATE staged_questions SET status = 'rejected', rejected_with_document = true, reviewed_by = %(by)s,
    reviewed_at = now(), review_notes = %(notes)s
WHERE document_id = %(document_id)s AND status IN ('pending', 'approved', 'imported');

-- name: document_pairs
SELECT p.duplicate_id, p.similarity_score, p.method, p.resolution, p.version, p.changed_by, p.changed_at, p.reasons,
       proposed_resolution(p.reasons) AS proposed, q.question_id, q.statement AS staged_text,
       q.evidence_page AS staged_page, m.page_unit AS staged_unit,
       coalesce(s.statement, s.answer, a.statement, a.answer) AS existing_text, d.filename AS existing_file,
       coalesce(s.evidence_page, a.evidence_page) AS existing_page, d.page_unit AS existing_unit
FROM staging_duplicates p
JOIN staged_questions q ON q.question_id = p.staged_question_id
LEFT JOIN documents m ON m.document_id = q.document_id
LEFT JOIN staged_questions s ON s.question_id = p.existing_question_id
LEFT JOIN all_questions a ON a.question_id = p.existing_question_id
LEFT JOIN documents d ON d.document_id = coalesce(s.document_id, a.document_id)
WHERE q.document_id = %(document_id)s
ORDER BY p.similarity_score DESC, p.duplicate_id;

-- name: trigrams
SELECT show_trgm(t) AS trigrams FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS i (t, n) ORDER BY n;

-- name: reopen_questions
-- What was rejected with its document, not what a person rejected by itself. What spoke against a fact does so again.
UPDATE staged_questions SET status = CASE WHEN left_out_reason IS NULL THEN 'pending' ELSE 'left_out' END, reviewed_by = NULL, reviewed_at = NULL, review_notes = NULL
WHERE document_id = %(document_id)s AND status = 'rejected' AND rejected_with_document;
