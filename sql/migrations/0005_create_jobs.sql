-- Jobs: where the work on a document is, who has it in hand, and why it rests. The database refuses an illegal move by
-- itself, and derives phase and phase times from the stage.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0005_create_jobs');

-- A reason is what can be read of it: blanks, and characters that leave no mark, do not count.
-- The same characters as pipeline_core.domain.reasons.BLANK, held equal by a test.
CREATE FUNCTION visible_length(reason text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT length(regexp_replace(reason,
        '[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f'
        '\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff'
        '\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]', '', 'g'))
$$;

-- A row grows to three times what it is born with, and is written some twenty times: its page has room for that.
CREATE TABLE upload_jobs (
    job_id uuid PRIMARY KEY,
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    -- who asked for it
    user_id uuid NOT NULL,
    -- a document is under the profile of its newest job
    profile text NOT NULL DEFAULT 'standard' CHECK (profile IN ('standard', 'deep')),
    -- the limits of HTTP count what came over HTTP
    submitted_via text NOT NULL DEFAULT 'direct' CHECK (submitted_via IN ('direct', 'http')),
    -- the higher one goes first, whoever's it is; within one priority realms take turns, and users within a realm
    priority smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    stage text NOT NULL DEFAULT 'queued',
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'working', 'retryable', 'awaiting_review', 'done', 'deadletter')),
    phase smallint NOT NULL DEFAULT 0,
    outcome text CHECK (outcome IN ('published', 'rejected', 'superseded', 'withdrawn')),
    retry_count int NOT NULL DEFAULT 0 CHECK (retry_count >= 0),
    retry_at timestamptz,
    -- it waits for a budget
    parked_until timestamptz,
    -- the part of the installation that it waits for; no key to missing_parts, which is emptied first when a part is back
    held_for text CHECK (held_for <> ''),
    -- since when a person is asked what it asks now; whatever else changes of it leaves this alone
    waits_since timestamptz,
    -- a stage that is run alone: the job stops behind it, and goes on when somebody says so
    stop_after text REFERENCES stages (stage_name),
    is_stopped boolean NOT NULL DEFAULT false,
    last_error jsonb,
    claimed_by text,
    claimed_at timestamptz,
    lease_token uuid,
    lease_expires_at timestamptz,
    -- workers that were lost with this job in hand since it last moved on
    lost_leases int NOT NULL DEFAULT 0 CHECK (lost_leases >= 0),
    flow_run_id uuid,
    correlation_id uuid NOT NULL,
    config_sha256 text,
    -- when each phase began, from 0 on; null where one was skipped
    phases_began_at timestamptz[] NOT NULL DEFAULT ARRAY[now()],
    stage1_completed_at timestamptz,
    stage2_completed_at timestamptz,
    stage3_completed_at timestamptz,
    stage4_completed_at timestamptz,
    stage5_completed_at timestamptz,
    stage6_completed_at timestamptz,
    stage1_results jsonb,
    stage2_approved_matches jsonb,
    stage3_validation_results jsonb,
    stage4_override_reason text,
    stage6_downloaded_at timestamptz,
    version int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    -- What indexes hold of a job stays the same while it is worked on: PostgreSQL then writes its row within its page and no
    -- index entry (heap-only update), some fifteen times a document.
    queued_since timestamptz GENERATED ALWAYS AS (CASE WHEN state = 'queued' THEN updated_at END) STORED,
    waits_in smallint GENERATED ALWAYS AS (CASE WHEN state = 'awaiting_review' THEN phase END) STORED,
    CONSTRAINT upload_jobs_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT upload_jobs_stage_phase_fkey FOREIGN KEY (stage, phase) REFERENCES job_stages (job_stage, phase),
    CONSTRAINT upload_jobs_lease_check CHECK (
        CASE WHEN state = 'working'
            THEN claimed_by IS NOT NULL AND claimed_at IS NOT NULL
                AND lease_token IS NOT NULL AND lease_expires_at IS NOT NULL
            ELSE claimed_by IS NULL AND claimed_at IS NULL
                AND lease_token IS NULL AND lease_expires_at IS NULL
        END),
    CONSTRAINT upload_jobs_retryable_check CHECK ((state = 'retryable') = (retry_at IS NOT NULL)),
    CONSTRAINT upload_jobs_parked_check CHECK (parked_until IS NULL OR state = 'queued'),
    CONSTRAINT upload_jobs_held_check CHECK (held_for IS NULL OR state IN ('queued', 'working')),
    CONSTRAINT upload_jobs_stop_check CHECK (
        (stop_after IS NULL OR state NOT IN ('done', 'deadletter')) AND (NOT is_stopped OR state = 'queued')),
    CONSTRAINT upload_jobs_failed_check CHECK (state NOT IN ('retryable', 'deadletter') OR last_error IS NOT NULL),
    CONSTRAINT upload_jobs_finished_check CHECK ((state IN ('done', 'deadletter')) = (finished_at IS NOT NULL)),
    CONSTRAINT upload_jobs_done_check CHECK ((state = 'done') = (outcome IS NOT NULL)),
    CONSTRAINT upload_jobs_review_check CHECK (
        state <> 'awaiting_review' OR stage IN ('matching_review', 'validation_review')),
    CONSTRAINT upload_jobs_waits_since_check CHECK ((state = 'awaiting_review') = (waits_since IS NOT NULL)),
    CONSTRAINT upload_jobs_ingested_check CHECK (stage <> 'ingested' OR state = 'done'),
    CONSTRAINT upload_jobs_published_check CHECK (outcome IS DISTINCT FROM 'published' OR stage = 'ingested'),
    -- phase 6 is complete once what was published was downloaded or acknowledged
    CONSTRAINT upload_jobs_complete_check CHECK (
        (stage6_completed_at IS NULL OR coalesce(outcome, '') IN ('published', 'withdrawn'))
        AND (stage6_downloaded_at IS NULL OR stage6_completed_at IS NOT NULL)),
    CONSTRAINT upload_jobs_override_reason_check CHECK (visible_length(stage4_override_reason) >= 10),
    -- Nothing goes on to generation unvalidated, or past critical findings without a reason.
    CONSTRAINT upload_jobs_gate_check CHECK (
        phase < 5 OR (
            stage3_validation_results IS NOT NULL
            AND (stage4_override_reason IS NOT NULL
                OR (stage3_validation_results ->> 'critical')::int IS NOT DISTINCT FROM 0)))
) WITH (fillfactor = 15);
CREATE UNIQUE INDEX upload_jobs_active_key ON upload_jobs (document_id) WHERE state NOT IN ('done', 'deadletter');
CREATE INDEX upload_jobs_document_idx ON upload_jobs (document_id, created_at DESC);
CREATE INDEX upload_jobs_realm_idx ON upload_jobs (realm_id, created_at DESC);
CREATE INDEX upload_jobs_http_idx ON upload_jobs (user_id, created_at) WHERE submitted_via = 'http';
-- the queue
CREATE INDEX upload_jobs_queue_idx ON upload_jobs (state, created_at) WHERE state IN ('queued', 'retryable', 'working');
CREATE INDEX upload_jobs_waiting_idx ON upload_jobs (realm_id, user_id, priority DESC, created_at, job_id)
    WHERE state IN ('queued', 'retryable');
