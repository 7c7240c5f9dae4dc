-- What waits to be published: staged chunks with their line in the conservation ledger, staged questions,
-- and the pairs of questions that look alike.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE staged_chunks (
    chunk_id uuid PRIMARY KEY,
    document_id uuid NOT NULL,
    user_id uuid NOT NULL,
    ordinal int NOT NULL CHECK (ordinal >= 0),
    text text NOT NULL CHECK (text <> ''),
    heading_path text[] NOT NULL DEFAULT '{}',
    page_from int NOT NULL CHECK (page_from >= 1),
    page_to int NOT NULL,
    char_from int NOT NULL CHECK (char_from >= 0),
    char_to int NOT NULL,
    token_count int NOT NULL CHECK (token_count >= 0),
    content_sha256 text NOT NULL CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
    chunker_name text NOT NULL,
    chunker_version text NOT NULL,
    outcome text CHECK (outcome IN ('facts', 'nothing_here', 'failed')),
    outcome_reason text,
    fact_count int NOT NULL DEFAULT 0 CHECK (fact_count >= 0),
    refused_count int NOT NULL DEFAULT 0 CHECK (refused_count >= 0),
    CONSTRAINT staged_chunks_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    CONSTRAINT staged_chunks_ordinal_key UNIQUE (document_id, ordinal) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT staged_chunks_pages_check CHECK (page_to >= page_from),
    CONSTRAINT staged_chunks_chars_check CHECK (char_to - char_from = length(text)),
    CONSTRAINT staged_chunks_ledger_check CHECK (
        CASE outcome
            WHEN 'facts' THEN fact_count > 0
            ELSE fact_count = 0 AND (outcome IS NULL OR outcome_reason IS NOT NULL)
        END)
);

CREATE TABLE upload_batches (
    batch_id uuid PRIMARY KEY,
    document_id uuid UNIQUE,
    uploaded_by uuid NOT NULL,
    user_id uuid NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    file_name text NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'reviewing', 'reviewed', 'importing', 'imported', 'rejected')),
    review_started_at timestamptz,
    review_completed_at timestamptz,
    reviewed_by uuid,
    import_started_at timestamptz,
    import_completed_at timestamptz,
    matched_at timestamptz,
    notes text,
    CONSTRAINT upload_batches_owner_key UNIQUE (batch_id, user_id),
    CONSTRAINT upload_batches_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE
);
CREATE INDEX upload_batches_user_idx ON upload_batches (user_id, uploaded_at DESC);

CREATE TABLE staged_questions (
    question_id uuid PRIMARY KEY,
    upload_batch_id uuid NOT NULL,
    user_id uuid NOT NULL,
    document_id uuid,
    chunk_id uuid REFERENCES staged_chunks ON DELETE CASCADE,
    topic text,
    subtopic text,
    question_type text NOT NULL DEFAULT 'fact',
    difficulty text,
    question text NOT NULL CHECK (question ~ '\S'),
    answer text NOT NULL CHECK (answer ~ '\S'),
    notes_for_tutor text,
    statement text,
    evidence_quote text,
    evidence_char_from int,
    evidence_char_to int,
    evidence_page int,
    evidence_match text CHECK (evidence_match IN ('exact', 'normalized', 'aligned')),
    generator text NOT NULL,
    match_text text NOT NULL,
    match_sha256 text NOT NULL CHECK (match_sha256 ~ '^[0-9a-f]{64}$'),
    match_trigrams int NOT NULL CHECK (match_trigrams >= 0),
    match_signature bytea NOT NULL CHECK (length(match_signature) = 64),
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'approved', 'rejected', 'duplicate', 'imported')),
    duplicate_of uuid,
    similarity_score real CHECK (similarity_score BETWEEN 0 AND 1),
    review_notes text,
    reviewed_by uuid,
    reviewed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT staged_questions_batch_fkey FOREIGN KEY (upload_batch_id, user_id)
        REFERENCES upload_batches (batch_id, user_id) ON DELETE CASCADE,
    CONSTRAINT staged_questions_document_fkey FOREIGN KEY (document_id, user_id)
        REFERENCES documents (document_id, user_id) ON DELETE CASCADE,
    -- A fact from a document has its proof: the quote, where it stands, on which page.
    -- num_nulls: a CHECK lets through what is neither true nor false.
    CONSTRAINT staged_questions_evidence_check CHECK (
        document_id IS NULL OR (
            num_nulls(chunk_id, statement, evidence_quote, evidence_char_from, evidence_char_to, evidence_page,
                evidence_match) = 0
            AND evidence_quote <> '' AND evidence_char_from >= 0 AND evidence_page >= 1
            AND evidence_char_to - evidence_char_from = length(evidence_quote))),
    CONSTRAINT staged_questions_duplicate_check CHECK (status <> 'duplicate' OR duplicate_of IS NOT NULL),
    CONSTRAINT staged_questions_reviewed_check CHECK (status <> 'rejected' OR reviewed_at IS NOT NULL)
);
-- status stays out of the indexes, and pages keep room: a decision then rewrites no index (heap-only update)
CREATE INDEX staged_questions_batch_idx ON staged_questions (upload_batch_id);
ALTER TABLE staged_questions SET (fillfactor = 60);
ALTER TABLE staged_chunks SET (fillfactor = 80);
CREATE INDEX staged_questions_match_idx ON staged_questions (user_id, match_sha256);
CREATE INDEX staged_questions_document_idx ON staged_questions (document_id);
CREATE INDEX staged_questions_chunk_idx ON staged_questions (chunk_id);
CREATE INDEX staged_questions_duplicate_idx ON staged_questions (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- The counts of a batch are read from its rows, so they are right by construction.
CREATE VIEW upload_batch_counts WITH (security_invoker = true) AS
SELECT b.batch_id,
       count(q.question_id) AS total_questions,
       count(q.question_id) FILTER (WHERE q.status = 'pending') AS questions_pending,
       count(q.question_id) FILTER (WHERE q.status IN ('approved', 'imported')) AS questions_approved,
       count(q.question_id) FILTER (WHERE q.status = 'rejected') AS questions_rejected,
       count(q.question_id) FILTER (WHERE q.status = 'duplicate') AS questions_duplicate
FROM upload_batches b
LEFT JOIN staged_questions q ON q.upload_batch_id = b.batch_id
GROUP BY b.batch_id;

CREATE TABLE staging_duplicates (
    duplicate_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    staged_question_id uuid NOT NULL REFERENCES staged_questions ON DELETE CASCADE,
    existing_question_id uuid NOT NULL,
    existing_is_staged boolean NOT NULL,
    similarity_score real NOT NULL CHECK (similarity_score BETWEEN 0 AND 1),
    method text NOT NULL CHECK (method IN ('exact', 'trigram')),
    resolution text NOT NULL DEFAULT 'pending'
        CHECK (resolution IN ('pending', 'keep_existing', 'replace_existing', 'keep_both', 'not_duplicate')),
    resolution_notes text,
    resolved_by text,
    resolved_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT staging_duplicates_pair_key UNIQUE (staged_question_id, existing_question_id),
    CONSTRAINT staging_duplicates_self_check CHECK (staged_question_id <> existing_question_id),
    CONSTRAINT staging_duplicates_resolved_check CHECK (
        (resolution = 'pending') = (resolved_at IS NULL) AND (resolved_at IS NULL) = (resolved_by IS NULL))
);
CREATE INDEX staging_duplicates_existing_idx ON staging_duplicates (existing_question_id);
