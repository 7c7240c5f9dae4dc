-- Monitoring reads sums that are kept as things happen, so that a scrape costs the same however long the history is.
-- Triggers add to `metric_changes`, a row for each statement and sum, so that nobody waits for another's row; every few
-- hundred of them are added to `metric_sums`. A reader adds the two up.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0017_keep_metrics');

CREATE TABLE metric_sums (
    metric text NOT NULL,
    label text NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (metric, label)
);

CREATE TABLE metric_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    metric text NOT NULL,
    label text NOT NULL,
    value double precision NOT NULL
);

-- What is committed of the changes goes into the sums; who finds another at it leaves it to them.
CREATE FUNCTION fold_metrics() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7718, 0) THEN
        RETURN 0;
    END IF;
    WITH gone AS (
        DELETE FROM metric_changes WHERE change_id IN (SELECT change_id FROM metric_changes ORDER BY change_id LIMIT 5000)
        RETURNING metric, label, value
    ), summed AS (
        INSERT INTO metric_sums AS s (metric, label, value)
        SELECT metric, label, sum(value) FROM gone GROUP BY metric, label ORDER BY metric, label
        ON CONFLICT (metric, label) DO UPDATE SET value = s.value + EXCLUDED.value
    )
    SELECT count(*) INTO folded FROM gone;
    RETURN folded;
END
$$;

CREATE FUNCTION fold_metrics_now_and_then() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE change_id % 256 = 0) THEN
        PERFORM fold_metrics();
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER metric_changes_fold AFTER INSERT ON metric_changes REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION fold_metrics_now_and_then();

-- --- documents by the state of their newest job -------------------------------------------------------------

CREATE FUNCTION count_jobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO metric_changes (metric, label, value)
        SELECT 'jobs', state, sum(by) FROM (
            SELECT state, 1 AS by FROM added
            UNION ALL
            -- a further job of a document takes the place of the one before
            SELECT before.state, -1 FROM added a CROSS JOIN LATERAL (
                SELECT j.state FROM upload_jobs j
                WHERE j.document_id = a.document_id AND j.job_id <> a.job_id
                ORDER BY j.created_at DESC, j.job_id DESC LIMIT 1) before) AS c
        GROUP BY state HAVING sum(by) <> 0;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO metric_changes (metric, label, value)
        SELECT 'jobs', c.state, sum(c.by) FROM added a JOIN removed r USING (job_id)
        CROSS JOIN LATERAL (VALUES (a.state, 1), (r.state, -1)) AS c (state, by)
        WHERE a.state <> r.state AND NOT EXISTS (
            SELECT FROM upload_jobs j WHERE j.document_id = a.document_id
                AND (j.created_at, j.job_id) > (a.created_at, a.job_id))
        GROUP BY c.state HAVING sum(c.by) <> 0;
    ELSE
        INSERT INTO metric_changes (metric, label, value)
        SELECT 'jobs', state, -count(*) FROM (
            SELECT DISTINCT ON (document_id) state FROM removed ORDER BY document_id, created_at DESC, job_id DESC) AS c
        GROUP BY state;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER upload_jobs_count_inserted AFTER INSERT ON upload_jobs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
CREATE TRIGGER upload_jobs_count_updated AFTER UPDATE ON upload_jobs
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();
CREATE TRIGGER upload_jobs_count_deleted AFTER DELETE ON upload_jobs REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION count_jobs();

-- --- stages ---------------------------------------------------------------------------------------------------

CREATE FUNCTION stage_sums(result jsonb, retries int, input bigint, output bigint, cost numeric)
RETURNS TABLE (metric text, value double precision) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('stage_seconds', coalesce((result ->> 'seconds')::float8, 0)),
        ('stage_documents', (coalesce(result ? 'seconds', false))::int::float8),
        ('stage_retries', retries::float8), ('input_tokens', input::float8), ('output_tokens', output::float8),
        ('cost_usd', cost::float8)
