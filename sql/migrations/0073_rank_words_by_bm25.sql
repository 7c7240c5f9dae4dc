-- Words are ranked by BM25: a word counts the more the fewer passages of the user's have it. What has which words is
-- kept by document, so that it is exact in the transaction that publishes, and nobody waits for another's row.

SET LOCAL search_path = upload_pipeline, public;

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

-- --- what has which words -----------------------------------------------------------------------------------------

-- The language that a document's words are read in (pipeline_core.domain.languages); '' is not known.
ALTER TABLE documents ADD COLUMN words_language text NOT NULL DEFAULT '' CHECK (words_language ~ '^[a-z]{0,3}$');

-- What is published and has words: a document with its passages, or a question of a bank, which is one of its own.
CREATE TABLE search_sources (
    source_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    language text NOT NULL,
    passages int NOT NULL CHECK (passages > 0),
    words bigint NOT NULL CHECK (words > 0)
);
CREATE INDEX search_sources_user_idx ON search_sources (user_id) INCLUDE (source_id, language, passages, words);

-- Which passages of a source have a word: their ordinals (0 of a bank's question), how often each has it, and how many
-- words each has. ``passages`` is their number, which an index tells without the rest.
CREATE TABLE search_postings (
    user_id uuid NOT NULL,
    term text NOT NULL,
    source_id uuid NOT NULL,
    passages int NOT NULL,
    ordinals int[] NOT NULL,
    counts int[] NOT NULL,
    lengths int[] NOT NULL,
    PRIMARY KEY (user_id, term, source_id) INCLUDE (passages),
    CHECK (passages > 0 AND passages = cardinality(ordinals) AND passages = cardinality(counts)
        AND passages = cardinality(lengths))
);
CREATE INDEX search_postings_source_idx ON search_postings (source_id);

DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['search_sources', 'search_postings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY %I ON %I USING (user_id = (SELECT current_user_id())) '
            'WITH CHECK (user_id = (SELECT current_user_id()))', owned || '_own_rows', owned);
        EXECUTE format('GRANT SELECT ON %I TO upload_pipeline_api', owned);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO upload_pipeline_service', owned);
    END LOOP;
END
$$;

-- Read anew what these sources say; of one that is published no more nothing is left.
CREATE FUNCTION index_words(sources uuid[]) RETURNS void LANGUAGE plpgsql
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
    )
    INSERT INTO search_postings (user_id, term, source_id, passages, ordinals, counts, lengths)
    SELECT user_id, term, source_id, count(*), array_agg(ordinal ORDER BY ordinal), array_agg(count ORDER BY ordinal),
        array_agg(length ORDER BY ordinal)
    FROM counted GROUP BY user_id, term, source_id ORDER BY user_id, term, source_id;
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
CREATE TRIGGER document_chunks_words_updated AFTER UPDATE OF text, heading_path, ordinal, document_id, user_id
    ON document_chunks FOR EACH ROW EXECUTE FUNCTION index_changed_text();

-- --- what was published before ------------------------------------------------------------------------------------

-- Sources whose words are still to be read: `migrate` does it right after the migrations, some at a time, each step in
-- a transaction of its own (adapters/db/search_words.py). Meanwhile they are found by their meaning.
CREATE TABLE unread_sources (source_id uuid PRIMARY KEY);
GRANT SELECT, INSERT, UPDATE, DELETE ON unread_sources TO upload_pipeline_service;
INSERT INTO unread_sources
SELECT DISTINCT document_id FROM document_chunks
UNION
SELECT question_id FROM all_questions WHERE document_id IS NULL;

-- Nothing ranks by these any more; publishing need not keep them.
ALTER TABLE all_questions DROP COLUMN search;
ALTER TABLE document_chunks DROP COLUMN search;
DROP FUNCTION shared_words(text, tsvector);
DROP FUNCTION search_query(text);
DROP FUNCTION search_terms(text);
