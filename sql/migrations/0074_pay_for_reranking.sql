-- A reranker may charge for each search: its calls are accounted for as those of other services are.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE paid_calls DROP CONSTRAINT paid_calls_service_check;
-- every row there is has one of three of these
ALTER TABLE paid_calls ADD CONSTRAINT paid_calls_service_check
    CHECK (service IN ('facts', 'embeddings', 'conversion', 'rerank'));
