-- name: lock_active_jobs
SELECT pg_advisory_xact_lock(hashtextextended('active jobs ' || %(user_id)s::text, 0))::text AS taken;

-- name: count_active_jobs
SELECT count(*) AS n FROM upload_jobs
WHERE user_id = %(user_id)s AND state IN ('queued', 'working', 'retryable');
