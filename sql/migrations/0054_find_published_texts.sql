-- The text that published quotes are from is named by its document alone, once a later run has left another one.

SET LOCAL search_path = upload_pipeline, public;

CREATE INDEX documents_published_path_idx ON documents (published_path) WHERE published_path IS NOT NULL;
