-- The schema, the extensions, the two roles, and the list of what was applied.
--   upload_pipeline_service  workers: sees the rows of every realm (BYPASSRLS)
--   upload_pipeline_api      the HTTP API: bound by row-level security, cannot bypass it
-- Connect as any login that is a member of one of them; both are NOLOGIN.

-- Where they are already, as on hosted servers in the schema `extensions`, they stay.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;

-- An administrator may have made the schema; tables of an older version of this software are not to be built upon.
CREATE SCHEMA IF NOT EXISTS upload_pipeline;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE relnamespace = 'upload_pipeline'::regnamespace AND relkind = 'r') THEN
        RAISE EXCEPTION 'the schema upload_pipeline has tables already'
            USING HINT = 'A database that an older version made is not brought up to date: docs/upgrading.md.';
    END IF;

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

-- Workers read and write every table, but for what 0019_grant_rights takes away again.
ALTER DEFAULT PRIVILEGES IN SCHEMA upload_pipeline
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO upload_pipeline_service;

SET LOCAL search_path = upload_pipeline, public, extensions;

-- Each migration enters itself here, by its first statement: whoever runs the files, `pipeline migrate` or psql, leaves
-- the same record, and a file that was applied is refused the second time.
CREATE TABLE schema_migrations (
    name text PRIMARY KEY CHECK (name ~ '^[0-9]{4}_[a-z0-9_]+$'),
    applied_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO schema_migrations (name) VALUES ('0001_create_schema_and_roles');
-- Both roles can tell whether the schema is up to date, or too new; neither writes what was applied.
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM upload_pipeline_service;
GRANT SELECT ON schema_migrations TO upload_pipeline_api;

-- The user whom a request comes from. The claim is read as Supabase and PostgREST set it.
CREATE FUNCTION current_user_id() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub', '')::uuid
$$;

-- The person who acts in a transaction, by the same claims, or as the command line and Python say it
-- (`upload_pipeline.person`); null is the system.
CREATE FUNCTION acting_person() RETURNS json LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('request.jwt.claims', true), ''),
        nullif(current_setting('upload_pipeline.person', true), ''))::json
$$;
CREATE FUNCTION acting_user_id() RETURNS uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$ SELECT nullif(acting_person() ->> 'sub', '')::uuid $$;
CREATE FUNCTION acting_name() RETURNS text LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT coalesce(nullif(acting_person() ->> 'name', ''), nullif(acting_person() ->> 'email', ''))
$$;

-- The request that a transaction serves.
CREATE FUNCTION correlation_of_request() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('upload_pipeline.correlation_id', true), '')::uuid
$$;

CREATE FUNCTION stamp_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
