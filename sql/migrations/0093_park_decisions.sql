-- A decision about a document that can be taken back for some seconds: until then it is parked here, and the document
-- waits as before. The database's clock says when the time is over, however many processes there are.

SET LOCAL search_path = upload_pipeline, public;

-- The job as who reviews it sees it: how often it moved, and what validation found.
CREATE FUNCTION as_seen(job upload_jobs) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT job.version || ' ' || md5(coalesce(job.stage3_validation_results::text, ''))
$$;

CREATE TABLE parked_decisions (
    parked_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    job_id uuid NOT NULL REFERENCES upload_jobs (job_id) ON DELETE CASCADE,
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'reject', 'return', 'override')),
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
    FOREIGN KEY (document_id, user_id) REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT parked_decisions_window_check CHECK (due_at > taken_at AND due_at <= taken_at + interval '10 seconds'),
    CONSTRAINT parked_decisions_ended_check CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT parked_decisions_undone_check CHECK ((undone_by IS NULL) = (outcome IS DISTINCT FROM 'undone')),
    CONSTRAINT parked_decisions_refused_check CHECK ((error IS NULL) = (outcome IS DISTINCT FROM 'refused'))
);
CREATE UNIQUE INDEX parked_decisions_open_key ON parked_decisions (job_id) WHERE ended_at IS NULL;
CREATE INDEX parked_decisions_due_idx ON parked_decisions (due_at) WHERE ended_at IS NULL;
CREATE INDEX parked_decisions_job_idx ON parked_decisions (job_id, taken_at DESC);

-- What was decided is never rewritten: it ends once, undone before its time or carried out after it.
CREATE FUNCTION guard_parked_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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

ALTER TABLE parked_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY parked_decisions_own_rows ON parked_decisions USING (user_id = (SELECT current_user_id()))
    WITH CHECK (user_id = (SELECT current_user_id()));
-- The API parks and undoes; what is due is carried out by the service role.
CREATE POLICY parked_decisions_undo ON parked_decisions AS RESTRICTIVE FOR UPDATE USING (true)
    WITH CHECK (outcome = 'undone');
GRANT SELECT, INSERT (job_id, document_id, user_id, decision, fields, taken_by, seen, due_at),
    UPDATE (ended_at, outcome, undone_by) ON parked_decisions TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON parked_decisions TO upload_pipeline_service;
