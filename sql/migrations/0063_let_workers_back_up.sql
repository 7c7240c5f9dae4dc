-- A backup by a worker's login dumps sequences too: how far each has come.

SET LOCAL search_path = upload_pipeline, public;

GRANT SELECT ON ALL SEQUENCES IN SCHEMA upload_pipeline TO upload_pipeline_service;
