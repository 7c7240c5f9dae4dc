-- A question is left out because another says the same: for as long as that other says it. Edited, it says something
-- else, under the same id; so what it said is kept with the one that was left out.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE staged_questions ADD COLUMN duplicate_of_sha256 text
    CHECK (duplicate_of_sha256 ~ '^[0-9a-f]{64}$');

-- What the other says, in the words that this one was compared with: its own, where the other says them; else what is
-- published of it, else what is staged.
CREATE FUNCTION keep_words_of_twin() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    NEW.duplicate_of_sha256 := (
        SELECT match_sha256 FROM (
            SELECT match_sha256, 1 AS rank FROM all_questions WHERE question_id = NEW.duplicate_of
            UNION ALL
            SELECT match_sha256, 2 FROM staged_questions WHERE question_id = NEW.duplicate_of) said
        ORDER BY match_sha256 = NEW.match_sha256 DESC, rank LIMIT 1);
    RETURN NEW;
END
$$;

CREATE TRIGGER staged_questions_words_of_twin BEFORE UPDATE OF status, duplicate_of ON staged_questions
    FOR EACH ROW WHEN (NEW.duplicate_of IS DISTINCT FROM OLD.duplicate_of) EXECUTE FUNCTION keep_words_of_twin();

UPDATE staged_questions q SET duplicate_of_sha256 = coalesce(
    (SELECT match_sha256 FROM all_questions a WHERE a.question_id = q.duplicate_of),
    (SELECT match_sha256 FROM staged_questions s WHERE s.question_id = q.duplicate_of))
WHERE q.duplicate_of IS NOT NULL;

-- Questions that were left out because another said the same, where that other is there no more, or says something
-- else by now. What a person rejected does not come back through its copy in the same document or bank.
CREATE OR REPLACE VIEW orphaned_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.duplicate_of
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
