-- What waits to be published: staged chunks with their line in the conservation ledger, batches of staged questions, and
-- the pairs of questions that look alike.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0007_create_staging');

CREATE TABLE staged_chunks (
    chunk_id uuid PRIMARY KEY,
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    ordinal int NOT NULL CHECK (ordinal >= 0),
    text text NOT NULL CHECK (text <> ''),
    heading_path text[] NOT NULL DEFAULT '{}',
    page_from int NOT NULL CHECK (page_from >= 1),
    page_to int NOT NULL,
    char_from int NOT NULL CHECK (char_from >= 0),
    char_to int NOT NULL,
    token_count int NOT NULL CHECK (token_count >= 0),
    content_sha256 text NOT NULL CHECK (length(content_sha256) = 64 AND content_sha256 !~ '[^0-9a-f]'),
    chunker_name text NOT NULL,
    chunker_version text NOT NULL,
    -- under which the chunk's answer is cached: joins a chunk with the calls that were paid for it
    fact_key text,
    outcome text CHECK (outcome IN ('facts', 'nothing_here', 'failed', 'not_asked')),
    outcome_reason text,
    fact_count int NOT NULL DEFAULT 0 CHECK (fact_count >= 0),
    refused_count int NOT NULL DEFAULT 0 CHECK (refused_count >= 0),
    CONSTRAINT staged_chunks_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT staged_chunks_ordinal_key UNIQUE (document_id, ordinal) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT staged_chunks_pages_check CHECK (page_to >= page_from),
    CONSTRAINT staged_chunks_chars_check CHECK (char_to - char_from = length(text)),
    CONSTRAINT staged_chunks_ledger_check CHECK (
        CASE outcome
            WHEN 'facts' THEN fact_count > 0
            -- one that failed stays so when a person adds a fact of it: nobody knows what else it says
            WHEN 'failed' THEN outcome_reason IS NOT NULL
            WHEN 'not_asked' THEN fact_count = 0
            ELSE fact_count = 0 AND (outcome IS NULL OR outcome_reason IS NOT NULL)
        END)
);

-- --- batches: the facts of a run of a document, or the questions of a bank ------------------------------------------

