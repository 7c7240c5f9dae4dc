-- A stage can be run alone: the job stops behind it, and goes on when somebody says so.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0096_stop_behind_a_stage');

ALTER TABLE upload_jobs
    ADD COLUMN stop_after text REFERENCES stages (stage_name),
    ADD COLUMN is_stopped boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT upload_jobs_stop_check
        CHECK ((stop_after IS NULL OR state NOT IN ('done', 'deadletter')) AND (NOT is_stopped OR state = 'queued'));
GRANT UPDATE (stop_after, is_stopped) ON upload_jobs TO upload_pipeline_api;

-- As before, but a job that has stopped is no sign of a queue that does not move.
CREATE OR REPLACE FUNCTION pipeline_metrics() RETURNS TABLE (metric text, label text, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT metric, label, sum(value) FROM (
        SELECT metric, label, value FROM metric_sums UNION ALL SELECT metric, label, value FROM metric_changes) AS kept
    GROUP BY metric, label
    UNION ALL
    SELECT 'oldest_queued_seconds', '', coalesce(extract(epoch FROM now() - min(updated_at)), 0)::float8
        FROM upload_jobs WHERE state = 'queued' AND NOT is_stopped
    UNION ALL
    SELECT 'review_waiting', phase::text, count(*)::float8 FROM upload_jobs WHERE state = 'awaiting_review'
        GROUP BY phase
    UNION ALL
    SELECT 'review_waiting_seconds', p.phase::text, (
            SELECT coalesce(extract(epoch FROM now() - min(j.updated_at)), 0)::float8 FROM upload_jobs j
            WHERE j.state = 'awaiting_review' AND j.phase = p.phase)
        FROM (VALUES (2), (4)) AS p (phase)
    UNION ALL
    SELECT 'webhook_waiting', '', count(*)::float8 FROM webhook_deliveries WHERE status = 'pending'
    UNION ALL
    SELECT 'webhook_endpoints', state, count(e.webhook_id)::float8
        FROM unnest(ARRAY['active', 'paused', 'disabled']) AS state LEFT JOIN webhook_endpoints e ON state = CASE
            WHEN e.disabled_at IS NOT NULL THEN 'disabled' WHEN e.paused_until IS NOT NULL THEN 'paused' ELSE 'active' END
        GROUP BY state
    UNION ALL
    SELECT 'flow_last_run', flow, extract(epoch FROM last_begun_at)::float8 FROM flow_runs
    UNION ALL
    SELECT 'table_bytes', t, pg_total_relation_size(('upload_pipeline.' || t)::regclass)::float8
        FROM unnest(ARRAY['events', 'webhook_deliveries', 'fact_cache', 'embedding_cache']) AS t
    UNION ALL
    SELECT 'database_bytes', '', pg_database_size(current_database())::float8
$$;
