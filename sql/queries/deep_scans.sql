-- name: lock_statuses
-- The user's documents among those named, locked in one order, so that two who set the same ones take turns.
SELECT document_id, filename, staging_status, deep_scan_status FROM documents
WHERE realm_id = %(realm_id)s AND document_id = ANY(%(document_ids)s)
ORDER BY document_id
FOR UPDATE;

-- name: set_staging_status
-- One statement, one transaction: Selected queues the deep scan, any other status takes it back as long as it has not
-- begun: the document is then where it was before. A scan that is under way is left alone.
WITH before AS (
    SELECT document_id, staging_status, deep_scan_status FROM documents WHERE document_id = ANY(%(document_ids)s)
), changed AS (
    UPDATE documents d SET
        staging_status = %(status)s,
        deep_scan_status = CASE WHEN %(queue)s AND (d.deep_scan_status IS NULL
                OR d.deep_scan_status IN ('Completed', 'Error')) THEN 'Queued'
            WHEN NOT %(queue)s AND d.deep_scan_status = 'Queued' THEN d.deep_scan_was
            ELSE d.deep_scan_status END,
        deep_scan_error = CASE WHEN %(queue)s THEN NULL
            WHEN d.deep_scan_status = 'Queued' THEN d.deep_scan_error_was ELSE d.deep_scan_error END,
        deep_scan_was = CASE WHEN NOT %(queue)s THEN NULL
            WHEN d.deep_scan_status IN ('Completed', 'Error') THEN d.deep_scan_status ELSE d.deep_scan_was END,
        deep_scan_error_was = CASE WHEN NOT %(queue)s THEN NULL
            WHEN d.deep_scan_status IN ('Completed', 'Error') THEN d.deep_scan_error ELSE d.deep_scan_error_was END,
        updated_at = now()
    FROM before b
    WHERE d.document_id = b.document_id
    RETURNING d.document_id, d.realm_id, d.filename, b.staging_status AS staging_before, d.staging_status,
        b.deep_scan_status AS deep_before, d.deep_scan_status
), taken_back AS (
    INSERT INTO events (document_id, realm_id, correlation_id, type, code, payload)
    SELECT document_id, realm_id, %(correlation_id)s, 'review', 'deep_scan_taken_back', jsonb_build_object(
        'by', %(by)s::text, 'staging_status', staging_status, 'deep_scan_status', deep_scan_status)
    FROM changed WHERE deep_before = 'Queued' AND deep_scan_status IS DISTINCT FROM 'Queued'
), logged AS (
    INSERT INTO events (document_id, realm_id, correlation_id, type, code, payload)
    SELECT document_id, realm_id, %(correlation_id)s, 'review', 'staging_status_set', jsonb_build_object(
        'by', %(by)s::text,
        'before', jsonb_build_object('staging_status', staging_before, 'deep_scan_status', deep_before),
        'after', jsonb_build_object('staging_status', staging_status, 'deep_scan_status', deep_scan_status))
    FROM changed
    WHERE (staging_before, deep_before) IS DISTINCT FROM (staging_status, deep_scan_status)
)
SELECT document_id, filename, staging_before, staging_status, deep_before, deep_scan_status FROM changed
ORDER BY document_id;

-- name: users_waiting_for_scans
SELECT DISTINCT realm_id FROM documents WHERE deep_scan_status = 'Queued' ORDER BY realm_id;

-- name: is_any_deep_scan_open
SELECT EXISTS (SELECT FROM documents WHERE deep_scan_status IN ('Queued', 'Processing')
    AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)) AS is_any;

-- name: queued_deep_scans
-- Queued documents whose job is at rest; what another scan takes at this moment is passed over.
SELECT d.document_id, d.realm_id, (SELECT count(*) FROM upload_jobs j WHERE j.document_id = d.document_id)::int AS runs
FROM documents d
WHERE d.deep_scan_status = 'Queued' AND d.realm_id = ANY(%(realm_ids)s)
    AND EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id)
    AND NOT EXISTS (
        SELECT FROM upload_jobs j WHERE j.document_id = d.document_id AND j.state NOT IN ('done', 'deadletter'))
ORDER BY d.updated_at, d.document_id
LIMIT %(limit)s
FOR UPDATE OF d SKIP LOCKED;

-- name: waiting_deep_scans
SELECT document_id FROM documents
WHERE realm_id = %(realm_id)s AND deep_scan_status IN ('Queued', 'Processing') ORDER BY updated_at, document_id;

