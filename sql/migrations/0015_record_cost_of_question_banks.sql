-- What embedding a question bank's questions cost; a document's own is recorded with its stages.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE upload_batches
    ADD COLUMN input_tokens bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    ADD COLUMN output_tokens bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    ADD COLUMN cost_usd numeric(14, 6) NOT NULL DEFAULT 0 CHECK (cost_usd >= 0);
