-- What has no pages has no number of pages: a text or a Word document said that it had one.

SET LOCAL search_path = upload_pipeline, public;

UPDATE documents SET page_count = NULL WHERE page_unit = 'document';

ALTER TABLE documents ADD CONSTRAINT documents_page_unit_count_check
    CHECK (page_unit IS DISTINCT FROM 'document' OR page_count IS NULL);

-- the reports of conversions say the same
UPDATE upload_jobs SET stage1_results = jsonb_set(stage1_results, '{pages}', 'null')
WHERE stage1_results ->> 'unit' = 'document';
