-- The limits of HTTP count what came over HTTP. Jobs that are there count as not: nothing says how they came.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE upload_jobs ADD COLUMN submitted_via text NOT NULL DEFAULT 'direct'
    CHECK (submitted_via IN ('direct', 'http'));

CREATE INDEX upload_jobs_http_idx ON upload_jobs (user_id, created_at) WHERE submitted_via = 'http';

-- The API says of a new job that it came over HTTP, and can change that of none.
GRANT INSERT (submitted_via) ON upload_jobs TO upload_pipeline_api;
