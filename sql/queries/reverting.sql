-- name: holders_of_version
-- Of the document and those that are other content of the same file, the ones that have a version of this number.
SELECT v.document_id FROM published_versions v JOIN contents_of_file(%(document_id)s) AS document_id USING (document_id)
WHERE v.number = %(number)s AND v.realm_id = %(realm_id)s ORDER BY v.document_id;

-- name: foresee_reversion
-- What would come and go if production said again what it said in this version, the documents `leaving` with it.
-- `elsewhere`: what others say by now in the same words, or was left out for one of theirs; it stays published from there.
WITH version AS MATERIALIZED (
    SELECT document_id, number, valid_from, valid_to FROM published_versions
    WHERE document_id = %(document_id)s AND number = %(number)s
), target AS MATERIALIZED (
    SELECT f.* FROM version v CROSS JOIN LATERAL facts_as_of(v.valid_from) f WHERE f.document_id = v.document_id
), present AS MATERIALIZED (
    SELECT f.* FROM facts_as_of('infinity') f WHERE f.document_id = ANY(%(leaving)s::uuid[] || %(document_id)s::uuid)
)
SELECT d.document_id, d.filename, v.number, coalesce(is_said_now(v.document_id, v.valid_from), false) AS is_present, d.published_at,
    (%(leaving)s::uuid[])[1] AS instead_of, '{}'::text[] AS undecided, coalesce(v.valid_to < (SELECT since FROM memory_reach), false) AS is_forgotten,
    (SELECT count(*) FROM target t WHERE NOT EXISTS (SELECT FROM present p WHERE p.question_id = t.question_id))::int AS comes,
    (SELECT count(*) FROM present p WHERE NOT EXISTS (SELECT FROM target t WHERE t.question_id = p.question_id))::int AS goes,
    (SELECT count(*) FROM target t JOIN present p USING (question_id) WHERE NOT says_the_same(t, p))::int AS changes,
    (SELECT count(*) FROM target t
        WHERE NOT EXISTS (SELECT FROM present p WHERE p.question_id = t.question_id)
            AND said_elsewhere(t.question_id, t.realm_id, t.document_id || %(leaving)s::uuid[], t.match_sha256,
                t.language) IS NOT NULL)::int
        AS elsewhere,
    (SELECT count(*) FROM target t WHERE t.match_version < %(match_version)s)::int AS outdated
FROM documents d LEFT JOIN version v USING (document_id)
WHERE d.document_id = %(document_id)s AND d.realm_id = %(realm_id)s;

-- name: withdraw_other_questions
-- What is in production and was not in the version as it is.
DELETE FROM all_questions a WHERE a.document_id = %(document_id)s AND NOT EXISTS (
    SELECT FROM published_versions v CROSS JOIN LATERAL facts_as_of(v.valid_from) t
    WHERE v.document_id = a.document_id AND v.number = %(number)s AND t.question_id = a.question_id
        AND says_the_same(t, row(a.*, NULL, NULL)::past_questions));

-- name: withdraw_other_chunks
DELETE FROM document_chunks c WHERE c.document_id = %(document_id)s AND NOT EXISTS (
    SELECT FROM published_versions v CROSS JOIN LATERAL passages_as_of(v.valid_from) t
    WHERE v.document_id = c.document_id AND v.number = %(number)s AND t.chunk_id = c.chunk_id
        AND (t.ordinal, t.text, t.heading_path, t.page_from, t.page_to, t.char_from)
            = (c.ordinal, c.text, c.heading_path, c.page_from, c.page_to, c.char_from));

-- name: reject_others
-- Facts that the version has not, so that no later run publishes them again unasked.
UPDATE staged_questions q SET status = 'rejected', reviewed_by = %(user_id)s, reviewed_at = now(), decided_by_itself = true,
    review_notes = %(notes)s
