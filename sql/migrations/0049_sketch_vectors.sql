-- Matching takes as long for a user with much as for one with little, but for a scan of signatures: vectors stay where
-- they are, and their signs are read beside the signatures. And one function says whose facts are compared with whose.

SET LOCAL search_path = upload_pipeline, public, extensions;

-- --- whose facts are compared with whose ------------------------------------------------------------------------

-- Facts are compared, and people's decisions about them remembered, within one space: that of a user. This is the only
-- place that says so; whatever matches, in SQL or in Python, asks it (a test holds that nothing else does by user_id).
CREATE FUNCTION matching_space(user_id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN user_id;

-- --- the signs of vectors ---------------------------------------------------------------------------------------

-- Of vectors that are near each other most signs are the same (pipeline_core.staging.sketches): candidates are found by
-- them, at a thirty-second of the bytes. Vectors of every model have them, whatever its length.
-- A row keeps its vector by it, where that is short: who asks for the cosines of candidates finds them in one step.
ALTER TABLE all_questions SET (toast_tuple_target = 4080);
ALTER TABLE all_questions ADD COLUMN sketch bit varying GENERATED ALWAYS AS (binary_quantize(embedding)) STORED;

-- All that a scan reads, so that it reads nothing else. One index for a scan and for single hashes: of two, the planner
-- would take the wrong one as long as it does not know how much there is.
DROP INDEX all_questions_match_idx;
CREATE INDEX all_questions_match_idx ON all_questions (user_id, match_sha256) INCLUDE (question_id, document_id,
    language, match_trigrams, match_signature, embed_model, embed_version, sketch);

-- What waits is found without reading what is published.
CREATE INDEX staged_questions_standing_idx ON staged_questions (user_id, match_sha256)
    WHERE status IN ('pending', 'approved');
-- What a document's facts were left out for is found by the document, however much was left out elsewhere.
CREATE INDEX staged_questions_left_out_of_idx ON staged_questions (document_id) WHERE status = 'duplicate';
CREATE INDEX staged_questions_left_out_by_idx ON staged_questions (user_id) WHERE status = 'duplicate';

-- --- the views by which it is done, as before; with their space ------------------------------------------------

CREATE OR REPLACE VIEW standing_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.match_sha256, q.match_trigrams,
       q.match_signature, q.question, q.answer, q.statement, q.language, matching_space(q.user_id) AS space
FROM staged_questions q
WHERE q.status IN ('pending', 'approved')
    AND NOT EXISTS (SELECT FROM ended_unpublished e WHERE e.document_id = q.document_id);

CREATE OR REPLACE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       question || E'\n' || coalesce(statement, answer) AS embed_text, embedding, embed_model, embed_version, language,
       matching_space(user_id) AS space, sketch
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       q.question || E'\n' || coalesce(q.statement, q.answer), NULL, NULL, NULL, q.language, q.space, NULL
FROM standing_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL;

CREATE OR REPLACE VIEW stand_ins WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.duplicate_of, t.document_id AS twin_document_id,
       q.language, matching_space(q.user_id) AS space
FROM staged_questions q
JOIN staged_questions t ON t.question_id = q.duplicate_of AND t.match_sha256 = q.duplicate_of_sha256
JOIN staging_duplicates p ON p.staged_question_id = q.question_id AND p.existing_question_id = q.duplicate_of
    AND p.resolution = 'keep_existing' AND p.resolved_by = 'system'
WHERE q.status = 'duplicate' AND q.document_id IS NOT NULL
    AND t.status IN ('pending', 'approved', 'imported') AND t.document_id IS DISTINCT FROM q.document_id
    -- each by an index of its own
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE a.question_id = q.duplicate_of AND a.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE matching_space(a.user_id) = matching_space(q.user_id) AND a.match_sha256 = q.match_sha256
            AND may_be_one_language(a.language, q.language));

CREATE OR REPLACE VIEW orphaned_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.duplicate_of, matching_space(q.user_id) AS space
FROM staged_questions q
WHERE q.status = 'duplicate'
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE a.question_id = q.duplicate_of AND a.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM standing_questions s
        WHERE s.question_id = q.duplicate_of AND s.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM staged_questions r
        WHERE r.question_id = q.duplicate_of AND r.status = 'rejected'
            AND coalesce(r.document_id, r.upload_batch_id) = coalesce(q.document_id, q.upload_batch_id));
