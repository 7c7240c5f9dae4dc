-- Documents, their jobs, the status of every stage and the files that stages left.
-- What belongs to a document belongs to its user: foreign keys here are pairs (document_id, user_id).

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE documents (
    document_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    realm_id text,
    title text NOT NULL,
    filename text NOT NULL CHECK (filename <> ''),
    mime text NOT NULL,
    bytes_len bigint NOT NULL CHECK (bytes_len > 0),
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    raw_path text NOT NULL,
    parsed_path text,
    parsed_sha256 text CHECK (parsed_sha256 ~ '^[0-9a-f]{64}$'),
    page_count int CHECK (page_count > 0),
    staging_status text NOT NULL DEFAULT 'New'
        CHECK (staging_status IN ('New', 'Selected', 'Maybe', 'Not a Fit', 'Archived')),
    deep_scan_status text CHECK (deep_scan_status IN ('Queued', 'Processing', 'Completed', 'Error')),
    deep_scan_error text,
    published_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT documents_user_content_key UNIQUE (user_id, file_sha256),
    CONSTRAINT documents_owner_key UNIQUE (document_id, user_id),
    CONSTRAINT documents_parsed_check CHECK ((parsed_path IS NULL) = (parsed_sha256 IS NULL)),
    CONSTRAINT documents_deep_scan_error_check CHECK (
        deep_scan_error IS NULL OR deep_scan_status IS NOT DISTINCT FROM 'Error')
);

-- Where a document came from. When other bytes appear at the same place they are another document, and the
-- one that was there before leaves production in the transaction that publishes its successor.
CREATE TABLE document_sources (
    user_id uuid NOT NULL,
    source_uri text NOT NULL CHECK (source_uri <> ''),
    document_id uuid NOT NULL,
    is_current boolean NOT NULL DEFAULT true,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, source_uri, document_id),
    CONSTRAINT document_sources_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX document_sources_current_key ON document_sources (user_id, source_uri) WHERE is_current;
CREATE INDEX document_sources_document_idx ON document_sources (document_id);

