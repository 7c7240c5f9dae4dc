-- A user sees only rows of their own. The claim is read as Supabase and PostgREST set it.

SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub', '')::uuid
$$;

DO $$
DECLARE
    owned text;
BEGIN
    FOR owned IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'upload_pipeline' AND c.column_name = 'user_id' AND t.table_type = 'BASE TABLE'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format(
            'CREATE POLICY %I ON %I USING (user_id = (SELECT current_user_id())) '
            'WITH CHECK (user_id = (SELECT current_user_id()))',
            owned || '_own_rows', owned);
    END LOOP;
END
$$;

-- A pair of questions acts on both of its ends (one may replace the other), so both must be the user's own.
-- No foreign key can say so: the existing end is in one of two tables, and may go before the pair is decided.
CREATE POLICY staging_duplicates_own_ends ON staging_duplicates AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM staged_questions q WHERE q.question_id = staged_question_id)
    AND (EXISTS (SELECT FROM staged_questions q WHERE q.question_id = existing_question_id)
        OR EXISTS (SELECT FROM all_questions a WHERE a.question_id = existing_question_id)));

-- The caches hold text of every user: only the service role reads them.
GRANT SELECT ON stages, stage_dependencies, job_stages, job_stage_moves, job_state_moves, embedding_models
    TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE ON documents, document_sources, upload_jobs, document_processing_stages,
    processing_workflows, upload_batches, staged_questions TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE (resolution, resolution_notes, resolved_by, resolved_at) ON staging_duplicates
    TO upload_pipeline_api;
GRANT SELECT ON stage_output_files, staged_chunks, document_chunks, all_questions, upload_batch_counts
    TO upload_pipeline_api;
GRANT SELECT, INSERT ON events TO upload_pipeline_api;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA upload_pipeline TO upload_pipeline_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA upload_pipeline
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO upload_pipeline_service;

-- Rules and history are not for workers to change.
REVOKE INSERT, UPDATE, DELETE ON stages, stage_dependencies, job_stages, job_stage_moves, job_state_moves
    FROM upload_pipeline_service;
REVOKE UPDATE, DELETE ON events FROM upload_pipeline_service;
