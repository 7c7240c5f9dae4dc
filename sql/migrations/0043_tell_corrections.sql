-- A bank that answers a question otherwise than before corrects it; and what may be decided about a pair without a person
-- is held here too.

SET LOCAL search_path = upload_pipeline, public;

-- --- the third version of the form that match_sha256 is the hash of -----------------------------------------

ALTER TABLE staged_questions ALTER COLUMN match_version SET DEFAULT 3;
ALTER TABLE all_questions ALTER COLUMN match_version SET DEFAULT 3;
DROP INDEX staged_questions_match_version_idx;
DROP INDEX all_questions_match_version_idx;
CREATE INDEX staged_questions_match_version_idx ON staged_questions (match_version) WHERE match_version < 3;
CREATE INDEX all_questions_match_version_idx ON all_questions (match_version) WHERE match_version < 3;

-- --- the same question with another answer ------------------------------------------------------------------

-- The letters and digits of a question, whatever stands between them: questions in the same words have the same, which a
-- test holds, and few others; pipeline_core.staging.duplicates.same_words tells which.
CREATE FUNCTION asked_key(question text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(translate(regexp_replace(
    replace(lower(normalize(regexp_replace(question, '[\u00a8\u00a9\u00ae\u00af\u00b4\u00ba\u2122]', '', 'g'), NFKC)), 'ß', 'ss'),
    'per ?cent|[\u0001-/:-@\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u061c\u066a-\u066c\u2000-\u206f'
    '\u2190-\u2bff\u3000-\u3004\u3008-\u3020\ufe00-\ufe0f\ufeff]+', '', 'g'),
    '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९ς', '012345678901234567890123456789σ'));

CREATE INDEX staged_questions_asked_idx ON staged_questions (user_id, asked_key(question)) WHERE document_id IS NULL;
CREATE INDEX all_questions_asked_idx ON all_questions (user_id, asked_key(question)) WHERE document_id IS NULL;

-- As before; and what corrects is to take the place of what it corrects.
CREATE OR REPLACE FUNCTION proposed_resolution(reasons jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reasons -> 'flags' = '[]'::jsonb THEN 'keep_existing'
    WHEN reasons -> 'flags' = '["corrected"]'::jsonb THEN 'replace_existing'
    ELSE 'keep_both' END;

-- --- what the system may not decide ---------------------------------------------------------------------------

-- No pair is of two languages. The system leaves out only what is the same words, or differs in nothing. A fact that was
-- edited may be published in its earlier words: either is compared.
CREATE FUNCTION compared_rows(of_row uuid) RETURNS TABLE (match_sha256 text, language text)
LANGUAGE sql STABLE SET search_path = upload_pipeline, public AS $$
    SELECT match_sha256, language FROM staged_questions WHERE question_id = of_row
    UNION ALL
    SELECT match_sha256, language FROM all_questions WHERE question_id = of_row
$$;

CREATE FUNCTION refuse_pair() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    -- an end that is not there, or not to be seen: foreign keys and policies refuse it, for what it is
    IF NOT EXISTS (SELECT FROM staged_questions q, compared_rows(NEW.existing_question_id)
        WHERE q.question_id = NEW.staged_question_id) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM staged_questions q, compared_rows(NEW.existing_question_id) e
        WHERE q.question_id = NEW.staged_question_id AND may_be_one_language(q.language, e.language)) THEN
        RAISE EXCEPTION 'the two ends of a pair are of different languages'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staging_duplicates_language';
    END IF;
    IF NEW.resolved_by = 'system' AND NEW.resolution = 'keep_existing'
        AND jsonb_array_length(coalesce(NEW.reasons -> 'flags', '[]')) > 0 THEN
        RAISE EXCEPTION 'the system leaves out only what differs in nothing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staging_duplicates_differing';
    END IF;
    IF NEW.resolved_by = 'system' AND NEW.resolution = 'keep_existing' AND NEW.method = 'exact'
        AND NOT EXISTS (SELECT FROM staged_questions q, compared_rows(NEW.existing_question_id) e
            WHERE q.question_id = NEW.staged_question_id AND q.match_sha256 = e.match_sha256) THEN
        RAISE EXCEPTION 'the system leaves out only what is the same words'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staging_duplicates_words';
    END IF;
    RETURN NEW;
END
$$;
-- What is decided anew says anew why.
GRANT UPDATE (similarity_score, method, reasons) ON staging_duplicates TO upload_pipeline_api;
CREATE TRIGGER staging_duplicates_refuse BEFORE INSERT OR UPDATE OF resolution ON staging_duplicates
    FOR EACH ROW EXECUTE FUNCTION refuse_pair();
