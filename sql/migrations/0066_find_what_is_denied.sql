-- Statements that are the same but for their numbers, or but for what denies them, and answers to the same question:
-- what contradicts production is found by these. pipeline_core.validation.contradiction_rules then says what contradicts.

SET LOCAL search_path = upload_pipeline, public;

-- Without numbers, words that deny (English, German, French, Spanish, Italian, Portuguese, Dutch), the auxiliary that
-- English needs for it, and the ending by which "covers" and "does not cover" differ. Whose it is, is part of the key:
-- with two columns, another index that begins with the user would do as well for a planner that knows little yet.
CREATE FUNCTION undisputed(space uuid, statement text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- not to be inlined: its cost is what makes the planner look into the index
SET search_path = upload_pipeline, public AS $$ SELECT md5(concat(space, ' ', regexp_replace(btrim(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    lower(statement), '[0-9][0-9.,]*', '#', 'g'), '\mca(nno|n[''’])t\M', 'can not', 'g'), '\mwon[''’]t\M', 'will not', 'g'),
    'n[''’]t\M', ' not', 'g'), '\mn[''’]', '', 'g'),
    '\m(do|does|did|ne|not|no|never|nicht|nie|niemals|kein|keine|keinen|keiner|keinem|keines|pas|jamais|nunca|non|não|niet|nooit|geen)\M',
    '', 'g'), '(\w{3})s\M', '\1', 'g')), '\s+', ' ', 'g')))::uuid $$;

CREATE FUNCTION asked(space uuid, question text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT md5(concat(space, ' ', btrim(regexp_replace(lower(question), '\W+', ' ', 'g'))))::uuid $$;

DROP INDEX all_questions_without_numbers;
CREATE INDEX all_questions_undisputed_idx ON all_questions (undisputed(user_id, statement)) WHERE statement IS NOT NULL;
CREATE INDEX all_questions_same_question_idx ON all_questions (asked(user_id, question))
    WHERE question IS NOT NULL AND answer IS NOT NULL;
DROP FUNCTION without_numbers(text);
