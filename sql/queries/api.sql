-- name: api_job_state
SELECT j.job_id, j.document_id, j.stage, j.state, j.outcome, j.phase, p.percent, j.retry_count, j.version, j.finished_at
FROM upload_jobs j JOIN job_stages p ON p.job_stage = j.stage
WHERE j.job_id = %(job_id)s;

-- name: job_event_mark
-- As realm_event_mark, of one job.
SELECT %(after)s::bigint AS after,
    coalesce(e.oldest_xact_id::text || ':' || e.oldest_xact_id || ':', pg_current_snapshot()::text) AS seen, e.xact_id::text AS xact_id
FROM (VALUES (1)) one LEFT JOIN LATERAL (
    SELECT event_id, xact_id, oldest_xact_id FROM events WHERE job_id = %(job_id)s AND event_id <= %(after)s
    ORDER BY event_id DESC LIMIT 1) e ON true;

-- name: job_events
-- As realm_events, of one job.
(SELECT event_id, ts, type, severity, code, payload FROM events
WHERE job_id = %(job_id)s AND event_id > %(after)s ORDER BY event_id LIMIT %(limit)s)
UNION ALL
SELECT event_id, ts, type, severity, code, payload FROM events
WHERE job_id = %(job_id)s AND event_id <= %(after)s AND came_after(xact_id, %(seen)s::pg_snapshot)
    AND xact_id::text IS DISTINCT FROM %(xact_id)s
ORDER BY event_id;

-- name: realms_with_events
SELECT pg_current_snapshot()::text AS seen, ARRAY(SELECT realms_with_events(%(seen)s::pg_snapshot)) AS realm_ids;

-- name: current_snapshot
SELECT pg_current_snapshot()::text AS seen;

-- name: newest_realm_event
SELECT coalesce(max(event_id), 0) AS event_id FROM events WHERE realm_id = ANY(%(realm_ids)s);

-- name: realm_event_mark
-- Where whoever has this event, or without one everything up to now, goes on. Whatever of a smaller id they do not have was
-- told by a transaction that ran when the event was, if not by its own.
SELECT coalesce(%(after)s::bigint, e.event_id, 0) AS after,
    CASE WHEN %(after)s::bigint IS NULL OR e.event_id IS NULL THEN pg_current_snapshot()::text
        ELSE e.oldest_xact_id::text || ':' || e.oldest_xact_id || ':' END AS seen,
    e.xact_id::text AS xact_id
FROM (VALUES (1)) one LEFT JOIN LATERAL (
    SELECT event_id, xact_id, oldest_xact_id FROM events
    WHERE realm_id = ANY(%(realm_ids)s) AND (%(after)s::bigint IS NULL OR event_id <= %(after)s)
    ORDER BY event_id DESC LIMIT 1) e ON true;

-- name: realm_events
-- Those with a larger id, and those with a smaller one that were committed since.
(SELECT event_id, ts, realm_id, job_id, document_id, type, severity, code, payload FROM events
WHERE realm_id = ANY(%(realm_ids)s) AND event_id > %(after)s ORDER BY event_id LIMIT %(limit)s)
UNION ALL
SELECT event_id, ts, realm_id, job_id, document_id, type, severity, code, payload FROM events
WHERE realm_id = ANY(%(realm_ids)s) AND event_id <= %(after)s AND came_after(xact_id, %(seen)s::pg_snapshot)
    AND xact_id::text IS DISTINCT FROM %(xact_id)s
ORDER BY event_id;

-- name: api_document
SELECT d.document_id, d.realm_id, d.title, d.filename, also_named(d.document_id, d.filename) AS also_named, d.mime, d.bytes_len,
    d.file_sha256, d.page_count AS pages, d.tags, d.collection, d.staging_status,
    d.deep_scan_status, d.deep_scan_error, d.published_at, d.created_at, d.updated_at, j.job_id, j.stage, j.state,
    j.outcome, w.workflow_type AS workflow,
    (SELECT count(*) FROM document_chunks c WHERE c.document_id = d.document_id) AS published_chunks,
    (SELECT count(*) FROM all_questions q WHERE q.document_id = d.document_id) AS published_facts
FROM documents d
CROSS JOIN LATERAL newest_job(d.document_id) j
LEFT JOIN processing_workflows w ON w.document_id = d.document_id
WHERE d.document_id = %(document_id)s;

-- name: api_original
SELECT document_id, filename, mime, page_count AS pages, raw_path AS key, file_sha256 AS sha256
FROM documents WHERE document_id = %(document_id)s;

-- name: api_files
SELECT 'ingest' AS stage, 'original' AS file_type, raw_path AS key, bytes_len AS size, mime AS mime_type,
    file_sha256 AS sha256, created_at
FROM documents WHERE document_id = %(document_id)s
UNION ALL
SELECT f.stage_name, f.file_type, f.file_path, f.file_size, f.mime_type, f.checksum, f.created_at
FROM stage_output_files f JOIN stages o USING (stage_name) WHERE f.document_id = %(document_id)s;

-- name: pipeline_metrics
SELECT metric, label, value FROM (SELECT * FROM pipeline_metrics() UNION ALL SELECT * FROM held_metrics()) AS m
WHERE value IS NOT NULL ORDER BY metric, label;

-- name: paid_metrics
SELECT * FROM paid_metrics() ORDER BY service, model, outcome;

-- name: api_cost_days
-- Whole days, so that the oldest is no part of one.
SELECT (started_at AT TIME ZONE 'utc')::date AS day, service, model, count(*) AS calls,
    sum(input_tokens)::bigint AS input_tokens, sum(cached_tokens)::bigint AS cached_tokens, sum(output_tokens)::bigint AS output_tokens, sum(cost_usd)::float8 AS cost_usd
FROM paid_calls
WHERE realm_id = %(realm_id)s
    AND started_at >= (date_trunc('day', now() AT TIME ZONE 'utc') - make_interval(days => %(days)s - 1)) AT TIME ZONE 'utc'
GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3;

-- name: api_document_cost_stages
SELECT stage_name AS stage, service, model, count(*) AS calls, sum(input_tokens)::bigint AS input_tokens, sum(cached_tokens)::bigint AS cached_tokens,
    sum(output_tokens)::bigint AS output_tokens, sum(cost_usd)::float8 AS cost_usd
FROM paid_calls WHERE realm_id = %(realm_id)s AND document_id = %(document_id)s
GROUP BY 1, 2, 3 ORDER BY cost_usd DESC, 1, 2, 3;