$$;

CREATE FUNCTION count_stages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO metric_changes (metric, label, value)
        SELECT s.metric, stage_name, sum(s.value)
        FROM added a JOIN removed r USING (document_id, stage_name)
        CROSS JOIN LATERAL (
            SELECT * FROM stage_sums(a.result, a.retry_count, a.input_tokens, a.output_tokens, a.cost_usd)
            UNION ALL
            SELECT b.metric, -b.value
            FROM stage_sums(r.result, r.retry_count, r.input_tokens, r.output_tokens, r.cost_usd) AS b
        ) AS s
        WHERE (a.result -> 'seconds', a.retry_count, a.input_tokens, a.output_tokens, a.cost_usd)
            IS DISTINCT FROM (r.result -> 'seconds', r.retry_count, r.input_tokens, r.output_tokens, r.cost_usd)
        GROUP BY s.metric, stage_name HAVING sum(s.value) <> 0;
    ELSE
        INSERT INTO metric_changes (metric, label, value)
        SELECT s.metric, r.stage_name, -sum(s.value) FROM removed r CROSS JOIN LATERAL stage_sums(
            r.result, r.retry_count, r.input_tokens, r.output_tokens, r.cost_usd) AS s
        GROUP BY s.metric, r.stage_name HAVING sum(s.value) <> 0;
    END IF;
    RETURN NULL;
END
$$;
-- a row is made without anything to count
CREATE TRIGGER document_processing_stages_count_updated AFTER UPDATE ON document_processing_stages
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_stages();
CREATE TRIGGER document_processing_stages_count_deleted AFTER DELETE ON document_processing_stages
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_stages();

-- --- rows in all, and what happened ----------------------------------------------------------------------------

CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    INSERT INTO metric_changes (metric, label, value)
    SELECT TG_ARGV[0], '', CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END * count(*) FROM counted HAVING count(*) > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER all_questions_count_inserted AFTER INSERT ON all_questions REFERENCING NEW TABLE AS counted
    FOR EACH STATEMENT EXECUTE FUNCTION count_rows('published_facts');
CREATE TRIGGER all_questions_count_deleted AFTER DELETE ON all_questions REFERENCING OLD TABLE AS counted
    FOR EACH STATEMENT EXECUTE FUNCTION count_rows('published_facts');

-- How a fact that a person decided was made, how certain it seemed, and why a person was asked about it. Without a SET, so
-- that it is planned with what it is joined to.
CREATE FUNCTION decided_fact(fact staged_questions)
RETURNS TABLE (generator text, band text, reason text, status text, is_edited boolean) LANGUAGE sql STABLE AS $$
    SELECT fact.generator,
        CASE WHEN fact.confidence IS NULL THEN 'unknown' WHEN fact.confidence < 0.2 THEN '0.0-0.2'
            WHEN fact.confidence < 0.4 THEN '0.2-0.4' WHEN fact.confidence < 0.6 THEN '0.4-0.6'
            WHEN fact.confidence < 0.8 THEN '0.6-0.8' ELSE '0.8-1.0' END,
        CASE WHEN fact.left_out_reason IS NOT NULL THEN fact.left_out_reason
            WHEN EXISTS (SELECT FROM staging_duplicates p WHERE p.staged_question_id = fact.question_id)
                THEN 'near_duplicate'
            WHEN fact.confidence < fact.publish_from THEN 'medium_confidence'
            ELSE 'not_asked' END,
        fact.status, fact.edited_by IS NOT NULL
$$;

-- What reviewing costs: a pause counts for no longer than this, and after that a new sitting begins, whose first decision is
-- not timed; neither is one that follows faster than the least, which nobody has looked at.
CREATE FUNCTION review_times(OUT least_s float8, OUT cap_s float8, OUT break_s float8) LANGUAGE sql IMMUTABLE
RETURN (0.5::float8, 120::float8, 1800::float8);

