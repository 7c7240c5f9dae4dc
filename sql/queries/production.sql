-- name: clear_buffer
DELETE FROM document_vector_buffer WHERE document_id = ANY(%(document_ids)s);

-- name: set_words_languages
-- How the words of these documents are read once they are published.
UPDATE documents d SET words_language = l.language
FROM unnest(%(document_ids)s::uuid[], %(languages)s::text[]) AS l (document_id, language)
WHERE d.document_id = l.document_id AND d.words_language <> l.language;

-- name: cached_vectors
-- A day's precision is enough for what was used when: most reads write nothing.
WITH used AS (
    UPDATE embedding_cache SET last_used_at = now()
    WHERE content_sha256 = ANY(%(keys)s) AND embed_model = %(model)s AND embed_version = %(version)s
        AND last_used_at < now() - interval '1 day'
)
SELECT content_sha256, vector FROM embedding_cache
WHERE content_sha256 = ANY(%(keys)s) AND embed_model = %(model)s AND embed_version = %(version)s;

-- name: cache_buffer
INSERT INTO embedding_cache (content_sha256, embed_model, embed_version, vector)
SELECT DISTINCT ON (content_sha256) content_sha256, embed_model, embed_version, vector
FROM document_vector_buffer WHERE document_id = ANY(%(document_ids)s)
ORDER BY content_sha256
-- used again: noted once a day, which is as fine as it needs to be
ON CONFLICT (content_sha256, embed_model, embed_version) DO UPDATE SET last_used_at = now()
    WHERE embedding_cache.last_used_at < now() - interval '1 day';

-- name: cache_vectors
INSERT INTO embedding_cache (content_sha256, embed_model, embed_version, vector)
SELECT key, %(model)s, %(version)s, vector FROM unnest(%(keys)s::text[], %(vectors)b::vector[]) AS i (key, vector)
ORDER BY key
ON CONFLICT DO NOTHING;

-- name: cached_facts
-- An answer of no use counts only in the run that paid for it: the next one asks again.
WITH used AS (
    UPDATE fact_cache SET last_used_at = now()
    WHERE cache_key = ANY(%(keys)s) AND last_used_at < now() - interval '1 day'
)
SELECT cache_key, facts, reason, outcome FROM fact_cache
WHERE cache_key = ANY(%(keys)s) AND (outcome = 'answered' OR run_id = %(run_id)s);

-- name: cache_facts
INSERT INTO fact_cache (cache_key, generator, facts, reason, outcome, run_id, input_tokens, output_tokens, cost_usd)
SELECT cache_key, %(generator)s, facts, reason, outcome, CASE WHEN outcome <> 'answered' THEN %(run_id)s::uuid END,
    input_tokens, output_tokens, cost_usd
FROM unnest(%(keys)s::text[], %(facts)s::jsonb[], %(reasons)s::text[], %(outcomes)s::text[], %(input_tokens)s::bigint[],
            %(output_tokens)s::bigint[], %(costs)s::numeric[])
    AS i (cache_key, facts, reason, outcome, input_tokens, output_tokens, cost_usd)
ORDER BY cache_key
ON CONFLICT (cache_key) DO UPDATE SET
    facts = EXCLUDED.facts, reason = EXCLUDED.reason, outcome = EXCLUDED.outcome, run_id = EXCLUDED.run_id,
    input_tokens = EXCLUDED.input_tokens, output_tokens = EXCLUDED.output_tokens, cost_usd = EXCLUDED.cost_usd
WHERE fact_cache.outcome <> 'answered';

-- name: outdated_documents
-- Documents of this run whose place holds other content by now: what came later stands. What is published itself is
-- replaced when the later one is published, and until then has all that it says.
SELECT d AS document_id FROM unnest(%(document_ids)s::uuid[]) AS d
WHERE NOT EXISTS (SELECT FROM documents WHERE document_id = d AND published_at IS NOT NULL)
    AND EXISTS (SELECT FROM document_sources s WHERE s.document_id = d)
    AND NOT EXISTS (SELECT FROM document_sources s WHERE s.document_id = d AND s.is_current);

