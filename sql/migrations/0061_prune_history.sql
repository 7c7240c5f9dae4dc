-- Retention of events, only for whoever asks for it: what workers did, and, by a setting of its own, the audit trail.
-- Removed is what concerns jobs at rest, a bounded number of rows a call.

SET LOCAL search_path = upload_pipeline, public;

-- Still nobody changes an event; removing one is for prune_events alone, which says so for its own transaction.
CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('upload_pipeline.pruning', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END
$$;

-- Looks at the next `most` events after `after`, removes those that may go, and answers with their number and with the
-- last one that was looked at: null at the end. 0 days keep for ever.
-- `work_days`: events of the work itself (claims, stages, retries, waits). `audit_days`: everything else. Those of a job
-- go once it has been at rest for so long: status, reviews and whoever takes a job up again read them until then.
CREATE FUNCTION prune_events(after bigint, most int, work_days int, audit_days int,
    OUT removed bigint, OUT last_seen bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    newest timestamptz := now() - make_interval(days => least(nullif(work_days, 0), nullif(audit_days, 0)));
BEGIN
    removed := 0;
    IF newest IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('upload_pipeline.pruning', 'on', true);
    WITH seen AS MATERIALIZED (
        SELECT event_id, ts, type, job_id, document_id FROM events WHERE event_id > after
        ORDER BY event_id LIMIT most
    ), old AS (
        SELECT s.event_id, s.document_id, now() - make_interval(days => d.days) AS cutoff
        FROM seen s CROSS JOIN LATERAL (SELECT nullif(CASE WHEN s.type IN (
            'claimed', 'stage_started', 'stage_done', 'stage_reused', 'stage_skipped', 'retry', 'parked')
            THEN work_days ELSE audit_days END, 0) AS days) d
        WHERE s.ts < now() - make_interval(days => d.days)
    ), gone AS (
        DELETE FROM events e USING old o
        WHERE e.event_id = o.event_id AND NOT EXISTS (
            SELECT FROM upload_jobs j WHERE j.document_id = o.document_id
                AND (j.state NOT IN ('done', 'deadletter') OR j.finished_at >= o.cutoff))
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT max(event_id) FROM seen HAVING max(ts) < newest AND count(*) = most)
    INTO removed, last_seen;
    PERFORM set_config('upload_pipeline.pruning', '', true);
END
$$;
REVOKE ALL ON FUNCTION prune_events(bigint, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_events(bigint, int, int, int) TO upload_pipeline_service;
