-- Rejecting a question takes in again what was left out because of it, and that is compared anew: by vectors that are
-- there. They stand under a hash of their text, without the text and without whose it was. Pairs are found anew with it.

SET LOCAL search_path = upload_pipeline, public;

GRANT SELECT ON embedding_cache TO upload_pipeline_api;
GRANT DELETE ON staging_duplicates TO upload_pipeline_api;
