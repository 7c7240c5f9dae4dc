-- Documents, and where they came from.
-- What belongs to a document belongs to its realm: foreign keys to it are pairs (document_id, realm_id), and what moves to
-- another realm moves whole.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0004_create_documents');

-- Whether none of the words is blank.
CREATE FUNCTION are_words(words text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce((SELECT bool_and(coalesce(word ~ '\S', false)) FROM unnest(words) AS word), true);

CREATE TABLE documents (
    document_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    -- who uploaded it
    user_id uuid NOT NULL,
    title text NOT NULL,
    filename text NOT NULL CHECK (filename <> ''),
    mime text NOT NULL,
    bytes_len bigint NOT NULL CHECK (bytes_len > 0),
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    raw_path text NOT NULL,
    parsed_path text,
    parsed_sha256 text CHECK (parsed_sha256 ~ '^[0-9a-f]{64}$'),
    page_count int CHECK (page_count > 0),
    -- what a page of the document is; 'document': it has none
    page_unit text CHECK (page_unit IN ('page', 'slide', 'sheet', 'document')),
    -- the language that its words are read in (pipeline_core.domain.languages); '' is not known
    words_language text NOT NULL DEFAULT '' CHECK (words_language ~ '^[a-z]{0,3}$'),
    -- what people sort their documents by
    tags text[] NOT NULL DEFAULT '{}' CHECK (are_words(tags)),
    collection text CHECK (collection ~ '\S'),
    staging_status text NOT NULL DEFAULT 'New'
        CHECK (staging_status IN ('New', 'Selected', 'Maybe', 'Not a Fit', 'Archived')),
    deep_scan_status text CHECK (deep_scan_status IN ('Queued', 'Processing', 'Completed', 'Error')),
    deep_scan_error text,
    -- where the document was before its deep scan was queued: one that has not begun is taken back to there
    deep_scan_was text CHECK (deep_scan_was IN ('Completed', 'Error')),
    deep_scan_error_was text,
    -- which text the published quotes and passages are from: a later run may leave another and wait for a person
    published_at timestamptz,
    published_path text,
    published_sha256 text CHECK (published_sha256 ~ '^[0-9a-f]{64}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT documents_content_key UNIQUE (realm_id, file_sha256),
    CONSTRAINT documents_owner_key UNIQUE (document_id, realm_id),
    CONSTRAINT documents_parsed_check CHECK ((parsed_path IS NULL) = (parsed_sha256 IS NULL)),
    CONSTRAINT documents_page_unit_count_check CHECK (page_unit IS DISTINCT FROM 'document' OR page_count IS NULL),
    CONSTRAINT documents_deep_scan_error_check CHECK (
        deep_scan_error IS NULL OR deep_scan_status IS NOT DISTINCT FROM 'Error'),
    CONSTRAINT documents_deep_scan_was_queued_check CHECK (
        deep_scan_was IS NULL OR deep_scan_status IS NOT DISTINCT FROM 'Queued'),
    CONSTRAINT documents_deep_scan_error_was_check CHECK (
        deep_scan_error_was IS NULL OR deep_scan_was IS NOT DISTINCT FROM 'Error'),
    CONSTRAINT documents_published_text_check CHECK (
        (published_path IS NULL) = (published_sha256 IS NULL) AND (published_path IS NULL OR published_at IS NOT NULL))
);
CREATE INDEX documents_deep_scan_idx ON documents (deep_scan_status, updated_at)
    WHERE deep_scan_status IN ('Queued', 'Processing');
-- lists are of the newest first
CREATE INDEX documents_realm_idx ON documents (realm_id, created_at DESC, document_id DESC);
CREATE INDEX documents_tags_idx ON documents USING gin (tags);
CREATE INDEX documents_collection_idx ON documents (realm_id, collection) WHERE collection IS NOT NULL;
-- Which objects a row names is asked for thousands of keys at a time.
CREATE INDEX documents_raw_path_idx ON documents (raw_path);
CREATE INDEX documents_parsed_path_idx ON documents (parsed_path) WHERE parsed_path IS NOT NULL;
-- The text that published quotes are from is named by its document alone, once a later run has left another one.
CREATE INDEX documents_published_path_idx ON documents (published_path) WHERE published_path IS NOT NULL;

-- The same pairs as pipeline_core.domain.dual_status.DEEP_SCAN_MOVES, held equal by a test.
CREATE FUNCTION enforce_deep_scan_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NEW.deep_scan_status IS DISTINCT FROM OLD.deep_scan_status
        AND (coalesce(OLD.deep_scan_status, ''), coalesce(NEW.deep_scan_status, '')) NOT IN (
            ('', 'Queued'),
            ('Queued', 'Processing'),
            ('Queued', ''),
            ('Queued', 'Completed'),
            ('Queued', 'Error'),
            ('Processing', 'Completed'),
            ('Processing', 'Error'),
            ('Completed', 'Queued'),
            ('Error', 'Queued'))
    THEN
        RAISE EXCEPTION 'illegal deep scan move % -> %',
            coalesce(OLD.deep_scan_status, 'null'), coalesce(NEW.deep_scan_status, 'null')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_deep_scan_move';
    END IF;
    RETURN NULL;
END
$$;

-- after the CHECKs, which say better what is wrong with a value that is none
CREATE TRIGGER documents_deep_scan_move AFTER UPDATE OF deep_scan_status ON documents
    FOR EACH ROW EXECUTE FUNCTION enforce_deep_scan_move();

-- Where a document came from. When other bytes appear at the same place they are another document, and the
-- one that was there before leaves production in the transaction that publishes its successor.
-- A document is its bytes, and equal bytes may stand at several places under several names. Each place keeps the name
-- that it gives the document; the document is shown by a name that it has now. An upload is a place of its own, which no
-- other content can take.
CREATE TABLE document_sources (
    realm_id uuid NOT NULL,
    source_uri text NOT NULL CHECK (source_uri <> ''),
    document_id uuid NOT NULL,
    filename text NOT NULL CHECK (filename <> ''),
    is_current boolean NOT NULL DEFAULT true,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (realm_id, source_uri, document_id),
    CONSTRAINT document_sources_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE UNIQUE INDEX document_sources_current_key ON document_sources (realm_id, source_uri) WHERE is_current;
CREATE INDEX document_sources_document_idx ON document_sources (document_id);
CREATE INDEX document_sources_filename_idx ON document_sources (realm_id, filename);

-- Every name of a document, its present ones marked.
CREATE VIEW document_names WITH (security_invoker = true) AS
SELECT realm_id, document_id, filename, bool_or(is_current) AS is_current, min(seen_at) AS seen_at
FROM document_sources GROUP BY realm_id, document_id, filename;

-- The other names under which the document can be found now, in order.
CREATE FUNCTION also_named(document uuid, shown text) RETURNS text[] LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT coalesce(array_agg(filename ORDER BY filename), '{}') FROM document_names
    WHERE document_id = document AND is_current AND filename <> shown
$$;

-- Documents whose place one of these has taken.
CREATE FUNCTION replaced_by(document_ids uuid[]) RETURNS SETOF uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT old.document_id FROM document_sources new
    JOIN document_sources old USING (realm_id, source_uri)
    WHERE new.document_id = ANY(document_ids) AND new.is_current AND NOT old.is_current
$$;