CREATE INDEX upload_jobs_working_idx ON upload_jobs (realm_id, user_id) WHERE state = 'working';
CREATE INDEX upload_jobs_held_idx ON upload_jobs (held_for) WHERE held_for IS NOT NULL;
-- When the next job falls due is asked again and again; most that wait are due already and are not in it.
CREATE INDEX upload_jobs_later_idx ON upload_jobs (greatest(retry_at, parked_until))
    WHERE state IN ('queued', 'retryable') AND (retry_at IS NOT NULL OR parked_until IS NOT NULL);
-- the oldest of those that wait
CREATE INDEX upload_jobs_queued_since_idx ON upload_jobs (queued_since) WHERE queued_since IS NOT NULL;
CREATE INDEX upload_jobs_review_idx ON upload_jobs (realm_id, waits_since, job_id) WHERE state = 'awaiting_review';
CREATE INDEX upload_jobs_review_since_idx ON upload_jobs (waits_in, waits_since) WHERE waits_in IS NOT NULL;
-- throughput: what came to its end lately
CREATE INDEX upload_jobs_finished_idx ON upload_jobs (realm_id, finished_at) WHERE finished_at IS NOT NULL;

CREATE FUNCTION enforce_job_birth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'queued' OR NEW.stage <> 'queued' THEN
        RAISE EXCEPTION 'a job is born queued, not % at %', NEW.state, NEW.stage
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_birth';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER upload_jobs_birth BEFORE INSERT ON upload_jobs
    FOR EACH ROW EXECUTE FUNCTION enforce_job_birth();

