-- Statements that are the same but for their numbers: what contradicts production is found by this.
SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION without_numbers(statement text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(regexp_replace(lower(statement), '[0-9][0-9.,]*', '#', 'g'))::uuid;

CREATE INDEX all_questions_without_numbers ON all_questions (user_id, without_numbers(statement))
WHERE statement IS NOT NULL;
