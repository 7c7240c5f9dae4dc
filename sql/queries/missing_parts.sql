-- name: missing_parts
SELECT m.part, m.error, m.since, m.tries,
    greatest(0, extract(epoch FROM m.probe_at - now()))::float8 AS probe_in_s,
    (SELECT count(*) FROM upload_jobs j WHERE j.held_for = m.part AND j.state = 'queued') AS held
FROM missing_parts m ORDER BY m.since, m.part;

-- name: miss_parts
-- Found missing once, however many jobs meet it.
INSERT INTO missing_parts (part, error, probe_at)
SELECT part, error, now() + make_interval(secs => %(pause_s)s)
FROM unnest(%(parts)s::text[], %(errors)s::jsonb[]) AS i (part, error)
ON CONFLICT (part) DO UPDATE SET error = EXCLUDED.error;

-- name: begin_probes
-- The right to try whether these parts are back; the next try is due after twice the pause.
UPDATE missing_parts SET
    tries = tries + 1,
    probe_at = now() + make_interval(secs => least(%(most_s)s, %(base_s)s * power(2, least(tries, 30))))
WHERE part = ANY(%(parts)s) AND probe_at <= now()
RETURNING part;

-- name: probe_now
UPDATE missing_parts SET tries = 1, probe_at = now() WHERE part = ANY(%(parts)s) AND probe_at > now();

-- name: probe_candidates
-- A job for each of the parts that are due: one that waits for it, the one that was tried longest ago; for a part that
-- everything needs, any that waits.
SELECT DISTINCT ON (m.part) m.part, j.document_id
FROM missing_parts m
JOIN upload_jobs j ON j.state IN ('queued', 'retryable')
    AND (j.held_for = m.part OR m.part = %(everything)s AND j.held_for IS NULL)
    AND (j.parked_until IS NULL OR j.parked_until <= now()) AND NOT j.is_stopped
WHERE m.part = ANY(%(parts)s) AND m.probe_at <= now()
    AND (%(document_ids)s::uuid[] IS NULL OR j.document_id = ANY(%(document_ids)s))
    AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
ORDER BY m.part, j.held_for IS NULL, j.updated_at, j.job_id;

-- name: drop_idle_parts
-- A part that nothing waits for is tried by whoever comes next.
DELETE FROM missing_parts m
WHERE m.probe_at <= now() AND NOT EXISTS (SELECT FROM upload_jobs j WHERE j.held_for = m.part);

-- name: recover_parts
DELETE FROM missing_parts WHERE part = ANY(%(parts)s);

-- name: release_jobs
-- What waited for these parts goes on.
WITH waiting AS (
    SELECT job_id, held_for FROM upload_jobs
    WHERE held_for = ANY(%(parts)s) AND state = 'queued'
    FOR UPDATE SKIP LOCKED
), released AS (
    UPDATE upload_jobs j SET held_for = NULL, last_error = NULL
    FROM waiting w WHERE j.job_id = w.job_id
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage, w.held_for AS part
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'parked', 'released',
           jsonb_build_object('stage', stage, 'part', part)
    FROM released
)
SELECT document_id FROM released;

-- name: hold_unclaimed
-- Asked for by name while a part is missing that everything needs: they wait for it, with the reason.
WITH held AS (
    UPDATE upload_jobs j SET held_for = m.part,
        last_error = m.error || jsonb_build_object('part', m.part, 'stage', s.stage_name)
    FROM missing_parts m, job_stages s
    WHERE m.part = %(part)s AND j.document_id = ANY(%(document_ids)s) AND j.state = 'queued' AND j.held_for IS NULL
        AND s.job_stage = j.stage
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.last_error, j.stage, j.held_for
)
INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
SELECT job_id, document_id, realm_id, correlation_id, 'parked', 'warning', 'held',
       jsonb_build_object('error', last_error, 'stage', stage, 'part', held_for)
FROM held;

-- name: held_jobs_of
-- For which parts these documents wait; what is back in the queue by now has none.
SELECT document_id, held_for FROM upload_jobs WHERE document_id = ANY(%(document_ids)s) AND state = 'queued';