-- These only grow: what retention removes has happened all the same.
CREATE FUNCTION count_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    INSERT INTO metric_changes (metric, label, value)
    SELECT 'events', type, count(*) FROM added GROUP BY type
    UNION ALL
    SELECT 'lease_losses', '', count(*) FROM added WHERE code IN ('worker_lost', 'taken_over') HAVING count(*) > 0
    UNION ALL
    SELECT 'dead_letters', coalesce(payload -> 'error' ->> 'code', 'unknown'), count(*) FROM added
    WHERE code = 'dead_letter' GROUP BY 2;
    IF EXISTS (SELECT FROM added WHERE is_decision(type, code, user_id)) THEN
        INSERT INTO metric_changes (metric, label, value)
        SELECT 'review_decisions', CASE WHEN w.sign > 0 THEN replace(a.code, '_undone', '_redone') ELSE a.code END,
            sum(w.number)
        FROM added a CROSS JOIN LATERAL weigh_decision(a.code, a.payload) w
        WHERE is_decision(a.type, a.code, a.user_id) GROUP BY 2
        UNION ALL
        SELECT 'review_facts_by_' || g.kind, g.name || '|' || o.outcome, count(*)
        FROM added a
        CROSS JOIN LATERAL (
            SELECT q FROM staged_questions q
            WHERE a.code LIKE 'fact_%' AND q.question_id = (a.payload ->> 'question_id')::uuid
            UNION ALL
            -- of a decision about the whole document, what it decided: in this transaction
            SELECT q FROM staged_questions q
            WHERE a.code IN ('matches_approved', 'document_rejected') AND q.document_id = a.document_id
                AND q.reviewed_by = a.user_id AND q.reviewed_at = now()) f
        CROSS JOIN LATERAL decided_fact(f.q) d
        CROSS JOIN LATERAL (SELECT CASE
            WHEN a.code IN ('matches_approved', 'document_rejected') THEN d.status
            WHEN a.code IN ('fact_approved', 'fact_rejected', 'fact_edited') THEN replace(a.code, 'fact_', '')
            WHEN a.code = 'fact_added' THEN NULL
            WHEN (a.payload #>> '{undone,is_undo}')::boolean THEN nullif(a.payload #>> '{after,status}', 'pending')
            WHEN a.payload #>> '{before,status}' IN ('approved', 'rejected') THEN 'taken_back' END AS outcome) o
        CROSS JOIN LATERAL (
            VALUES ('generator', d.generator), ('confidence', d.band), ('reason', d.reason)) AS g (kind, name)
        WHERE is_decision(a.type, a.code, a.user_id) AND o.outcome IS NOT NULL
        GROUP BY 1, 2
        UNION ALL
        SELECT v.metric, '', sum(v.value)
        FROM added a
        CROSS JOIN review_times() t
        CROSS JOIN LATERAL weigh_decision(a.code, a.payload) w
        CROSS JOIN LATERAL (
            SELECT extract(epoch FROM a.ts - e.ts)::float8 AS gap FROM events e
            WHERE e.user_id = a.user_id AND e.type = 'review' AND e.event_id < a.event_id
                AND is_decision(e.type, e.code, e.user_id)
            ORDER BY e.event_id DESC LIMIT 1) before
        CROSS JOIN LATERAL (
            VALUES ('review_seconds', least(before.gap, t.cap_s)), ('review_timed_decisions', 1::float8)) AS v (metric, value)
        WHERE is_decision(a.type, a.code, a.user_id) AND w.is_single AND before.gap BETWEEN t.least_s AND t.break_s
        GROUP BY v.metric;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER events_count AFTER INSERT ON events REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_events();

CREATE FUNCTION count_deliveries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    INSERT INTO metric_changes (metric, label, value) VALUES ('webhook_deliveries', NEW.status, 1);
    RETURN NULL;
END
$$;
CREATE TRIGGER webhook_deliveries_count_born AFTER INSERT ON webhook_deliveries
    FOR EACH ROW WHEN (NEW.status <> 'pending') EXECUTE FUNCTION count_deliveries();
CREATE TRIGGER webhook_deliveries_count_ended AFTER UPDATE OF status ON webhook_deliveries
    FOR EACH ROW WHEN (OLD.status = 'pending' AND NEW.status <> 'pending') EXECUTE FUNCTION count_deliveries();

-- --- runs of the flows that look after it -------------------------------------------------------------------------

-- When each was last begun. From the start of monitoring on one that never ran is as old as that.
CREATE TABLE flow_runs (
    flow text PRIMARY KEY CHECK (flow IN ('process-queue', 'deep-scan', 'maintain')),
    last_begun_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO flow_runs (flow) VALUES ('process-queue'), ('deep-scan'), ('maintain');

-- --- what a scrape reads ----------------------------------------------------------------------------------------

-- A sum of nothing is 0, and not unknown.
INSERT INTO metric_sums (metric, label, value)
SELECT 'jobs', state, 0 FROM unnest(ARRAY['queued', 'working', 'retryable', 'awaiting_review', 'done', 'deadletter']) AS state
UNION ALL
SELECT metric, stage_name, 0 FROM stages CROSS JOIN unnest(ARRAY[
    'stage_seconds', 'stage_documents', 'stage_retries', 'input_tokens', 'output_tokens', 'cost_usd']) AS metric
UNION ALL
VALUES ('review_seconds', '', 0), ('review_timed_decisions', '', 0), ('lease_losses', '', 0), ('published_facts', '', 0), ('webhook_deliveries', 'failed', 0),
    ('webhook_deliveries', 'delivered', 0);

-- Sums over all realms, without showing anybody a row: the API's role may call this and no more.
CREATE FUNCTION pipeline_metrics() RETURNS TABLE (metric text, label text, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT metric, label, sum(value) FROM (
        SELECT metric, label, value FROM metric_sums UNION ALL SELECT metric, label, value FROM metric_changes) AS kept
    GROUP BY metric, label
    UNION ALL
    SELECT 'oldest_queued_seconds', '', coalesce(extract(epoch FROM now() - min(queued_since)), 0)::float8
        -- a job that has stopped is no sign of a queue that does not move
        FROM upload_jobs WHERE queued_since IS NOT NULL AND NOT is_stopped
    UNION ALL
    SELECT 'review_waiting', phase::text, count(*)::float8 FROM upload_jobs WHERE state = 'awaiting_review'
        GROUP BY phase
    UNION ALL
    SELECT 'review_waiting_seconds', p.phase::text, (
            SELECT coalesce(extract(epoch FROM now() - min(j.waits_since)), 0)::float8 FROM upload_jobs j
            WHERE j.waits_in = p.phase)
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

-- What was paid: without a user, a document or a content. Calls never go and a settled one never changes, so all but
-- ``reserved`` only grow.
CREATE FUNCTION paid_metrics() RETURNS TABLE (
    service text, model text, outcome text, calls bigint, input_tokens bigint, cached_tokens bigint,
    output_tokens bigint, cost_usd float8, reserved_usd float8
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT service, model, outcome, calls, input_tokens, cached_tokens, output_tokens, cost_usd::float8, 0::float8
    FROM paid_totals
    UNION ALL
    SELECT service, model, 'reserved', count(*), 0, 0, 0, 0::float8, sum(reserved_usd)::float8
    FROM paid_calls WHERE state = 'reserved' GROUP BY 1, 2
$$;

-- What waits for a missing part: counts, and no row of anybody's.
CREATE FUNCTION held_metrics() RETURNS TABLE (metric text, label text, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT 'held_jobs', m.part, (
        SELECT count(*) FROM upload_jobs j WHERE j.held_for = m.part AND j.state = 'queued')::float8
    FROM missing_parts m
    UNION ALL
    SELECT 'part_missing_seconds', part, extract(epoch FROM now() - since)::float8 FROM missing_parts
$$;
