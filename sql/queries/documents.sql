-- name: register_documents
-- Documents, their job, workflow, stage rows and first event, for those not known yet. Returns the new ones.
WITH input AS (
    SELECT * FROM unnest(
        %(document_ids)s::uuid[], %(job_ids)s::uuid[], %(titles)s::text[], %(filenames)s::text[], %(mimes)s::text[],
        %(sizes)s::bigint[], %(checksums)s::text[], %(raw_paths)s::text[]
    ) AS i (document_id, job_id, title, filename, mime, bytes_len, file_sha256, raw_path)
), made AS (
    INSERT INTO documents (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path)
    SELECT document_id, %(realm_id)s, coalesce(acting_user_id(), %(realm_id)s), title, filename, mime, bytes_len, file_sha256, raw_path FROM input
    ON CONFLICT DO NOTHING
    RETURNING document_id
), jobs AS (
    INSERT INTO upload_jobs (job_id, document_id, realm_id, user_id, correlation_id, submitted_via, profile, priority)
    SELECT i.job_id, document_id, %(realm_id)s, coalesce(acting_user_id(), %(realm_id)s), %(correlation_id)s, %(submitted_via)s,
        %(profile)s, %(priority)s
    FROM made JOIN input i USING (document_id)
    RETURNING job_id, document_id
), workflows AS (
    INSERT INTO processing_workflows (document_id, realm_id, workflow_type, total_stages, current_stage, configuration)
    SELECT document_id, %(realm_id)s, %(workflow)s, (SELECT count(*) FROM stages), 'ingest',
        jsonb_strip_nulls(jsonb_build_object('policy', nullif(%(policy)s::jsonb, '{}'::jsonb)))
    FROM made
), stage_rows AS (
    INSERT INTO document_processing_stages (document_id, realm_id, stage_name)
    SELECT document_id, %(realm_id)s, stage_name FROM made CROSS JOIN stages
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
    SELECT j.job_id, j.document_id, %(realm_id)s, %(correlation_id)s, 'uploaded', 'document_uploaded',
           jsonb_build_object('filename', i.filename, 'bytes', i.bytes_len, 'mime', i.mime, 'via', %(submitted_via)s::text)
    FROM jobs j JOIN input i USING (document_id)
)
SELECT document_id FROM made;

-- name: published_documents
SELECT d.document_id, j.state = 'done' AND j.outcome IS NOT DISTINCT FROM 'published' AS is_at_rest, j.profile = 'deep' AND EXISTS (
    SELECT FROM upload_jobs f WHERE f.document_id = j.document_id AND f.created_at < j.created_at) AS is_scanned
FROM documents d
CROSS JOIN LATERAL newest_job(d.document_id) j
WHERE d.realm_id = %(realm_id)s AND d.published_at IS NOT NULL
ORDER BY d.created_at, d.document_id;

-- name: set_workflow
UPDATE processing_workflows SET workflow_type = %(workflow)s WHERE document_id = ANY(%(document_ids)s);

-- name: wish_policy
UPDATE processing_workflows SET configuration = configuration || jsonb_build_object('policy', %(policy)s::jsonb)
WHERE document_id = ANY(%(document_ids)s);

-- name: lock_sources
-- Two intakes that see one source at the same time take turns, in one order, so that they cannot deadlock.
SELECT pg_advisory_xact_lock(hashtextextended(%(realm_id)s::text || uri, 0))
FROM (SELECT DISTINCT uri FROM unnest(%(uris)s::text[]) AS uri ORDER BY uri) AS ordered;

-- name: lock_sources_of
-- The same locks, of all places where these documents ever stood.
SELECT pg_advisory_xact_lock(hashtextextended(realm_id::text || source_uri, 0))
FROM (SELECT DISTINCT realm_id, source_uri FROM document_sources WHERE document_id = ANY(%(document_ids)s)
    ORDER BY source_uri) AS ordered;

