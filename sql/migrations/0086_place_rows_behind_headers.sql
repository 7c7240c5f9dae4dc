-- The evidence of a row begins with what it is said with: the caption, the unit, the header of its table. It stands where
-- the row does, which comes last, and its own words are the row's.

SET LOCAL search_path = upload_pipeline, public;

-- The span that is the fact's place; as pipeline_core.domain.facts.place_of says it.
CREATE FUNCTION place_of(evidence jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN starts_with(evidence -> -1 ->> 'quote', '|') THEN evidence -> -1 ELSE evidence -> 0 END $$;

ALTER TABLE staged_questions
    ALTER COLUMN evidence_char_from SET EXPRESSION AS ((place_of(evidence) ->> 'char_from')::int),
    ALTER COLUMN evidence_page SET EXPRESSION AS ((place_of(evidence) ->> 'page')::int);
ALTER TABLE all_questions
    ALTER COLUMN evidence_char_from SET EXPRESSION AS ((place_of(evidence) ->> 'char_from')::int),
    ALTER COLUMN evidence_page SET EXPRESSION AS ((place_of(evidence) ->> 'page')::int);

-- As before (migration 0083), but by the place of the fact, not by the beginning of its evidence.
CREATE OR REPLACE FUNCTION own_words(statement text, evidence jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT substr(statement, at + 2)
    FROM (SELECT at, regexp_replace(lower(substr(statement, at + 2)), '[^[:alnum:]]+', '', 'g') AS said
          FROM generate_series(1, least(length(statement), 100)) AS at
          WHERE substr(statement, at, 2) = ': ') AS parts
    WHERE said <> ''
        AND starts_with(regexp_replace(lower(place_of(evidence) ->> 'quote'), '[^[:alnum:]]+', '', 'g'), left(said, 20))
    ORDER BY at LIMIT 1 $$;

REINDEX INDEX all_questions_own_undisputed_idx;
REINDEX INDEX all_questions_own_about_idx;
