-- What has which words, in a sixth of the space: a row for each word and source was mostly keys. Now the words of a
-- source lie together, some dozens a row, by eight bytes each, and a GIN index tells the rows.

SET LOCAL search_path = upload_pipeline, public;

-- A word of a language among what may be seen together. Of a hash that is the same on every server and in every version,
-- so that a dump can be read anywhere; of 64 bits, so that two words of a million have the same once in 30 million.
CREATE FUNCTION word_key(user_id uuid, language text, term text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || encode(substr(sha256(convert_to(
    matching_space(user_id)::text || ' ' || language || ' ' || term, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint;

DROP TABLE search_postings;

-- Places: 32 bits for the ordinal of the passage (0 of a bank's question), 16 for how often it has the word, 16 for how
-- many words it has. A word that a source says often has a row of its own, ``term``, so that an index tells in how many
-- passages common words are. The others lie together: ``terms`` are their keys, ascending, and the places of the n-th are
-- those after ``ends`` of the one before, to its own.
CREATE TABLE search_postings (
    source_id uuid NOT NULL,
    part int NOT NULL,
    user_id uuid NOT NULL,
    term bigint,
    passages int NOT NULL,
    terms bigint[],
    ends int[],
    places bigint[] NOT NULL,
    PRIMARY KEY (source_id, part),
    CHECK (passages > 0 AND passages = cardinality(places)),
    CHECK ((term IS NULL) = (terms IS NOT NULL) AND (terms IS NULL) = (ends IS NULL)),
    CHECK (terms IS NULL OR cardinality(terms) > 0 AND cardinality(terms) = cardinality(ends)
        AND ends[cardinality(ends)] = passages)
);
CREATE INDEX search_postings_term_idx ON search_postings (term, user_id, passages) WHERE term IS NOT NULL;
-- Without a list of what is still to be entered, which every search would have to read through.
CREATE INDEX search_postings_terms_idx ON search_postings USING gin (terms) WITH (fastupdate = off);

ALTER TABLE search_postings ENABLE ROW LEVEL SECURITY;
CREATE POLICY search_postings_own_rows ON search_postings USING (user_id = (SELECT current_user_id()))
    WITH CHECK (user_id = (SELECT current_user_id()));
GRANT SELECT ON search_postings TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON search_postings TO upload_pipeline_service;

-- Read anew what these sources say; of one that is published no more nothing is left. As in 0073 but for the last step.
CREATE OR REPLACE FUNCTION index_words(sources uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    DELETE FROM search_postings WHERE source_id = ANY(sources);
    DELETE FROM search_sources WHERE source_id = ANY(sources);
    WITH said AS MATERIALIZED (
        SELECT c.user_id, c.document_id AS source_id, c.ordinal, d.words_language AS language,
            -- a section is asked for by its heading, which only its first chunk has in its text
            concat_ws(E'\n', array_to_string(c.heading_path, ' '), c.text) AS text
        FROM document_chunks c JOIN documents d USING (document_id) WHERE c.document_id = ANY(sources)
        UNION ALL
        SELECT user_id, question_id, 0, language, fact_text(question, answer, statement)
        FROM all_questions WHERE question_id = ANY(sources) AND document_id IS NULL
    ), counted AS MATERIALIZED (
        SELECT s.user_id, s.source_id, s.ordinal, s.language, w.term, w.count,
            sum(w.count) OVER (PARTITION BY s.source_id, s.ordinal)::int AS length
        FROM said s CROSS JOIN LATERAL words_of(s.text, reading_of(s.language, true), true) w
    ), of_sources AS (
        INSERT INTO search_sources (source_id, user_id, language, passages, words)
        SELECT source_id, user_id, language, count(DISTINCT ordinal), sum(count)
        FROM counted GROUP BY source_id, user_id, language
    ), keys AS MATERIALIZED (
        SELECT DISTINCT user_id, language, term, word_key(user_id, language, term) AS key FROM counted
    ), placed AS (
        SELECT c.user_id, c.source_id, k.key,
            (c.ordinal::bigint << 32) | (least(c.count, 65535)::bigint << 16) | least(c.length, 65535) AS place,
            sum(c.count) OVER (PARTITION BY c.source_id, k.key) >= 4 AS is_often
        FROM counted c JOIN keys k USING (user_id, language, term)
    ), numbered AS (
        -- how many places are before the first of the word: some 64 are a row, and a word is never parted
        SELECT *, CASE WHEN is_often THEN -(dense_rank() OVER (PARTITION BY source_id, is_often ORDER BY key))::int
            ELSE (rank() OVER (PARTITION BY source_id, is_often ORDER BY key) - 1)::int / 64 END AS part
        FROM placed
    ), ended AS (
        SELECT *, (count(*) OVER (PARTITION BY source_id, part ORDER BY key))::int AS end_at FROM numbered
    )
    INSERT INTO search_postings (source_id, part, user_id, term, passages, terms, ends, places)
    SELECT source_id, part, user_id, CASE WHEN is_often THEN min(key) END, count(*),
        CASE WHEN NOT is_often THEN array_agg(DISTINCT key) END,
        CASE WHEN NOT is_often THEN array_agg(DISTINCT end_at) END, array_agg(place ORDER BY key, place)
    FROM ended GROUP BY source_id, part, user_id, is_often ORDER BY source_id, part;
END
$$;

-- Whether who calls sees every user's rows: the rule of row level security, for functions that run as the owner.
CREATE FUNCTION sees_everyone() RETURNS boolean LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT r.rolsuper OR r.rolbypassrls OR r.oid = (SELECT relowner FROM pg_class WHERE oid = 'search_postings'::regclass)
    FROM pg_roles r
    WHERE r.rolname = CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END
$$;

-- In how many passages each word is. Row level security would let no index be used here: what compares arrays may not be
-- told of rows before it is known whose they are. So these run as the owner, and see what the caller may.
CREATE FUNCTION count_passages(keys bigint[]) RETURNS TABLE (key bigint, passages bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp
SET enable_seqscan = off AS $$
    SELECT w.key, sum(w.passages) FROM (
        SELECT k.key, p.user_id, p.passages
        FROM unnest(keys) k (key) JOIN search_postings p ON p.term = k.key
        UNION ALL
        SELECT k.key, p.user_id, p.ends[i.at] - coalesce(p.ends[i.at - 1], 0)
        FROM unnest(keys) k (key) JOIN search_postings p ON p.terms @> ARRAY[k.key]
        CROSS JOIN LATERAL (SELECT array_position(p.terms, k.key) AS at OFFSET 0) i
        OFFSET 0  -- what is asked of the rows is asked afterwards: the indexes tell them best
    ) w WHERE (SELECT sees_everyone()) OR w.user_id = (SELECT current_user_id())
    GROUP BY w.key
$$;

-- What each passage scores that has any of the words: BM25 (Robertson and Walker 1994) with its usual k1 = 1.2 and
-- b = 0.75. ``average`` is the number of words of a passage; ``sources``: only there, or NULL; ``tells``: whether it has
-- one of the words of which that is said.
CREATE FUNCTION score_words(keys bigint[], weights float8[], telling boolean[], average float8, sources uuid[])
RETURNS TABLE (source_id uuid, ordinal int, score float8, tells boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp
SET enable_seqscan = off AS $$
    SELECT w.source_id, (u.place >> 32)::int, sum(w.weight * ((u.place >> 16) & 65535) * 2.2
        / (((u.place >> 16) & 65535) + 1.2 * (0.25 + 0.75 * (u.place & 65535) / average))), bool_or(w.tells)
    FROM (
        SELECT k.weight, k.tells, p.source_id, p.user_id, p.places
        FROM unnest(keys, weights, telling) k (key, weight, tells) JOIN search_postings p ON p.term = k.key
        UNION ALL
        SELECT k.weight, k.tells, p.source_id, p.user_id, p.places[coalesce(p.ends[i.at - 1], 0) + 1:p.ends[i.at]]
        FROM unnest(keys, weights, telling) k (key, weight, tells) JOIN search_postings p ON p.terms @> ARRAY[k.key]
        CROSS JOIN LATERAL (SELECT array_position(p.terms, k.key) AS at OFFSET 0) i
        OFFSET 0  -- what is asked of the rows is asked afterwards: the indexes tell them best
    ) w CROSS JOIN LATERAL unnest(w.places) u (place)
    WHERE ((SELECT sees_everyone()) OR w.user_id = (SELECT current_user_id()))
        AND (sources IS NULL OR w.source_id = ANY(sources))
    GROUP BY 1, 2
$$;
REVOKE EXECUTE ON FUNCTION count_passages(bigint[]), score_words(bigint[], float8[], boolean[], float8, uuid[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_passages(bigint[]), score_words(bigint[], float8[], boolean[], float8, uuid[])
    TO upload_pipeline_api, upload_pipeline_service;

-- All is read anew, in steps, right after the migrations; meanwhile it is found by its meaning.
DELETE FROM search_sources;
INSERT INTO unread_sources
SELECT DISTINCT document_id FROM document_chunks
UNION
SELECT question_id FROM all_questions WHERE document_id IS NULL
ON CONFLICT DO NOTHING;
