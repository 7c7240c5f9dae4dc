-- A fact may be said with the heading of its section ("After a storm: The deductible is $5,000."), and another without
-- ("The deductible is $2,500."). What they say is compared by their own words where only one of them has such a heading.

SET LOCAL search_path = upload_pipeline, public;

-- What stands behind the heading of a statement; NULL of a statement without one. It is a heading's if the evidence begins
-- with what is behind it: "Deductible: $500" begins as its own evidence does, and so does an item with its lead-in.
CREATE FUNCTION own_words(statement text, evidence jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT substr(statement, at + 2)
    FROM (SELECT at, regexp_replace(lower(substr(statement, at + 2)), '[^[:alnum:]]+', '', 'g') AS said
          FROM generate_series(1, least(length(statement), 100)) AS at
          WHERE substr(statement, at, 2) = ': ') AS parts
    WHERE said <> ''
        AND starts_with(regexp_replace(lower(evidence -> 0 ->> 'quote'), '[^[:alnum:]]+', '', 'g'), left(said, 20))
    ORDER BY at LIMIT 1 $$;

CREATE INDEX all_questions_own_undisputed_idx ON all_questions (undisputed(user_id, own_words(statement, evidence)))
    WHERE own_words(statement, evidence) IS NOT NULL;
CREATE INDEX all_questions_own_about_idx ON all_questions (about(user_id, own_words(statement, evidence)))
    WHERE own_words(statement, evidence) ~ '[0-9]';
