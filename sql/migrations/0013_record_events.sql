-- The audit trail: what happened, in order. Append-only: rows are written in the transaction that made them true, never
-- changed. What leaves the pipeline, and who changed what decides over others' work, leaves events too.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0013_record_events');

CREATE TABLE events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ts timestamptz NOT NULL DEFAULT clock_timestamp(),
    job_id uuid,
    document_id uuid,
    realm_id uuid,
    -- who did it, by id and by the name that they had then; neither: the system
    user_id uuid DEFAULT acting_user_id(),
    user_name text DEFAULT acting_name(),
    correlation_id uuid,
    type text NOT NULL CHECK (type IN (
        'uploaded', 'claimed', 'stage_started', 'stage_done', 'stage_reused', 'stage_skipped', 'retry', 'error',
        'parked', 'review', 'restarted', 'finalized', 'published', 'withdrawn', 'erased',
        'exported', 'downloaded', 'realm', 'source', 'webhook', 'model', 'setting', 'pruned')),
    severity text NOT NULL DEFAULT 'info' CHECK (severity IN ('info', 'warning', 'critical')),
    code text NOT NULL CHECK (code <> ''),
    payload jsonb NOT NULL DEFAULT '{}',
    -- the transaction that tells it, and the oldest that ran at the time: ids are not committed in their order
    xact_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    oldest_xact_id xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot())
);
CREATE INDEX events_xact_idx ON events (xact_id);
CREATE INDEX events_job_idx ON events (job_id, event_id);
CREATE INDEX events_document_idx ON events (document_id, event_id);
-- what is new in a realm, for whoever follows it
CREATE INDEX events_realm_idx ON events (realm_id, event_id);
-- what reviewing costs: decisions of a realm lately, and the one before of the same person
CREATE INDEX events_review_idx ON events (realm_id, ts) WHERE type = 'review';
CREATE INDEX events_reviewer_idx ON events (user_id, event_id) WHERE type = 'review' AND user_id IS NOT NULL;
CREATE INDEX events_batch_idx ON events ((payload ->> 'batch_id'), event_id) WHERE payload ? 'batch_id';

-- Every event has a correlation id: its own, else the request's in whose transaction it is written, else that of the
-- batch that it names, else that of the newest job of its document.
CREATE FUNCTION correlate_event() RETURNS trigger LANGUAGE plpgsql SET search_path = upload_pipeline, public AS $$
BEGIN
    NEW.correlation_id := coalesce(
        correlation_of_request(),
        (SELECT b.correlation_id FROM upload_batches b WHERE b.batch_id::text = NEW.payload ->> 'batch_id'),
        (SELECT correlation_id FROM newest_job(NEW.document_id)),
        gen_random_uuid());
    RETURN NEW;
END
$$;

CREATE TRIGGER events_correlate BEFORE INSERT ON events
    FOR EACH ROW WHEN (NEW.correlation_id IS NULL) EXECUTE FUNCTION correlate_event();

-- What is told of a document, a job or a batch is told in its realm: else it would be read there, and move along with a
-- document. No foreign key can say so, as events outlive what they tell of. A trigger, as a policy does not see what its
-- own statement has inserted. Whoever is not bound by row-level security, as workers, is not asked.
CREATE FUNCTION refuse_foreign_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    -- under the policies of whoever inserts: rows of others are not there
    IF NEW.document_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM documents d WHERE d.document_id = NEW.document_id AND d.realm_id = NEW.realm_id)
        OR NEW.job_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM upload_jobs j WHERE j.job_id = NEW.job_id AND j.document_id = NEW.document_id)
        OR NEW.payload ? 'batch_id' AND NOT EXISTS (
            SELECT FROM upload_batches b WHERE b.batch_id::text = NEW.payload ->> 'batch_id' AND b.realm_id = NEW.realm_id)
    THEN
        RAISE EXCEPTION 'an event tells of a job, document or batch of its own realm'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'events_own_rows';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER events_own AFTER INSERT ON events FOR EACH ROW
    WHEN (row_security_active('upload_pipeline.events'::regclass)) EXECUTE FUNCTION refuse_foreign_event();

-- Whether an event was committed after this snapshot. One of a restored database may have a transaction that is yet to come.
CREATE FUNCTION came_after(xact_id xid8, seen pg_snapshot) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT xact_id >= pg_snapshot_xmin(seen) AND xact_id < pg_snapshot_xmax(pg_current_snapshot())
        AND NOT pg_visible_in_snapshot(xact_id, seen)
$$;

-- In which realms something was committed after this snapshot: one question for all who follow events of this process.
-- SECURITY DEFINER: it shows no event, and whoever follows reads those of their own realms.
CREATE FUNCTION realms_with_events(seen pg_snapshot) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT DISTINCT e.realm_id FROM events e WHERE came_after(e.xact_id, seen) AND e.realm_id IS NOT NULL
$$;

