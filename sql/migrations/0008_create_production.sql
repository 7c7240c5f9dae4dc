-- What readers see, and the buffers that vectors land in before they take a place there.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0008_create_production');

-- Embedding models in use. Each has a partial HNSW index for its own dimensions, so that two can live side by side: one is
-- active, every vector in production is its own. Above 2,000 numbers vectors are indexed by half precision (pgvector).
CREATE TABLE embedding_models (
    embed_model text PRIMARY KEY,
    dims int NOT NULL CHECK (dims BETWEEN 1 AND 4000),
    is_active boolean NOT NULL DEFAULT false,
    activated_at timestamptz,
    recall_at_10 real CHECK (recall_at_10 BETWEEN 0 AND 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT embedding_models_activated_check CHECK (NOT is_active OR activated_at IS NOT NULL)
);
CREATE UNIQUE INDEX embedding_models_active_key ON embedding_models (is_active) WHERE is_active;

CREATE TABLE document_chunks (
    chunk_id uuid PRIMARY KEY,
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    ordinal int NOT NULL,
    text text NOT NULL,
    heading_path text[] NOT NULL,
    page_from int NOT NULL,
    page_to int NOT NULL,
    char_from int NOT NULL,
    char_to int NOT NULL,
    token_count int NOT NULL,
    content_sha256 text NOT NULL,
    chunker_name text NOT NULL,
    chunker_version text NOT NULL,
    embedding halfvec NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT document_chunks_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT document_chunks_ordinal_key UNIQUE (document_id, ordinal),
    CONSTRAINT document_chunks_chars_check CHECK (char_to - char_from = length(text))
);
CREATE INDEX document_chunks_realm_idx ON document_chunks (realm_id);

-- A row keeps its vector by it, where that is short: who asks for the cosines of candidates finds them in one step.
CREATE TABLE all_questions (
    question_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    document_id uuid,
    chunk_id uuid REFERENCES document_chunks ON DELETE CASCADE,
    topic text,
    subtopic text,
    question_type text NOT NULL,
    difficulty text,
    question text CHECK (question ~ '\S'),
    answer text CHECK (answer ~ '\S'),
    notes_for_tutor text,
    statement text CHECK (statement ~ '\S'),
    evidence jsonb,
    evidence_match text CHECK (evidence_match IN ('exact', 'normalized', 'aligned')),
    evidence_char_from int GENERATED ALWAYS AS ((place_of(evidence) ->> 'char_from')::int) STORED,
    evidence_page int GENERATED ALWAYS AS ((place_of(evidence) ->> 'page')::int) STORED,
    generator text NOT NULL,
    match_version smallint NOT NULL DEFAULT 4,
    match_text text,
    match_sha256 text NOT NULL,
    match_trigrams int NOT NULL,
    match_signature bytea NOT NULL CHECK (length(match_signature) = 64),
    language text NOT NULL DEFAULT '' CHECK (language ~ '^[a-z]{0,3}$'),
    own_from smallint,
    undisputed uuid,
    about uuid,
    own_undisputed uuid,
    own_about uuid,
    confidence real CHECK (confidence BETWEEN 0 AND 1),
    confidence_reasons text,
    embedding halfvec NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    -- Of vectors that are near each other most signs are the same (pipeline_core.domain.sketches): candidates are found
    -- by them, at a thirty-second of the bytes. Vectors of every model have them, whatever its length.
    sketch bit varying GENERATED ALWAYS AS (binary_quantize(embedding)) STORED,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT all_questions_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT all_questions_match_text_check CHECK (num_nulls(match_text, statement) < 2),
    CONSTRAINT all_questions_question_or_none_check CHECK (
        num_nulls(question, answer) = 0 OR num_nulls(question, answer) = 2 AND document_id IS NOT NULL),
    CONSTRAINT all_questions_evidence_check CHECK (
        CASE WHEN document_id IS NULL THEN evidence IS NULL OR is_evidence(evidence)
            ELSE num_nulls(chunk_id, statement, evidence_match) = 0 AND is_evidence(evidence) END),
    CONSTRAINT all_questions_weighed_check CHECK (
        num_nulls(confidence, confidence_reasons) IN (0, 2) AND (confidence IS NULL OR document_id IS NOT NULL))
) WITH (toast_tuple_target = 4080);
CREATE INDEX all_questions_document_idx ON all_questions (document_id);
CREATE INDEX all_questions_chunk_idx ON all_questions (chunk_id);
-- All that a scan for duplicates reads, so that it reads nothing else. One index for a scan and for single hashes: of two,
-- the planner would take the wrong one as long as it does not know how much there is.
CREATE INDEX all_questions_match_idx ON all_questions (realm_id, match_sha256) INCLUDE (question_id, document_id,
    language, match_trigrams, match_signature, embed_model, embed_version, sketch);
CREATE INDEX all_questions_match_version_idx ON all_questions (match_version) WHERE match_version < 4;

CREATE FUNCTION enforce_active_model() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public, extensions AS $$
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

-- Published facts of documents that are scanned again, but for those that would be withdrawn: new facts are compared
-- with them as well.
CREATE FUNCTION published_before(document_ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT a.question_id FROM all_questions a
    JOIN staged_questions q ON q.question_id = a.question_id AND q.status IN ('approved', 'imported')
    WHERE a.document_id = ANY(document_ids)
$$;

-- What was taken out of production, or was stopped on its way there, why, and by whom. The document stays, with its history,
-- and can be published again.
CREATE TABLE withdrawals (
    withdrawal_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    job_id uuid NOT NULL REFERENCES upload_jobs (job_id) ON DELETE CASCADE,
    withdrawn_at timestamptz NOT NULL DEFAULT now(),
    -- who decided it, by id and by the name of that time
    user_id uuid NOT NULL,
    withdrawn_by text NOT NULL CHECK (withdrawn_by <> ''),
    reason text NOT NULL CONSTRAINT withdrawals_reason_check CHECK (visible_length(reason) >= 10),
    -- null: it was on its way
    published_at timestamptz,
    chunks int NOT NULL CHECK (chunks >= 0),
    facts int NOT NULL CHECK (facts >= 0),
    -- facts that other documents say as well, and that are published of those instead: by the fact that left, the one that came
    taken_over jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(taken_over) = 'object'),
    CONSTRAINT withdrawals_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX withdrawals_document_idx ON withdrawals (document_id, withdrawn_at DESC);
CREATE INDEX withdrawals_job_idx ON withdrawals (job_id);

-- What is withdrawn is out of production, whole, and on record.
CREATE FUNCTION enforce_withdrawal() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public, extensions AS $$
BEGIN
    IF EXISTS (SELECT FROM documents d WHERE d.document_id = NEW.document_id AND d.published_at IS NOT NULL)
        OR EXISTS (SELECT FROM all_questions a WHERE a.document_id = NEW.document_id)
        OR EXISTS (SELECT FROM document_chunks c WHERE c.document_id = NEW.document_id)
        OR NOT EXISTS (SELECT FROM withdrawals w WHERE w.job_id = NEW.job_id AND w.withdrawn_at = now())
    THEN
        RAISE EXCEPTION 'document % is not out of production, or not on record as withdrawn', NEW.document_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_jobs_withdrawn';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER upload_jobs_withdrawn AFTER UPDATE OF outcome ON upload_jobs FOR EACH ROW
    WHEN (NEW.outcome = 'withdrawn' AND OLD.outcome IS DISTINCT FROM NEW.outcome) EXECUTE FUNCTION enforce_withdrawal();

-- Vectors that wait for the transaction that publishes their document.
CREATE TABLE document_vector_buffer (
    owner_id uuid NOT NULL,
    owner_kind text NOT NULL CHECK (owner_kind IN ('chunk', 'question')),
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    content_sha256 text NOT NULL,
    vector halfvec NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, embed_model),
    CONSTRAINT document_vector_buffer_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX document_vector_buffer_document_idx ON document_vector_buffer (document_id);

-- Vectors of the model that is to replace the active one wait beside them, so that production changes from one to the
-- other in one transaction. Vectors of content, not of realms: like the caches, only the service role reads them.
CREATE TABLE next_vectors (
    owner_id uuid NOT NULL,
    embed_model text NOT NULL REFERENCES embedding_models,
    owner_kind text NOT NULL CHECK (owner_kind IN ('chunk', 'question')),
    embed_version text NOT NULL,
    content_sha256 text NOT NULL,
    vector halfvec NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, embed_model)
);
