-- name: versions_of
-- Of the document, and of those that are other content of the same file.
SELECT document_id, number, valid_from, valid_to, origin, reverted_to, ended, replaced_by, file_name, job_id,
    coalesce(approved_name, approved_by::text) AS approved_by,
    (SELECT count(*) FROM jsonb_object_keys(approvals))::int AS decided_facts,
    coalesce(ended_name, ended_by::text) AS ended_by, end_reason, facts, chunks, facts_came, facts_went, facts_changed,
    published_sha256, is_said_now(document_id, valid_from) AS is_present
FROM published_versions JOIN contents_of_file(%(document_id)s) AS document_id USING (document_id)
WHERE realm_id = %(realm_id)s
ORDER BY valid_from DESC, number DESC;

-- name: version_facts
-- What production had of the document when the version began.
SELECT q.question_id, q.chunk_id, q.question, q.answer, q.statement, joined_quotes(q.evidence) AS quote, q.evidence_page AS page,
    q.evidence, q.generator, round(q.confidence::numeric, 3)::float8 AS confidence,
    v.approvals -> q.question_id::text AS approval
FROM published_versions v
CROSS JOIN LATERAL (SELECT * FROM facts_as_of(v.valid_from) f WHERE f.document_id = v.document_id) q
WHERE v.document_id = %(document_id)s AND v.number = %(number)s
ORDER BY q.evidence_char_from, q.question_id;

-- name: memory_reach
SELECT since FROM memory_reach;

-- name: past_facts
-- Every fact of that moment that is near the question, or has a word of it, with its passage; a bank's question is its own.
-- With `passage_ids`, every fact of these.
-- Vectors of another model than the active one are compared with none: what has one is found by its words.
WITH mine AS MATERIALIZED (
    SELECT f.question_id AS id, coalesce(f.chunk_id, f.question_id) AS passage_id,
        fact_text(f.question, f.answer, f.statement) AS text, f.language,
        CASE WHEN f.embed_model = %(model)s THEN 1 - (f.embedding::{space} <=> %(vector)s::{space}) END AS similarity
    FROM facts_as_of(%(moment)s) f
    WHERE f.realm_id = %(realm_id)s AND (%(document_ids)s::uuid[] IS NULL OR f.document_id = ANY(%(document_ids)s))
        AND (%(passage_ids)s::uuid[] IS NULL OR f.chunk_id = ANY(%(passage_ids)s))
), near AS MATERIALIZED (
    SELECT id FROM mine WHERE similarity IS NOT NULL ORDER BY similarity DESC, id LIMIT %(pool)s
)
SELECT m.id, m.passage_id, m.similarity, shared_words(%(text)s, m.text, m.language) AS words
FROM mine m WHERE %(passage_ids)s::uuid[] IS NOT NULL OR m.id IN (SELECT id FROM near) OR m.text ~* %(pattern)s;

-- name: past_passages
WITH mine AS MATERIALIZED (
    SELECT c.chunk_id AS id, c.text, d.words_language AS language,
        CASE WHEN c.embed_model = %(model)s THEN 1 - (c.embedding::{space} <=> %(vector)s::{space}) END AS similarity
    FROM passages_as_of(%(moment)s) c JOIN documents d USING (document_id)
    WHERE c.realm_id = %(realm_id)s AND (%(document_ids)s::uuid[] IS NULL OR c.document_id = ANY(%(document_ids)s))
), near AS MATERIALIZED (
    SELECT id FROM mine WHERE similarity IS NOT NULL ORDER BY similarity DESC, id LIMIT %(pool)s
)
SELECT m.id, m.id AS passage_id, m.similarity, shared_words(%(text)s, m.text, m.language) AS words
FROM mine m WHERE m.id IN (SELECT id FROM near) OR m.text ~* %(pattern)s;

-- name: past_hits
-- What was found, in full, as it was, as `hits` tells the present; the document by the name that it had.
SELECT 'fact' AS kind, q.question_id AS id, q.chunk_id AS passage_id, q.question, q.answer, q.statement,
    joined_quotes(q.evidence) AS evidence, q.evidence AS spans, q.evidence_page AS page, q.evidence_match AS match, q.generator,
    q.document_id, coalesce(v.file_name, d.filename) AS filename, '{}'::text[] AS also_named, d.page_unit, c.heading_path,
    up_to_line(c.text, q.evidence_char_from - c.char_from) AS up_to_evidence,
    CASE WHEN q.embed_model = %(model)s THEN 1 - (q.embedding::{space} <=> %(vector)s::{space}) END AS similarity,
    shared_words(%(text)s, fact_text(q.question, q.answer, q.statement), coalesce(s.language, q.language)) AS words,
    v.number AS version, q.valid_from AS since, q.valid_to AS until,
    coalesce(v.approved_name, v.approved_by::text) AS approved_by,
    coalesce(v.approvals -> q.question_id::text ->> 'added_by', v.approvals -> q.question_id::text ->> 'edited_by',
        v.approvals -> q.question_id::text ->> 'name', v.approvals -> q.question_id::text ->> 'by') AS decided_by
