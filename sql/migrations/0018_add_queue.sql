-- The queue: priority, lost leases, an index to claim by; and the lease is held in the database itself.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE upload_jobs
    -- the higher one goes first, whoever's it is; within one priority users take turns
    ADD COLUMN priority smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    -- workers that were lost with this job in hand since it last moved on
    ADD COLUMN lost_leases int NOT NULL DEFAULT 0 CHECK (lost_leases >= 0);

CREATE INDEX upload_jobs_waiting_idx ON upload_jobs (user_id, priority DESC, created_at, job_id)
    WHERE state IN ('queued', 'retryable');
CREATE INDEX upload_jobs_working_idx ON upload_jobs (user_id) WHERE state = 'working';

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

-- Which objects a row names is asked for thousands of keys at a time.
CREATE INDEX documents_raw_path_idx ON documents (raw_path);
CREATE INDEX documents_parsed_path_idx ON documents (parsed_path) WHERE parsed_path IS NOT NULL;
CREATE INDEX stage_output_files_path_idx ON stage_output_files (file_path);
