-- Files handed to a parsing service: one row for a content and a way to parse it, whoever's the file is. A row is here
-- before the job is there, and there the job carries this row's tag: whoever resumes after a crash finds the job, and
-- pays for no second one.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE parse_jobs (
    parse_key text PRIMARY KEY CHECK (parse_key ~ '^[0-9a-f]{64}$'),
    service text NOT NULL CHECK (service <> ''),
    state text NOT NULL DEFAULT 'starting' CHECK (state IN ('starting', 'running', 'done', 'failed')),
    tag uuid NOT NULL UNIQUE,
    call_id uuid NOT NULL UNIQUE REFERENCES paid_calls,
    run_id uuid NOT NULL,
    service_job_id text,
    pages jsonb,
    failure jsonb,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    last_used_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (service, service_job_id),
    CONSTRAINT parse_jobs_started_check CHECK ((state = 'starting') = (service_job_id IS NULL)),
    CONSTRAINT parse_jobs_pages_check CHECK ((state = 'done') = (pages IS NOT NULL)),
    CONSTRAINT parse_jobs_failure_check CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT parse_jobs_finished_check CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX parse_jobs_used_idx ON parse_jobs (last_used_at) WHERE state IN ('done', 'failed');

-- What was paid for is not forgotten while it is under way, and a job's name does not change.
CREATE FUNCTION enforce_parse_job_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'running' THEN
            RAISE EXCEPTION 'a parse job under way is not forgotten'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'parse_jobs_move';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
            (('starting', 'running'), ('running', 'done'), ('running', 'failed')) THEN
        RAISE EXCEPTION 'illegal move of a parse job % -> %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parse_jobs_move';
    END IF;
    IF OLD.state <> 'starting' AND NEW.service_job_id IS DISTINCT FROM OLD.service_job_id THEN
        RAISE EXCEPTION 'a parse job keeps its name at the service'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parse_jobs_move';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER parse_jobs_move BEFORE UPDATE OR DELETE ON parse_jobs
    FOR EACH ROW EXECUTE FUNCTION enforce_parse_job_move();

GRANT SELECT, INSERT, UPDATE, DELETE ON parse_jobs TO upload_pipeline_service;
