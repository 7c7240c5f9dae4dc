-- One embedding model is active: every vector in production is its own. Vectors of the model that is to replace it
-- wait beside them, so that production changes from one to the other in one transaction.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE embedding_models
    ADD COLUMN is_active boolean NOT NULL DEFAULT false,
    ADD COLUMN activated_at timestamptz,
    ADD COLUMN recall_at_10 real CHECK (recall_at_10 BETWEEN 0 AND 1),
    ADD CONSTRAINT embedding_models_activated_check CHECK (NOT is_active OR activated_at IS NOT NULL);
CREATE UNIQUE INDEX embedding_models_active_key ON embedding_models (is_active) WHERE is_active;

-- What is in production says which model is active; of several, the one with the most vectors.
UPDATE embedding_models SET is_active = true, activated_at = created_at WHERE embed_model = (
    SELECT m.embed_model FROM embedding_models m
    ORDER BY (SELECT count(*) FROM document_chunks c WHERE c.embed_model = m.embed_model)
        + (SELECT count(*) FROM all_questions q WHERE q.embed_model = m.embed_model) DESC, m.embed_model
    LIMIT 1);

-- Vectors of content, not of users: like the caches, only the service role reads them.
CREATE TABLE next_vectors (
    owner_id uuid NOT NULL,
    embed_model text NOT NULL REFERENCES embedding_models,
    owner_kind text NOT NULL CHECK (owner_kind IN ('chunk', 'question')),
    embed_version text NOT NULL,
    content_sha256 text NOT NULL,
    vector vector NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, embed_model)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON next_vectors TO upload_pipeline_service;

CREATE FUNCTION enforce_active_model() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    wrong text;
BEGIN
    SELECT n.embed_model INTO wrong FROM new_rows n
    WHERE NOT EXISTS (SELECT FROM embedding_models m
        WHERE m.is_active AND m.embed_model = n.embed_model AND m.dims = vector_dims(n.embedding))
    LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'vectors of % are not of the active model or not of its length', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_active_model';
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    published text;
    change text;
BEGIN
    FOREACH published IN ARRAY ARRAY['all_questions', 'document_chunks'] LOOP
        FOREACH change IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING NEW TABLE AS new_rows '
                'FOR EACH STATEMENT EXECUTE FUNCTION enforce_active_model()',
                published || '_active_model_' || lower(change), change, published);
        END LOOP;
    END LOOP;
END
$$;