CREATE FUNCTION enforce_job_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    is_restart boolean := OLD.state IN ('done', 'deadletter') AND NEW.state = 'queued';
    old_position int;
    new_position int;
    going_back boolean;
BEGIN
    -- only a withdrawal ends a job that is not at work, wherever it stands
    IF NEW.state <> OLD.state
        AND (NEW.state <> 'done' OR NEW.outcome IS DISTINCT FROM 'withdrawn' OR OLD.state = 'working')
        AND NOT EXISTS (SELECT FROM job_state_moves WHERE from_state = OLD.state AND to_state = NEW.state)
    THEN
        RAISE EXCEPTION 'illegal job state move % -> %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_state_move';
    END IF;

    IF NEW.stage <> OLD.stage THEN
        SELECT position INTO old_position FROM job_stages WHERE job_stage = OLD.stage;
        SELECT position, phase INTO new_position, NEW.phase FROM job_stages WHERE job_stage = NEW.stage;
        IF is_restart THEN
            -- A restart may go back to any stage, never forward past what was done.
            IF new_position IS NULL OR new_position > old_position THEN
                RAISE EXCEPTION 'a job at % cannot be restarted at %', OLD.stage, NEW.stage
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_restart';
            END IF;
        ELSIF NOT EXISTS (SELECT FROM job_stage_moves WHERE from_stage = OLD.stage AND to_stage = NEW.stage) THEN
            RAISE EXCEPTION 'illegal job stage move % -> %', OLD.stage, NEW.stage
                USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_stage_move';
        ELSIF OLD.state <> 'working' AND NOT (OLD.state = 'awaiting_review' AND NEW.state = 'awaiting_review') THEN
            RAISE EXCEPTION 'a % job does not change its stage', OLD.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_stage_state';
        END IF;
        going_back := new_position < old_position;

        IF NEW.phase <> OLD.phase OR going_back THEN
            NEW.phases_began_at := OLD.phases_began_at[1:NEW.phase];
            NEW.phases_began_at[NEW.phase + 1] := now();
        END IF;
        NEW.stage1_completed_at := CASE WHEN NEW.phase > 1 THEN coalesce(NEW.stage1_completed_at, now()) END;
        NEW.stage2_completed_at := CASE
            WHEN NEW.phase > 2 THEN coalesce(NEW.stage2_completed_at, now())
            WHEN NEW.phase = 2 AND NOT going_back THEN NEW.stage2_completed_at END;
        NEW.stage3_completed_at := CASE WHEN NEW.phase > 3 THEN coalesce(NEW.stage3_completed_at, now()) END;
        NEW.stage4_completed_at := CASE WHEN NEW.phase > 4 THEN coalesce(NEW.stage4_completed_at, now()) END;
        NEW.stage5_completed_at := CASE WHEN NEW.phase > 5 THEN coalesce(NEW.stage5_completed_at, now()) END;
        IF going_back THEN
            NEW.stage6_completed_at := NULL;
            NEW.stage6_downloaded_at := NULL;
            IF NEW.phase <= 2 THEN
                NEW.stage2_approved_matches := NULL;
            END IF;
            IF NEW.phase <= 3 THEN
                NEW.stage3_validation_results := NULL;
                NEW.stage4_override_reason := NULL;
            END IF;
        END IF;
    END IF;

    NEW.waits_since := CASE
        WHEN NEW.state <> 'awaiting_review' THEN NULL
        -- another stage asks another question
        WHEN OLD.state = 'awaiting_review' AND NEW.stage = OLD.stage THEN OLD.waits_since
        ELSE now() END;
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- Phase 6 is completed once, by the database's clock, and only a restart takes that back: upload_jobs_move, which comes
-- after this one by its name.
CREATE FUNCTION complete_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.stage6_completed_at IS NOT NULL THEN
        RAISE EXCEPTION 'phase 6 of job % is complete since %', OLD.job_id, OLD.stage6_completed_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_completed_once';
    END IF;
    NEW.stage6_completed_at := now();
    RETURN NEW;
END
$$;
CREATE TRIGGER upload_jobs_complete BEFORE UPDATE OF stage6_completed_at ON upload_jobs FOR EACH ROW
    WHEN (OLD.stage6_completed_at IS DISTINCT FROM NEW.stage6_completed_at) EXECUTE FUNCTION complete_once();

