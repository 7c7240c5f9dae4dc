-- A document is its bytes, and equal bytes may stand at several places under several names. Each place keeps the name
-- that it gives the document; the document is shown by a name that it has now. An upload is a place of its own, which no
-- other content can take.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE document_sources ADD COLUMN filename text;

-- What a file URI says after its last slash, decoded; the document's own name where that is no UTF-8.
CREATE FUNCTION pg_temp.name_in(uri text, otherwise text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(nullif((
        SELECT convert_from(decode(string_agg(
            CASE WHEN part[1] ~ '^%[0-9A-Fa-f]{2}$' THEN substr(part[1], 2)
                ELSE encode(convert_to(part[1], 'UTF8'), 'hex') END, '' ORDER BY at), 'hex'), 'UTF8')
        FROM regexp_matches(regexp_replace(uri, '^.*/', ''), '(%[0-9A-Fa-f]{2}|[^%]+|%)', 'g')
            WITH ORDINALITY AS m (part, at)), ''), otherwise);
EXCEPTION WHEN data_exception THEN
    RETURN otherwise;
END
$$;

UPDATE document_sources s SET filename = CASE WHEN s.source_uri LIKE 'file:%'
    THEN pg_temp.name_in(s.source_uri, d.filename) ELSE d.filename END
FROM documents d WHERE d.document_id = s.document_id;

INSERT INTO document_sources (user_id, source_uri, document_id, filename, seen_at)
SELECT user_id, 'upload:' || document_id || '/' || filename, document_id, filename, created_at
FROM documents d WHERE NOT EXISTS (SELECT FROM document_sources s WHERE s.document_id = d.document_id);

ALTER TABLE document_sources ALTER COLUMN filename SET NOT NULL,
    ADD CONSTRAINT document_sources_filename_check CHECK (filename <> '');
CREATE INDEX document_sources_filename_idx ON document_sources (user_id, filename);

-- Every name of a document, its present ones marked.
CREATE VIEW document_names WITH (security_invoker = true) AS
SELECT user_id, document_id, filename, bool_or(is_current) AS is_current, min(seen_at) AS seen_at
FROM document_sources GROUP BY user_id, document_id, filename;
GRANT SELECT ON document_names TO upload_pipeline_api, upload_pipeline_service;

-- The other names under which the document can be found now, in order.
CREATE FUNCTION also_named(document uuid, shown text) RETURNS text[] LANGUAGE sql STABLE
SET search_path = upload_pipeline, public AS $$
    SELECT coalesce(array_agg(filename ORDER BY filename), '{}') FROM document_names
    WHERE document_id = document AND is_current AND filename <> shown
$$;
