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
    -- of plain letters the lexemes are all words
    SELECT avg((a.lexeme = ANY(s.lexemes))::int)::double precision
    FROM (SELECT reading_of(language, false) AS reading OFFSET 0) r
    CROSS JOIN LATERAL (SELECT tsvector_to_array(to_tsvector(r.reading, said)) AS lexemes OFFSET 0) s
    CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(r.reading, question))) a (lexeme)
    WHERE octet_length(question || said) = length(question || said)
    HAVING octet_length(question || said) = length(question || said)
    UNION ALL
    SELECT avg((s.term IS NOT NULL)::int)::double precision
    FROM (SELECT DISTINCT term FROM words_of(question, reading_of(language, false), false)) a
    LEFT JOIN (SELECT DISTINCT term FROM words_of(said, reading_of(language, false), true)) s USING (term)
    WHERE (octet_length(question || said) = length(question || said)) IS NOT TRUE
    HAVING (octet_length(question || said) = length(question || said)) IS NOT TRUE
$$;

-- What a word of a language is told by among what may be seen together: 32 bits, so that two of a million words have the
-- same once in 4,000, and a passage that has neither is found by neither. PostgreSQL's own hash costs a twentieth of
-- SHA-256; where a server hashes otherwise, or reads words otherwise, all are read anew (pipeline_core.db.search_words).
CREATE FUNCTION words_seed(realm_id uuid, language text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(realm_id::text || ' ' || language, 0);

CREATE FUNCTION word_key(seed bigint, term text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(term, seed)::bit(32)::int;

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

-- A passage and its words: what it says more than once comes first, and ``counts`` is how often. A bank's question has the
-- ordinal 0. Four bytes a word: a row for each word and passage would be mostly keys.
CREATE TABLE search_postings (
    source_id uuid NOT NULL,
    ordinal int NOT NULL,
    length int NOT NULL CHECK (length > 0),
    realm_id uuid NOT NULL,
    terms int[] NOT NULL CHECK (cardinality(terms) > 0),
    counts smallint[] CHECK (cardinality(counts) BETWEEN 1 AND cardinality(terms)),
    PRIMARY KEY (source_id, ordinal)
) WITH (toast_tuple_target = 8160);
-- hashes do not get smaller
ALTER TABLE search_postings ALTER terms SET STORAGE EXTERNAL, ALTER counts SET STORAGE EXTERNAL;
-- Entries are sorted before they are entered, some 20,000 at once; ``index_words`` leaves none behind, as every search
-- would have to read through them.
CREATE INDEX search_postings_terms_idx ON search_postings USING gin (terms)
    WITH (fastupdate = on, gin_pending_list_limit = 512);

-- Enter what waits for it, as only the owner may.
CREATE FUNCTION enter_words() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT gin_clean_pending_list('search_postings_terms_idx')
$$;

-- The words of passages of these sources, read once each.
CREATE FUNCTION read_words(sources uuid[]) RETURNS SETOF search_postings LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    WITH passages AS (
        SELECT c.realm_id, c.document_id AS source_id, c.ordinal, d.words_language AS language,
            -- a section is asked for by its heading, which only its first chunk has in its text
            concat_ws(E'\n', array_to_string(c.heading_path, ' '), c.text) AS text
        FROM document_chunks c JOIN documents d USING (document_id) WHERE c.document_id = ANY(sources)
        UNION ALL
        SELECT realm_id, question_id, 0, language, fact_text(question, answer, statement)
        FROM all_questions WHERE question_id = ANY(sources) AND document_id IS NULL
    ), said AS MATERIALIZED (
        SELECT source_id, ordinal, realm_id, reading_of(language, true) AS reading,
            words_seed(realm_id, language) AS seed, plain_width(text) AS text,
            octet_length(text) = length(text) AS is_ascii
        FROM passages ORDER BY source_id, ordinal
    )
    SELECT s.source_id, s.ordinal, w.length, s.realm_id, w.often || w.once, w.counts
    FROM said s CROSS JOIN LATERAL (
        SELECT sum(count)::int AS length, array_agg(key) FILTER (WHERE count > 1) AS often,
            array_agg(count) FILTER (WHERE count > 1) AS counts, array_agg(key) FILTER (WHERE count = 1) AS once
        FROM (
            -- as ``words_of`` does, which cannot be inlined
            SELECT word_key(s.seed, v.lexeme) AS key, cardinality(v.positions)::smallint AS count
            FROM unnest(to_tsvector(s.reading, CASE WHEN s.is_ascii THEN s.text
                ELSE regexp_replace(s.text, unspaced(), ' ', 'g') END)) v
            UNION ALL
            SELECT word_key(s.seed, t.term), least(count(*), 32767)::smallint FROM unspaced_terms(s.text, true) t
            WHERE NOT s.is_ascii GROUP BY t.term
        ) each_word
    ) w WHERE w.length > 0
$$;

-- Read anew what these sources say; of one that is published no more nothing is left.
CREATE FUNCTION index_words(sources uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    DELETE FROM search_postings WHERE source_id = ANY(sources);
    DELETE FROM search_sources WHERE source_id = ANY(sources);
    INSERT INTO search_postings SELECT * FROM read_words(sources);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM enter_words();
    INSERT INTO search_sources (source_id, realm_id, language, passages, words)
    SELECT p.source_id, p.realm_id, coalesce(d.words_language, q.language), count(*), sum(p.length)
    FROM search_postings p LEFT JOIN documents d ON d.document_id = p.source_id
    LEFT JOIN all_questions q ON q.question_id = p.source_id
    WHERE p.source_id = ANY(sources) GROUP BY 1, 2, 3;
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

-- Each passage that has one of the words, and how often. Row level security would let no index be used here: what compares
-- arrays may not be told of rows before it is known whose they are. So this runs as the owner, and sees what the caller may.
CREATE FUNCTION passages_with(keys int[]) RETURNS TABLE (key int, source_id uuid, ordinal int, count int, length int)
LANGUAGE sql STABLE ROWS 2000 SECURITY DEFINER SET search_path = upload_pipeline, pg_temp
SET enable_seqscan = off AS $$
    SELECT w.key, w.source_id, w.ordinal, CASE WHEN w.counts IS NULL THEN 1
        ELSE coalesce(w.counts[array_position(w.terms[:cardinality(w.counts)], w.key)], 1) END, w.length
    FROM (
        SELECT k.key, p.* FROM unnest(keys) k (key) JOIN search_postings p ON p.terms @> ARRAY[k.key]
        OFFSET 0  -- what is asked of the rows is asked afterwards: the index tells them best
    ) w WHERE (SELECT sees_everyone()) OR w.realm_id = ANY ((SELECT my_realms('reader'))::uuid[])
$$;

-- Words that are in thousands of passages, and in about how many, as PostgreSQL's statistics have them: some thousand more
-- or fewer make no other weight, and to count them would be to read them all.
CREATE FUNCTION frequent_words(keys int[]) RETURNS TABLE (key int, passages float8)
LANGUAGE sql STABLE ROWS 5 SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT w.key, w.share * c.reltuples
    FROM pg_class c JOIN pg_stats s ON s.schemaname = 'upload_pipeline' AND s.tablename = c.relname
    CROSS JOIN LATERAL unnest(s.most_common_elems::text::int[], s.most_common_elem_freqs) w (key, share)
    WHERE c.oid = 'search_postings'::regclass AND s.attname = 'terms' AND NOT s.inherited
        AND w.share * c.reltuples >= 5000 AND w.key = ANY(keys)
$$;
