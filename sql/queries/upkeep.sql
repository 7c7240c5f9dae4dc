-- name: purge_dead
-- Dead letters of which nothing was ever published, with all that was staged for them. The events stay.
WITH dead AS (
    SELECT d.document_id FROM documents d
    WHERE d.published_at IS NULL
        AND EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id AND j.state = 'deadletter'
            AND j.finished_at < now() - make_interval(days => %(days)s))
        AND NOT EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = d.document_id
            AND (j.state <> 'deadletter' OR j.finished_at >= now() - make_interval(days => %(days)s)))
    ORDER BY d.document_id
    LIMIT %(limit)s
    FOR UPDATE OF d SKIP LOCKED
), gone AS (
    DELETE FROM documents d USING dead WHERE d.document_id = dead.document_id
    RETURNING d.document_id, d.realm_id, d.filename
), logged AS (
    INSERT INTO events (document_id, realm_id, type, severity, code, payload)
    SELECT document_id, realm_id, 'withdrawn', 'warning', 'dead_letter_purged',
           jsonb_build_object('filename', filename, 'after_days', %(days)s::int)
    FROM gone
)
SELECT document_id, realm_id, filename FROM gone;

-- name: try_objects
SELECT pg_try_advisory_xact_lock(%(lock)s) AS is_ours;

-- name: unnamed_objects
SELECT key FROM unnest(%(keys)s::text[]) WITH ORDINALITY AS k (key, place)
WHERE NOT EXISTS (SELECT FROM documents d WHERE d.raw_path = key)
    AND NOT EXISTS (SELECT FROM documents d WHERE d.parsed_path = key)
    AND NOT EXISTS (SELECT FROM documents d WHERE d.published_path = key)
    AND NOT EXISTS (SELECT FROM published_versions v WHERE v.published_path = key)
    AND NOT EXISTS (SELECT FROM stage_output_files f WHERE f.file_path = key)
ORDER BY place;

-- name: prune_events
SELECT removed, last_seen FROM prune_events(%(after)s, %(most)s, %(work_days)s, %(audit_days)s);

-- name: prune_memory
SELECT prune_memory(%(days)s, %(most)s);

-- name: tell_pruned
INSERT INTO events (type, code, payload) VALUES ('pruned', %(code)s, %(payload)s::jsonb);

-- name: history_sizes
SELECT t AS name, pg_total_relation_size(('upload_pipeline.' || t)::regclass) AS bytes
FROM unnest(ARRAY['events', 'webhook_deliveries', 'fact_cache', 'embedding_cache', 'past_questions', 'past_chunks',
    'published_versions', 'knowledge_changes']) AS t
UNION ALL
SELECT 'database', pg_database_size(current_database());

-- name: note_flow_run
INSERT INTO flow_runs (flow) VALUES (%(flow)s) ON CONFLICT (flow) DO UPDATE SET last_begun_at = now();
