-- Who decides or edits says which version was looked at: a fact or a pair that changed meanwhile is not overwritten.
-- The database counts the versions, and keeps who made the last change and when, whatever made it.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0087_count_versions_of_staged_rows');

ALTER TABLE staged_questions
    ADD COLUMN version int NOT NULL DEFAULT 1 CHECK (version > 0),
    ADD COLUMN changed_by text NOT NULL DEFAULT 'system',
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE staging_duplicates
    ADD COLUMN version int NOT NULL DEFAULT 1 CHECK (version > 0),
    ADD COLUMN changed_by text NOT NULL DEFAULT 'system',
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
UPDATE staging_duplicates SET changed_by = resolved_by, changed_at = resolved_at WHERE resolved_by IS NOT NULL;

-- The reviewer in whose transaction a row changes (`upload_pipeline.reviewer`); the system, where nobody reviews.
CREATE FUNCTION present_reviewer() RETURNS text LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT coalesce(nullif(current_setting('upload_pipeline.reviewer', true), ''), 'system') $$;

CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.changed_by := present_reviewer();
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