FROM facts_as_of(%(moment)s) q
LEFT JOIN documents d ON d.document_id = q.document_id
LEFT JOIN search_sources s ON s.source_id = coalesce(q.document_id, q.question_id)
LEFT JOIN LATERAL (
    SELECT p.heading_path, p.text, p.char_from FROM passages_as_of(%(moment)s) p WHERE p.chunk_id = q.chunk_id) c ON true
LEFT JOIN published_versions v ON v.document_id = q.document_id AND v.valid_from <= %(moment)s
    AND (v.valid_to IS NULL OR v.valid_to > %(moment)s)
WHERE q.question_id = ANY(%(ids)s)
UNION ALL
SELECT 'passage', c.chunk_id, c.chunk_id, NULL, NULL, NULL, c.text, NULL,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END, 'exact', NULL, d.document_id,
    coalesce(v.file_name, d.filename), '{}', d.page_unit, c.heading_path, NULL,
    CASE WHEN c.embed_model = %(model)s THEN 1 - (c.embedding::{space} <=> %(vector)s::{space}) END,
    shared_words(%(text)s, c.text, d.words_language),
    v.number, c.valid_from, c.valid_to, coalesce(v.approved_name, v.approved_by::text), NULL
FROM passages_as_of(%(moment)s) c JOIN documents d ON d.document_id = c.document_id
LEFT JOIN published_versions v ON v.document_id = c.document_id AND v.valid_from <= %(moment)s
    AND (v.valid_to IS NULL OR v.valid_to > %(moment)s)
WHERE c.chunk_id = ANY(%(ids)s);

-- name: export_document_as_of
-- What stood there then: the document, or the one whose place it took. Nothing: the document, without a time.
WITH stood AS (
    SELECT v.* FROM published_versions v JOIN contents_of_file(%(document_id)s) AS document_id USING (document_id)
    WHERE v.realm_id = %(realm_id)s AND v.valid_from <= %(moment)s AND (v.valid_to IS NULL OR v.valid_to > %(moment)s)
    ORDER BY v.document_id = %(document_id)s DESC, v.valid_from DESC, v.document_id LIMIT 1
)
SELECT d.document_id, coalesce(v.file_name, d.filename) AS filename, '{}'::text[] AS also_named, d.title, d.mime,
    d.page_count, d.file_sha256, d.raw_path, v.valid_from AS published_at, v.published_path, v.published_sha256
FROM documents d LEFT JOIN stood v USING (document_id)
WHERE d.realm_id = %(realm_id)s AND d.document_id = coalesce((SELECT document_id FROM stood), %(document_id)s);

-- name: export_chunks_as_of
SELECT c.chunk_id, c.ordinal, c.text, c.heading_path,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END AS page_from,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_to END AS page_to, c.char_from, c.char_to
FROM passages_as_of(%(moment)s) c JOIN documents d USING (document_id)
WHERE c.document_id = %(document_id)s ORDER BY c.ordinal;

-- name: export_facts_as_of
SELECT a.question_id, a.chunk_id, a.question, a.answer, a.statement, joined_quotes(a.evidence) AS quote, a.evidence_page AS page,
    a.evidence_char_from AS char_from, (place_of(a.evidence) ->> 'char_to')::int AS char_to, a.evidence,
    a.evidence_match AS match, a.generator, round(a.confidence::numeric, 3)::float8 AS confidence,
    reasons_json(a.confidence_reasons) AS confidence_reasons,
    v.approvals -> a.question_id::text ->> 'added_by' AS added_by
FROM facts_as_of(%(moment)s) a
LEFT JOIN published_versions v ON v.document_id = a.document_id AND v.valid_from <= %(moment)s
    AND (v.valid_to IS NULL OR v.valid_to > %(moment)s)
WHERE a.document_id = %(document_id)s ORDER BY a.evidence_char_from, a.question_id;
