-- The file that was uploaded for a parse job: it is deleted at the service once the job has ended, whoever sees that.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE parse_jobs ADD COLUMN service_file_id text;
ALTER TABLE parse_jobs ADD CONSTRAINT parse_jobs_file_check CHECK (state <> 'starting' OR service_file_id IS NULL);
