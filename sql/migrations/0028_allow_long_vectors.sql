-- Vectors of up to 4,000 numbers: above 2,000 they are indexed by half precision (pgvector's limits).

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE embedding_models DROP CONSTRAINT embedding_models_dims_check;
ALTER TABLE embedding_models ADD CONSTRAINT embedding_models_dims_check CHECK (dims BETWEEN 1 AND 4000);
