-- Every event has a correlation id: its own, else the request's in whose transaction it is written, else that of the
-- batch that it names, else that of the newest job of its document. A batch has the id of the request that made it.

SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION correlation_of_request() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('upload_pipeline.correlation_id', true), '')::uuid
$$;

ALTER TABLE upload_batches ADD COLUMN correlation_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE upload_batches ALTER COLUMN correlation_id SET DEFAULT coalesce(
    upload_pipeline.correlation_of_request(), gen_random_uuid());

CREATE FUNCTION correlate_event() RETURNS trigger LANGUAGE plpgsql SET search_path = upload_pipeline, public AS $$
BEGIN
    NEW.correlation_id := coalesce(
        correlation_of_request(),
        (SELECT b.correlation_id FROM upload_batches b WHERE b.batch_id::text = NEW.payload ->> 'batch_id'),
        (SELECT j.correlation_id FROM upload_jobs j WHERE j.document_id = NEW.document_id
            ORDER BY j.created_at DESC, j.job_id LIMIT 1),
        gen_random_uuid());
    RETURN NEW;
END
$$;

CREATE TRIGGER events_correlate BEFORE INSERT ON events
    FOR EACH ROW WHEN (NEW.correlation_id IS NULL) EXECUTE FUNCTION correlate_event();
