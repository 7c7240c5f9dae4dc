-- Single-fact decisions leave their mark; a deep scan is a job of its own with a batch of its own.

SET LOCAL search_path = upload_pipeline, public;

-- A fact that a reviewer has put into other words keeps its evidence and its id, and says so.
ALTER TABLE staged_questions
    ADD COLUMN IF NOT EXISTS edited_by text,
    ADD COLUMN IF NOT EXISTS edited_at timestamptz;
ALTER TABLE staged_questions
    ADD CONSTRAINT staged_questions_edited_check CHECK ((edited_by IS NULL) = (edited_at IS NULL));

-- A job runs under a profile; a document is under the profile of its newest job.
ALTER TABLE upload_jobs
    ADD COLUMN profile text NOT NULL DEFAULT 'standard' CHECK (profile IN ('standard', 'deep'));

-- What a deep scan adds is a batch of its own.
ALTER TABLE upload_batches DROP CONSTRAINT upload_batches_document_id_key;
CREATE INDEX upload_batches_document_idx ON upload_batches (document_id);

CREATE INDEX documents_deep_scan_idx ON documents (deep_scan_status, updated_at)
    WHERE deep_scan_status IN ('Queued', 'Processing');

-- The same pairs as pipeline_core.domain.dual_status.DEEP_SCAN_MOVES, held equal by a test.
CREATE FUNCTION enforce_deep_scan_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NEW.deep_scan_status IS DISTINCT FROM OLD.deep_scan_status
        AND (coalesce(OLD.deep_scan_status, ''), coalesce(NEW.deep_scan_status, '')) NOT IN (
            ('', 'Queued'),
            ('Queued', 'Processing'),
            ('Processing', 'Completed'),
            ('Processing', 'Error'),
            ('Completed', 'Queued'),
            ('Error', 'Queued'))
    THEN
        RAISE EXCEPTION 'illegal deep scan move % -> %',
            coalesce(OLD.deep_scan_status, 'null'), coalesce(NEW.deep_scan_status, 'null')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_deep_scan_move';
    END IF;
    RETURN NULL;
END
$$;

-- after the CHECKs, which say better what is wrong with a value that is none
CREATE TRIGGER documents_deep_scan_move AFTER UPDATE OF deep_scan_status ON documents
    FOR EACH ROW EXECUTE FUNCTION enforce_deep_scan_move();
