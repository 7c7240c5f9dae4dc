-- name: stage_rows
SELECT document_id, status, fingerprint, result FROM document_processing_stages
WHERE stage_name = %(stage)s AND document_id = ANY(%(document_ids)s);

-- name: begin_stages
UPDATE document_processing_stages SET
    status = 'in_progress', started_at = now(), completed_at = NULL, error_message = NULL
WHERE stage_name = %(stage)s AND document_id = ANY(%(document_ids)s);

-- name: complete_stages
UPDATE document_processing_stages s SET
    status = 'completed', completed_at = now(), error_message = NULL, fingerprint = i.fingerprint,
    config_sha256 = %(config)s, runs = s.runs + 1, result = i.result,
    input_tokens = s.input_tokens + i.input_tokens, output_tokens = s.output_tokens + i.output_tokens,
    cost_usd = s.cost_usd + i.cost_usd
FROM unnest(%(document_ids)s::uuid[], %(fingerprints)s::text[], %(results)s::jsonb[],
            %(input_tokens)s::bigint[], %(output_tokens)s::bigint[], %(costs)s::numeric[])
    AS i (document_id, fingerprint, result, input_tokens, output_tokens, cost_usd)
WHERE s.stage_name = %(stage)s AND s.document_id = i.document_id;

-- name: confirm_stages
-- Reused: the stage stays as it was completed; only its configuration is stamped as the present one.
UPDATE document_processing_stages SET config_sha256 = %(config)s
WHERE stage_name = %(stage)s AND document_id = ANY(%(document_ids)s);

-- name: skip_stages
UPDATE document_processing_stages SET
    status = 'skipped', completed_at = now(), error_message = NULL, fingerprint = NULL, config_sha256 = %(config)s
WHERE stage_name = %(stage)s AND document_id = ANY(%(document_ids)s);

-- name: fail_stages
UPDATE document_processing_stages s SET
    status = CASE WHEN i.final THEN 'failed' ELSE 'pending' END, error_message = i.message,
    retry_count = s.retry_count + CASE WHEN i.final THEN 0 ELSE 1 END, completed_at = NULL, fingerprint = NULL
FROM unnest(%(document_ids)s::uuid[], %(messages)s::text[], %(finals)s::boolean[])
    AS i (document_id, message, final)
WHERE s.stage_name = %(stage)s AND s.document_id = i.document_id;

-- name: park_stages
UPDATE document_processing_stages s SET
    status = 'pending', error_message = i.message, completed_at = NULL, fingerprint = NULL
FROM unnest(%(document_ids)s::uuid[], %(messages)s::text[]) AS i (document_id, message)
WHERE s.stage_name = %(stage)s AND s.document_id = i.document_id;

-- name: log_stage_skips
INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
SELECT job_id, document_id, realm_id, correlation_id, 'stage_skipped', %(stage)s || '_skipped',
       jsonb_build_object('reason', %(reason)s::text)
FROM upload_jobs WHERE job_id = ANY(%(job_ids)s);

-- name: progress_workflows
UPDATE processing_workflows w SET
    current_stage = %(stage)s,
    completed_stages = (
        SELECT count(*) FROM document_processing_stages s
        WHERE s.document_id = w.document_id AND s.status IN ('completed', 'skipped')),
    completed_at = CASE WHEN %(stage)s = 'ingestor' THEN now() END
WHERE w.document_id = ANY(%(document_ids)s);

-- name: mark_compared
UPDATE processing_workflows SET configuration = configuration || jsonb_build_object('comparison', %(config)s::jsonb)
WHERE document_id = ANY(%(document_ids)s);

-- name: put_outputs
-- Only under the lease, in one statement: a worker that has lost it moves no row to its own files.
INSERT INTO stage_output_files
    (document_id, realm_id, stage_name, file_type, file_path, file_size, mime_type, checksum, metadata)
SELECT document_id, realm_id, %(stage)s, file_type, file_path, file_size, mime_type, checksum, metadata
FROM unnest(%(document_ids)s::uuid[], %(realm_ids)s::uuid[], %(file_types)s::text[], %(paths)s::text[],
            %(sizes)s::bigint[], %(mimes)s::text[], %(checksums)s::text[], %(metadata)s::jsonb[])
    AS i (document_id, realm_id, file_type, file_path, file_size, mime_type, checksum, metadata)
WHERE EXISTS (
    SELECT FROM upload_jobs j
    WHERE j.document_id = i.document_id AND j.lease_token = %(lease)s AND j.state = 'working')
ON CONFLICT (document_id, stage_name, file_type) DO UPDATE SET
    file_path = EXCLUDED.file_path, file_size = EXCLUDED.file_size, mime_type = EXCLUDED.mime_type,
    checksum = EXCLUDED.checksum, metadata = EXCLUDED.metadata, created_at = now()
RETURNING document_id;

-- name: drop_outputs
-- The stage leaves no file any more; the objects go with the upkeep.
DELETE FROM stage_output_files WHERE stage_name = %(stage)s AND document_id = ANY(%(document_ids)s);

-- name: get_outputs
-- The newest usable output of each kind: an output of a stage that is completed now (not skipped or failed).
SELECT f.document_id, f.stage_name, f.file_type, f.file_path, f.checksum, f.metadata
FROM stage_output_files f
JOIN document_processing_stages s USING (document_id, stage_name)
WHERE f.document_id = ANY(%(document_ids)s) AND f.file_type = ANY(%(file_types)s) AND s.status = 'completed';

-- name: stage_dependencies
SELECT stage_name, depends_on_stage, is_required FROM stage_dependencies ORDER BY execution_order, depends_on_stage;

-- name: recorded_stages
-- The stages of a document that are done as things stand, and the kinds of files that each has left.
SELECT s.stage_name, coalesce(array_agg(f.file_type) FILTER (WHERE f.file_type IS NOT NULL), '{}') AS file_types
FROM document_processing_stages s
LEFT JOIN stage_output_files f USING (document_id, stage_name)
WHERE s.document_id = %(document_id)s AND s.status = 'completed'
GROUP BY s.stage_name;
