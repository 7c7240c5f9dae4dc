-- Enrols the rows of an older documents table, so that the pipeline processes them as if they had been uploaded.
--
--   psql DATABASE_URL -v user_id=UUID [-v realm_id=UUID] -f sql/enrol_existing_documents.sql
--
-- Reads   public.documents (id, title, content, realm_id, created_at, updated_at); times without zone are UTC.
-- Writes  upload_pipeline.documents, document_sources, upload_jobs (queued), processing_workflows (manual: every
--         document waits for a person in matching review), document_processing_stages (pending) and events, all in
--         the realm that is given, else the personal one of the user. The older table's own realm_id, a word of its
--         own, is kept as the documents' collection.
--
-- Run it as the owner of the schema, once or as often as you like: what is enrolled stays as it is, a row whose
-- content has changed since becomes a new document at the same place, and rows without content are left out. Rows
-- with the same content are one document. It ends with a count of each.
--
-- The bytes must be in the object store before the jobs run, under documents.raw_path, which is
-- documents/{document_id}/original/{title}.md with a title fit for a file name. This lists what belongs there (text
-- as UTF-8, unchanged: the ingest stage compares its sha256):
--
--   SELECT d.raw_path, o.content
--   FROM public.documents o
--   JOIN upload_pipeline.document_sources s ON s.source_uri = 'table:public.documents/' || o.id AND s.is_current
--   JOIN upload_pipeline.documents d USING (document_id);
--
-- and `pipeline enrol` puts it there. (It needs no script: it takes in what is not enrolled yet as well.)
--
-- Ids are those that pipeline_core.domain.ids derives (a version 5 UUID of realm and content), so that an upload of
-- the same text finds the enrolled document. They need SHA-1, which PostgreSQL has only in extensions that are not
-- always there: hence the functions below. They are temporary and leave nothing behind.

\set ON_ERROR_STOP on
\if :{?user_id}
\else
DO $$ BEGIN RAISE EXCEPTION 'Say whose documents these are: psql -v user_id=UUID'; END $$;
\endif
\if :{?realm_id}
\else
\set realm_id :user_id
\endif

BEGIN;