WHERE q.document_id = %(document_id)s AND q.status IN ('pending', 'approved', 'imported') AND NOT EXISTS (
    SELECT FROM published_versions v CROSS JOIN LATERAL facts_as_of(v.valid_from) t
    WHERE v.document_id = q.document_id AND v.number = %(number)s AND t.question_id = q.question_id);

-- name: drop_staged_of_version
-- What is staged of the version's facts in other words, or as something else than published, is staged anew.
DELETE FROM staged_questions q USING published_versions v CROSS JOIN LATERAL facts_as_of(v.valid_from) t
WHERE q.document_id = %(document_id)s AND v.document_id = q.document_id AND v.number = %(number)s
    AND t.question_id = q.question_id
    AND NOT (q.status = 'imported' AND EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.question_id))
    -- what people, or the system, left out for another that is published stays so
    AND NOT (q.status = 'duplicate' AND EXISTS (SELECT FROM all_questions a
        WHERE a.question_id = q.duplicate_of AND a.document_id IS DISTINCT FROM q.document_id));

-- name: drop_staged_chunks
DELETE FROM staged_chunks c WHERE c.document_id = %(document_id)s AND NOT EXISTS (
    SELECT FROM published_versions v CROSS JOIN LATERAL passages_as_of(v.valid_from) t
    WHERE v.document_id = c.document_id AND v.number = %(number)s AND t.chunk_id = c.chunk_id
        AND (t.ordinal, t.text, t.heading_path, t.page_from, t.page_to, t.char_from)
            = (c.ordinal, c.text, c.heading_path, c.page_from, c.page_to, c.char_from));

-- name: stage_chunks_of_version
INSERT INTO staged_chunks (chunk_id, document_id, realm_id, ordinal, text, heading_path, page_from, page_to, char_from,
    char_to, token_count, content_sha256, chunker_name, chunker_version, outcome, outcome_reason, fact_count)
SELECT t.chunk_id, t.document_id, t.realm_id, t.ordinal, t.text, t.heading_path, t.page_from, t.page_to, t.char_from,
    t.char_to, t.token_count, t.content_sha256, t.chunker_name, t.chunker_version,
    CASE WHEN f.facts > 0 THEN 'facts' ELSE 'nothing_here' END, CASE WHEN f.facts = 0 THEN %(notes)s END, f.facts
FROM published_versions v
CROSS JOIN LATERAL passages_as_of(v.valid_from) t
CROSS JOIN LATERAL (SELECT count(*)::int AS facts FROM facts_as_of(v.valid_from) q
    WHERE q.document_id = v.document_id AND q.chunk_id = t.chunk_id) f
WHERE v.document_id = %(document_id)s AND v.number = %(number)s AND t.document_id = v.document_id
    AND NOT EXISTS (SELECT FROM staged_chunks s WHERE s.chunk_id = t.chunk_id);

-- name: stage_facts_of_version
-- With what people decided about each then. What others say by now in the same words is left out for that.
INSERT INTO staged_questions (question_id, upload_batch_id, realm_id, document_id, chunk_id, topic, subtopic, question_type,
    difficulty, question, answer, notes_for_tutor, statement, evidence, evidence_match, generator, added_by, match_version,
    match_text, match_sha256, match_trigrams, match_signature, language, confidence, confidence_reasons, publish_from,
    ask_from, status, duplicate_of, duplicate_of_sha256, reviewed_by, reviewed_at, review_notes, decided_by_itself,
    edited_by, edited_at)
SELECT t.question_id, b.batch_id, t.realm_id, t.document_id, t.chunk_id, t.topic, t.subtopic, t.question_type,
    t.difficulty, t.question, t.answer, t.notes_for_tutor, t.statement, t.evidence, t.evidence_match, t.generator,
    CASE WHEN t.generator = 'reviewer' THEN coalesce(p.decided ->> 'added_by', %(by)s) END, t.match_version, t.match_text,
    t.match_sha256, t.match_trigrams, t.match_signature, t.language, t.confidence, t.confidence_reasons,
    CASE WHEN t.confidence IS NOT NULL THEN 0 END, CASE WHEN t.confidence IS NOT NULL THEN 0 END,
    CASE WHEN e.question_id IS NULL THEN 'approved' ELSE 'duplicate' END, e.question_id,
    (SELECT a.match_sha256 FROM all_questions a WHERE a.question_id = e.question_id),
    coalesce((p.decided ->> 'by')::uuid, %(user_id)s), now(), %(notes)s, p.decided IS NOT NULL,
    p.decided ->> 'edited_by', CASE WHEN p.decided ? 'edited_by' THEN now() END