-- name: places_gone_back
-- Where a reviewer put earlier content back, and this document left for it: the file is the same as then, and its place is not.
SELECT c.source_uri
FROM unnest(%(uris)s::text[], %(document_ids)s::uuid[]) AS i (source_uri, document_id)
JOIN document_sources c ON c.realm_id = %(realm_id)s AND c.source_uri = i.source_uri AND c.is_current
JOIN LATERAL newest_job(i.document_id) j ON j.state = 'done' AND j.outcome = 'withdrawn'
WHERE EXISTS (SELECT FROM reversions r WHERE r.document_id = c.document_id AND r.instead_of = i.document_id);

-- name: retire_sources
-- The source holds other content now.
UPDATE document_sources s SET is_current = false
FROM unnest(%(uris)s::text[], %(document_ids)s::uuid[]) AS i (source_uri, document_id)
WHERE s.realm_id = %(realm_id)s AND s.source_uri = i.source_uri AND s.document_id <> i.document_id AND s.is_current;

-- name: point_sources
INSERT INTO document_sources (realm_id, source_uri, document_id, filename)
SELECT %(realm_id)s, source_uri, document_id, filename
FROM unnest(%(uris)s::text[], %(document_ids)s::uuid[], %(filenames)s::text[]) AS i (source_uri, document_id, filename)
ON CONFLICT (realm_id, source_uri, document_id) DO UPDATE SET is_current = true, filename = EXCLUDED.filename,
    seen_at = CASE WHEN document_sources.is_current THEN document_sources.seen_at ELSE now() END
WHERE NOT document_sources.is_current OR document_sources.filename <> EXCLUDED.filename;

-- name: rename_documents
-- A document keeps the name it is shown by while one of its sources has that name; else it takes one that it has now.
WITH touched AS MATERIALIZED (
    SELECT d.document_id, d.filename FROM documents d
    WHERE d.document_id IN (
            SELECT document_id FROM document_sources WHERE realm_id = %(realm_id)s AND source_uri = ANY(%(uris)s))
        AND NOT EXISTS (SELECT FROM document_names n
            WHERE n.document_id = d.document_id AND n.is_current AND n.filename = d.filename)
    ORDER BY d.document_id FOR UPDATE
)
UPDATE documents d SET filename = n.filename, updated_at = now()
FROM touched t, LATERAL (SELECT filename FROM document_names n
    WHERE n.document_id = t.document_id AND n.is_current ORDER BY n.seen_at, n.filename LIMIT 1) n
WHERE d.document_id = t.document_id;

-- name: sources_left
-- The other current sources of documents that had to leave one of these sources to another.
SELECT DISTINCT s.source_uri
FROM unnest(%(uris)s::text[], %(document_ids)s::uuid[]) AS i (source_uri, document_id)
JOIN document_sources old ON old.realm_id = %(realm_id)s AND old.source_uri = i.source_uri
    AND old.document_id <> i.document_id AND NOT old.is_current
JOIN document_sources s ON s.document_id = old.document_id AND s.is_current
WHERE s.realm_id = %(realm_id)s;

-- name: vacate_sources
UPDATE document_sources SET is_current = false
WHERE realm_id = %(realm_id)s AND source_uri = ANY(%(uris)s) AND is_current;

-- name: describe_documents
UPDATE documents d SET collection = coalesce(i.collection, d.collection), title = coalesce(i.title, d.title),
    created_at = coalesce(i.created_at, d.created_at), updated_at = coalesce(i.updated_at, d.updated_at)
FROM unnest(%(document_ids)s::uuid[], %(collections)s::text[], %(titles)s::text[], %(created)s::timestamptz[],
            %(updated)s::timestamptz[]) AS i (document_id, collection, title, created_at, updated_at)
WHERE d.document_id = i.document_id;

-- name: label_documents
UPDATE documents d SET tags = d.tags || new.tags, collection = coalesce(%(collection)s, d.collection), updated_at = now()
FROM (
    SELECT document_id, ARRAY(SELECT unnest(%(tags)s::text[]) EXCEPT SELECT unnest(tags) ORDER BY 1) AS tags
    FROM documents WHERE document_id = ANY(%(document_ids)s) ORDER BY document_id FOR UPDATE
) AS new
WHERE d.document_id = new.document_id
    AND (new.tags <> '{}' OR d.collection IS DISTINCT FROM coalesce(%(collection)s, d.collection));