-- Whether a person decided something by this. Everything of a review that is no decision is a reminder, or what followed.
CREATE FUNCTION is_decision(type text, code text, user_id uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT type = 'review' AND user_id IS NOT NULL AND code IN (
        'fact_approved', 'fact_rejected', 'fact_edited', 'fact_added', 'fact_undone', 'pair_resolved', 'pair_undone',
        'questions_approved', 'questions_rejected', 'question_edited', 'question_undone', 'duplicates_resolved',
        'matches_approved', 'returned_to_matching', 'validation_overridden', 'document_rejected')
$$;

-- How many facts, pairs or documents a decision is about, by the event that tells of it: an event of a bank tells of all at
-- once, one of a document of each. It is single if nothing else was decided by the same act: of those alone the time is
-- known. One that takes a decision back counts against it, and taking that back for it. What follows by itself counts
-- for nobody.
CREATE FUNCTION weigh_decision(code text, payload jsonb, OUT number int, OUT is_single boolean, OUT sign int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT n.number,
        n.number = 1 AND coalesce((payload ->> 'together')::int, 1) = 1
            AND code NOT IN ('matches_approved', 'document_rejected') AND NOT n.is_undo,
        CASE WHEN n.is_undo AND NOT coalesce((payload #>> '{undone,is_undo}')::boolean, false) THEN -1 ELSE 1 END
    FROM (SELECT CASE WHEN payload ->> 'by' = 'system' THEN 0 WHEN code IN ('questions_approved', 'questions_rejected', 'duplicates_resolved')
                AND jsonb_typeof(payload -> 'before') = 'object'
            THEN (SELECT count(*)::int FROM jsonb_object_keys(payload -> 'before')) ELSE 1 END AS number,
        code LIKE '%_undone' AS is_undo) n
$$;

-- The facts of a document that findings name for which it waits in matching review again.
CREATE FUNCTION named_facts(document uuid) RETURNS TABLE (question_id text) LANGUAGE sql STABLE AS $$
    SELECT named FROM (
        SELECT e.code, e.payload FROM upload_pipeline.upload_jobs j JOIN upload_pipeline.events e ON e.job_id = j.job_id AND e.realm_id = j.realm_id
        WHERE j.document_id = document AND j.state = 'awaiting_review' AND j.stage = 'matching_review'
            AND e.code IN ('returned_to_matching', 'matching_review_needed')
        ORDER BY e.event_id DESC LIMIT 1) last
    CROSS JOIN jsonb_array_elements(coalesce(last.payload -> 'findings', '[]')) f
    CROSS JOIN LATERAL (SELECT f ->> 'subject' AS named
        UNION ALL SELECT jsonb_array_elements_text(coalesce(f -> 'question_ids', '[]'))) each
    WHERE last.code = 'returned_to_matching'
$$;

-- The facts of a document that a person has still to decide: their pairs, or, where they are pending, whatever is not
-- certain enough to be published unseen, is looked at in any case, is named, or was begun by somebody. Each count of what
-- is to be decided in a document is of these; other pending facts are certain.
CREATE FUNCTION open_facts(document uuid) RETURNS TABLE (question_id uuid, status text) LANGUAGE sql STABLE AS $$
    SELECT q.question_id, q.status
    FROM upload_pipeline.staged_questions q JOIN upload_pipeline.processing_workflows w ON w.document_id = q.document_id
    WHERE q.document_id = document AND NOT q.taken_back AND (
        q.status IN ('pending', 'approved') AND EXISTS (SELECT FROM upload_pipeline.staging_duplicates p
            WHERE p.staged_question_id = q.question_id AND p.resolution = 'pending')
        OR q.status = 'pending' AND (w.workflow_type = 'manual' OR q.reviewed_by IS NOT NULL OR q.confidence IS NULL
            OR q.confidence < q.publish_from
            OR q.question_id::text IN (SELECT n.question_id FROM upload_pipeline.named_facts(document) n)))
$$;

-- --- retention, only for whoever asks for it ------------------------------------------------------------------------

-- Nobody changes an event; removing one is for prune_events alone, and taking one along to another realm for move_document:
-- each says so for its own transaction. An erasure empties those of what it names (0023).
CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('upload_pipeline.pruning', true) = 'on'
        OR TG_OP = 'UPDATE' AND (current_setting('upload_pipeline.moving', true) = 'on' OR present_erasure() IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();

-- Looks at the next `most` events after `after`, removes those that may go, and returns their number and with the
-- last one that was looked at: null at the end. 0 days keep for ever.
-- `work_days`: events of the work itself (claims, stages, retries, waits). `audit_days`: everything else. Those of a job
-- go once it has been at rest for so long: status, reviews and whoever takes a job up again read them until then.
CREATE FUNCTION prune_events(after bigint, most int, work_days int, audit_days int,
    OUT removed bigint, OUT last_seen bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    newest timestamptz := now() - make_interval(days => least(nullif(work_days, 0), nullif(audit_days, 0)));
BEGIN
    -- a negative number of days would reach into the future
    IF least(work_days, audit_days) < 0 OR most < 1 THEN
        RAISE EXCEPTION 'events are kept for 0 (for ever) or more days, not for % and %', work_days, audit_days
            USING ERRCODE = 'check_violation';
    END IF;
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

-- --- embedding models and settings decide over everybody's work -----------------------------------------------------

CREATE FUNCTION tell_model_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    model embedding_models := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    what text := CASE
        WHEN TG_OP = 'DELETE' THEN 'reembed_abandoned'
        WHEN TG_OP = 'INSERT' THEN CASE WHEN NEW.is_active THEN 'model_first' ELSE 'reembed_started' END
        WHEN NEW.is_active AND NOT OLD.is_active THEN 'model_switched' END;
BEGIN
    IF what IS NOT NULL THEN
        INSERT INTO events (type, code, payload) VALUES ('model', what, jsonb_strip_nulls(jsonb_build_object(
            'by', session_user, 'model', model.embed_model, 'dims', model.dims, 'recall', model.recall_at_10)));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER embedding_models_tell AFTER INSERT OR UPDATE OR DELETE ON embedding_models
    FOR EACH ROW EXECUTE FUNCTION tell_model_change();

-- Under which settings a part last worked on a machine, in a home: only those that differ from the defaults, of secrets
-- no more than the beginning of a hash.
CREATE TABLE recorded_settings (
    host text NOT NULL,
    home text NOT NULL,
    part text NOT NULL CHECK (part IN ('work', 'service')),
    settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (host, home, part)
);
CREATE INDEX recorded_settings_home_idx ON recorded_settings (home, part, recorded_at DESC);
