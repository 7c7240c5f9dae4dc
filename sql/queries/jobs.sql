-- name: claim_jobs
-- Take the jobs that nobody works on: queued ones, those to be tried again (whoever asks waits until they are due,
-- or does not wait on purpose), and those whose worker is gone
-- (it holds a session lock while it lives) or has not renewed its lease. What is held for a part that is missing is
-- left, but for those that are to try whether it is back.
WITH takeable AS (
    SELECT j.job_id, j.state AS was
    FROM upload_jobs j
    WHERE j.document_id = ANY(%(document_ids)s)
        AND NOT is_being_erased(j.document_id, j.realm_id, NULL)
        AND (j.document_id = ANY(%(probes)s)
            OR NOT %(closed)s AND (j.held_for IS NULL OR j.held_for <> ALL(%(missing)s)))
        AND (j.state IN ('queued', 'retryable')
            OR (j.state = 'working' AND (
                j.lease_expires_at < now()
                OR j.claimed_by <> %(worker)s AND NOT EXISTS (
                    SELECT FROM pg_locks l
                    WHERE l.locktype = 'advisory' AND l.classid = %(lock_class)s::oid
                        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND l.objid = (hashtext(j.claimed_by)::bigint & 4294967295)::oid))))
    FOR UPDATE OF j SKIP LOCKED
), claimed AS (
    UPDATE upload_jobs j SET
        state = 'working', claimed_by = %(worker)s, claimed_at = now(), lease_token = %(lease)s,
        lease_expires_at = now() + make_interval(secs => %(lease_s)s), flow_run_id = %(flow_run_id)s,
        retry_at = NULL, parked_until = NULL, is_stopped = false, finished_at = NULL,
        lost_leases = j.lost_leases + (t.was = 'working')::int
    FROM takeable t
    WHERE j.job_id = t.job_id
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage, j.retry_count, t.was
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'claimed',
           CASE was WHEN 'working' THEN 'warning' ELSE 'info' END,
           CASE was WHEN 'working' THEN 'taken_over' ELSE 'claimed' END,
           jsonb_build_object('worker', %(worker)s::text, 'stage', stage)
    FROM claimed
)
SELECT document_id FROM claimed;

-- name: write_under_lease
-- What the trigger enforce_lease compares; ends with the transaction.
SELECT set_config('upload_pipeline.lease', %(lease)s, true);

-- name: held_jobs
-- The jobs of this lease, among the documents named; nobody else takes them before the transaction ends.
SELECT d.document_id, d.realm_id, j.job_id, d.filename, d.mime, d.bytes_len, d.file_sha256, d.raw_path,
       j.stage, j.retry_count, j.correlation_id, j.stage2_completed_at IS NOT NULL AS matches_approved,
       j.stage4_override_reason IS NOT NULL AS overridden,
       coalesce((j.stage3_validation_results ->> 'critical')::int, 0) AS criticals, w.workflow_type,
       j.profile, j.held_for, j.stop_after, w.configuration -> 'policy' AS policy
FROM upload_jobs j
JOIN documents d USING (document_id)
JOIN processing_workflows w USING (document_id)
WHERE j.lease_token = %(lease)s AND j.state = 'working' AND j.document_id = ANY(%(document_ids)s)
ORDER BY d.created_at, d.document_id
FOR UPDATE OF j;

