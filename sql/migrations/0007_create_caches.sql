-- Results of paid (or slow) calls by content. No user, no document: the same text, model and prompt are the same answer.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE fact_cache (
    cache_key text PRIMARY KEY,
    generator text NOT NULL,
    facts jsonb NOT NULL,
    reason text,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    cost_usd numeric(14, 6) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE embedding_cache (
    content_sha256 text NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    vector vector NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (content_sha256, embed_model, embed_version)
);
