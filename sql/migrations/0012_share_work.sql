-- Who may write about a document, who hears that work waits, and what work waits for.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0012_share_work');

-- A worker holds a session lock of this class on its name's hash while it lives.
CREATE FUNCTION worker_lives(worker text, lock_class int) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.classid = lock_class::oid
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND l.objid = (hashtext(worker)::bigint & 4294967295)::oid)
$$;

-- --- the lease of a job, held in the database itself ----------------------------------------------------------------

-- What stages write about a document is written by the holder of its job's lease, or while nobody works on it.
-- A transaction says under which lease it writes (upload_pipeline.lease). With one, every document that it writes
-- about must be under it at this moment; without, none of them may be in work.
CREATE FUNCTION enforce_lease() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    lease uuid := nullif(current_setting('upload_pipeline.lease', true), '')::uuid;
    written uuid[];
    foreign_document uuid;
BEGIN
    -- an erasure takes its words out of what others' work keeps, whoever has that in hand
    IF current_setting('upload_pipeline.erasing', true) <> '' AND present_erasure() IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'document_processing_stages' THEN
        -- what a stage has cost is written whoever holds it by now: it was paid
        written := ARRAY(
            SELECT c.document_id FROM changed c JOIN before b USING (document_id, stage_name)
            WHERE (b.status, b.started_at, b.completed_at, b.error_message, b.retry_count, b.fingerprint,
                   b.config_sha256, b.runs, b.result)
                IS DISTINCT FROM (c.status, c.started_at, c.completed_at, c.error_message, c.retry_count,
                   c.fingerprint, c.config_sha256, c.runs, c.result));
    ELSE
        written := ARRAY(SELECT DISTINCT c.document_id FROM changed c WHERE c.document_id IS NOT NULL);
    END IF;
    SELECT w INTO foreign_document FROM unnest(written) AS w
    WHERE CASE WHEN lease IS NULL
        THEN EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = w AND j.state = 'working')
        ELSE NOT EXISTS (
            SELECT FROM upload_jobs j WHERE j.document_id = w AND j.state = 'working' AND j.lease_token = lease) END
    LIMIT 1;
    IF foreign_document IS NOT NULL THEN
        RAISE EXCEPTION 'document % is not under the lease of this transaction', foreign_document
            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_lease';
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    guarded record;
BEGIN
    FOR guarded IN SELECT * FROM (VALUES
        ('document_processing_stages', 'UPDATE'),
        ('stage_output_files', 'INSERT'), ('stage_output_files', 'UPDATE'),
        ('staged_chunks', 'INSERT'), ('staged_chunks', 'UPDATE'), ('staged_chunks', 'DELETE'),
        -- people decide about staged questions, and a new version withdraws what an older one published
        ('staged_questions', 'INSERT'),
        ('document_vector_buffer', 'INSERT'), ('document_vector_buffer', 'DELETE'),
        ('document_chunks', 'INSERT'),
        ('all_questions', 'INSERT')
    ) AS t (name, operation)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION enforce_lease()',
            guarded.name || '_lease_' || lower(guarded.operation), guarded.operation, guarded.name,
            CASE guarded.operation
                WHEN 'INSERT' THEN 'NEW TABLE AS changed'
                WHEN 'UPDATE' THEN 'OLD TABLE AS before NEW TABLE AS changed'
                WHEN 'DELETE' THEN 'OLD TABLE AS changed'
            END);
    END LOOP;
END
$$;

-- --- whoever queues work, by whatever way, plain SQL included, is heard: who listens on `upload_pipeline_queue` looks then 

-- PostgreSQL sends one of equal notifications a transaction, however many rows it touched. The payload says nothing:
-- what waits, and when it falls due, is looked up.
CREATE FUNCTION tell_of_waiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('upload_pipeline_queue', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER upload_jobs_tell_new AFTER INSERT ON upload_jobs
    FOR EACH ROW WHEN (NEW.state IN ('queued', 'retryable')) EXECUTE FUNCTION tell_of_waiting();
-- also what waits still: it may fall due at another time, or wait for nothing more
CREATE TRIGGER upload_jobs_tell_changed AFTER UPDATE ON upload_jobs
    FOR EACH ROW WHEN (NEW.state IN ('queued', 'retryable')) EXECUTE FUNCTION tell_of_waiting();

-- question banks that wait to be compared or imported
CREATE TRIGGER upload_batches_tell_new AFTER INSERT ON upload_batches
    FOR EACH ROW WHEN (NEW.document_id IS NULL AND (NEW.matched_at IS NULL OR NEW.status = 'importing'))
    EXECUTE FUNCTION tell_of_waiting();
CREATE TRIGGER upload_batches_tell_changed AFTER UPDATE OF status, matched_at ON upload_batches
    FOR EACH ROW WHEN (NEW.document_id IS NULL AND (NEW.matched_at IS NULL OR NEW.status = 'importing'))
    EXECUTE FUNCTION tell_of_waiting();

-- --- what is the installation's fault is no document's: its job waits in the queue, held for the part that is missing 

-- A part of the installation that was found missing: one job at a time tries whether it is back, at growing intervals.
CREATE TABLE missing_parts (
    part text PRIMARY KEY CHECK (part <> ''),
    error jsonb NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    tries int NOT NULL DEFAULT 1 CHECK (tries > 0),
    probe_at timestamptz NOT NULL
);
