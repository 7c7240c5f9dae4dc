-- Texts are the same words when their signs, units and abbreviations are the same too; and no pair is raised across
-- languages.

SET LOCAL search_path = upload_pipeline, public;

-- The form that match_sha256 is the hash of has a version (pipeline_core.domain.same_words.VERSION, which is that of the
-- default; a test holds the two equal). The version is part of what is hashed, so a hash that an older version made
-- equals none of the new ones: B+ and B- that were one hash are not taken for the same meanwhile. Rows that are there
-- keep version 1 here, and `migrate` computes them anew right after the migrations, in one transaction, with the hash of
-- the twin of each row that was left out and with what people decided about pairs (adapters/db/match_versions.py): SQL
-- has no Unicode tables to do it with. A row that the system left out for the same words, and whose new hash is another
-- than its twin's, has lost its twin by the view orphaned_questions: it is compared again, the next time that anything
-- of its user's is decided or published.
--
-- The language is that of the document or the bank (pipeline_core.domain.languages); '' is not known, and may be any.
ALTER TABLE staged_questions
    ADD COLUMN match_version smallint NOT NULL DEFAULT 1,
    ADD COLUMN language text NOT NULL DEFAULT '' CHECK (language ~ '^[a-z]{0,3}$');
ALTER TABLE all_questions
    ADD COLUMN match_version smallint NOT NULL DEFAULT 1,
    ADD COLUMN language text NOT NULL DEFAULT '' CHECK (language ~ '^[a-z]{0,3}$');
ALTER TABLE staged_questions ALTER COLUMN match_version SET DEFAULT 2;
ALTER TABLE all_questions ALTER COLUMN match_version SET DEFAULT 2;
-- what is still to be computed anew is found without reading what is not
CREATE INDEX staged_questions_match_version_idx ON staged_questions (match_version) WHERE match_version < 2;
CREATE INDEX all_questions_match_version_idx ON all_questions (match_version) WHERE match_version < 2;

CREATE FUNCTION may_be_one_language(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN one = '' OR other = '' OR one = other;

CREATE OR REPLACE VIEW standing_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.match_sha256, q.match_trigrams,
       q.match_signature, q.question, q.answer, q.statement, q.language
FROM staged_questions q
WHERE q.status IN ('pending', 'approved')
    AND NOT EXISTS (SELECT FROM ended_unpublished e WHERE e.document_id = q.document_id);

CREATE OR REPLACE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       question || E'\n' || coalesce(statement, answer) AS embed_text, embedding, embed_model, embed_version, language
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       q.question || E'\n' || coalesce(q.statement, q.answer), NULL, NULL, NULL, q.language
FROM standing_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL;

-- As before; what is said in production in another language is said to others.
CREATE OR REPLACE VIEW stand_ins WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.duplicate_of, t.document_id AS twin_document_id,
       q.language
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
        WHERE a.user_id = q.user_id AND a.match_sha256 = q.match_sha256
            AND may_be_one_language(a.language, q.language));