-- name: predecessors
-- Published documents whose every place now belongs to another document, one of these among them.
SELECT DISTINCT old.document_id
FROM document_sources new
JOIN document_sources old USING (realm_id, source_uri)
JOIN documents d ON d.document_id = old.document_id
WHERE new.document_id = ANY(%(document_ids)s) AND new.is_current AND NOT old.is_current
    AND d.published_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM document_sources s WHERE s.document_id = old.document_id AND s.is_current);

-- name: versions
-- All documents that ever stood where one of these does or did.
SELECT DISTINCT other.document_id
FROM document_sources mine JOIN document_sources other USING (realm_id, source_uri)
WHERE mine.document_id = ANY(%(document_ids)s);

-- name: lock_documents
SELECT pg_advisory_xact_lock(hashtextextended(d::text, 0))
FROM (SELECT DISTINCT d FROM unnest(%(document_ids)s::uuid[]) AS d ORDER BY d) AS ordered;

-- name: withdraw_questions
DELETE FROM all_questions WHERE document_id = ANY(%(document_ids)s);

-- name: withdraw_chunks
DELETE FROM document_chunks WHERE document_id = ANY(%(document_ids)s);

-- name: replacing
-- What a reviewer decided to replace by a fact of these documents, published or still staged; the latest decision first.
SELECT p.existing_question_id AS old_id, p.staged_question_id AS new_id, p.resolved_by AS by
FROM staging_duplicates p JOIN staged_questions q ON q.question_id = p.staged_question_id
WHERE q.document_id = ANY(%(document_ids)s) AND q.status IN ('approved', 'imported')
    AND p.resolution = 'replace_existing'
    AND (EXISTS (SELECT FROM all_questions a WHERE a.question_id = p.existing_question_id)
        OR EXISTS (SELECT FROM staged_questions s WHERE s.question_id = p.existing_question_id
            AND s.status IN ('pending', 'approved', 'imported')))
ORDER BY p.resolved_at DESC, p.duplicate_id;

-- name: withdraw_changed_questions
-- What is not to be published as it is. The rest stays where it is, and has been there since it came.
DELETE FROM all_questions a WHERE a.document_id = ANY(%(document_ids)s) AND NOT EXISTS (
    SELECT FROM staged_questions q
    WHERE q.question_id = a.question_id AND q.status IN ('approved', 'imported')
        AND (q.chunk_id, q.topic, q.subtopic, q.question_type, q.difficulty, q.question, q.answer, q.notes_for_tutor,
            q.statement, q.evidence, q.evidence_match, q.generator, q.confidence, q.confidence_reasons, q.match_sha256,
            q.language)
        IS NOT DISTINCT FROM
        (a.chunk_id, a.topic, a.subtopic, a.question_type, a.difficulty, a.question, a.answer, a.notes_for_tutor,
            a.statement, a.evidence, a.evidence_match, a.generator, a.confidence, a.confidence_reasons, a.match_sha256,
            a.language));

-- name: withdraw_changed_chunks
DELETE FROM document_chunks p WHERE p.document_id = ANY(%(document_ids)s) AND NOT EXISTS (
    SELECT FROM staged_chunks c
    WHERE c.chunk_id = p.chunk_id AND (c.ordinal, c.text, c.heading_path, c.page_from, c.page_to, c.char_from, c.char_to)
        = (p.ordinal, p.text, p.heading_path, p.page_from, p.page_to, p.char_from, p.char_to));

-- name: publish_chunks
-- What stayed gets the vector of another model or version in its place, and nothing else.
INSERT INTO document_chunks (chunk_id, document_id, realm_id, ordinal, text, heading_path, page_from, page_to,
    char_from, char_to, token_count, content_sha256, chunker_name, chunker_version,
    embedding, embed_model, embed_version)
SELECT c.chunk_id, c.document_id, c.realm_id, c.ordinal, c.text, c.heading_path, c.page_from, c.page_to,
    c.char_from, c.char_to, c.token_count, c.content_sha256, c.chunker_name, c.chunker_version,
    b.vector, b.embed_model, b.embed_version
FROM staged_chunks c
JOIN document_vector_buffer b ON b.owner_id = c.chunk_id AND b.owner_kind = 'chunk' AND b.embed_model = %(model)s
WHERE c.document_id = ANY(%(document_ids)s)
ORDER BY c.document_id, c.ordinal
ON CONFLICT (chunk_id) DO UPDATE SET embedding = EXCLUDED.embedding, embed_model = EXCLUDED.embed_model,
    embed_version = EXCLUDED.embed_version