FROM published_versions v
CROSS JOIN LATERAL facts_as_of(v.valid_from) t
CROSS JOIN LATERAL (SELECT v.approvals -> t.question_id::text AS decided) p
CROSS JOIN LATERAL (SELECT said_elsewhere(t.question_id, t.realm_id, ARRAY[t.document_id], t.match_sha256,
    t.language) AS question_id) e
CROSS JOIN LATERAL (SELECT batch_id FROM upload_batches u WHERE u.document_id = v.document_id
    ORDER BY u.uploaded_at, u.batch_id LIMIT 1) b
WHERE v.document_id = %(document_id)s AND v.number = %(number)s AND t.document_id = v.document_id
    AND NOT EXISTS (SELECT FROM staged_questions s WHERE s.question_id = t.question_id);

-- name: left_out_of_version
-- What was staged as a duplicate just now, and the published one that says it.
SELECT question_id, duplicate_of FROM staged_questions
WHERE document_id = %(document_id)s AND status = 'duplicate' AND review_notes = %(notes)s AND reviewed_at = now();

-- name: buffer_past_vectors
-- The vectors that the version had, where they are of the active model.
INSERT INTO document_vector_buffer (owner_id, owner_kind, document_id, realm_id, embed_model, embed_version, content_sha256,
    vector)
SELECT DISTINCT ON (owner_id) * FROM (
    SELECT t.question_id AS owner_id, 'question', t.document_id, t.realm_id, t.embed_model, t.embed_version,
        text_sha256(fact_text(t.question, t.answer, t.statement)), t.embedding
    FROM published_versions v CROSS JOIN LATERAL facts_as_of(v.valid_from) t
    WHERE v.document_id = %(document_id)s AND v.number = %(number)s AND t.document_id = v.document_id
    UNION ALL
    SELECT t.chunk_id, 'chunk', t.document_id, t.realm_id, t.embed_model, t.embed_version, t.content_sha256, t.embedding
    FROM published_versions v CROSS JOIN LATERAL passages_as_of(v.valid_from) t
    WHERE v.document_id = %(document_id)s AND v.number = %(number)s AND t.document_id = v.document_id) had
WHERE embed_model = %(model)s;

-- name: staged_without_vector
SELECT q.question_id AS owner_id, 'question' AS owner_kind,
    text_sha256(fact_text(q.question, q.answer, q.statement)) AS content_sha256,
    fact_text(q.question, q.answer, q.statement) AS text
FROM staged_questions q
WHERE q.document_id = %(document_id)s AND q.status IN ('approved', 'imported')
    AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.question_id)
    AND NOT EXISTS (SELECT FROM document_vector_buffer b WHERE b.owner_id = q.question_id AND b.embed_model = %(model)s)
UNION ALL
SELECT c.chunk_id, 'chunk', c.content_sha256, c.text
FROM staged_chunks c
WHERE c.document_id = %(document_id)s
    AND NOT EXISTS (SELECT FROM document_chunks p WHERE p.chunk_id = c.chunk_id)
    AND NOT EXISTS (SELECT FROM document_vector_buffer b WHERE b.owner_id = c.chunk_id AND b.embed_model = %(model)s);

-- name: restore_published_text
-- The text that the quotes of the version are from.
UPDATE documents d SET published_path = v.published_path, published_sha256 = v.published_sha256
FROM published_versions v
WHERE d.document_id = %(document_id)s AND v.document_id = d.document_id AND v.number = %(number)s;

