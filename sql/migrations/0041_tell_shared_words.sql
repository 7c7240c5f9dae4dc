-- How many of a question's words a text has, so that a search can say that nothing answers.

SET LOCAL search_path = upload_pipeline, public;

-- The share of the question's terms that are among the text's, 0 to 1; null where the question has none.
CREATE FUNCTION shared_words(question text, terms tsvector) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT avg((term = ANY(tsvector_to_array(terms)))::int)::double precision FROM (
        SELECT unnest(tsvector_to_array(to_tsvector('english'::regconfig,
            regexp_replace(plain_width(question), unspaced(), ' ', 'g')))) AS term
        UNION
        SELECT t.term FROM unspaced_terms(plain_width(question), false) t) asked
$$;
