-- What readers see, and the buffer that vectors land in before the swap.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE document_chunks (
    chunk_id uuid PRIMARY KEY,
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
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
    embedding vector NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    search tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT document_chunks_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT document_chunks_ordinal_key UNIQUE (document_id, ordinal),
    CONSTRAINT document_chunks_chars_check CHECK (char_to - char_from = length(text))
);
CREATE INDEX document_chunks_user_idx ON document_chunks (user_id);
CREATE INDEX document_chunks_search_idx ON document_chunks USING gin (search);

CREATE TABLE all_questions (
    question_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    document_id uuid,
    chunk_id uuid REFERENCES document_chunks ON DELETE CASCADE,
    topic text,
    subtopic text,
    question_type text NOT NULL,
    difficulty text,
    question text NOT NULL,
    answer text NOT NULL,
    notes_for_tutor text,
    statement text,
    evidence_quote text,
    evidence_char_from int,
    evidence_char_to int,
    evidence_page int,
    evidence_match text CHECK (evidence_match IN ('exact', 'normalized', 'aligned')),
    generator text NOT NULL,
    match_text text NOT NULL,
    match_sha256 text NOT NULL,
    match_trigrams int NOT NULL,
    match_signature bytea NOT NULL CHECK (length(match_signature) = 64),
    embedding vector NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    search tsvector GENERATED ALWAYS AS (
        to_tsvector('english', question || ' ' || coalesce(statement, answer))) STORED,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT all_questions_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT all_questions_evidence_check CHECK (
        document_id IS NULL OR (
            num_nulls(chunk_id, statement, evidence_quote, evidence_char_from, evidence_char_to, evidence_page,
                evidence_match) = 0
            AND evidence_quote <> '' AND evidence_char_from >= 0 AND evidence_page >= 1
            AND evidence_char_to - evidence_char_from = length(evidence_quote)))
);
CREATE INDEX all_questions_document_idx ON all_questions (document_id);
CREATE INDEX all_questions_chunk_idx ON all_questions (chunk_id);
CREATE INDEX all_questions_search_idx ON all_questions USING gin (search);
CREATE INDEX all_questions_match_idx ON all_questions (user_id, match_sha256);

CREATE TABLE document_vector_buffer (
    owner_id uuid NOT NULL,
    owner_kind text NOT NULL CHECK (owner_kind IN ('chunk', 'question')),
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    content_sha256 text NOT NULL,
    vector vector NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, embed_model),
    CONSTRAINT document_vector_buffer_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE
);
CREATE INDEX document_vector_buffer_document_idx ON document_vector_buffer (document_id);

-- Embedding models in use. Each has a partial HNSW index for its own dimensions, so that two can live side by side.
CREATE TABLE embedding_models (
    embed_model text PRIMARY KEY,
    dims int NOT NULL CHECK (dims BETWEEN 1 AND 2000),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What a new fact is compared with: production, and what is staged and has been through the comparison itself.
CREATE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true
FROM staged_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL AND q.status IN ('pending', 'approved');

-- Documents whose place one of these has taken.
CREATE FUNCTION replaced_by(document_ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT old.document_id FROM document_sources new
    JOIN document_sources old USING (user_id, source_uri)
    WHERE new.document_id = ANY(document_ids) AND new.is_current AND NOT old.is_current
$$;