CREATE TABLE upload_batches (
    batch_id uuid PRIMARY KEY,
    -- several of one document: what a deep scan adds is a batch of its own
    document_id uuid,
    uploaded_by uuid NOT NULL,
    realm_id uuid NOT NULL,
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
    -- what embedding a bank's questions cost; a document's own is recorded with its stages
    input_tokens bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    cost_usd numeric(14, 6) NOT NULL DEFAULT 0 CHECK (cost_usd >= 0),
    -- the request that made it
    correlation_id uuid NOT NULL DEFAULT coalesce(correlation_of_request(), gen_random_uuid()),
    CONSTRAINT upload_batches_owner_key UNIQUE (batch_id, realm_id),
    CONSTRAINT upload_batches_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX upload_batches_realm_idx ON upload_batches (realm_id, uploaded_at DESC);
CREATE INDEX upload_batches_document_idx ON upload_batches (document_id);
-- banks that may wait for a person
CREATE INDEX upload_batches_open_idx ON upload_batches (realm_id, uploaded_at, batch_id)
    WHERE document_id IS NULL AND status IN ('pending', 'reviewing', 'reviewed');

CREATE FUNCTION enforce_batch_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM upload_batch_moves WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'illegal move of a batch % -> %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_batches_move';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER upload_batches_move BEFORE UPDATE OF status ON upload_batches
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_batch_move();

-- --- what a fact says, in one place ------------------------------------------------------------------------------

-- What the vector of a fact is of, and its words are found by; as pipeline_core.domain.facts.fact_text says it.
CREATE FUNCTION fact_text(question text, answer text, statement text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(question || E'\n', '') || coalesce(statement, answer) $$;

-- By which its vector is kept; as pipeline_core.domain.ids.text_sha256 says it.
CREATE FUNCTION text_sha256(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex') $$;

-- Whether a value is a list of spans, none of them blank, each as long as its text; as pipeline_core.domain.facts.Span
-- says it. Never NULL: a CHECK lets through what is neither true nor false.
CREATE FUNCTION is_evidence(evidence jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    span jsonb;
BEGIN
    IF jsonb_typeof(evidence) IS DISTINCT FROM 'array' OR jsonb_array_length(evidence) = 0 THEN
        RETURN false;
    END IF;
    FOR n IN 0 .. jsonb_array_length(evidence) - 1 LOOP
        span := evidence -> n;
        IF jsonb_typeof(span) <> 'object'
            OR span - '{quote,char_from,char_to,page}'::text[] <> '{}'::jsonb
            OR jsonb_typeof(span -> 'quote') IS DISTINCT FROM 'string'
            OR jsonb_typeof(span -> 'char_from') IS DISTINCT FROM 'number'
            OR jsonb_typeof(span -> 'char_to') IS DISTINCT FROM 'number'
            OR coalesce(jsonb_typeof(span -> 'page'), '') NOT IN ('number', 'null')
        THEN
            RETURN false;
        END IF;
        IF NOT (span ->> 'quote' ~ '\S' AND (span ->> 'char_from')::numeric >= 0
            AND (span ->> 'char_to')::numeric - (span ->> 'char_from')::numeric = length(span ->> 'quote')
            AND coalesce((span ->> 'page')::numeric, 1) >= 1)
        THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$;

-- The texts of the spans as one.
CREATE FUNCTION joined_quotes(evidence jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(span ->> 'quote', ' … ' ORDER BY n)
    FROM jsonb_array_elements(CASE jsonb_typeof(evidence) WHEN 'array' THEN evidence END) WITH ORDINALITY AS e (span, n)
$$;

-- The span that is the fact's place; as pipeline_core.domain.facts.place_of says it. The evidence of a row begins with
-- what it is said with: the caption, the unit, the header of its table. It stands where the row does, which comes last.
CREATE FUNCTION place_of(evidence jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN starts_with(evidence -> -1 ->> 'quote', '|') THEN evidence -> -1 ELSE evidence -> 0 END $$;

-- What moved a confidence, the strongest first: kept as a line each of trait, effect and words, a third of the bytes of JSON;
-- as pipeline_core.domain.confidence_model.Confidence writes it. Read as JSON.
CREATE FUNCTION reasons_json(reasons text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN reasons IS NOT NULL THEN coalesce((
        SELECT jsonb_agg(jsonb_build_object('trait', split_part(line, E'\t', 1),
            'effect', split_part(line, E'\t', 2)::numeric, 'words', split_part(line, E'\t', 3)) ORDER BY n)
        FROM string_to_table(nullif(reasons, ''), E'\n') WITH ORDINALITY AS s (line, n)), '[]') END
$$;

-- --- staged questions: facts of documents, questions of banks ------------------------------------------------------

CREATE TABLE staged_questions (
    question_id uuid PRIMARY KEY,
    upload_batch_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    document_id uuid,
    chunk_id uuid REFERENCES staged_chunks ON DELETE CASCADE,
    -- its place in the bank
    ordinal int,
    topic text,
    subtopic text,
    question_type text NOT NULL DEFAULT 'fact',
    difficulty text,
    question text CHECK (question ~ '\S'),
    answer text CHECK (answer ~ '\S'),
    notes_for_tutor text,
    statement text CHECK (statement ~ '\S'),
    -- the spans of the text that prove it: a list item and its lead-in, a row and the header that names its cells
    evidence jsonb,
    evidence_match text CHECK (evidence_match IN ('exact', 'normalized', 'aligned')),
    evidence_pieces jsonb,
    evidence_char_from int GENERATED ALWAYS AS ((place_of(evidence) ->> 'char_from')::int) STORED,
    evidence_page int GENERATED ALWAYS AS ((place_of(evidence) ->> 'page')::int) STORED,
    -- 'reviewer', as pipeline_core.domain.facts.REVIEWER: a fact that the generator missed, added by a person
    generator text NOT NULL,
    added_by text CHECK (added_by ~ '\S'),
    -- The form that match_sha256 is the hash of has a version (pipeline_core.domain.same_words.VERSION, which is that of
    -- the default; a test holds the two equal). The version is part of what is hashed, so a hash of another version
    -- equals none: B+ and B- that were one hash are not taken for the same meanwhile. Rows of an older version are
    -- computed anew by `migrate` (pipeline_core.db.match_versions): SQL has no Unicode tables to do it with.
    match_version smallint NOT NULL DEFAULT 4,
    -- NULL: the statement itself
    match_text text,
    -- a row is checked with every change of its status: a pattern with a count takes five times as long
    match_sha256 text NOT NULL CHECK (length(match_sha256) = 64 AND match_sha256 !~ '[^0-9a-f]'),
    match_trigrams int NOT NULL CHECK (match_trigrams >= 0),
    match_signature bytea NOT NULL CHECK (length(match_signature) = 64),
    -- that of the document or the bank (pipeline_core.domain.languages); '' is not known, and may be any
    language text NOT NULL DEFAULT '' CHECK (language ~ '^[a-z]{0,3}$'),
    -- by which what contradicts it is found (0009_compare_facts), and where its own words begin behind a heading: computed once
    own_from smallint,
    undisputed uuid,
    about uuid,
    own_undisputed uuid,
    own_about uuid,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'approved', 'rejected', 'duplicate', 'imported', 'left_out')),
    duplicate_of uuid,
    -- what the other one said when this one was left out for it: edited, it says something else under the same id
    duplicate_of_sha256 text CHECK (duplicate_of_sha256 ~ '^[0-9a-f]{64}$'),
    similarity_score real CHECK (similarity_score BETWEEN 0 AND 1),
    -- A fact whose quote does not stand on its page in one piece, or of which there is little confidence, is left out
    -- until a person takes it in. The reason stays then: whoever looks at it later sees what spoke against it.
    left_out_reason text CHECK (left_out_reason IN ('evidence_scattered_on_page', 'low_confidence')),
    -- How sure it is, and why. The policy that it was staged under: from publish_from on it needs nobody, from ask_from
    -- on a person is asked about it, and below it is left out.
    confidence real CHECK (confidence BETWEEN 0 AND 1),
    confidence_reasons text CONSTRAINT staged_questions_reasons_check CHECK (
        confidence_reasons = '' OR confidence_reasons LIKE E'%\t%\t%'),
    publish_from real,
    ask_from real,
    review_notes text,
    reviewed_by uuid,
    reviewed_at timestamptz,
    -- put into other words by a reviewer it keeps its evidence and its id, and says so
    edited_by text,
    edited_at timestamptz,
    -- decided or edited by a person as this one fact, not with its document: it stays when facts are found anew
    decided_by_itself boolean NOT NULL DEFAULT false,
    -- what was rejected with its document waits again when the document does; what was rejected by itself does not
    rejected_with_document boolean NOT NULL DEFAULT false,
    -- a person added it and its addition was undone: in no list and no count, until it is added again or the undo undone
    taken_back boolean NOT NULL DEFAULT false,
    -- why the last import left an approved question where it is
    import_error text,
    -- how often it changed, who changed it last and when: the database counts, whatever changes it
    version int NOT NULL DEFAULT 1 CHECK (version > 0),
    changed_by text NOT NULL DEFAULT 'system',
    changed_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- What indexes hold of a fact stays the same when it is approved: its row is then written within its page, and no entry
    -- of an index (heap-only update). Standing: published, or decided about, if all goes on as it is.
    is_standing boolean NOT NULL GENERATED ALWAYS AS (status IN ('pending', 'approved')) STORED,
    -- when a person decided about a fact of a document
    decided_at timestamptz GENERATED ALWAYS AS (
        CASE WHEN reviewed_by IS NOT NULL AND document_id IS NOT NULL THEN reviewed_at END) STORED,
    CONSTRAINT staged_questions_batch_fkey FOREIGN KEY (upload_batch_id, realm_id)
        REFERENCES upload_batches (batch_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT staged_questions_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT staged_questions_match_text_check CHECK (num_nulls(match_text, statement) < 2),
    -- a question of a bank is a question; a fact has both or neither
    CONSTRAINT staged_questions_question_or_none_check CHECK (
        num_nulls(question, answer) = 0 OR num_nulls(question, answer) = 2 AND document_id IS NOT NULL),
    -- A fact from a document has its proof: the quote, where it stands, on which page.
    -- num_nulls: a CHECK lets through what is neither true nor false.
    CONSTRAINT staged_questions_evidence_check CHECK (
        CASE WHEN document_id IS NULL THEN evidence IS NULL OR is_evidence(evidence)
            ELSE num_nulls(chunk_id, statement, evidence_match) = 0 AND is_evidence(evidence) END),
    CONSTRAINT staged_questions_added_check CHECK (
        (generator = 'reviewer') = (added_by IS NOT NULL)
        AND (added_by IS NULL OR document_id IS NOT NULL AND evidence_match = 'exact')),
    CONSTRAINT staged_questions_duplicate_check CHECK (status <> 'duplicate' OR duplicate_of IS NOT NULL),
    CONSTRAINT staged_questions_reviewed_check CHECK (status <> 'rejected' OR reviewed_at IS NOT NULL),
    CONSTRAINT staged_questions_edited_check CHECK ((edited_by IS NULL) = (edited_at IS NULL)),
    CONSTRAINT staged_questions_rejected_with_document_check CHECK (
        NOT rejected_with_document OR status = 'rejected' AND document_id IS NOT NULL),
    CONSTRAINT staged_questions_taken_back_check CHECK (
        NOT taken_back OR status = 'rejected' AND added_by IS NOT NULL),
    CONSTRAINT staged_questions_left_out_check CHECK (status <> 'left_out' OR left_out_reason IS NOT NULL),
    -- back on its way to production only by a person
    CONSTRAINT staged_questions_taken_in_check CHECK (
        left_out_reason IS NULL OR status IN ('left_out', 'rejected', 'duplicate') OR reviewed_by IS NOT NULL),
    CONSTRAINT staged_questions_weighed_check CHECK (
        num_nulls(confidence, confidence_reasons, publish_from, ask_from) IN (0, 4)
        AND (confidence IS NULL OR document_id IS NOT NULL)),
    CONSTRAINT staged_questions_policy_check CHECK (0 <= ask_from AND ask_from <= publish_from AND publish_from <= 1),
    -- what is below the one or the other goes nowhere without a person
    CONSTRAINT staged_questions_left_out_by_policy_check CHECK (
        confidence >= ask_from OR left_out_reason IS NOT NULL OR reviewed_by IS NOT NULL),
    CONSTRAINT staged_questions_asked_by_policy_check CHECK (
        confidence >= publish_from OR status NOT IN ('approved', 'imported') OR reviewed_by IS NOT NULL)
) WITH (fillfactor = 60);
-- status stays out of indexes, and pages keep room: an approval then rewrites none of them
CREATE INDEX staged_questions_batch_idx ON staged_questions (upload_batch_id);
-- what is still to be computed anew is found without reading what is not
CREATE INDEX staged_questions_match_version_idx ON staged_questions (match_version) WHERE match_version < 4;
CREATE INDEX staged_questions_document_idx ON staged_questions (document_id);
CREATE INDEX staged_questions_chunk_idx ON staged_questions (chunk_id);
CREATE INDEX staged_questions_duplicate_idx ON staged_questions (duplicate_of) WHERE duplicate_of IS NOT NULL;
-- What waits is found without reading what is published.
CREATE INDEX staged_questions_standing_idx ON staged_questions (realm_id, match_sha256) WHERE is_standing;
-- What was left out for one that says the same settles with it. Of what is published nobody asks here: all_questions says it.
CREATE INDEX staged_questions_left_out_words_idx ON staged_questions (realm_id, match_sha256)
    WHERE duplicate_of IS NOT NULL;
-- What a document's facts were left out for is found by the document, however much was left out elsewhere.
CREATE INDEX staged_questions_left_out_of_idx ON staged_questions (document_id) WHERE duplicate_of IS NOT NULL;
CREATE INDEX staged_questions_left_out_by_idx ON staged_questions (realm_id) WHERE duplicate_of IS NOT NULL;

-- Names are whole in what runs for each row, so that no search path need be set and put back.
CREATE FUNCTION enforce_question_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM upload_pipeline.staged_question_moves WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'illegal move of a staged question % -> %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_move';
    END IF;
    IF NEW.status <> 'rejected' THEN
        NEW.rejected_with_document := false;
        NEW.taken_back := false;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER staged_questions_move BEFORE UPDATE OF status ON staged_questions
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_question_move();

-- Questions and facts that somebody was shown by themselves, with their evidence; who and when first. A bulk approval says
-- how many nobody has opened.
CREATE TABLE staged_question_views (
    question_id uuid PRIMARY KEY REFERENCES staged_questions ON DELETE CASCADE,
    user_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now()
);

-- A reviewer adds a fact that the generator missed, by marking its words in a chunk. Its evidence is what stands there,
-- it is added while facts are decided, and the chunk's line in the ledger counts it.
-- Each span is the chunk's own text at its offsets. Later the fact may move to another chunk, with its evidence.
CREATE FUNCTION hold_added_fact() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM staged_chunks c
        WHERE c.chunk_id = NEW.chunk_id AND c.document_id = NEW.document_id AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(NEW.evidence) AS e (span)
            CROSS JOIN LATERAL (SELECT (span ->> 'char_from')::int - c.char_from AS start) AS s
            WHERE s.start < 0 OR substr(c.text, s.start + 1, length(span ->> 'quote')) <> span ->> 'quote'))
    THEN
        RAISE EXCEPTION 'the evidence of an added fact is what its chunk says at these offsets'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_added_evidence';
    END IF;
    -- one that comes back with an earlier version was added then
    IF NEW.status IN ('approved', 'duplicate') AND EXISTS (
        SELECT FROM all_questions f
        WHERE f.question_id = NEW.question_id AND f.document_id = NEW.document_id AND f.evidence = NEW.evidence
        UNION ALL
        SELECT FROM past_questions f
        WHERE f.question_id = NEW.question_id AND f.document_id = NEW.document_id AND f.evidence = NEW.evidence)
    THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM upload_jobs j
        WHERE j.document_id = NEW.document_id AND j.state = 'awaiting_review' AND j.stage = 'matching_review')
    THEN
        RAISE EXCEPTION 'a fact is added while its document waits in matching review'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_added_in_review';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER staged_questions_added BEFORE INSERT ON staged_questions
    FOR EACH ROW WHEN (NEW.generator = 'reviewer') EXECUTE FUNCTION hold_added_fact();

-- SECURITY DEFINER: the ledger is not for the API's role to write.
CREATE FUNCTION count_added_fact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    UPDATE staged_chunks SET fact_count = fact_count + 1,
        outcome = CASE outcome WHEN 'failed' THEN 'failed' ELSE 'facts' END,
        outcome_reason = CASE outcome WHEN 'failed' THEN outcome_reason END
    WHERE chunk_id = NEW.chunk_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER staged_questions_count_added AFTER INSERT ON staged_questions
    FOR EACH ROW WHEN (NEW.generator = 'reviewer' AND NEW.status = 'pending') EXECUTE FUNCTION count_added_fact();

-- The counts of a batch are read from its rows, so they are right by construction.
CREATE VIEW upload_batch_counts WITH (security_invoker = true) AS
SELECT b.batch_id,
       count(q.question_id) AS total_questions,
       count(q.question_id) FILTER (WHERE q.status = 'pending') AS questions_pending,
       count(q.question_id) FILTER (WHERE q.status IN ('approved', 'imported')) AS questions_approved,
       count(q.question_id) FILTER (WHERE q.status = 'rejected') AS questions_rejected,
       count(q.question_id) FILTER (WHERE q.status = 'duplicate') AS questions_duplicate,
       count(q.question_id) FILTER (WHERE q.status = 'imported') AS questions_imported,
       count(q.question_id) FILTER (WHERE q.status = 'left_out') AS questions_left_out
FROM upload_batches b
LEFT JOIN staged_questions q ON q.upload_batch_id = b.batch_id AND NOT q.taken_back
GROUP BY b.batch_id;

-- A text up to the end of the line that has this character: a heading that evidence begins with is above it, and whole.
CREATE FUNCTION up_to_line(text text, at int) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN left(text, greatest(at, 0)) || split_part(substr(text, greatest(at, 0) + 1), E'\n', 1);

-- what reviewing costs: facts that people decided lately
CREATE INDEX staged_questions_decided_idx ON staged_questions (realm_id, decided_at) WHERE decided_at IS NOT NULL;

-- --- pairs that look alike ------------------------------------------------------------------------------------------

CREATE TABLE staging_duplicates (
    duplicate_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    staged_question_id uuid NOT NULL REFERENCES staged_questions ON DELETE CASCADE,
    existing_question_id uuid NOT NULL,
    existing_is_staged boolean NOT NULL,
    similarity_score real NOT NULL CHECK (similarity_score BETWEEN 0 AND 1),
    method text NOT NULL CHECK (method IN ('exact', 'trigram', 'scored')),
    reasons jsonb NOT NULL DEFAULT '{}',
    resolution text NOT NULL DEFAULT 'pending'
        CHECK (resolution IN ('pending', 'keep_existing', 'replace_existing', 'keep_both', 'not_duplicate')),
    resolution_notes text,
    resolved_by text,
    resolved_at timestamptz,
    version int NOT NULL DEFAULT 1 CHECK (version > 0),
    changed_by text NOT NULL DEFAULT 'system',
    changed_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT staging_duplicates_pair_key UNIQUE (staged_question_id, existing_question_id),
    -- each way to differ is told to a reviewer in words
    CONSTRAINT staging_duplicates_flags_check CHECK (coalesce(reasons -> 'flags', '[]') <@ '[
        "number", "number_missing", "negation", "polarity", "sign", "sign_missing", "code", "key", "key_missing", "name",
        "answer", "corrected", "words", "more_words", "no_vector"]'::jsonb),
    CONSTRAINT staging_duplicates_self_check CHECK (staged_question_id <> existing_question_id),
    CONSTRAINT staging_duplicates_resolved_check CHECK (
        (resolution = 'pending') = (resolved_at IS NULL) AND (resolved_at IS NULL) = (resolved_by IS NULL))
);
CREATE INDEX staging_duplicates_existing_idx ON staging_duplicates (existing_question_id);
CREATE INDEX staging_duplicates_pending_idx ON staging_duplicates (realm_id) WHERE resolution = 'pending';

-- What a person decided stays; what nobody did, or the system by itself, may still be decided.
CREATE FUNCTION decided_by_person(resolution text, resolved_by text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN resolution <> 'pending' AND resolved_by <> 'system';

-- Pairs that a person is to be asked about, of questions that are on their way.
CREATE VIEW undecided_pairs WITH (security_invoker = true) AS
SELECT p.duplicate_id, p.realm_id, p.staged_question_id, p.existing_question_id, p.reasons, q.document_id,
       q.upload_batch_id, q.match_sha256
FROM staging_duplicates p
JOIN staged_questions q ON q.question_id = p.staged_question_id
WHERE p.resolution = 'pending' AND q.status IN ('pending', 'approved');

-- --- versions: who decides or edits says which one was looked at, and a row that changed meanwhile is not overwritten ---

-- The reviewer in whose transaction a row changes (`upload_pipeline.reviewer`); the system, where nobody reviews.
CREATE FUNCTION present_reviewer() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('upload_pipeline.reviewer', true), ''), 'system') $$;

CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.changed_by := upload_pipeline.present_reviewer();
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF present_erasure() IS NOT NULL THEN
        RETURN NEW;
    END IF;
    NEW.version := OLD.version;
    NEW.changed_by := OLD.changed_by;
    NEW.changed_at := OLD.changed_at;
    RETURN NEW;
END
$$;

-- Triggers run in the order of their names: the columns are put back first, and counted after that.
CREATE TRIGGER staged_questions_version_1_keep BEFORE UPDATE OF version, changed_by, changed_at ON staged_questions
    FOR EACH ROW EXECUTE FUNCTION keep_version();
CREATE TRIGGER staging_duplicates_version_1_keep BEFORE UPDATE OF version, changed_by, changed_at ON staging_duplicates
    FOR EACH ROW EXECUTE FUNCTION keep_version();
CREATE TRIGGER staged_questions_version_2_count BEFORE UPDATE ON staged_questions FOR EACH ROW
    WHEN ((OLD.status, OLD.question, OLD.answer, OLD.statement, OLD.topic, OLD.subtopic, OLD.question_type, OLD.difficulty,
        OLD.notes_for_tutor, OLD.evidence, OLD.duplicate_of, OLD.left_out_reason, OLD.review_notes, OLD.import_error)
        IS DISTINCT FROM
        (NEW.status, NEW.question, NEW.answer, NEW.statement, NEW.topic, NEW.subtopic, NEW.question_type, NEW.difficulty,
        NEW.notes_for_tutor, NEW.evidence, NEW.duplicate_of, NEW.left_out_reason, NEW.review_notes, NEW.import_error))
    EXECUTE FUNCTION count_version();
CREATE TRIGGER staging_duplicates_version_2_count BEFORE UPDATE ON staging_duplicates FOR EACH ROW
    WHEN ((OLD.resolution, OLD.resolution_notes, OLD.resolved_by, OLD.similarity_score, OLD.method, OLD.reasons)
        IS DISTINCT FROM
        (NEW.resolution, NEW.resolution_notes, NEW.resolved_by, NEW.similarity_score, NEW.method, NEW.reasons))
    EXECUTE FUNCTION count_version();

-- The version of all that a reviewer of a document or of a bank (by its batch) looks at, in 52 bits: JSON's numbers keep
-- them. It changes with every fact and pair, also with one that comes or goes.
CREATE FUNCTION review_version(scope uuid) RETURNS bigint LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT ('x' || left(md5(coalesce(string_agg(row_id || ':' || version, ',' ORDER BY row_id), '')), 13))::bit(52)::bigint
    FROM (
        SELECT question_id AS row_id, version FROM staged_questions
        WHERE document_id = scope OR upload_batch_id = scope AND document_id IS NULL
        UNION ALL
        SELECT p.duplicate_id, p.version FROM staging_duplicates p JOIN staged_questions q ON q.question_id = p.staged_question_id
        WHERE q.document_id = scope OR q.upload_batch_id = scope AND q.document_id IS NULL) AS looked_at $$;

-- The job as its reviewer sees it: how often it moved, what validation found, and all facts and pairs.
CREATE FUNCTION as_seen(job upload_jobs) RETURNS text LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT concat_ws(' ', job.version, md5(coalesce(job.stage3_validation_results::text, '')),
        review_version(job.document_id))
$$;

-- What a person is asked about, and since when: documents at a gate, but for those about which a decision is parked, and
-- question banks that are compared and have something to decide or to import.
CREATE VIEW waiting_for_people WITH (security_invoker = true) AS
SELECT 'document' AS kind, j.job_id AS id, j.realm_id, j.document_id, j.phase, j.waits_since
FROM upload_jobs j
WHERE j.state = 'awaiting_review'
    AND NOT EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)
UNION ALL
SELECT 'batch', b.batch_id, b.realm_id, NULL, NULL, b.uploaded_at
FROM upload_batches b
WHERE b.document_id IS NULL AND b.status IN ('pending', 'reviewing', 'reviewed') AND b.matched_at IS NOT NULL
    AND EXISTS (SELECT FROM staged_questions q
        WHERE q.upload_batch_id = b.batch_id AND q.status IN ('pending', 'approved'));

-- How many facts a decision about a document or a bank settles: its own that are on their way, and those of others that
-- say the same in the same words.
CREATE FUNCTION settled_facts(document uuid, batch uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT r.question_id)
    FROM (
        SELECT realm_id, match_sha256 FROM staged_questions
        WHERE document_id = document AND status IN ('pending', 'approved')
        UNION
        SELECT realm_id, match_sha256 FROM staged_questions
        WHERE document IS NULL AND upload_batch_id = batch AND status IN ('pending', 'approved')) own
    CROSS JOIN LATERAL (
        -- each from the index that holds these alone
        SELECT r.question_id FROM staged_questions r
        WHERE r.realm_id = own.realm_id AND r.match_sha256 = own.match_sha256 AND r.is_standing
        UNION ALL
        SELECT r.question_id FROM staged_questions r
        WHERE r.realm_id = own.realm_id AND r.match_sha256 = own.match_sha256 AND r.duplicate_of IS NOT NULL
            AND r.status = 'duplicate') r
$$;
