-- When rows of stages and workflows were made and last changed; a workflow is completed when its document was
-- downloaded or acknowledged.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE document_processing_stages
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE processing_workflows
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();

-- Rows that are there already: their document is as old as they are.
UPDATE processing_workflows SET created_at = started_at, updated_at = coalesce(completed_at, started_at);
UPDATE document_processing_stages s SET created_at = w.started_at,
    updated_at = coalesce(s.completed_at, s.started_at, w.started_at)
FROM processing_workflows w WHERE w.document_id = s.document_id;

CREATE FUNCTION stamp_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
CREATE TRIGGER document_processing_stages_stamp BEFORE UPDATE ON document_processing_stages
    FOR EACH ROW EXECUTE FUNCTION stamp_update();
CREATE TRIGGER processing_workflows_stamp BEFORE UPDATE ON processing_workflows
    FOR EACH ROW EXECUTE FUNCTION stamp_update();

CREATE INDEX stage_output_files_stage_idx ON stage_output_files (stage_name, file_type);

-- current_stage is a stage, or says that there is none left. A key to the stages cannot have the second: it is on what
-- the first comes to.
ALTER TABLE processing_workflows DROP CONSTRAINT processing_workflows_current_stage_fkey;
ALTER TABLE processing_workflows
    ADD COLUMN stage_name text GENERATED ALWAYS AS (nullif(current_stage, 'completed')) STORED REFERENCES stages;

CREATE FUNCTION complete_workflow() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    UPDATE processing_workflows SET current_stage = 'completed', completed_at = coalesce(completed_at, now())
    WHERE document_id = NEW.document_id AND current_stage IS DISTINCT FROM 'completed';
    RETURN NULL;
END
$$;
CREATE TRIGGER upload_jobs_complete_workflow AFTER UPDATE OF stage6_completed_at ON upload_jobs FOR EACH ROW
    WHEN (OLD.stage6_completed_at IS NULL AND NEW.stage6_completed_at IS NOT NULL) EXECUTE FUNCTION complete_workflow();

UPDATE processing_workflows w SET current_stage = 'completed'
FROM upload_jobs j WHERE j.document_id = w.document_id AND j.state = 'done' AND j.stage6_completed_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM upload_jobs later
        WHERE later.document_id = j.document_id AND later.created_at > j.created_at);