-- name: move_jobs
-- The one door: compare, set, and write the event, in one statement.
WITH input AS (
    SELECT * FROM unnest(%(job_ids)s::uuid[], %(payloads)s::jsonb[]) AS i (job_id, payload)
), moved AS (
    UPDATE upload_jobs j SET
        state = coalesce(%(to_state)s, j.state),
        stage = coalesce(%(to_stage)s, j.stage),
        retry_count = CASE WHEN %(code)s = 'retry_later' THEN j.retry_count + 1
            WHEN %(to_stage)s IS NOT NULL AND %(to_stage)s <> j.stage THEN 0 ELSE j.retry_count END,
        lost_leases = CASE WHEN %(to_stage)s IS NOT NULL AND %(to_stage)s <> j.stage THEN 0 ELSE j.lost_leases END,
        retry_at = CASE WHEN %(to_state)s = 'retryable'
            THEN now() + make_interval(secs => (i.payload ->> 'wait_s')::float8) END,
        held_for = CASE WHEN %(code)s = 'held' THEN i.payload ->> 'part'
            WHEN coalesce(%(to_state)s, j.state) = 'working' THEN j.held_for END,
        parked_until = CASE WHEN %(code)s = 'parked' THEN (i.payload ->> 'until')::timestamptz END,
        is_stopped = %(code)s = 'stopped',
        stop_after = CASE WHEN %(code)s <> 'stopped' AND coalesce(%(to_state)s, j.state) NOT IN ('done', 'deadletter')
            THEN j.stop_after END,
        last_error = CASE WHEN i.payload ? 'error' THEN i.payload -> 'error'
            WHEN %(to_state)s = 'done' OR %(code)s = 'stopped' THEN NULL ELSE j.last_error END,
        outcome = CASE WHEN %(to_state)s = 'done' THEN %(outcome)s
            WHEN %(to_state)s IS NULL THEN j.outcome END,
        config_sha256 = CASE WHEN %(to_state)s = 'done' AND j.state <> 'done' THEN %(config)s ELSE j.config_sha256 END,
        finished_at = CASE WHEN %(to_state)s = 'done' AND j.state = 'done' THEN j.finished_at
            WHEN %(to_state)s IN ('done', 'deadletter') THEN now()
            WHEN %(to_state)s IS NULL THEN j.finished_at END,
        claimed_by = CASE WHEN coalesce(%(to_state)s, j.state) = 'working' THEN j.claimed_by END,
        claimed_at = CASE WHEN coalesce(%(to_state)s, j.state) = 'working' THEN j.claimed_at END,
        lease_token = CASE WHEN coalesce(%(to_state)s, j.state) = 'working' THEN j.lease_token END,
        lease_expires_at = CASE WHEN coalesce(%(to_state)s, j.state) = 'working'
            THEN now() + make_interval(secs => %(lease_s)s) END,
        stage2_completed_at = CASE WHEN %(code)s = 'matches_approved' THEN now() ELSE j.stage2_completed_at END,
        stage2_approved_matches = CASE WHEN %(code)s = 'matches_approved'
            THEN i.payload ELSE j.stage2_approved_matches END,
        stage4_override_reason = CASE WHEN %(code)s = 'validation_overridden'
            THEN i.payload ->> 'reason' ELSE j.stage4_override_reason END,
        stage6_completed_at = CASE WHEN %(code)s = 'acknowledged' THEN now() ELSE j.stage6_completed_at END,
        stage6_downloaded_at = CASE WHEN %(code)s = 'acknowledged' AND i.payload ->> 'how' = 'download'
            THEN now() ELSE j.stage6_downloaded_at END
    FROM input i
    WHERE j.job_id = i.job_id
        AND j.state = ANY(%(from_states)s)
        AND j.stage = ANY(%(from_stages)s)
        AND j.lease_token IS NOT DISTINCT FROM %(lease)s
        AND (%(code)s <> 'acknowledged' OR j.outcome = 'published' AND j.stage6_completed_at IS NULL)
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage, i.payload
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, %(event)s, %(severity)s, %(code)s,
           payload || jsonb_build_object('stage', stage)
    FROM moved
)
SELECT job_id FROM moved;

-- name: restart_jobs
-- A finished job begins again, at a stage that it has been at before; what follows is done anew or found reusable.
WITH input AS (
    SELECT * FROM unnest(%(job_ids)s::uuid[], %(to_stages)s::text[]) AS i (job_id, to_stage)
), moved AS (
    UPDATE upload_jobs j SET
        state = 'queued', stage = i.to_stage, retry_count = 0, lost_leases = 0, retry_at = NULL,
        held_for = NULL, last_error = NULL, outcome = NULL, finished_at = NULL, correlation_id = %(correlation_id)s
    FROM input i, job_stages was, job_stages wanted
    WHERE j.job_id = i.job_id AND j.state IN ('done', 'deadletter')
        AND was.job_stage = j.stage AND wanted.job_stage = i.to_stage AND wanted.position <= was.position
    RETURNING j.job_id, j.document_id, j.realm_id, j.stage
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
    SELECT job_id, document_id, realm_id, %(correlation_id)s, 'restarted', %(code)s,
           jsonb_build_object('stage', stage, 'by', %(by)s::text) || %(details)s::jsonb
    FROM moved
)
SELECT job_id FROM moved;

-- name: go_on
-- A job that waits is due now: for one stage, behind which it stops, or for all that are left.
WITH told AS (
    UPDATE upload_jobs j SET stop_after = %(stop_after)s, parked_until = NULL, is_stopped = false
    WHERE j.job_id = %(job_id)s AND j.state IN ('queued', 'retryable') AND j.stage = %(stage)s
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'restarted',
           CASE WHEN %(stop_after)s::text IS NULL THEN 'told_to_go_on' ELSE 'stage_asked_for' END,
           jsonb_strip_nulls(jsonb_build_object('stage', stage, 'by', %(by)s::text, 'stop_after', %(stop_after)s::text))
    FROM told
)
SELECT job_id FROM told;

-- name: job_positions
SELECT job_id, document_id, stage, state, lease_token FROM upload_jobs WHERE job_id = ANY(%(job_ids)s);

