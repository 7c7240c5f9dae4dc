-- name: lock_active_jobs
SELECT pg_advisory_xact_lock(hashtextextended('active jobs ' || %(user_id)s::text, 0))::text AS taken;

-- name: count_active_jobs
-- Those that came over HTTP: what a user takes in by other ways is not counted against the limits of HTTP.
SELECT count(*) AS n FROM upload_jobs
WHERE user_id = %(user_id)s AND submitted_via = 'http' AND state IN ('queued', 'working', 'retryable')
    AND NOT is_stopped;

-- name: waiting_banks
SELECT batch_id, realm_id, document_id, file_name, status, uploaded_at, matched_at IS NOT NULL AS is_matched
FROM upload_batches
WHERE document_id IS NULL AND (matched_at IS NULL OR status = 'importing')
ORDER BY uploaded_at, batch_id LIMIT %(limit)s;

-- name: recent_uploads
-- How many documents the user added over HTTP in the last 24 hours, and in how many seconds the oldest is older.
SELECT count(*) AS n, coalesce(extract(epoch FROM min(created_at) + interval '24 hours' - now()), 0)::float8 AS wait_s
FROM upload_jobs
WHERE user_id = %(user_id)s AND submitted_via = 'http' AND created_at > now() - interval '24 hours';
