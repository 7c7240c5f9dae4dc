-- Whoever queues work, by whatever way, plain SQL included, is heard: who listens on `upload_pipeline_queue` looks then.

SET LOCAL search_path = upload_pipeline, public;

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

-- When the next job falls due is asked again and again; most that wait are due already and are not in it.
CREATE INDEX upload_jobs_later_idx ON upload_jobs (greatest(retry_at, parked_until))
    WHERE state IN ('queued', 'retryable') AND (retry_at IS NOT NULL OR parked_until IS NOT NULL);
