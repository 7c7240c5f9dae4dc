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

-- The caches hold text of every user: only the service role reads them.
GRANT SELECT ON stages, stage_dependencies, job_stages, job_stage_moves, job_state_moves, embedding_models
    TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE ON documents, document_sources, upload_jobs, document_processing_stages,
    processing_workflows, upload_batches, staged_questions, staging_duplicates TO upload_pipeline_api;
GRANT SELECT ON stage_output_files, staged_chunks, document_chunks, all_questions, upload_batch_counts
    TO upload_pipeline_api;
GRANT SELECT, INSERT ON events TO upload_pipeline_api;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA upload_pipeline TO upload_pipeline_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA upload_pipeline
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO upload_pipeline_service;