-- name: find_originals
SELECT document_id, raw_path FROM documents WHERE document_id = ANY(%(document_ids)s);

-- name: documents_of_contents
SELECT file_sha256, document_id FROM documents WHERE realm_id = %(realm_id)s AND file_sha256 = ANY(%(checksums)s);

-- name: taken_elsewhere
SELECT document_id FROM taken_elsewhere(%(document_ids)s::uuid[], %(realm_id)s) AS document_id;

-- name: document_to_move
SELECT d.realm_id, d.filename, d.file_sha256, (SELECT state FROM newest_job(d.document_id)) AS state
FROM documents d WHERE d.document_id = %(document_id)s FOR UPDATE OF d;

-- name: move_document
SELECT move_document(%(document_id)s, %(realm_id)s);

-- name: find_documents
-- Where each document and its newest job stand.
SELECT DISTINCT ON (d.document_id)
    d.document_id, d.filename, d.published_at, j.job_id, j.stage, j.state, j.outcome, j.config_sha256, j.last_error,
    j.profile, j.priority, j.is_stopped, w.workflow_type, w.configuration -> 'policy' AS policy
FROM documents d
JOIN upload_jobs j USING (document_id)
JOIN processing_workflows w USING (document_id)
WHERE d.document_id = ANY(%(document_ids)s)
ORDER BY d.document_id, j.created_at DESC;

-- name: revived_documents
-- Queued because what their facts were the same as, or resembled, left production when one of these documents was published;
-- nothing has moved them since.
SELECT j.document_id, j.correlation_id
FROM upload_jobs j
JOIN LATERAL (
    SELECT e.code, e.payload FROM events e WHERE e.job_id = j.job_id AND e.type IN ('restarted', 'review')
    ORDER BY e.event_id DESC LIMIT 1) e ON true
WHERE j.realm_id = %(realm_id)s AND j.state = 'queued' AND e.code IN ('exact_duplicate_gone', 'matches_approved')
    AND e.payload -> 'published' ?| %(published)s::text[]
ORDER BY j.created_at, j.document_id;

-- name: set_parsed
UPDATE documents d SET parsed_path = i.path, parsed_sha256 = i.checksum, page_count = i.pages, page_unit = i.unit,
    title = i.title, updated_at = now()
FROM unnest(%(document_ids)s::uuid[], %(paths)s::text[], %(checksums)s::text[], %(pages)s::int[], %(units)s::text[],
            %(titles)s::text[])
    AS i (document_id, path, checksum, pages, unit, title)
WHERE d.document_id = i.document_id;

-- name: stale_stages
-- The first stage whose configuration is not the present one, for each document (none: everything is current).
SELECT DISTINCT ON (s.document_id) s.document_id, s.stage_name
FROM document_processing_stages s
JOIN stages o USING (stage_name)
JOIN unnest(%(stage_names)s::text[], %(configs)s::text[]) AS c (stage_name, config_sha256) USING (stage_name)
WHERE s.document_id = ANY(%(document_ids)s)
    AND s.config_sha256 IS DISTINCT FROM c.config_sha256
ORDER BY s.document_id, o.execution_order;

-- name: stale_comparisons
SELECT document_id FROM processing_workflows
WHERE document_id = ANY(%(document_ids)s) AND configuration -> 'comparison' IS DISTINCT FROM %(config)s::jsonb;

-- name: displacing_documents
-- Published documents that have taken the last source of another published one: publishing them again withdraws it.
SELECT DISTINCT new.document_id
FROM document_sources new
JOIN document_sources old USING (realm_id, source_uri)
JOIN documents n ON n.document_id = new.document_id AND n.published_at IS NOT NULL
JOIN documents d ON d.document_id = old.document_id AND d.published_at IS NOT NULL
WHERE new.document_id = ANY(%(document_ids)s) AND new.is_current AND NOT old.is_current
    AND NOT EXISTS (SELECT FROM document_sources s WHERE s.document_id = old.document_id AND s.is_current);