-- name: forget_stages
-- These stages are to run again even though nothing that they read has changed.
UPDATE document_processing_stages s SET status = 'pending', fingerprint = NULL, completed_at = NULL
FROM stages o, stages first
WHERE o.stage_name = s.stage_name AND first.stage_name = %(from_stage)s
    AND o.execution_order = first.execution_order AND s.document_id = ANY(%(document_ids)s);

-- name: dead_jobs
-- A user's dead letters, the oldest failure first; what failed for good after its retries has the cause beside the code.
SELECT j.document_id, j.job_id, j.stage, j.profile, coalesce(j.last_error ->> 'code', 'unknown') AS code
FROM upload_jobs j
WHERE j.realm_id = %(realm_id)s AND j.state = 'deadletter'
    AND (%(code)s::text IS NULL OR j.last_error ->> 'code' = %(code)s OR j.last_error ->> 'cause' = %(code)s)
    AND (%(since)s::timestamptz IS NULL OR j.finished_at >= %(since)s)
    AND NOT EXISTS (SELECT FROM upload_jobs later
        WHERE later.document_id = j.document_id AND later.created_at > j.created_at)
ORDER BY j.finished_at, j.job_id;

-- name: renew_leases
UPDATE upload_jobs SET lease_expires_at = now() + make_interval(secs => %(lease_s)s)
WHERE job_id IN (
    -- a job that a transaction has in hand is left out: waiting for it could deadlock, and its move renews it anyway
    SELECT job_id FROM upload_jobs
    WHERE claimed_by = %(worker)s AND state = 'working' AND lease_token = ANY(%(leases)s)
    FOR UPDATE SKIP LOCKED);

-- name: set_stage1_results
UPDATE upload_jobs j SET stage1_results = i.results
FROM unnest(%(job_ids)s::uuid[], %(results)s::jsonb[]) AS i (job_id, results)
WHERE j.job_id = i.job_id;

-- name: set_validation_results
UPDATE upload_jobs j SET stage3_validation_results = i.results
FROM unnest(%(job_ids)s::uuid[], %(results)s::jsonb[]) AS i (job_id, results)
WHERE j.job_id = i.job_id;

-- name: validated_jobs
-- Those of these that are published or wait for what validation found, held until their results are written.
SELECT job_id, document_id, stage3_validation_results AS results FROM upload_jobs
WHERE job_id = ANY(%(job_ids)s) AND stage3_validation_results IS NOT NULL
    AND (outcome = 'published' OR state = 'awaiting_review' AND stage = 'validation_review')
ORDER BY job_id FOR NO KEY UPDATE;

-- name: jobs_in_validation_review
SELECT job_id FROM upload_jobs
WHERE realm_id = ANY(%(realm_ids)s::uuid[]) AND state = 'awaiting_review' AND stage = 'validation_review'
ORDER BY updated_at DESC LIMIT %(most)s;

-- name: jobs_due
SELECT document_id, greatest(0, extract(epoch FROM retry_at - now()))::float8 AS wait_s, retry_count
FROM upload_jobs WHERE document_id = ANY(%(document_ids)s) AND state = 'retryable';

-- name: set_profile
-- A worker that takes one at this moment is waited for: then it has begun.
UPDATE upload_jobs SET profile = %(profile)s, updated_at = now()
WHERE job_id = ANY(%(job_ids)s) AND state = 'queued' AND stage = 'queued'
RETURNING job_id;

-- name: overtaken_jobs
-- Of all that ever stood where one of these documents does: those that wait for a person, were never published or are
-- not now, and have no place any more, as one holds a newer document that is published, or has come as far on its way.
-- Not one that somebody has in hand at this moment, or has decided about.
SELECT j.job_id, j.document_id, j.realm_id, newer.document_id AS newer_id
FROM upload_jobs j
JOIN documents d ON d.document_id = j.document_id AND d.published_at IS NULL
JOIN job_stages reached ON reached.job_stage = j.stage
CROSS JOIN LATERAL (
    SELECT n.document_id
    FROM document_sources old
    JOIN document_sources new USING (realm_id, source_uri)
    JOIN documents n ON n.document_id = new.document_id
    JOIN LATERAL newest_job(n.document_id) job ON true
    JOIN job_stages s ON s.job_stage = job.stage
    WHERE old.document_id = j.document_id AND new.is_current
        AND (n.published_at IS NOT NULL OR job.state NOT IN ('done', 'deadletter') AND s.position >= reached.position)
    ORDER BY new.seen_at DESC LIMIT 1) newer
WHERE j.state = 'awaiting_review'
    AND j.document_id IN (
        SELECT other.document_id FROM document_sources mine JOIN document_sources other USING (realm_id, source_uri)
        WHERE mine.document_id = ANY(%(document_ids)s))
    AND NOT EXISTS (SELECT FROM document_sources s WHERE s.document_id = j.document_id AND s.is_current)
    AND NOT EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)
ORDER BY j.job_id
FOR UPDATE OF j SKIP LOCKED;
