-- A fact may have no question, and its evidence is an ordered list of spans: a list item and its lead-in, a row and the
-- header that names its cells. What is staged, published or cached already gets the list of its one span.

SET LOCAL search_path = upload_pipeline, public;

-- --- what a fact says, in one place ------------------------------------------------------------------------------

-- What the vector of a fact is of, and its words are found by; as pipeline_core.domain.facts.fact_text says it.
CREATE FUNCTION fact_text(question text, answer text, statement text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(question || E'\n', '') || coalesce(statement, answer) $$;

-- By which its vector is kept; as pipeline_core.domain.ids.text_sha256 says it.
CREATE FUNCTION text_sha256(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex') $$;

-- --- evidence ----------------------------------------------------------------------------------------------------

-- Whether a value is a list of spans, none of them blank, each as long as its text; as pipeline_core.domain.facts.Span
-- says it. Never NULL: a CHECK lets through what is neither true nor false.
CREATE FUNCTION is_evidence(evidence jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(evidence) IS DISTINCT FROM 'array' THEN false
        ELSE jsonb_array_length(evidence) > 0 AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(evidence) AS e (span)
            WHERE NOT CASE
                WHEN jsonb_typeof(span) <> 'object'
                    OR span - ARRAY['quote', 'char_from', 'char_to', 'page'] <> '{}'::jsonb
                    OR jsonb_typeof(span -> 'quote') IS DISTINCT FROM 'string'
                    OR jsonb_typeof(span -> 'char_from') IS DISTINCT FROM 'number'
                    OR jsonb_typeof(span -> 'char_to') IS DISTINCT FROM 'number'
                    OR coalesce(jsonb_typeof(span -> 'page'), '') NOT IN ('number', 'null') THEN false
                ELSE span ->> 'quote' ~ '\S' AND (span ->> 'char_from')::numeric >= 0
                    AND (span ->> 'char_to')::numeric - (span ->> 'char_from')::numeric = length(span ->> 'quote')
                    AND coalesce((span ->> 'page')::numeric, 1) >= 1 END) END
$$;

-- The texts of the spans as one.
CREATE FUNCTION joined_quotes(evidence jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_agg(span ->> 'quote', ' … ' ORDER BY n)
    FROM jsonb_array_elements(CASE jsonb_typeof(evidence) WHEN 'array' THEN evidence END) WITH ORDINALITY AS e (span, n)
$$;

ALTER TABLE staged_questions
    DROP CONSTRAINT staged_questions_evidence_check,
    ADD COLUMN evidence jsonb;
UPDATE staged_questions SET evidence = jsonb_build_array(jsonb_build_object(
        'quote', evidence_quote, 'char_from', evidence_char_from, 'char_to', evidence_char_to, 'page', evidence_page))
WHERE evidence_quote IS NOT NULL;
ALTER TABLE staged_questions
    DROP COLUMN evidence_quote, DROP COLUMN evidence_char_from, DROP COLUMN evidence_char_to, DROP COLUMN evidence_page;
ALTER TABLE staged_questions
    ADD COLUMN evidence_quote text GENERATED ALWAYS AS (joined_quotes(evidence)) STORED,
    ADD COLUMN evidence_char_from int GENERATED ALWAYS AS ((evidence -> 0 ->> 'char_from')::int) STORED,
    ADD COLUMN evidence_page int GENERATED ALWAYS AS ((evidence -> 0 ->> 'page')::int) STORED,
    ALTER COLUMN question DROP NOT NULL,
    ALTER COLUMN answer DROP NOT NULL,
    ADD CONSTRAINT staged_questions_evidence_check CHECK (
        CASE WHEN document_id IS NULL THEN evidence IS NULL OR is_evidence(evidence)
            ELSE num_nulls(chunk_id, statement, evidence_match) = 0 AND is_evidence(evidence) END),
    ADD CONSTRAINT staged_questions_statement_check CHECK (statement ~ '\S'),
    -- a question of a bank is a question; a fact has both or neither
    ADD CONSTRAINT staged_questions_question_or_none_check CHECK (
        num_nulls(question, answer) = 0 OR num_nulls(question, answer) = 2 AND document_id IS NOT NULL);

ALTER TABLE all_questions
    DROP CONSTRAINT all_questions_evidence_check,
    ADD COLUMN evidence jsonb;
UPDATE all_questions SET evidence = jsonb_build_array(jsonb_build_object(
        'quote', evidence_quote, 'char_from', evidence_char_from, 'char_to', evidence_char_to, 'page', evidence_page))
WHERE evidence_quote IS NOT NULL;
ALTER TABLE all_questions
    DROP COLUMN evidence_quote, DROP COLUMN evidence_char_from, DROP COLUMN evidence_char_to, DROP COLUMN evidence_page,
    DROP COLUMN search;
ALTER TABLE all_questions
    ADD COLUMN evidence_quote text GENERATED ALWAYS AS (joined_quotes(evidence)) STORED,
    ADD COLUMN evidence_char_from int GENERATED ALWAYS AS ((evidence -> 0 ->> 'char_from')::int) STORED,
    ADD COLUMN evidence_page int GENERATED ALWAYS AS ((evidence -> 0 ->> 'page')::int) STORED,
    ADD COLUMN search tsvector GENERATED ALWAYS AS (search_terms(fact_text(question, answer, statement))) STORED,
    ALTER COLUMN question DROP NOT NULL,
    ALTER COLUMN answer DROP NOT NULL,
    ADD CONSTRAINT all_questions_question_check CHECK (question ~ '\S'),
    ADD CONSTRAINT all_questions_answer_check CHECK (answer ~ '\S'),
    ADD CONSTRAINT all_questions_evidence_check CHECK (
        CASE WHEN document_id IS NULL THEN evidence IS NULL OR is_evidence(evidence)
            ELSE num_nulls(chunk_id, statement, evidence_match) = 0 AND is_evidence(evidence) END),
    ADD CONSTRAINT all_questions_statement_check CHECK (statement ~ '\S'),
    ADD CONSTRAINT all_questions_question_or_none_check CHECK (
        num_nulls(question, answer) = 0 OR num_nulls(question, answer) = 2 AND document_id IS NOT NULL);
CREATE INDEX all_questions_search_idx ON all_questions USING gin (search);

-- As before (migration 0049), by the one function.
CREATE OR REPLACE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       fact_text(question, answer, statement) AS embed_text, embedding, embed_model, embed_version, language,
       matching_space(user_id) AS space, sketch
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       fact_text(q.question, q.answer, q.statement), NULL, NULL, NULL, q.language, q.space, NULL
FROM standing_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL;

-- --- answers that were paid for ----------------------------------------------------------------------------------

-- From [question, answer, statement, quote].
UPDATE fact_cache f SET facts = jsonb_build_object('candidates', (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'question', c -> 0, 'answer', c -> 1, 'statement', c -> 2, 'quotes', jsonb_build_array(c -> 3),
        'traits', '{}'::jsonb) ORDER BY n), '[]')
    FROM jsonb_array_elements(f.facts -> 'candidates') WITH ORDINALITY AS i (c, n)));
