-- Statements that are the same but for their numbers, or but for what denies them: what contradicts production is found
-- by this. As pipeline_core.validation.contradiction_rules reads them, which then says what contradicts.

SET LOCAL search_path = upload_pipeline, public;

-- Without numbers, words that deny (English, German, French, Spanish, Italian, Portuguese, Dutch), the auxiliary that
-- English needs for it, and the ending by which "covers" and "does not cover" differ.
CREATE FUNCTION undisputed(statement text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- not to be inlined: its cost is what makes the planner look into the index
SET search_path = upload_pipeline, public AS $$ SELECT md5(regexp_replace(regexp_replace(regexp_replace(replace(
    regexp_replace(lower(statement), '[0-9][0-9.,]*', '#', 'g'), 'cannot', 'can not'),
    '\m(not|no|never|do|does|did|nicht|kein|keine|keinen|keiner|keinem|ne|pas|jamais|nunca|non|não|niet|geen)\M', '', 'g'),
    '(\w{3})s\M', '\1', 'g'), '\s+', ' ', 'g'))::uuid $$;

DROP INDEX all_questions_without_numbers;
CREATE INDEX all_questions_undisputed_idx ON all_questions (user_id, undisputed(statement)) WHERE statement IS NOT NULL;
DROP FUNCTION without_numbers(text);
