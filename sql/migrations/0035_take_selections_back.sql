-- A deep scan that has not begun is taken back with its selection: the document is then where it was before.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE documents
    ADD COLUMN deep_scan_was text CHECK (deep_scan_was IN ('Completed', 'Error')),
    ADD COLUMN deep_scan_error_was text,
    ADD CONSTRAINT documents_deep_scan_was_queued_check CHECK (
        deep_scan_was IS NULL OR deep_scan_status IS NOT DISTINCT FROM 'Queued'),
    ADD CONSTRAINT documents_deep_scan_error_was_check CHECK (
        deep_scan_error_was IS NULL OR deep_scan_was IS NOT DISTINCT FROM 'Error');

-- What is queued now says in its events where it was; the error of an earlier scan is not in them.
UPDATE documents d SET deep_scan_was = (
    SELECT e.payload -> 'before' ->> 'deep_scan_status' FROM events e
    WHERE e.document_id = d.document_id AND e.code = 'staging_status_set'
        AND e.payload -> 'after' ->> 'deep_scan_status' = 'Queued'
        AND e.payload -> 'before' ->> 'deep_scan_status' IN ('Completed', 'Error')
        AND NOT EXISTS (
            SELECT FROM events l WHERE l.document_id = d.document_id AND l.event_id > e.event_id
                AND l.code IN ('deep_scan_started', 'deep_scan_completed', 'deep_scan_failed'))
    ORDER BY e.event_id DESC LIMIT 1)
WHERE d.deep_scan_status = 'Queued';

-- The same pairs as pipeline_core.domain.dual_status.DEEP_SCAN_MOVES, held equal by a test.
CREATE OR REPLACE FUNCTION enforce_deep_scan_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NEW.deep_scan_status IS DISTINCT FROM OLD.deep_scan_status
        AND (coalesce(OLD.deep_scan_status, ''), coalesce(NEW.deep_scan_status, '')) NOT IN (
            ('', 'Queued'),
            ('Queued', 'Processing'),
            ('Queued', ''),
            ('Queued', 'Completed'),
            ('Queued', 'Error'),
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
