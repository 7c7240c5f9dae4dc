-- What is the installation's fault is no document's: its job waits in the queue, held for the part that is missing.

SET LOCAL search_path = upload_pipeline, public;

-- A part of the installation that was found missing: one job at a time tries whether it is back, at growing intervals.
CREATE TABLE missing_parts (
    part text PRIMARY KEY CHECK (part <> ''),
    error jsonb NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    tries int NOT NULL DEFAULT 1 CHECK (tries > 0),
    probe_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON missing_parts TO upload_pipeline_service;
GRANT SELECT ON missing_parts TO upload_pipeline_api;

-- The part that a queued job waits for; no key to missing_parts, which is emptied first when a part is back.
ALTER TABLE upload_jobs ADD COLUMN held_for text CHECK (held_for <> '');
ALTER TABLE upload_jobs ADD CONSTRAINT upload_jobs_held_check CHECK (held_for IS NULL OR state IN ('queued', 'working'));
CREATE INDEX upload_jobs_held_idx ON upload_jobs (held_for, updated_at) WHERE held_for IS NOT NULL;
GRANT UPDATE (held_for) ON upload_jobs TO upload_pipeline_api;
