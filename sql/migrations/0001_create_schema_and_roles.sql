-- The schema, the extensions and the two roles.
--   upload_pipeline_service  workers: sees every user's rows (BYPASSRLS)
--   upload_pipeline_api      the HTTP API: bound by row-level security, cannot bypass it
-- Connect as any login that is a member of one of them; both are NOLOGIN.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS vector;

CREATE SCHEMA IF NOT EXISTS upload_pipeline;

DO $$
BEGIN
    -- Roles belong to the whole cluster: two databases migrated at once may both try to make them.
    BEGIN
        CREATE ROLE upload_pipeline_service NOLOGIN BYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    BEGIN
        CREATE ROLE upload_pipeline_api NOLOGIN NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
END
$$;

GRANT upload_pipeline_service, upload_pipeline_api TO CURRENT_USER;
GRANT USAGE ON SCHEMA upload_pipeline TO upload_pipeline_service, upload_pipeline_api;