-- name: open_deep_jobs
-- A deep scan is a job of its own; a document that came to an active job meanwhile gets none.
INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, profile)
SELECT i.job_id, d.document_id, d.realm_id, d.user_id, %(correlation_id)s, 'deep'
FROM unnest(%(job_ids)s::uuid[], %(document_ids)s::uuid[]) AS i (job_id, document_id) JOIN documents d USING (document_id)
ON CONFLICT DO NOTHING
RETURNING document_id;

-- name: move_deep_scans
-- Compare, set, and write the event, in one statement.
WITH input AS (
    SELECT * FROM unnest(%(document_ids)s::uuid[], %(errors)s::text[]) AS i (document_id, error)
), moved AS (
    UPDATE documents d SET deep_scan_status = %(to_status)s, deep_scan_error = i.error, updated_at = now(),
        deep_scan_was = CASE WHEN %(to_status)s = 'Queued' THEN d.deep_scan_status END,
        deep_scan_error_was = CASE WHEN %(to_status)s = 'Queued' THEN d.deep_scan_error END
    FROM input i
    WHERE d.document_id = i.document_id AND d.deep_scan_status = %(from_status)s
    RETURNING d.document_id, d.realm_id, i.error
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
    SELECT j.job_id, m.document_id, m.realm_id, j.correlation_id, %(event)s, %(severity)s, %(code)s,
           jsonb_strip_nulls(jsonb_build_object('error', m.error))
    FROM moved m
    CROSS JOIN LATERAL newest_job(m.document_id) j
)
SELECT document_id FROM moved;

-- name: deep_scans_under_way
-- Documents being scanned, and where the job of the scan is.
SELECT d.document_id, j.state, j.stage, j.profile, j.last_error
FROM documents d
CROSS JOIN LATERAL newest_job(d.document_id) j
WHERE d.deep_scan_status = 'Processing'
    AND (%(realm_id)s::uuid IS NULL OR d.realm_id = %(realm_id)s)
    AND (%(document_ids)s::uuid[] IS NULL OR d.document_id = ANY(%(document_ids)s))
ORDER BY d.document_id
FOR UPDATE OF d SKIP LOCKED;

-- name: held_profiles
SELECT document_id, profile FROM upload_jobs
WHERE lease_token = %(lease)s AND state = 'working' AND document_id = ANY(%(document_ids)s);

-- name: re_anchor_questions
-- Facts keep their id and what was decided; they move to the chunk in which their evidence stands now.
UPDATE staged_questions q SET chunk_id = i.chunk_id, evidence = i.evidence
FROM unnest(%(question_ids)s::uuid[], %(chunk_ids)s::uuid[], %(evidence)s::jsonb[])
    AS i (question_id, chunk_id, evidence)
WHERE q.question_id = i.question_id;

-- name: facts_by_batch
SELECT question_id, upload_batch_id, match_sha256, status FROM staged_questions WHERE document_id = %(document_id)s;

-- name: count_carried_facts
-- The ledger of a chunk counts the facts that were carried over to it as well, and not what was staged before.
UPDATE staged_chunks c SET
    outcome = CASE WHEN c.outcome = 'failed' THEN 'failed' WHEN n.facts > 0 THEN 'facts' ELSE 'nothing_here' END,
    outcome_reason = CASE WHEN c.outcome = 'failed' THEN c.outcome_reason
        WHEN n.facts = 0 THEN coalesce(c.outcome_reason, 'what it says was staged before') END,
    fact_count = n.facts
FROM (
    SELECT s.chunk_id, count(q.question_id)::int AS facts
    FROM staged_chunks s LEFT JOIN staged_questions q USING (chunk_id)
    WHERE s.document_id = ANY(%(document_ids)s) GROUP BY s.chunk_id
) n
WHERE c.chunk_id = n.chunk_id AND c.outcome IS NOT NULL AND n.facts <> c.fact_count;

-- name: deep_changes
-- What a deep scan would change: facts that wait to be decided, and published ones that it would withdraw.
SELECT d AS document_id,
    (SELECT count(*) FROM staged_questions q WHERE q.document_id = d AND q.status = 'pending')::int AS added,
    (SELECT count(*) FROM all_questions a WHERE a.document_id = d AND NOT EXISTS (
        SELECT FROM staged_questions q
        WHERE q.question_id = a.question_id AND q.status IN ('pending', 'approved', 'imported')))::int AS withdrawn
FROM unnest(%(document_ids)s::uuid[]) AS d;

-- name: reject_scan
UPDATE staged_questions SET status = 'rejected', rejected_with_document = true, reviewed_by = %(by)s,
    reviewed_at = now(), review_notes = %(notes)s
WHERE document_id = %(document_id)s
    AND (status = 'pending' OR (status = 'approved' AND upload_batch_id = %(batch_id)s));