-- name: forget_stages_of_version
-- What is staged is no run's: whichever comes next cuts the text again, and asks for facts again.
UPDATE document_processing_stages p SET fingerprint = %(notes)s,
    result = CASE WHEN p.stage_name = 'chunker' THEN p.result || jsonb_build_object('chunks', (
        SELECT count(*) FROM staged_chunks c WHERE c.document_id = p.document_id)) ELSE p.result END
FROM stages s, stages cut
WHERE p.document_id = %(document_id)s AND s.stage_name = p.stage_name AND cut.stage_name = 'chunker'
    AND s.execution_order >= cut.execution_order AND p.status = 'completed';

-- name: record_reversion
INSERT INTO reversions (document_id, realm_id, version, instead_of, user_id, reverted_by, reason)
SELECT document_id, realm_id, %(number)s, %(instead_of)s, %(user_id)s, %(by)s, %(reason)s FROM documents WHERE document_id = %(document_id)s;

-- name: places_to_take_back
-- Places at which this document stood, and that one stands; without one, a document for an earlier version of which it left.
SELECT realm_id, mine.source_uri AS uri, mine.filename
FROM document_sources mine JOIN document_sources theirs USING (realm_id, source_uri)
WHERE mine.document_id = %(document_id)s AND NOT mine.is_current AND theirs.is_current
    AND CASE WHEN %(instead_of)s::uuid IS NOT NULL THEN theirs.document_id = %(instead_of)s
        ELSE EXISTS (SELECT FROM reversions r
            WHERE r.document_id = theirs.document_id AND r.instead_of = mine.document_id) END
ORDER BY mine.source_uri;

-- name: facts_to_match
-- Facts of the version that production has not, and that nobody else says in the same words.
SELECT t.question_id, t.realm_id, t.match_sha256, t.match_trigrams, t.match_signature,
    coalesce(t.match_text, t.statement) AS match_text, t.language, t.answer,
    t.statement IS NOT NULL AS is_statement, fact_text(t.question, t.answer, t.statement) AS embed_text,
    text_sha256(fact_text(t.question, t.answer, t.statement)) AS embed_sha256,
    own_words(coalesce(t.match_text, t.statement), t.evidence) AS own_words
FROM published_versions v
CROSS JOIN LATERAL facts_as_of(v.valid_from) t
WHERE v.document_id = %(document_id)s AND v.number = %(number)s AND t.document_id = v.document_id
    AND NOT EXISTS (SELECT FROM facts_as_of('infinity') p WHERE p.question_id = t.question_id AND says_the_same(t, p))
    AND said_elsewhere(t.question_id, t.realm_id, t.document_id || %(leaving)s::uuid[], t.match_sha256, t.language) IS NULL
ORDER BY t.evidence_char_from, t.question_id;

-- name: decided_before
-- What people decided about the same two texts.
SELECT i.staged_id, i.existing_id, remembered_resolution(d.resolution, i.sha256, a.match_sha256) AS resolution
FROM unnest(%(staged_ids)s::uuid[], %(existing_ids)s::uuid[], %(hashes)s::text[]) AS i (staged_id, existing_id, sha256)
JOIN all_questions a ON a.question_id = i.existing_id
JOIN duplicate_decisions d ON d.realm_id = a.realm_id
    AND d.first_sha256 = least(i.sha256 COLLATE "C", a.match_sha256 COLLATE "C")
    AND d.second_sha256 = greatest(i.sha256 COLLATE "C", a.match_sha256 COLLATE "C");

-- name: decide_undecided
UPDATE staging_duplicates p SET resolution = %(resolution)s, resolved_by = %(by)s, resolved_at = now(),
    resolution_notes = %(notes)s
FROM unnest(%(staged_ids)s::uuid[], %(existing_ids)s::uuid[]) AS i (staged_id, existing_id)
WHERE p.staged_question_id = i.staged_id AND p.existing_question_id = i.existing_id AND p.resolution = 'pending';
