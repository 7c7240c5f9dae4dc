-- Which text the published quotes and passages are from: a later run may leave another one and then wait for a person.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE documents
    ADD COLUMN published_path text,
    ADD COLUMN published_sha256 text CHECK (published_sha256 ~ '^[0-9a-f]{64}$');
ALTER TABLE documents
    ADD CONSTRAINT documents_published_text_check CHECK (
        (published_path IS NULL) = (published_sha256 IS NULL) AND (published_path IS NULL OR published_at IS NOT NULL));
