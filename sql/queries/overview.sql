-- name: overview_phases
-- Documents by where their newest job stands; 7: phase 6 is over, the document was downloaded or acknowledged.
SELECT CASE WHEN j.stage6_completed_at IS NOT NULL THEN 7 ELSE j.phase END AS phase,
    count(*) AS total,
    count(*) FILTER (WHERE j.state = 'queued') AS queued,
    count(*) FILTER (WHERE j.state IN ('working', 'retryable')) AS working,
    count(*) FILTER (WHERE j.state = 'awaiting_review') AS waiting,
    count(*) FILTER (WHERE j.state = 'deadletter') AS dead,
    count(*) FILTER (WHERE j.state = 'done') AS done
FROM upload_jobs j
WHERE j.realm_id = ANY(%(realm_ids)s) AND NOT EXISTS (
    SELECT FROM upload_jobs later
    WHERE later.document_id = j.document_id AND (later.created_at, later.job_id) > (j.created_at, j.job_id))
GROUP BY 1 ORDER BY 1;

-- name: overview_dead
SELECT j.job_id, j.document_id, j.realm_id, d.filename, j.stage, j.phase, p.stage_name, j.retry_count, j.last_error,
    j.finished_at AS failed_at, j.correlation_id
FROM upload_jobs j JOIN documents d USING (document_id) JOIN job_stages p ON p.job_stage = j.stage
WHERE j.realm_id = ANY(%(realm_ids)s) AND j.state = 'deadletter' AND NOT EXISTS (
    SELECT FROM upload_jobs later
    WHERE later.document_id = j.document_id AND (later.created_at, later.job_id) > (j.created_at, j.job_id))
ORDER BY j.finished_at DESC, j.job_id DESC
LIMIT %(limit)s;

-- name: overview_dead_codes
SELECT coalesce(j.last_error ->> 'code', 'unknown') AS code, count(*) AS jobs
FROM upload_jobs j
WHERE j.realm_id = ANY(%(realm_ids)s) AND j.state = 'deadletter' AND NOT EXISTS (
    SELECT FROM upload_jobs later
    WHERE later.document_id = j.document_id AND (later.created_at, later.job_id) > (j.created_at, j.job_id))
GROUP BY 1 ORDER BY 2 DESC, 1;

-- name: overview_throughput
-- What came to its end in each hour or day (UTC) of the last days, today among them; buckets in which nothing did are
-- there too.
WITH buckets AS (
    SELECT generate_series(
        date_trunc('day', now() AT TIME ZONE 'utc') - make_interval(days => %(days)s - 1),
        date_trunc(%(by)s, now() AT TIME ZONE 'utc'),
        ('1 ' || %(by)s)::interval) AS since
), ended AS (
    SELECT date_trunc(%(by)s, finished_at AT TIME ZONE 'utc') AS since, state, outcome FROM upload_jobs
    WHERE realm_id = ANY(%(realm_ids)s) AND finished_at IS NOT NULL AND finished_at >=
        (date_trunc('day', now() AT TIME ZONE 'utc') - make_interval(days => %(days)s - 1)) AT TIME ZONE 'utc'
)
SELECT b.since AT TIME ZONE 'utc' AS since,
    count(*) FILTER (WHERE e.outcome = 'published') AS published,
    count(*) FILTER (WHERE e.outcome IN ('rejected', 'superseded')) AS not_published,
    count(*) FILTER (WHERE e.state = 'deadletter') AS dead
FROM buckets b LEFT JOIN ended e USING (since)
GROUP BY b.since ORDER BY b.since;

-- name: overview_stages
-- Of each realm and stage the newest runs alone are looked at: what this costs does not grow with the number of documents.
SELECT s.stage_name AS stage, count(*) AS documents,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.seconds) AS p50_s,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY r.seconds) AS p95_s
FROM stages s
CROSS JOIN unnest(%(realm_ids)s::uuid[]) AS realm
CROSS JOIN LATERAL (
    SELECT (d.result ->> 'seconds')::float8 AS seconds FROM document_processing_stages d
    WHERE d.realm_id = realm AND d.stage_name = s.stage_name AND d.status = 'completed'
        AND d.completed_at >= now() - make_interval(days => %(days)s)
    ORDER BY d.completed_at DESC LIMIT %(most)s) r
WHERE r.seconds IS NOT NULL
GROUP BY s.stage_name, s.execution_order ORDER BY s.execution_order;
