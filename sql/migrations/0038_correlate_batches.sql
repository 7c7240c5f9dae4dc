-- What happens to a question bank can be found by the id of its upload, as what happens to a document can.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE upload_batches ADD COLUMN correlation_id uuid NOT NULL DEFAULT gen_random_uuid();
