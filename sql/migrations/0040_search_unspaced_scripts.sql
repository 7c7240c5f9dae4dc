-- Words in scripts that put no spaces between them: Chinese, Japanese, Thai, Lao, Khmer, Burmese; and Korean, whose
-- particles join the word. Every two neighbouring characters are a term, and every one is a term besides, so that a
-- question of one character finds something, too. Full-width letters and half-width kana are read as the plain ones.

SET LOCAL search_path = upload_pipeline, public;

-- Exponents stay apart from the number before them (10⁷ is not 107), where NFKC would join them.
CREATE FUNCTION plain_width(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(text) = length(text) THEN text
    ELSE normalize(regexp_replace(text, '([\u00b2\u00b3\u00b9\u2070-\u209c]+)', ' \1', 'g'), NFKC) END;

-- A run of characters of such scripts: kana, Han, Hangul, Thai, Lao, Burmese, Khmer.
CREATE FUNCTION unspaced() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '[\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u1100-\u11ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3'
    '\uf900-\ufaff\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103e\u1780-\u17d3\U00020000-\U0003134f]+';

CREATE FUNCTION unspaced_terms(text text, with_singles boolean) RETURNS TABLE (term text, place bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT t.term, row_number() OVER (ORDER BY r.n, i.i, length(t.term))
    FROM regexp_matches(text, unspaced(), 'g') WITH ORDINALITY AS r (found, n)
    CROSS JOIN LATERAL generate_series(1, length(r.found[1])) AS i (i)
    CROSS JOIN LATERAL (
        SELECT substr(r.found[1], i.i, 2) AS term WHERE i.i < length(r.found[1])
        UNION ALL
        SELECT substr(r.found[1], i.i, 1) WHERE with_singles OR length(r.found[1]) = 1
    ) t
$$;

-- What a text is found by.
CREATE FUNCTION search_terms(text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT CASE WHEN octet_length(text) = length(text) THEN to_tsvector('english'::regconfig, text)
        ELSE to_tsvector('english'::regconfig, regexp_replace(plain_width(text), unspaced(), ' ', 'g')) || coalesce((
            SELECT string_agg(quote_literal(term) || ':' || least(place, 16383), ' ')::tsvector
            FROM unspaced_terms(plain_width(text), true)), ''::tsvector) END
$$;

-- Any of the words, not all: a question has words that its answer lacks; the rank favours those with more.
CREATE FUNCTION search_query(text text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT CASE WHEN words::text = '' THEN pairs WHEN pairs::text = '' THEN words ELSE words || pairs END
    FROM (SELECT
        replace(plainto_tsquery('english'::regconfig, regexp_replace(plain_width(text), unspaced(), ' ', 'g'))::text,
            ' & ', ' | ')::tsquery AS words,
        coalesce((SELECT string_agg(DISTINCT quote_literal(term), ' | ')::tsquery
            FROM unspaced_terms(plain_width(text), false)), ''::tsquery) AS pairs) parts
$$;

-- The columns are generated: the rows that are there get theirs with the column.
DROP INDEX all_questions_search_idx;
ALTER TABLE all_questions DROP COLUMN search;
ALTER TABLE all_questions ADD COLUMN search tsvector
    GENERATED ALWAYS AS (search_terms(question || ' ' || coalesce(statement, answer))) STORED;
CREATE INDEX all_questions_search_idx ON all_questions USING gin (search);

DROP INDEX document_chunks_search_idx;
ALTER TABLE document_chunks DROP COLUMN search;
ALTER TABLE document_chunks ADD COLUMN search tsvector GENERATED ALWAYS AS (search_terms(text)) STORED;
CREATE INDEX document_chunks_search_idx ON document_chunks USING gin (search);
