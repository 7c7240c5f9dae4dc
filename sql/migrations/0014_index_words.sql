-- Words are ranked by BM25: a word counts the more the fewer passages of the realm have it. What has which words is
-- kept by document, so that it is exact in the transaction that publishes, and nobody waits for another's row.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0014_index_words');

-- --- words, in the language of what is read --------------------------------------------------------------------

-- Stems by language, stop words kept: BM25 weighs them by how often they are there, and a question of small words
-- ("how many", "may we") is told by them from others. A server that lacks a language reads its words as they are.
DO $$
DECLARE
    code text;
    name text;
BEGIN
    FOR code, name IN VALUES
        ('en', 'english'), ('ar', 'arabic'), ('hy', 'armenian'), ('eu', 'basque'), ('ca', 'catalan'), ('da', 'danish'),
        ('nl', 'dutch'), ('fi', 'finnish'), ('fr', 'french'), ('de', 'german'), ('el', 'greek'), ('hi', 'hindi'),
        ('hu', 'hungarian'), ('id', 'indonesian'), ('ga', 'irish'), ('it', 'italian'), ('lt', 'lithuanian'),
        ('ne', 'nepali'), ('no', 'norwegian'), ('pt', 'portuguese'), ('ro', 'romanian'), ('ru', 'russian'),
        ('sr', 'serbian'), ('es', 'spanish'), ('sv', 'swedish'), ('ta', 'tamil'), ('tr', 'turkish'), ('yi', 'yiddish')
    LOOP
        IF NOT EXISTS (SELECT FROM pg_ts_config
            WHERE cfgname = name AND cfgnamespace = 'pg_catalog'::regnamespace) THEN
            EXECUTE format('CREATE TEXT SEARCH CONFIGURATION %I (COPY = pg_catalog.simple)', 'words_' || code);
            EXECUTE format('CREATE TEXT SEARCH CONFIGURATION %I (COPY = pg_catalog.simple)', 'telling_' || code);
            CONTINUE;
        END IF;
        EXECUTE format('CREATE TEXT SEARCH DICTIONARY %I (TEMPLATE = pg_catalog.snowball, Language = %I)',
            'stems_' || code, name);
        EXECUTE format('CREATE TEXT SEARCH CONFIGURATION %I (COPY = pg_catalog.%I)', 'words_' || code, name);
        EXECUTE format('ALTER TEXT SEARCH CONFIGURATION %I ALTER MAPPING REPLACE pg_catalog.%I WITH %I',
            'words_' || code, name || '_stem', 'stems_' || code);
        IF code <> 'en' THEN
            -- English words among those of another alphabet
            EXECUTE format('ALTER TEXT SEARCH CONFIGURATION %I ALTER MAPPING REPLACE pg_catalog.english_stem WITH '
                'stems_en', 'words_' || code);
        END IF;
        EXECUTE format('CREATE TEXT SEARCH CONFIGURATION %I (COPY = pg_catalog.%I)', 'telling_' || code, name);
    END LOOP;
END
$$;

-- How the words of a language are read: with its stop words, or without. What is in no language that can be told is
-- read as English, as it always was.
CREATE FUNCTION reading_of(language text, with_stop_words boolean) RETURNS regconfig LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN language = '' THEN CASE WHEN with_stop_words THEN 'upload_pipeline.words_en' ELSE 'upload_pipeline.telling_en' END
    WHEN language IN ('en', 'ar', 'hy', 'eu', 'ca', 'da', 'nl', 'fi', 'fr', 'de', 'el', 'hi', 'hu', 'id', 'ga', 'it',
        'lt', 'ne', 'no', 'pt', 'ro', 'ru', 'sr', 'es', 'sv', 'ta', 'tr', 'yi')
        THEN CASE WHEN with_stop_words THEN 'upload_pipeline.words_' ELSE 'upload_pipeline.telling_' END || language
    ELSE 'pg_catalog.simple' END::regconfig;