CREATE TABLE upload_jobs (
    job_id uuid PRIMARY KEY,
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
    stage text NOT NULL DEFAULT 'queued',
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'working', 'retryable', 'awaiting_review', 'done', 'deadletter')),
    phase smallint NOT NULL DEFAULT 0,
    outcome text CHECK (outcome IN ('published', 'rejected', 'superseded')),
    retry_count int NOT NULL DEFAULT 0 CHECK (retry_count >= 0),
    retry_at timestamptz,
    last_error jsonb,
    claimed_by text,
    claimed_at timestamptz,
    lease_token uuid,
    lease_expires_at timestamptz,
    flow_run_id uuid,
    correlation_id uuid NOT NULL,
    config_sha256 text,
    stage1_completed_at timestamptz,
    stage2_completed_at timestamptz,
    stage3_completed_at timestamptz,
    stage4_completed_at timestamptz,
    stage5_completed_at timestamptz,
    stage6_completed_at timestamptz,
    stage1_results jsonb,
    stage2_approved_matches jsonb,
    stage3_validation_results jsonb,
    stage4_override_reason text CHECK (length(btrim(stage4_override_reason, E' \t\n\r')) >= 10),
    stage6_downloaded_at timestamptz,
    version int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT upload_jobs_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT upload_jobs_stage_phase_fkey FOREIGN KEY (stage, phase) REFERENCES job_stages (job_stage, phase),
    CONSTRAINT upload_jobs_lease_check CHECK (
        CASE WHEN state = 'working'
            THEN claimed_by IS NOT NULL AND claimed_at IS NOT NULL
                AND lease_token IS NOT NULL AND lease_expires_at IS NOT NULL
            ELSE claimed_by IS NULL AND claimed_at IS NULL
                AND lease_token IS NULL AND lease_expires_at IS NULL
        END),
    CONSTRAINT upload_jobs_retryable_check CHECK ((state = 'retryable') = (retry_at IS NOT NULL)),
    CONSTRAINT upload_jobs_failed_check CHECK (state NOT IN ('retryable', 'deadletter') OR last_error IS NOT NULL),
    CONSTRAINT upload_jobs_finished_check CHECK ((state IN ('done', 'deadletter')) = (finished_at IS NOT NULL)),
    CONSTRAINT upload_jobs_done_check CHECK ((state = 'done') = (outcome IS NOT NULL)),
    CONSTRAINT upload_jobs_review_check CHECK (
        state <> 'awaiting_review' OR stage IN ('matching_review', 'validation_review')),
    CONSTRAINT upload_jobs_ingested_check CHECK (stage <> 'ingested' OR state = 'done'),
    CONSTRAINT upload_jobs_published_check CHECK (outcome IS DISTINCT FROM 'published' OR stage = 'ingested'),
    -- Nothing goes on to generation unvalidated, or past critical findings without a reason.
    CONSTRAINT upload_jobs_gate_check CHECK (
        phase < 5 OR (
            stage3_validation_results IS NOT NULL
            AND (stage4_override_reason IS NOT NULL
                OR (stage3_validation_results ->> 'critical')::int IS NOT DISTINCT FROM 0)))
);
CREATE UNIQUE INDEX upload_jobs_active_key ON upload_jobs (document_id) WHERE state NOT IN ('done', 'deadletter');
CREATE INDEX upload_jobs_document_idx ON upload_jobs (document_id, created_at DESC);
CREATE INDEX upload_jobs_queue_idx ON upload_jobs (state, created_at) WHERE state IN ('queued', 'retryable', 'working');
CREATE INDEX upload_jobs_review_idx ON upload_jobs (user_id, updated_at) WHERE state = 'awaiting_review';
CREATE INDEX upload_jobs_user_idx ON upload_jobs (user_id, created_at DESC);

CREATE TABLE document_processing_stages (
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
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
    cost_usd numeric(14, 6) NOT NULL DEFAULT 0,
    PRIMARY KEY (document_id, stage_name),
    CONSTRAINT document_processing_stages_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT document_processing_stages_completed_check CHECK (
        (status IN ('completed', 'skipped')) = (completed_at IS NOT NULL)),
    CONSTRAINT document_processing_stages_started_check CHECK (
        status NOT IN ('in_progress', 'completed') OR started_at IS NOT NULL),
    CONSTRAINT document_processing_stages_failed_check CHECK (status <> 'failed' OR error_message IS NOT NULL),
    CONSTRAINT document_processing_stages_fingerprint_check CHECK (status <> 'completed' OR fingerprint IS NOT NULL)
);
CREATE INDEX document_processing_stages_status_idx ON document_processing_stages (stage_name, status);

CREATE TABLE stage_output_files (
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
    stage_name text NOT NULL REFERENCES stages,
    file_type text NOT NULL CHECK (file_type IN (
        'markdown', 'optimized_markdown', 'chunks_json', 'facts_json', 'validation_json', 'ingestion_json')),
    file_path text NOT NULL,
    file_size bigint NOT NULL CHECK (file_size >= 0),
    mime_type text NOT NULL,
    checksum text NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (document_id, stage_name, file_type),
    CONSTRAINT stage_output_files_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE
);

CREATE TABLE processing_workflows (
    document_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    workflow_type text NOT NULL DEFAULT 'automatic' CHECK (workflow_type IN ('automatic', 'manual')),
    total_stages int NOT NULL CHECK (total_stages > 0),
    completed_stages int NOT NULL DEFAULT 0,
    current_stage text REFERENCES stages,
    configuration jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    CONSTRAINT processing_workflows_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT processing_workflows_count_check CHECK (completed_stages BETWEEN 0 AND total_stages)
);
CREATE INDEX processing_workflows_status_idx ON processing_workflows (current_stage, workflow_type);
