-- A stage can be run alone: the job stops behind it, and goes on when somebody says so.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0096_stop_behind_a_stage');

ALTER TABLE upload_jobs
    ADD COLUMN stop_after text REFERENCES stages (stage_name),
    ADD COLUMN is_stopped boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT upload_jobs_stop_check
        CHECK ((stop_after IS NULL OR state NOT IN ('done', 'deadletter')) AND (NOT is_stopped OR state = 'queued'));
GRANT UPDATE (stop_after, is_stopped) ON upload_jobs TO upload_pipeline_api;
