-- Statements that are the same but for their numbers: what contradicts production is found by this.
SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION without_numbers(statement text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(regexp_replace(lower(statement), '[0-9][0-9.,]*', '#', 'g'))::uuid;

CREATE INDEX all_questions_without_numbers ON all_questions (user_id, without_numbers(statement))
WHERE statement IS NOT NULL;

-- Published facts of documents that are scanned again, but for those that would be withdrawn: new facts are compared
-- with them as well.
CREATE FUNCTION published_before(document_ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT a.question_id FROM all_questions a
    JOIN staged_questions q ON q.question_id = a.question_id AND q.status IN ('approved', 'imported')
    WHERE a.document_id = ANY(document_ids)
$$;
