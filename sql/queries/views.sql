-- name: view_progress
SELECT DISTINCT ON (d.document_id) d.document_id, d.filename, j.stage, j.state, j.outcome, p.percent, j.retry_count,
    j.last_error, j.is_stopped
FROM documents d
JOIN upload_jobs j USING (document_id)
JOIN job_stages p ON p.job_stage = j.stage
WHERE d.document_id = ANY(%(document_ids)s)
ORDER BY d.document_id, j.created_at DESC;

-- name: view_run_documents
-- Where the documents of a run stand, whoever they belong to, as the run shows it. No text of theirs.
SELECT DISTINCT ON (d.document_id) d.document_id, d.realm_id, d.filename, j.job_id, j.profile, j.stage, j.state, j.outcome,
    j.phase, p.percent, j.last_error ->> 'code' AS error_code,
    -- published, or to be published if nobody decides otherwise
    (SELECT count(*) FROM staged_questions q
        WHERE q.document_id = d.document_id AND q.status NOT IN ('rejected', 'duplicate', 'left_out')) AS facts,
    (SELECT count(*) FROM staged_questions q WHERE q.document_id = d.document_id AND q.status = 'left_out') AS left_out,
    (SELECT count(*) FROM undecided_pairs s WHERE s.document_id = d.document_id) AS undecided,
    coalesce(j.stage3_validation_results -> 'findings', '[]') AS findings
FROM documents d
JOIN upload_jobs j USING (document_id)
JOIN job_stages p ON p.job_stage = j.stage
WHERE d.document_id = ANY(%(document_ids)s)
ORDER BY d.document_id, j.created_at DESC;

-- name: view_counts
SELECT
    (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
        SELECT state, count(*) AS n FROM upload_jobs j WHERE realm_id = %(realm_id)s AND NOT EXISTS (
            SELECT FROM upload_jobs later WHERE later.document_id = j.document_id AND later.created_at > j.created_at)
        GROUP BY state) s) AS jobs,
    (SELECT count(*) FROM documents WHERE realm_id = %(realm_id)s AND published_at IS NOT NULL) AS documents,
    (SELECT count(*) FROM document_chunks WHERE realm_id = %(realm_id)s) AS chunks,
    (SELECT count(*) FROM all_questions WHERE realm_id = %(realm_id)s) AS facts;

-- name: view_find_jobs
-- The newest job of each document that is meant; an earlier job of it names it, too. A name means first what stands
-- at its place now; a place (URI) means what stands there.
SELECT (SELECT job_id FROM newest_job(d.document_id)) AS job_id, d.document_id, d.filename, coalesce(p.is_current, true) AS is_current, p.place,
    d.document_id::text LIKE %(prefix)s
        OR EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id AND j.job_id::text LIKE %(prefix)s)
        AS is_by_id
FROM documents d
LEFT JOIN LATERAL (
    -- a document may stand elsewhere by now, under another name: then the one that has the name now is meant
    SELECT coalesce(bool_or(s.is_current) FILTER (WHERE s.filename = %(name)s), bool_or(s.is_current)) AS is_current,
        (array_agg(s.source_uri ORDER BY s.filename = %(name)s DESC, s.is_current DESC, s.source_uri))[1] AS place
    FROM document_sources s WHERE s.document_id = d.document_id) p ON true
WHERE (%(realm_id)s::uuid IS NULL OR d.realm_id = %(realm_id)s) AND (
    d.document_id::text LIKE %(prefix)s
    OR d.document_id IN (SELECT s.document_id FROM document_sources s
        WHERE s.realm_id = d.realm_id AND (s.filename = %(name)s OR (s.source_uri = %(name)s AND s.is_current)))
    OR EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id AND j.job_id::text LIKE %(prefix)s))
ORDER BY is_current DESC, d.document_id
LIMIT 20;

-- name: view_document_of
SELECT document_id FROM upload_jobs WHERE job_id = %(job_id)s;

-- name: view_job_stages
SELECT s.stage_name, s.status, s.started_at, s.completed_at, s.error_message, s.retry_count, s.runs,
    (s.result ->> 'seconds')::float8 AS seconds, s.input_tokens, s.output_tokens, s.cost_usd::float8 AS cost_usd
FROM document_processing_stages s JOIN stages o USING (stage_name)
WHERE s.document_id = %(document_id)s ORDER BY o.execution_order;

-- name: view_job_findings
SELECT stage3_validation_results FROM upload_jobs WHERE job_id = %(job_id)s;

-- name: view_returned_findings
-- What a waiting document was returned to matching review for; going back took it from the job itself.
SELECT e.payload -> 'findings' AS findings
FROM upload_jobs j
JOIN LATERAL (
    SELECT code, payload FROM events e WHERE e.job_id = j.job_id AND e.realm_id = j.realm_id
        AND e.code IN ('returned_to_matching', 'matching_review_needed')
    ORDER BY event_id DESC LIMIT 1) e ON e.code = 'returned_to_matching'
WHERE j.job_id = %(job_id)s AND j.state = 'awaiting_review' AND j.stage = 'matching_review';

-- name: view_left_out
SELECT question_id, question, answer, statement, joined_quotes(evidence) AS quote, evidence_page AS page, evidence,
    left_out_reason AS reason, evidence_pieces AS pieces, round(confidence::numeric, 3)::float8 AS confidence,
    reasons_json(confidence_reasons) AS confidence_reasons
FROM staged_questions WHERE document_id = %(document_id)s AND status = 'left_out'
ORDER BY evidence_char_from, question_id;