-- Full-width letters and half-width kana are read as the plain ones. Exponents stay apart from the number before them
-- (10⁷ is not 107), where NFKC would join them.
CREATE FUNCTION plain_width(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(text) = length(text) THEN text
    ELSE normalize(regexp_replace(text, '([\u00b2\u00b3\u00b9\u2070-\u209c]+)', ' \1', 'g'), NFKC) END;

-- A run of characters of such scripts: kana, Han, Hangul, Thai, Lao, Burmese, Khmer.
CREATE FUNCTION unspaced() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '[\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u1100-\u11ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3'
    '\uf900-\ufaff\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u103e\u1780-\u17d3\U00020000-\U0003134f]+';

-- Words in scripts that put no spaces between them: Chinese, Japanese, Thai, Lao, Khmer, Burmese; and Korean, whose
-- particles join the word. Every two neighbouring characters are a term, and every one is a term besides, so that a
-- question of one character finds something, too.
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

-- The words of a text and how often it has each; pairs of characters where a script puts no spaces.
CREATE FUNCTION words_of(text text, reading regconfig, with_singles boolean) RETURNS TABLE (term text, count int)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT w.lexeme, cardinality(w.positions)
    FROM unnest(to_tsvector(reading, regexp_replace(plain_width(text), unspaced(), ' ', 'g'))) w
    UNION ALL
    SELECT t.term, count(*)::int FROM unspaced_terms(plain_width(text), with_singles) t
    WHERE octet_length(text) <> length(text) GROUP BY 1
$$;

-- The share of the question's words, but for the stop words, that a text in that language has; null where it has none.
CREATE FUNCTION shared_words(question text, said text, language text) RETURNS double precision
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT avg((s.term IS NOT NULL)::int)::double precision
    FROM (SELECT DISTINCT term FROM words_of(question, reading_of(language, false), false)) a
    LEFT JOIN (SELECT DISTINCT term FROM words_of(said, reading_of(language, false), true)) s USING (term)
$$;

-- A word of a language among what may be seen together. Of a hash that is the same on every server and in every version,
-- so that a dump can be read anywhere; of 64 bits, so that two words of a million have the same once in 30 million.
CREATE FUNCTION word_key(realm_id uuid, language text, term text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || encode(substr(sha256(convert_to(
    realm_id::text || ' ' || language || ' ' || term, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint;

-- --- what has which words -----------------------------------------------------------------------------------------

-- What is published and has words: a document with its passages, or a question of a bank, which is one of its own.
CREATE TABLE search_sources (
    source_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    language text NOT NULL,
    passages int NOT NULL CHECK (passages > 0),
    words bigint NOT NULL CHECK (words > 0)
);
CREATE INDEX search_sources_realm_idx ON search_sources (realm_id) INCLUDE (source_id, language, passages, words);

-- The words of a source lie together, some dozens a row, by eight bytes each, and a GIN index tells the rows: a row for
-- each word and source would be mostly keys.
-- Places: 32 bits for the ordinal of the passage (0 of a bank's question), 16 for how often it has the word, 16 for how
-- many words it has. A word that a source says often has a row of its own, ``term``, so that an index tells in how many
-- passages common words are. The others lie together: ``terms`` are their keys, ascending, and the places of the n-th are
-- those after ``ends`` of the one before, to its own.
CREATE TABLE search_postings (
    source_id uuid NOT NULL,
    part int NOT NULL,
    realm_id uuid NOT NULL,
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
CREATE INDEX search_postings_term_idx ON search_postings (term, realm_id, passages) WHERE term IS NOT NULL;
-- Without a list of what is still to be entered, which every search would have to read through.
CREATE INDEX search_postings_terms_idx ON search_postings USING gin (terms) WITH (fastupdate = off);

-- Read anew what these sources say; of one that is published no more nothing is left.
CREATE FUNCTION index_words(sources uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    DELETE FROM search_postings WHERE source_id = ANY(sources);
    DELETE FROM search_sources WHERE source_id = ANY(sources);
    WITH said AS MATERIALIZED (
        SELECT c.realm_id, c.document_id AS source_id, c.ordinal, d.words_language AS language,
            -- a section is asked for by its heading, which only its first chunk has in its text
            concat_ws(E'\n', array_to_string(c.heading_path, ' '), c.text) AS text
        FROM document_chunks c JOIN documents d USING (document_id) WHERE c.document_id = ANY(sources)
        UNION ALL
        SELECT realm_id, question_id, 0, language, fact_text(question, answer, statement)
        FROM all_questions WHERE question_id = ANY(sources) AND document_id IS NULL
    ), counted AS MATERIALIZED (
        SELECT s.realm_id, s.source_id, s.ordinal, s.language, w.term, w.count,
            sum(w.count) OVER (PARTITION BY s.source_id, s.ordinal)::int AS length
        FROM said s CROSS JOIN LATERAL words_of(s.text, reading_of(s.language, true), true) w
    ), of_sources AS (
        INSERT INTO search_sources (source_id, realm_id, language, passages, words)
        SELECT source_id, realm_id, language, count(DISTINCT ordinal), sum(count)
        FROM counted GROUP BY source_id, realm_id, language
    ), keys AS MATERIALIZED (
        SELECT DISTINCT realm_id, language, term, word_key(realm_id, language, term) AS key FROM counted
    ), placed AS (
        SELECT c.realm_id, c.source_id, k.key,
            (c.ordinal::bigint << 32) | (least(c.count, 65535)::bigint << 16) | least(c.length, 65535) AS place,
            sum(c.count) OVER (PARTITION BY c.source_id, k.key) >= 4 AS is_often
        FROM counted c JOIN keys k USING (realm_id, language, term)
    ), numbered AS (
        -- how many places are before the first of the word: some 64 are a row, and a word is never parted
        SELECT *, CASE WHEN is_often THEN -(dense_rank() OVER (PARTITION BY source_id, is_often ORDER BY key))::int
            ELSE (rank() OVER (PARTITION BY source_id, is_often ORDER BY key) - 1)::int / 64 END AS part
        FROM placed
    ), ended AS (
        SELECT *, (count(*) OVER (PARTITION BY source_id, part ORDER BY key))::int AS end_at FROM numbered
    )
    INSERT INTO search_postings (source_id, part, realm_id, term, passages, terms, ends, places)
    SELECT source_id, part, realm_id, CASE WHEN is_often THEN min(key) END, count(*),
        CASE WHEN NOT is_often THEN array_agg(DISTINCT key) END,
        CASE WHEN NOT is_often THEN array_agg(DISTINCT end_at) END, array_agg(place ORDER BY key, place)
    FROM ended GROUP BY source_id, part, realm_id, is_often ORDER BY source_id, part;
END
$$;

-- However rows come and go, their words do in the same transaction.
CREATE FUNCTION index_changed_chunks() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    sources uuid[] := ARRAY(SELECT DISTINCT document_id FROM changed ORDER BY 1);
BEGIN
    IF cardinality(sources) > 0 THEN
        PERFORM index_words(sources);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER document_chunks_words_inserted AFTER INSERT ON document_chunks REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION index_changed_chunks();
CREATE TRIGGER document_chunks_words_deleted AFTER DELETE ON document_chunks REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION index_changed_chunks();

CREATE FUNCTION index_changed_questions() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    sources uuid[] := ARRAY(SELECT question_id FROM changed WHERE document_id IS NULL ORDER BY 1);
BEGIN
    IF cardinality(sources) > 0 THEN
        PERFORM index_words(sources);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER all_questions_words_inserted AFTER INSERT ON all_questions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION index_changed_questions();
CREATE TRIGGER all_questions_words_deleted AFTER DELETE ON all_questions REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION index_changed_questions();

-- Vectors change in place (`pipeline reembed`), texts do not; should one, its words follow.
CREATE FUNCTION index_changed_text() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    PERFORM index_words(ARRAY[NEW.document_id, OLD.document_id]);
    RETURN NULL;
END
$$;
CREATE TRIGGER document_chunks_words_updated AFTER UPDATE OF text, heading_path, ordinal, document_id, realm_id
    ON document_chunks FOR EACH ROW EXECUTE FUNCTION index_changed_text();

-- Sources whose words are to be read anew after a migration: `migrate` does it, some at a time, each step in a transaction
-- of its own (pipeline_core.db.search_words). Meanwhile they are found by their meaning.
CREATE TABLE unread_sources (source_id uuid PRIMARY KEY);

-- --- ranking --------------------------------------------------------------------------------------------------------

-- Whether who calls sees the rows of every realm: the rule of row level security, for functions that run as the owner.
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
        SELECT k.key, p.realm_id, p.passages
        FROM unnest(keys) k (key) JOIN search_postings p ON p.term = k.key
        UNION ALL
        SELECT k.key, p.realm_id, p.ends[i.at] - coalesce(p.ends[i.at - 1], 0)
        FROM unnest(keys) k (key) JOIN search_postings p ON p.terms @> ARRAY[k.key]
        CROSS JOIN LATERAL (SELECT array_position(p.terms, k.key) AS at OFFSET 0) i
        OFFSET 0  -- what is asked of the rows is asked afterwards: the indexes tell them best
    ) w WHERE (SELECT sees_everyone()) OR w.realm_id = ANY ((SELECT my_realms('reader'))::uuid[])
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
        SELECT k.weight, k.tells, p.source_id, p.realm_id, p.places
        FROM unnest(keys, weights, telling) k (key, weight, tells) JOIN search_postings p ON p.term = k.key
        UNION ALL
        SELECT k.weight, k.tells, p.source_id, p.realm_id, p.places[coalesce(p.ends[i.at - 1], 0) + 1:p.ends[i.at]]
        FROM unnest(keys, weights, telling) k (key, weight, tells) JOIN search_postings p ON p.terms @> ARRAY[k.key]
        CROSS JOIN LATERAL (SELECT array_position(p.terms, k.key) AS at OFFSET 0) i
        OFFSET 0  -- what is asked of the rows is asked afterwards: the indexes tell them best
    ) w CROSS JOIN LATERAL unnest(w.places) u (place)
    WHERE ((SELECT sees_everyone()) OR w.realm_id = ANY ((SELECT my_realms('reader'))::uuid[]))
        AND (sources IS NULL OR w.source_id = ANY(sources))
    GROUP BY 1, 2
$$;