-- SHA-1 (FIPS 180-4, 6.1.2)
CREATE FUNCTION pg_temp.sha1(message bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    ones CONSTANT bigint := 4294967295;
    size CONSTANT int := length(message);
    padded CONSTANT bytea := message || '\x80'::bytea
        || decode(repeat('00', (119 - size % 64) % 64), 'hex') || int8send(size * 8::bigint);
    hash bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    w bigint[];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
BEGIN
    FOR block IN 0 .. length(padded) / 64 - 1 LOOP
        FOR t IN 0 .. 15 LOOP
            x := 0;
            FOR i IN 0 .. 3 LOOP
                x := x * 256 + get_byte(padded, block * 64 + t * 4 + i);
            END LOOP;
            w[t] := x;
        END LOOP;
        FOR t IN 16 .. 79 LOOP
            x := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
            w[t] := ((x << 1) | (x >> 31)) & ones;
        END LOOP;
        a := hash[1]; b := hash[2]; c := hash[3]; d := hash[4]; e := hash[5];
        FOR t IN 0 .. 79 LOOP
            CASE t / 20
                WHEN 0 THEN f := (b & c) | ((ones - b) & d); k := 1518500249;
                WHEN 1 THEN f := b # c # d; k := 1859775393;
                WHEN 2 THEN f := (b & c) | (b & d) | (c & d); k := 2400959708;
                ELSE f := b # c # d; k := 3395469782;
            END CASE;
            x := ((((a << 5) | (a >> 27)) & ones) + f + e + k + w[t]) & ones;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & ones; b := a; a := x;
        END LOOP;
        hash := ARRAY[(hash[1] + a) & ones, (hash[2] + b) & ones, (hash[3] + c) & ones, (hash[4] + d) & ones,
            (hash[5] + e) & ones];
    END LOOP;
    RETURN decode((SELECT string_agg(lpad(to_hex(part), 8, '0'), '' ORDER BY n)
        FROM unnest(hash) WITH ORDINALITY AS parts (part, n)), 'hex');
END
$$;

-- As pipeline_core.domain.ids: UUID version 5 (RFC 9562) of the parts, in the pipeline's namespace.
CREATE FUNCTION pg_temp.pipeline_id(VARIADIC parts text[]) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT encode(set_byte(set_byte(h, 6, (get_byte(h, 6) & 15) | 80), 8, (get_byte(h, 8) & 63) | 128), 'hex')::uuid
    FROM substr(pg_temp.sha1(uuid_send('6f1f3c5e-9a0b-5d3e-8c67-1d2f0a4b7c90')
        || convert_to(array_to_string(parts, E'\x1f'), 'UTF8')), 1, 16) AS h
$$;

-- As pipeline_core.domain.object_keys.safe_filename, for a title: one harmless path segment of at most 150 bytes.
CREATE FUNCTION pg_temp.markdown_filename(title text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    name text := normalize(coalesce(title, ''), NFC);
BEGIN
    name := regexp_replace(name, '[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f'
        '\u3000]+', ' ', 'g');
    -- controls, and characters that only hide or reorder text
    name := regexp_replace(name, '[\u0001-\u001f\u007f-\u009f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2'
        '\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\U000110bd\U000110cd\U00013430-\U0001343f'
        '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]', '', 'g');
    name := regexp_replace(normalize(name, NFC), '[<>:"|?*/\\]', '_', 'g');
    name := rtrim(regexp_replace(rtrim(ltrim(name), ' .'), '\.md$', '', 'i'), ' .');
    IF name ~* '^\.|^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)' THEN
        name := '_' || name;
    END IF;
    WHILE octet_length(convert_to(name, 'UTF8')) > 147 LOOP
        name := left(name, -1);
    END LOOP;
    RETURN coalesce(nullif(rtrim(name, ' .'), ''), 'document') || '.md';
END
$$;

SET LOCAL search_path = upload_pipeline, public, pg_temp;

CREATE TEMP TABLE enrolling ON COMMIT DROP AS
SELECT o.id, 'table:public.documents/' || o.id AS source_uri, o.title, o.realm_id, o.bytes_len, o.file_sha256,
    o.created_at AT TIME ZONE 'UTC' AS created_at, o.updated_at AT TIME ZONE 'UTC' AS updated_at,
    known.document_id AS known_id, known.document_id,
    row_number() OVER (PARTITION BY o.file_sha256 ORDER BY o.created_at, o.id) AS nth
FROM (
    SELECT *, octet_length(convert_to(content, 'UTF8')) AS bytes_len,
        encode(sha256(convert_to(content, 'UTF8')), 'hex') AS file_sha256
    FROM public.documents
) o
LEFT JOIN upload_pipeline.documents known ON known.realm_id = :'realm_id' AND known.file_sha256 = o.file_sha256;

UPDATE enrolling SET document_id = pg_temp.pipeline_id('document', (:'realm_id'::uuid)::text, file_sha256)
WHERE document_id IS NULL AND bytes_len > 0;

WITH run AS (
    SELECT gen_random_uuid() AS correlation_id
), made AS (
    INSERT INTO upload_pipeline.documents (document_id, realm_id, user_id, title, filename, mime, bytes_len,
        file_sha256, raw_path, collection, created_at, updated_at)
    SELECT document_id, :'realm_id', :'user_id', coalesce(title, name), name, 'text/markdown', bytes_len, file_sha256,
        'documents/' || document_id || '/original/' || name, nullif(btrim(enrolling.realm_id), ''), coalesce(created_at, now()),
        coalesce(updated_at, now())
    FROM enrolling, pg_temp.markdown_filename(title) AS name
    WHERE bytes_len > 0 AND known_id IS NULL AND nth = 1
    ON CONFLICT DO NOTHING
    RETURNING document_id, realm_id, user_id, filename, bytes_len, mime
), jobs AS (
    INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id)
    SELECT pg_temp.pipeline_id('job', document_id::text, '0'), document_id, realm_id, user_id, correlation_id FROM made, run
    RETURNING job_id, document_id, correlation_id
), workflows AS (
    INSERT INTO processing_workflows (document_id, realm_id, workflow_type, total_stages, current_stage)
    SELECT document_id, realm_id, 'manual', (SELECT count(*) FROM stages), 'ingest' FROM made
), stage_rows AS (
    INSERT INTO document_processing_stages (document_id, realm_id, stage_name, status)
    SELECT document_id, realm_id, stage_name, 'pending' FROM made CROSS JOIN stages
)
INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
SELECT job_id, document_id, realm_id, correlation_id, 'uploaded', 'document_enrolled',
    jsonb_build_object('filename', filename, 'bytes', bytes_len, 'mime', mime)
FROM made JOIN jobs USING (document_id);

-- A row of the older table is a place: what stood there before is replaced when its successor is published.
UPDATE document_sources s SET is_current = false
FROM enrolling e
WHERE s.realm_id = :'realm_id' AND s.source_uri = e.source_uri AND s.is_current AND s.document_id <> e.document_id;

INSERT INTO document_sources (realm_id, source_uri, document_id, filename)
SELECT :'realm_id', source_uri, document_id, pg_temp.markdown_filename(title)
FROM enrolling WHERE document_id IS NOT NULL
ON CONFLICT (realm_id, source_uri, document_id) DO UPDATE SET is_current = true, seen_at = now()
WHERE NOT document_sources.is_current;

SELECT count(*) FILTER (WHERE document_id IS NOT NULL AND known_id IS NULL AND nth = 1) AS enrolled,
    count(*) FILTER (WHERE known_id IS NOT NULL) AS known_before,
    count(*) FILTER (WHERE document_id IS NOT NULL AND known_id IS NULL AND nth > 1) AS same_content_as_another,
    count(*) FILTER (WHERE document_id IS NULL) AS without_content
FROM enrolling;

COMMIT;