-- name: view_to_decide
-- What a person is asked about, the least sure first.
SELECT question_id, question, answer, statement, joined_quotes(evidence) AS quote, evidence_page AS page, evidence,
    round(confidence::numeric, 3)::float8 AS confidence,
    reasons_json(confidence_reasons) AS confidence_reasons
FROM staged_questions WHERE document_id = %(document_id)s AND status = 'pending' AND reviewed_by IS NULL
    AND confidence < publish_from
ORDER BY staged_questions.confidence, evidence_char_from, question_id;

-- name: view_job_events
SELECT event_id, ts, type, severity, code, payload FROM events
WHERE job_id = %(job_id)s AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s) ORDER BY event_id DESC LIMIT 50;

-- name: view_chunk_outcomes
SELECT outcome, outcome_reason, count(*) AS chunks, sum(fact_count) AS facts, sum(refused_count) AS refused
FROM staged_chunks WHERE document_id = %(document_id)s GROUP BY 1, 2 ORDER BY 3 DESC;

-- name: published_questions
SELECT question_id, question, document_id FROM all_questions
WHERE realm_id = %(realm_id)s AND document_id IS NOT NULL AND question IS NOT NULL
    AND (%(after)s::uuid IS NULL OR question_id > %(after)s)
ORDER BY question_id LIMIT %(limit)s;

-- name: published_samples
-- Something to ask that is published: questions, and statements where there are none.
(SELECT question AS text FROM all_questions WHERE realm_id = %(realm_id)s AND question IS NOT NULL LIMIT %(limit)s)
UNION ALL
(SELECT statement FROM all_questions WHERE realm_id = %(realm_id)s AND question IS NULL AND statement IS NOT NULL
    LIMIT %(limit)s)
LIMIT %(limit)s;

-- name: count_not_asked
-- What has no question, and what has no document that is to be found.
SELECT count(*) AS questions FROM all_questions
WHERE realm_id = %(realm_id)s AND (document_id IS NULL OR question IS NULL);

-- name: export_document
SELECT document_id, filename, also_named(document_id, filename) AS also_named, title, mime, page_count, file_sha256, raw_path, published_at,
    published_path, published_sha256
FROM documents WHERE realm_id = %(realm_id)s AND document_id = %(document_id)s;

-- name: export_chunks
SELECT c.chunk_id, c.ordinal, c.text, c.heading_path,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END AS page_from,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_to END AS page_to, c.char_from, c.char_to
FROM document_chunks c JOIN documents d USING (document_id)
WHERE c.document_id = %(document_id)s ORDER BY c.ordinal;

-- name: export_facts
-- Page and characters are those of the place of the fact: of its row, else of the first span.
SELECT question_id, chunk_id, question, answer, statement, joined_quotes(evidence) AS quote, evidence_page AS page,
    evidence_char_from AS char_from, (place_of(evidence) ->> 'char_to')::int AS char_to, evidence,
    evidence_match AS match, generator, round(confidence::numeric, 3)::float8 AS confidence,
    reasons_json(confidence_reasons) AS confidence_reasons,
    (SELECT s.added_by FROM staged_questions s WHERE s.question_id = a.question_id) AS added_by
FROM all_questions a WHERE document_id = %(document_id)s ORDER BY evidence_char_from, question_id;

-- name: export_files
SELECT stage_name, file_type, file_path, file_size, checksum FROM stage_output_files f JOIN stages USING (stage_name)
WHERE document_id = %(document_id)s ORDER BY execution_order, file_type;

-- name: view_job_phases
-- The first phase has ended when the second began; every other one has its time, and so has one that was skipped.
SELECT n AS phase, j.phases_began_at[n + 1] AS began_at,
    CASE n WHEN 0 THEN j.phases_began_at[2] WHEN 1 THEN j.stage1_completed_at WHEN 2 THEN j.stage2_completed_at
        WHEN 3 THEN j.stage3_completed_at WHEN 4 THEN j.stage4_completed_at WHEN 5 THEN j.stage5_completed_at
        ELSE j.stage6_completed_at END AS ended_at
FROM upload_jobs j CROSS JOIN generate_series(0, 6) AS n
WHERE j.job_id = %(job_id)s ORDER BY n;

-- name: view_job_decisions
-- How it came past phases 2 and 4, and out of phase 6; what was taken back by going back is no decision any more.
SELECT e.code, e.ts, e.user_id, e.payload
FROM upload_jobs j JOIN events e ON e.job_id = j.job_id AND e.realm_id = j.realm_id
WHERE j.job_id = %(job_id)s
    AND CASE e.code WHEN 'matches_approved' THEN j.stage2_approved_matches IS NOT NULL
        WHEN 'validation_overridden' THEN j.stage4_override_reason IS NOT NULL
        WHEN 'acknowledged' THEN j.stage6_completed_at IS NOT NULL ELSE false END
ORDER BY e.event_id;

-- name: to_acknowledge
-- Published jobs of a document, held: by job, or all; with the version that stands.
SELECT j.job_id, j.document_id, d.filename, j.outcome, d.published_at, j.stage6_completed_at AS completed_at
FROM upload_jobs j JOIN documents d USING (document_id)
WHERE d.realm_id = %(realm_id)s AND (%(job_id)s::uuid IS NULL OR j.job_id = %(job_id)s)
    AND (%(document_id)s::uuid IS NULL OR j.document_id = %(document_id)s AND j.outcome = 'published')
ORDER BY j.job_id
FOR UPDATE OF j FOR SHARE OF d;