WHERE (document_chunks.embed_model, document_chunks.embed_version) <> (EXCLUDED.embed_model, EXCLUDED.embed_version);

-- name: publish_questions
-- Of these documents all facts, or these alone.
INSERT INTO all_questions (question_id, realm_id, document_id, chunk_id, topic, subtopic, question_type, difficulty,
    question, answer, notes_for_tutor, statement, evidence, evidence_match, generator, confidence,
    confidence_reasons, match_text, match_sha256,
    match_trigrams, match_signature, match_version, language, own_from, undisputed, about, own_undisputed, own_about,
    embedding, embed_model, embed_version)
SELECT q.question_id, q.realm_id, q.document_id, q.chunk_id, q.topic, q.subtopic, q.question_type, q.difficulty,
    q.question, q.answer, q.notes_for_tutor, q.statement, q.evidence, q.evidence_match, q.generator, q.confidence,
    q.confidence_reasons, q.match_text,
    q.match_sha256, q.match_trigrams, q.match_signature, q.match_version, q.language, q.own_from,
    q.undisputed, q.about, q.own_undisputed, q.own_about, b.vector, b.embed_model, b.embed_version
FROM staged_questions q
JOIN document_vector_buffer b
    ON b.owner_id = q.question_id AND b.owner_kind = 'question' AND b.embed_model = %(model)s
WHERE q.document_id = ANY(%(document_ids)s) AND q.status IN ('approved', 'imported')
    AND (%(question_ids)s::uuid[] IS NULL OR q.question_id = ANY(%(question_ids)s))
ORDER BY q.document_id, q.evidence_char_from
ON CONFLICT (question_id) DO UPDATE SET embedding = EXCLUDED.embedding, embed_model = EXCLUDED.embed_model,
    embed_version = EXCLUDED.embed_version
WHERE (all_questions.embed_model, all_questions.embed_version) <> (EXCLUDED.embed_model, EXCLUDED.embed_version);

-- name: publish_ledger
-- What should be in production for each document, and what is.
SELECT d AS document_id,
    (SELECT count(*) FROM staged_chunks c WHERE c.document_id = d) AS chunks_staged,
    (SELECT count(*) FROM document_chunks c WHERE c.document_id = d) AS chunks_published,
    (SELECT count(*) FROM staged_questions q WHERE q.document_id = d AND q.status IN ('approved', 'imported'))
        AS facts_approved,
    (SELECT count(*) FROM all_questions q WHERE q.document_id = d) AS facts_published
FROM unnest(%(document_ids)s::uuid[]) AS d;

-- name: mark_imported
UPDATE staged_questions SET status = 'imported'
WHERE document_id = ANY(%(document_ids)s) AND status = 'approved';

-- name: mark_batches_imported
UPDATE upload_batches SET status = 'imported', review_completed_at = coalesce(review_completed_at, now()),
    import_started_at = now(), import_completed_at = now()
WHERE document_id = ANY(%(document_ids)s);

-- name: mark_published
UPDATE documents d SET published_at = now(), updated_at = now(), (published_path, published_sha256) = (
    SELECT f.file_path, f.checksum FROM stage_output_files f
    JOIN document_processing_stages s USING (document_id, stage_name)
    WHERE f.document_id = d.document_id AND f.file_type IN ('optimized_markdown', 'markdown') AND s.status = 'completed'
    ORDER BY f.file_type = 'optimized_markdown' DESC LIMIT 1)
WHERE d.document_id = ANY(%(document_ids)s);

-- name: unpublish_documents
UPDATE documents SET published_at = NULL, published_path = NULL, published_sha256 = NULL, updated_at = now()
WHERE document_id = ANY(%(document_ids)s);

-- name: record_replaced
INSERT INTO events (document_id, realm_id, type, code, payload)
SELECT document_id, realm_id, 'withdrawn', 'replaced_by_newer_version', '{}'
FROM documents WHERE document_id = ANY(%(document_ids)s);

-- name: published_chunks
SELECT chunk_id, ordinal, text, heading_path, page_from, page_to, char_from, char_to, token_count, content_sha256
FROM document_chunks WHERE document_id = %(document_id)s ORDER BY ordinal;
