-- name: fact_origin
-- A fact by its id: the published row where there is one, beside it what was staged; its chunk is that of production first.
SELECT k.question_id, coalesce(a.realm_id, q.realm_id) AS realm_id,
    CASE WHEN a.question_id IS NULL THEN q.question ELSE a.question END AS question,
    CASE WHEN a.question_id IS NULL THEN q.answer ELSE a.answer END AS answer,
    CASE WHEN a.question_id IS NULL THEN q.statement ELSE a.statement END AS statement,
    a.published_at, q.status, coalesce(a.evidence, q.evidence) AS evidence,
    coalesce(a.evidence_match, q.evidence_match) AS match, coalesce(a.generator, q.generator) AS generator,
    round(coalesce(a.confidence, q.confidence)::numeric, 3)::float8 AS confidence,
    reasons_json(coalesce(a.confidence_reasons, q.confidence_reasons)) AS confidence_reasons,
    round(q.publish_from::numeric, 3)::float8 AS publish_from, q.left_out_reason,
    coalesce(q.decided_by_itself, false) AS by_person, q.reviewed_at, q.review_notes, q.edited_by, q.edited_at, q.added_by,
    q.created_at AS staged_at, q.upload_batch_id AS batch_id, b.file_name AS batch_file,
    coalesce(a.document_id, q.document_id) AS document_id, coalesce(a.chunk_id, q.chunk_id) AS chunk_id,
    coalesce(c.heading_path, s.heading_path) AS heading_path, coalesce(c.page_from, s.page_from) AS page_from,
    coalesce(c.page_to, s.page_to) AS page_to, d.page_unit,
    coalesce(c.chunker_name || ' ' || c.chunker_version, s.chunker_name || ' ' || s.chunker_version) AS chunker
FROM (SELECT %(question_id)s::uuid AS question_id) k
LEFT JOIN all_questions a USING (question_id)
LEFT JOIN staged_questions q USING (question_id)
LEFT JOIN upload_batches b ON b.batch_id = q.upload_batch_id
LEFT JOIN documents d ON d.document_id = coalesce(a.document_id, q.document_id)
LEFT JOIN document_chunks c ON c.chunk_id = a.chunk_id
LEFT JOIN staged_chunks s ON s.chunk_id = coalesce(a.chunk_id, q.chunk_id)
WHERE coalesce(a.realm_id, q.realm_id) = %(realm_id)s;

-- name: file_origin
SELECT d.document_id, d.filename, also_named(d.document_id, d.filename) AS also_named, d.title, d.mime, d.bytes_len,
    d.file_sha256, d.page_count AS pages, d.created_at AS uploaded_at,
    (SELECT coalesce(e.user_name, e.user_id::text) FROM events e
        WHERE e.document_id = d.document_id AND e.type = 'uploaded' ORDER BY e.event_id LIMIT 1) AS uploaded_by
FROM documents d WHERE d.document_id = %(document_id)s;

-- name: run_origin
SELECT j.job_id, j.profile, j.stage, j.state, j.outcome, j.created_at AS began_at, j.finished_at,
    j.flow_run_id::text AS flow_run_id, (j.stage3_validation_results ->> 'critical')::int AS critical,
    (SELECT count(*) FROM undecided_pairs p WHERE p.document_id = j.document_id)::int AS undecided,
    j.stage4_override_reason AS override_reason
FROM upload_jobs j WHERE j.document_id = %(document_id)s
ORDER BY j.outcome IS NOT DISTINCT FROM 'published' DESC, j.created_at DESC, j.job_id
LIMIT 1;

-- name: withdrawal
-- The last event by which this question, or its whole document, left production.
SELECT e.ts, e.code, coalesce(e.payload ->> 'by', e.user_name) AS by, (e.payload ->> 'replaced_by')::uuid AS replaced_by
FROM events e
WHERE e.realm_id = %(realm_id)s AND e.type = 'withdrawn'
    AND (e.payload ->> 'question_id' = %(question_id)s::text
        OR e.document_id = %(document_id)s::uuid AND NOT e.payload ? 'question_id')
ORDER BY e.event_id DESC LIMIT 1;
