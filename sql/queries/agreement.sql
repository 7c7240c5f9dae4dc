-- name: documents_after
SELECT document_id FROM documents
WHERE (%(after)s::uuid IS NULL OR document_id > %(after)s) ORDER BY document_id LIMIT %(limit)s;

-- name: any_documents
SELECT document_id FROM documents ORDER BY random() LIMIT %(count)s;

-- name: count_documents
SELECT count(*) AS documents FROM documents;

-- name: named_objects
-- Every object that is to be there: originals, what stages that are completed now have left, and the text that quotes
-- are from. What a stage left that was skipped or began again since is read by nobody.
WITH outputs AS (
    SELECT f.document_id, f.file_type, f.stage_name, f.file_path, f.file_size, f.checksum
    FROM stage_output_files f
    JOIN document_processing_stages s USING (document_id, stage_name)
    WHERE f.document_id = ANY(%(document_ids)s) AND s.status = 'completed'
), texts AS (
    SELECT document_id, 'published text' AS what, published_path AS key, published_sha256 AS sha256 FROM documents
    WHERE document_id = ANY(%(document_ids)s) AND published_path IS NOT NULL
)
SELECT d.document_id, d.filename, n.what, n.stage_name, n.key, n.size, n.sha256
FROM documents d
JOIN (
    SELECT document_id, 'original' AS what, NULL AS stage_name, raw_path AS key, bytes_len AS size,
        file_sha256 AS sha256
    FROM documents WHERE document_id = ANY(%(document_ids)s)
    UNION ALL
    SELECT document_id, file_type, stage_name, file_path, file_size, checksum FROM outputs
    UNION ALL
    SELECT t.document_id, t.what, NULL, t.key, NULL, t.sha256 FROM texts t
    WHERE NOT EXISTS (SELECT FROM outputs o
        WHERE o.document_id = t.document_id AND o.file_path = t.key AND o.checksum = t.sha256)
) n USING (document_id)
ORDER BY d.document_id, n.what;

-- name: sources_now
SELECT source_uri FROM document_sources WHERE document_id = %(document_id)s AND is_current ORDER BY source_uri;

-- name: disagreements
-- What production and the ledger say of documents at rest. A document that is under way is between two answers.
WITH resting AS (
    SELECT d.document_id, d.filename, d.published_at IS NOT NULL AS is_published
    FROM documents d
    JOIN LATERAL newest_job(d.document_id) j ON j.state = 'done' AND j.outcome IN ('published', 'superseded')
    WHERE d.document_id = ANY(%(document_ids)s)
), active AS (
    SELECT embed_model, dims FROM embedding_models WHERE is_active
), counted AS (
    SELECT r.document_id, r.filename, v.what, v.expected, v.found
    FROM resting r
    JOIN document_processing_stages s ON s.document_id = r.document_id AND s.stage_name = 'chunker'
    CROSS JOIN LATERAL (VALUES
        ('published chunks', CASE WHEN r.is_published THEN (s.result ->> 'chunks')::bigint ELSE 0 END,
            (SELECT count(*) FROM document_chunks c WHERE c.document_id = r.document_id)),
        ('staged chunks', CASE WHEN r.is_published THEN (s.result ->> 'chunks')::bigint END,
            (SELECT count(*) FROM staged_chunks c WHERE c.document_id = r.document_id)),
        ('published facts', CASE WHEN r.is_published
                THEN (SELECT count(*) FROM staged_questions q
                    WHERE q.document_id = r.document_id AND q.status = 'imported') ELSE 0 END,
            (SELECT count(*) FROM all_questions q WHERE q.document_id = r.document_id)),
        ('vectors of the active model', CASE WHEN r.is_published THEN
                (SELECT count(*) FROM document_chunks c WHERE c.document_id = r.document_id)
                + (SELECT count(*) FROM all_questions q WHERE q.document_id = r.document_id) ELSE 0 END,
            (SELECT count(*) FROM document_chunks c JOIN active a USING (embed_model)
                WHERE c.document_id = r.document_id AND vector_dims(c.embedding) = a.dims)
            + (SELECT count(*) FROM all_questions q JOIN active a USING (embed_model)
                WHERE q.document_id = r.document_id AND vector_dims(q.embedding) = a.dims))
    ) AS v (what, expected, found)
)
SELECT document_id, filename, what, expected, found FROM counted WHERE expected IS DISTINCT FROM found
    AND expected IS NOT NULL
ORDER BY document_id, what;

-- name: named_keys
-- Every object that any row names, once; whatever a stage has left, whether it is read now or not.
SELECT DISTINCT ON (key) key, sha256 FROM (
    SELECT raw_path AS key, file_sha256 AS sha256 FROM documents
    UNION ALL SELECT parsed_path, parsed_sha256 FROM documents WHERE parsed_path IS NOT NULL
    UNION ALL SELECT published_path, published_sha256 FROM documents WHERE published_path IS NOT NULL
    UNION ALL SELECT published_path, published_sha256 FROM published_versions WHERE published_path IS NOT NULL
    UNION ALL SELECT file_path, checksum FROM stage_output_files) AS named
ORDER BY key, sha256;

-- name: default_privileges
-- The statements that give the login's later tables of a schema the privileges that they have by default now.
SELECT string_agg(format('ALTER DEFAULT PRIVILEGES IN SCHEMA %%I GRANT %%s ON %%s TO %%s;', n.nspname, a.privilege_type,
    CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' ELSE 'TYPES' END,
    a.grantee::regrole), E'\n')
FROM pg_default_acl d JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
WHERE n.nspname = %(schema)s AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND a.grantee <> 0;
