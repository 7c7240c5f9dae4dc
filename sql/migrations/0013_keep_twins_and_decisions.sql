-- What a fact may be a duplicate of, and when it is left without its twin: one rule each, as views.
-- Views run with the rights of who asks, so that row-level security holds within them.

SET LOCAL search_path = upload_pipeline, public;

-- Documents whose newest job has ended without publishing. What is staged of them is on its way nowhere, until
-- somebody starts them again; then it is compared again.
CREATE VIEW ended_unpublished WITH (security_invoker = true) AS
SELECT j.document_id, j.user_id
FROM upload_jobs j
WHERE (j.state = 'deadletter' OR j.state = 'done' AND j.outcome <> 'published')
    AND NOT EXISTS (SELECT FROM upload_jobs n WHERE n.document_id = j.document_id AND n.created_at > j.created_at);

-- Staged questions that are published, or decided about, if all goes on as it is.
CREATE VIEW standing_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.match_sha256, q.match_trigrams,
       q.match_signature, q.question, q.answer, q.statement
FROM staged_questions q
WHERE q.status IN ('pending', 'approved')
    AND NOT EXISTS (SELECT FROM ended_unpublished e WHERE e.document_id = q.document_id);

-- What a new fact is compared with: production, and what stands in staging and has been compared itself.
CREATE OR REPLACE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       question || E'\n' || coalesce(statement, answer) AS embed_text, embedding, embed_model, embed_version
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       q.question || E'\n' || coalesce(q.statement, q.answer), NULL, NULL, NULL
FROM standing_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL;

-- Questions that were left out because another said the same, where that other is there no more. What a person
-- rejected does not come back through its copy in the same document or bank.
CREATE VIEW orphaned_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.duplicate_of
FROM staged_questions q
WHERE q.status = 'duplicate'
    AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.duplicate_of)
    AND NOT EXISTS (SELECT FROM standing_questions s WHERE s.question_id = q.duplicate_of)
    AND NOT EXISTS (
        SELECT FROM staged_questions r
        WHERE r.question_id = q.duplicate_of AND r.status = 'rejected'
            AND coalesce(r.document_id, r.upload_batch_id) = coalesce(q.document_id, q.upload_batch_id));

-- The policies of the tables beneath apply, so the API's role may ask what stands and what it resembles.
GRANT SELECT ON ended_unpublished, standing_questions, comparable, orphaned_questions TO upload_pipeline_api;

-- What was rejected with its document waits again when the document does; what was rejected by itself does not.
ALTER TABLE staged_questions
    ADD COLUMN rejected_with_document boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT staged_questions_rejected_with_document_check CHECK (
        NOT rejected_with_document OR status = 'rejected' AND document_id IS NOT NULL);

CREATE OR REPLACE FUNCTION enforce_question_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM staged_question_moves WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'illegal move of a staged question % -> %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_move';
    END IF;
    IF NEW.status <> 'rejected' THEN
        NEW.rejected_with_document := false;
    END IF;
    RETURN NEW;
END
$$;

-- What a person decided about two texts, by the hashes that they are compared by (staged_questions.match_sha256):
-- rows come and go, the decision stands. The texts are in one order, so that there is one decision for both ways round.
CREATE TABLE duplicate_decisions (
    user_id uuid NOT NULL,
    first_sha256 text NOT NULL CHECK (first_sha256 ~ '^[0-9a-f]{64}$'),
    second_sha256 text NOT NULL CHECK (second_sha256 ~ '^[0-9a-f]{64}$'),
    resolution text NOT NULL CHECK (resolution IN ('keep_first', 'keep_second', 'keep_both', 'not_duplicate')),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    notes text,
    PRIMARY KEY (user_id, first_sha256, second_sha256),
    CONSTRAINT duplicate_decisions_order_check CHECK (first_sha256 COLLATE "C" <= second_sha256 COLLATE "C")
);

ALTER TABLE duplicate_decisions ENABLE ROW LEVEL SECURITY;
CREATE POLICY duplicate_decisions_own_rows ON duplicate_decisions
    USING (user_id = (SELECT current_user_id())) WITH CHECK (user_id = (SELECT current_user_id()));
GRANT SELECT, INSERT, UPDATE ON duplicate_decisions TO upload_pipeline_api;

-- What a person decided about two texts before, as it reads for a pair of them.
-- Of the same words it does not matter which copy stays: the one that is there does.
CREATE FUNCTION remembered_resolution(decision text, staged_sha256 text, existing_sha256 text) RETURNS text
LANGUAGE sql IMMUTABLE RETURNS NULL ON NULL INPUT AS $$
    SELECT CASE
        WHEN decision IN ('keep_both', 'not_duplicate') THEN decision
        WHEN staged_sha256 = existing_sha256 THEN 'keep_existing'
        WHEN (decision = 'keep_first') = (staged_sha256 COLLATE "C" < existing_sha256 COLLATE "C")
            THEN 'replace_existing'
        ELSE 'keep_existing'
    END
$$;

CREATE FUNCTION remember_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    staged text;
    existing text;
    staged_is_first boolean;
BEGIN
    SELECT match_sha256 INTO staged FROM staged_questions WHERE question_id = NEW.staged_question_id;
    SELECT coalesce(
        (SELECT match_sha256 FROM staged_questions WHERE question_id = NEW.existing_question_id),
        (SELECT match_sha256 FROM all_questions WHERE question_id = NEW.existing_question_id)) INTO existing;
    IF staged IS NULL OR existing IS NULL THEN
        RETURN NULL;  -- an end has gone: there are no two texts
    END IF;
    staged_is_first := staged COLLATE "C" <= existing COLLATE "C";
    INSERT INTO duplicate_decisions (user_id, first_sha256, second_sha256, resolution, decided_by, decided_at, notes)
    VALUES (
        NEW.user_id,
        CASE WHEN staged_is_first THEN staged ELSE existing END,
        CASE WHEN staged_is_first THEN existing ELSE staged END,
        CASE
            WHEN NEW.resolution IN ('keep_both', 'not_duplicate') THEN NEW.resolution
            WHEN (NEW.resolution = 'replace_existing') = staged_is_first THEN 'keep_first'
            ELSE 'keep_second'
        END,
        NEW.resolved_by, NEW.resolved_at, NEW.resolution_notes)
    ON CONFLICT (user_id, first_sha256, second_sha256) DO UPDATE SET resolution = EXCLUDED.resolution,
        decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at, notes = EXCLUDED.notes;
    RETURN NULL;
END
$$;

CREATE TRIGGER staging_duplicates_remember AFTER UPDATE OF resolution ON staging_duplicates
    FOR EACH ROW WHEN (NEW.resolution <> 'pending' AND NEW.resolved_by <> 'system')
    EXECUTE FUNCTION remember_decision();
