-- name: parse_job
SELECT parse_key, service, state, tag, call_id, run_id, service_job_id, service_file_id, pages, failure,
    extract(epoch FROM now() - started_at)::float8 AS age_s
FROM parse_jobs WHERE parse_key = %(key)s;

-- name: open_parse_job
INSERT INTO parse_jobs (parse_key, service, tag, call_id, run_id)
VALUES (%(key)s, %(service)s, %(tag)s, %(call_id)s, %(run_id)s);

-- name: start_parse_job
UPDATE parse_jobs SET state = 'running', service_job_id = %(service_job_id)s,
    service_file_id = %(service_file_id)s
WHERE parse_key = %(key)s AND tag = %(tag)s AND state = 'starting';

-- name: end_parse_job
UPDATE parse_jobs SET state = %(state)s, pages = %(pages)s::jsonb, failure = %(failure)s::jsonb,
    run_id = %(run_id)s, finished_at = now(), last_used_at = now()
WHERE parse_key = %(key)s AND tag = %(tag)s AND state = 'running';

-- name: use_parse_job
UPDATE parse_jobs SET last_used_at = now() WHERE parse_key = %(key)s;

-- name: forget_parse_job
DELETE FROM parse_jobs WHERE parse_key = %(key)s AND tag = %(tag)s AND state IN ('starting', 'failed');

-- name: prune_parse_jobs
-- What nobody used for long; then, above the size, what was used longest ago. What is under way stays.
WITH sized AS (
    SELECT parse_key, last_used_at, sum(coalesce(pg_column_size(pages), 0) + 200)
        OVER (ORDER BY last_used_at DESC, parse_key) AS running
    FROM parse_jobs WHERE state IN ('done', 'failed')
)
DELETE FROM parse_jobs p USING sized s WHERE p.parse_key = s.parse_key
    AND (s.running > %(max_bytes)s OR s.last_used_at < now() - make_interval(days => %(max_days)s));