CREATE TRIGGER upload_jobs_move BEFORE UPDATE OF state, stage, phase ON upload_jobs
    FOR EACH ROW EXECUTE FUNCTION enforce_job_move();

CREATE FUNCTION refuse_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'only workers take jobs, and change those in hand'
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'upload_jobs_workers';
END
$$;
CREATE TRIGGER upload_jobs_workers BEFORE UPDATE ON upload_jobs FOR EACH ROW
    WHEN ((OLD.state = 'working' OR NEW.state = 'working')
        AND row_security_active('upload_pipeline.upload_jobs'::regclass))
    EXECUTE FUNCTION refuse_work();

-- Where a document stands, its newest job says. Without a SET, so that it is planned with what it is joined to.
CREATE FUNCTION newest_job(document uuid) RETURNS SETOF upload_jobs LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT * FROM upload_pipeline.upload_jobs j WHERE j.document_id = document ORDER BY j.created_at DESC, j.job_id DESC LIMIT 1
$$;

-- Documents whose newest job has ended without publishing. What is staged of them is on its way nowhere, until
-- somebody starts them again; then it is compared again. Views run with the rights of who asks, so that row-level
-- security holds within them.
CREATE VIEW ended_unpublished WITH (security_invoker = true) AS
SELECT j.document_id, j.realm_id
FROM upload_jobs j
WHERE (j.state = 'deadletter' OR j.state = 'done' AND j.outcome <> 'published')
    AND NOT EXISTS (SELECT FROM upload_jobs n WHERE n.document_id = j.document_id AND n.created_at > j.created_at);

-- --- decisions that can be taken back ----------------------------------------------------------------------------------

-- A decision about a document that can be taken back for some seconds: until then it is parked here, and the document
-- waits as before. The database's clock says when the time is over, however many processes there are.
CREATE TABLE parked_decisions (
    parked_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    -- those that one person took in one act are carried out in one transaction, or refused together
    group_id uuid NOT NULL DEFAULT gen_random_uuid(),
    job_id uuid NOT NULL REFERENCES upload_jobs (job_id) ON DELETE CASCADE,
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    -- who decided
    user_id uuid NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'reject', 'return', 'override', 'withdraw', 'keep', 'revert')),
    fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
    taken_by text NOT NULL CHECK (taken_by <> ''),
    -- the job as the reviewer saw it: what was decided about another state of it is not carried out
    seen text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text CHECK (outcome IN ('carried_out', 'undone', 'refused')),
    undone_by text,
    error jsonb,
    FOREIGN KEY (document_id, realm_id) REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT parked_decisions_window_check CHECK (due_at > taken_at AND due_at <= taken_at + interval '10 seconds'),
    CONSTRAINT parked_decisions_ended_check CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT parked_decisions_undone_check CHECK ((undone_by IS NULL) = (outcome IS DISTINCT FROM 'undone')),
    CONSTRAINT parked_decisions_refused_check CHECK ((error IS NULL) = (outcome IS DISTINCT FROM 'refused'))
);
CREATE UNIQUE INDEX parked_decisions_open_key ON parked_decisions (job_id) WHERE ended_at IS NULL;
CREATE INDEX parked_decisions_due_idx ON parked_decisions (due_at) WHERE ended_at IS NULL;
CREATE INDEX parked_decisions_group_idx ON parked_decisions (group_id) WHERE ended_at IS NULL;
CREATE INDEX parked_decisions_job_idx ON parked_decisions (job_id, taken_at DESC);

-- What was decided is never rewritten: it ends once, undone before its time or carried out after it. Only an erasure takes
-- words out of it (0023).
CREATE FUNCTION guard_parked_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF present_erasure() IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NOT NULL
        OR to_jsonb(NEW) - '{ended_at,outcome,undone_by,error}'::text[]
            <> to_jsonb(OLD) - '{ended_at,outcome,undone_by,error}'::text[]
        OR (NEW.outcome = 'undone') <> (clock_timestamp() < OLD.due_at)
    THEN
        RAISE EXCEPTION 'a parked decision is undone before % or carried out after it, once', OLD.due_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parked_decisions_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER parked_decisions_once BEFORE UPDATE ON parked_decisions
    FOR EACH ROW EXECUTE FUNCTION guard_parked_decision();
