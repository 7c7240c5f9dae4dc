-- The status of every stage of a document, the files that stages left, and how far the whole of them is.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0006_create_stages');

CREATE TABLE document_processing_stages (
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    stage_name text NOT NULL REFERENCES stages,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'in_progress', 'completed', 'failed', 'skipped')),
    started_at timestamptz,
    completed_at timestamptz,
    error_message text,
    retry_count int NOT NULL DEFAULT 0 CHECK (retry_count >= 0),
    fingerprint text,
    config_sha256 text,
    runs int NOT NULL DEFAULT 0,
    result jsonb,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    cost_usd numeric(16, 9) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, stage_name),
    CONSTRAINT document_processing_stages_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT document_processing_stages_completed_check CHECK (
        (status IN ('completed', 'skipped')) = (completed_at IS NOT NULL)),
    CONSTRAINT document_processing_stages_started_check CHECK (
        status NOT IN ('in_progress', 'completed') OR started_at IS NOT NULL),
    CONSTRAINT document_processing_stages_failed_check CHECK (status <> 'failed' OR error_message IS NOT NULL),
    CONSTRAINT document_processing_stages_fingerprint_check CHECK (status <> 'completed' OR fingerprint IS NOT NULL)
) WITH (fillfactor = 30);
-- how long each stage took lately
CREATE INDEX document_processing_stages_lately_idx ON document_processing_stages (realm_id, stage_name, completed_at DESC)
    WHERE completed_at IS NOT NULL;
CREATE TRIGGER document_processing_stages_stamp BEFORE UPDATE ON document_processing_stages
    FOR EACH ROW EXECUTE FUNCTION stamp_update();

CREATE TABLE stage_output_files (
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    stage_name text NOT NULL REFERENCES stages,
    file_type text NOT NULL CHECK (file_type IN (
        'markdown', 'page_words', 'optimized_markdown', 'chunks_json', 'facts_json', 'validation_json',
        'ingestion_json')),
    file_path text NOT NULL,
    file_size bigint NOT NULL CHECK (file_size >= 0),
    mime_type text NOT NULL,
    checksum text NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, stage_name, file_type),
    CONSTRAINT stage_output_files_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
-- Which objects a row names is asked for thousands of keys at a time.
CREATE INDEX stage_output_files_path_idx ON stage_output_files (file_path);

CREATE TABLE processing_workflows (
    document_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    workflow_type text NOT NULL DEFAULT 'automatic' CHECK (workflow_type IN ('automatic', 'manual')),
    total_stages int NOT NULL CHECK (total_stages > 0),
    completed_stages int NOT NULL DEFAULT 0,
    -- a stage, or 'completed': there is none left. A key to the stages cannot have the second: it is on what the first
    -- comes to
    current_stage text,
    stage_name text GENERATED ALWAYS AS (nullif(current_stage, 'completed')) STORED REFERENCES stages,
    -- with what an upload says about its policy: every run of the document has it
    configuration jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT processing_workflows_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT processing_workflows_count_check CHECK (completed_stages BETWEEN 0 AND total_stages),
    CONSTRAINT processing_workflows_policy_check CHECK (
        coalesce((configuration -> 'policy' ->> 'publish_from')::float8, 0) BETWEEN 0 AND 1
        AND coalesce((configuration -> 'policy' ->> 'ask_from')::float8, 0) BETWEEN 0 AND 1
        AND coalesce((configuration -> 'policy' ->> 'ask_from')::float8, 0)
            <= coalesce((configuration -> 'policy' ->> 'publish_from')::float8, 1))
) WITH (fillfactor = 50);
CREATE TRIGGER processing_workflows_stamp BEFORE UPDATE ON processing_workflows
    FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- A workflow is completed when its document was downloaded or acknowledged. SECURITY DEFINER: how far a workflow is, is
-- not for the API's role to write.
CREATE FUNCTION complete_workflow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    UPDATE processing_workflows SET current_stage = 'completed', completed_at = coalesce(completed_at, now())
    WHERE document_id = NEW.document_id AND current_stage IS DISTINCT FROM 'completed';
    RETURN NULL;
END
$$;
CREATE TRIGGER upload_jobs_complete_workflow AFTER UPDATE OF stage6_completed_at ON upload_jobs FOR EACH ROW
    WHEN (OLD.stage6_completed_at IS NULL AND NEW.stage6_completed_at IS NOT NULL) EXECUTE FUNCTION complete_workflow();
