-- The lifecycle as data: stages of work, states of jobs, statuses of staged questions and batches, and what may follow
-- what. The same rows as in pipeline_core.domain (lifecycle, batches), held equal by a test.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0003_describe_lifecycle');

CREATE TABLE stages (
    stage_name text PRIMARY KEY,
    execution_order int NOT NULL UNIQUE
);

INSERT INTO stages (stage_name, execution_order) VALUES
    ('ingest', 1),
    ('markdown-conversion', 2),
    ('markdown-optimizer', 3),
    ('chunker', 4),
    ('fact-generator', 5),
    ('validation', 6),
    ('embedder', 7),
    ('ingestor', 8);

CREATE TABLE stage_dependencies (
    dependency_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage_name text NOT NULL REFERENCES stages,
    depends_on_stage text REFERENCES stages,
    is_required boolean NOT NULL DEFAULT true,
    execution_order int NOT NULL,
    CONSTRAINT stage_dependencies_pair_key UNIQUE NULLS NOT DISTINCT (stage_name, depends_on_stage)
);

INSERT INTO stage_dependencies (stage_name, depends_on_stage, is_required, execution_order) VALUES
    ('ingest', NULL, true, 1),
    ('markdown-conversion', 'ingest', true, 2),
    ('markdown-optimizer', 'markdown-conversion', true, 3),
    ('chunker', 'markdown-conversion', true, 4),
    ('chunker', 'markdown-optimizer', false, 4),
    ('fact-generator', 'chunker', true, 5),
    ('validation', 'fact-generator', true, 6),
    ('embedder', 'validation', true, 7),
    ('ingestor', 'embedder', true, 8),
    ('ingestor', 'fact-generator', true, 8);

CREATE TABLE job_stages (
    job_stage text PRIMARY KEY,
    position int NOT NULL UNIQUE,
    percent int NOT NULL CHECK (percent BETWEEN 0 AND 100),
    phase smallint NOT NULL CHECK (phase BETWEEN 0 AND 6),
    stage_name text REFERENCES stages,
    CONSTRAINT job_stages_phase_key UNIQUE (job_stage, phase)
);

INSERT INTO job_stages (job_stage, position, percent, phase, stage_name) VALUES
    ('queued', 0, 0, 0, 'ingest'),
    ('job_validated', 1, 10, 1, 'ingest'),
    ('parsing', 2, 20, 1, 'markdown-conversion'),
    ('parsed', 3, 30, 1, 'markdown-conversion'),
    ('parse_validated', 4, 35, 1, 'markdown-conversion'),
    ('optimizing', 5, 38, 1, 'markdown-optimizer'),
    ('optimized', 6, 42, 1, 'markdown-optimizer'),
    ('chunking', 7, 45, 1, 'chunker'),
    ('chunks_buffered', 8, 50, 1, 'chunker'),
    ('chunked', 9, 55, 1, 'chunker'),
    ('generating_facts', 10, 58, 1, 'fact-generator'),
    ('facts_staged', 11, 62, 1, 'fact-generator'),
    ('matching_review', 12, 64, 2, NULL),
    ('validating', 13, 66, 3, 'validation'),
    ('validation_review', 14, 68, 4, NULL),
    ('embedding', 15, 70, 5, 'embedder'),
    ('embeddings_buffered', 16, 75, 5, 'embedder'),
    ('embedded', 17, 85, 5, 'embedder'),
    ('ingesting', 18, 90, 5, 'ingestor'),
    ('ingested', 19, 100, 6, 'ingestor');

CREATE TABLE job_stage_moves (
    from_stage text NOT NULL REFERENCES job_stages,
    to_stage text NOT NULL REFERENCES job_stages,
    PRIMARY KEY (from_stage, to_stage)
);

INSERT INTO job_stage_moves (from_stage, to_stage) VALUES
    ('queued', 'job_validated'),
    ('job_validated', 'parsing'),
    ('parsing', 'parsed'),
    ('parsed', 'parse_validated'),
    ('parse_validated', 'optimizing'),
    ('parse_validated', 'chunking'),
    ('optimizing', 'optimized'),
    ('optimizing', 'chunking'),
    ('optimized', 'chunking'),
    ('chunking', 'chunks_buffered'),
    ('chunks_buffered', 'chunked'),
    ('chunked', 'generating_facts'),
    ('generating_facts', 'facts_staged'),
    ('facts_staged', 'matching_review'),
    ('facts_staged', 'validating'),
    ('matching_review', 'validating'),
    ('validating', 'validation_review'),
    ('validating', 'embedding'),
    ('validation_review', 'matching_review'),
    ('validation_review', 'embedding'),
    ('embedding', 'embeddings_buffered'),
    ('embeddings_buffered', 'embedded'),
    ('embedded', 'ingesting'),
    ('ingesting', 'ingested');

CREATE TABLE job_state_moves (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);

INSERT INTO job_state_moves (from_state, to_state) VALUES
    ('queued', 'working'),
    ('working', 'done'),
    ('working', 'retryable'),
    -- a job that got no budget is queued again, with the reason in last_error
    ('working', 'queued'),
    ('retryable', 'working'),
    ('working', 'awaiting_review'),
    ('awaiting_review', 'queued'),
    ('awaiting_review', 'done'),
    ('working', 'deadletter'),
    ('retryable', 'deadletter'),
    ('deadletter', 'queued'),
    ('done', 'queued');

CREATE TABLE staged_question_moves (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);

INSERT INTO staged_question_moves (from_status, to_status) VALUES
    ('pending', 'approved'),
    ('pending', 'rejected'),
    ('pending', 'duplicate'),
    ('pending', 'left_out'),
    ('approved', 'pending'),
    ('approved', 'rejected'),
    ('approved', 'duplicate'),
    ('approved', 'imported'),
    ('approved', 'left_out'),
    ('rejected', 'pending'),
    ('rejected', 'approved'),
    ('rejected', 'left_out'),
    ('duplicate', 'pending'),
    ('duplicate', 'rejected'),
    ('duplicate', 'left_out'),
    ('left_out', 'pending'),
    ('left_out', 'approved'),
    ('left_out', 'rejected'),
    ('imported', 'approved'),
    ('imported', 'rejected'),
    ('imported', 'duplicate');

CREATE TABLE upload_batch_moves (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);

INSERT INTO upload_batch_moves (from_status, to_status)
SELECT from_status, to_status
FROM unnest(ARRAY['pending', 'reviewing', 'reviewed', 'importing']) AS from_status,
     unnest(ARRAY['pending', 'reviewing', 'reviewed', 'importing', 'imported', 'rejected']) AS to_status
WHERE from_status <> to_status
UNION ALL
SELECT from_status, to_status
FROM unnest(ARRAY['imported', 'rejected']) AS from_status,
     unnest(ARRAY['pending', 'reviewing', 'reviewed']) AS to_status;
