-- name: lock_queue
-- Claims take turns: of two at once, the second sees what the first has left, and limits are never overrun.
SELECT pg_advisory_xact_lock(%(lock_class)s, 0);

-- name: claim_queue
-- The next jobs that wait, fairly: the highest priority first; within it realms take turns, then users within a realm,
-- counting what each has running already; within a user the oldest. Each user's part is read from an index, so a long
-- queue costs no more.
WITH RECURSIVE waiting_users (realm_id, user_id) AS (
    (SELECT j.realm_id, j.user_id FROM upload_jobs j
     WHERE j.state IN ('queued', 'retryable') AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
     ORDER BY j.realm_id, j.user_id LIMIT 1)
    UNION ALL
    SELECT n.realm_id, n.user_id
    FROM waiting_users w CROSS JOIN LATERAL (
        SELECT j.realm_id, j.user_id FROM upload_jobs j
        WHERE j.state IN ('queued', 'retryable') AND (j.realm_id, j.user_id) > (w.realm_id, w.user_id)
            AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
        ORDER BY j.realm_id, j.user_id LIMIT 1) n
), running AS (
    SELECT realm_id, user_id, count(*) AS jobs FROM upload_jobs WHERE state = 'working' GROUP BY realm_id, user_id
), of_users AS (
    SELECT u.realm_id, c.job_id, c.priority, c.created_at, coalesce(r.jobs, 0) + row_number() OVER (
        PARTITION BY u.realm_id, u.user_id ORDER BY c.priority DESC, c.created_at, c.job_id) AS turn
    FROM waiting_users u
    LEFT JOIN running r USING (realm_id, user_id)
    CROSS JOIN LATERAL (
        SELECT j.job_id, j.priority, j.created_at FROM upload_jobs j
        WHERE j.realm_id = u.realm_id AND j.user_id = u.user_id AND j.state IN ('queued', 'retryable')
            AND NOT j.is_stopped AND NOT is_being_erased(j.document_id, j.realm_id, NULL)
            AND (j.retry_at IS NULL OR j.retry_at <= now()) AND (j.parked_until IS NULL OR j.parked_until <= now())
            AND (j.document_id = ANY(%(probes)s)
                OR NOT %(closed)s AND (j.held_for IS NULL OR j.held_for <> ALL(%(missing)s)))
        ORDER BY j.priority DESC, j.created_at, j.job_id
        -- backpressure: a user has at most so many jobs running in a realm; 0 is no limit
        LIMIT CASE WHEN %(per_user)s = 0 THEN %(limit)s
            ELSE greatest(0, least(%(limit)s, %(per_user)s - coalesce(r.jobs, 0))) END
    ) c
), waiting AS (
    SELECT u.job_id, u.priority, u.created_at, u.turn AS turn_of_user,
        coalesce((SELECT sum(r.jobs) FROM running r WHERE r.realm_id = u.realm_id), 0) + row_number() OVER (
            PARTITION BY u.realm_id ORDER BY u.priority DESC, u.turn, u.created_at, u.job_id) AS turn
    FROM of_users u
), chosen AS (
    SELECT job_id, row_number() OVER (ORDER BY priority DESC, turn, created_at, job_id) AS place
    FROM waiting ORDER BY place LIMIT %(limit)s
), takeable AS (
    SELECT j.job_id, c.place FROM upload_jobs j JOIN chosen c USING (job_id)
    WHERE j.state IN ('queued', 'retryable')
    FOR UPDATE OF j SKIP LOCKED
), claimed AS (
    UPDATE upload_jobs j SET
        state = 'working', claimed_by = %(worker)s, claimed_at = now(), lease_token = %(lease)s,
        lease_expires_at = now() + make_interval(secs => %(lease_s)s), flow_run_id = %(flow_run_id)s, retry_at = NULL,
        parked_until = NULL
    FROM takeable t
    WHERE j.job_id = t.job_id
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage, t.place
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'claimed', 'claimed',
           jsonb_build_object('worker', %(worker)s::text, 'stage', stage)
    FROM claimed
)
SELECT document_id FROM claimed ORDER BY place;

-- name: reap_jobs
-- Jobs whose lease has ended, or whose worker's session is gone, wait again where they were. After a restart of
-- the database every worker's session is new: they are given time to come back.
WITH lost AS (
    SELECT j.job_id, j.claimed_by, j.lease_expires_at < now() AS is_expired
    FROM upload_jobs j
    WHERE j.state = 'working' AND (
        j.lease_expires_at < now()
        OR pg_postmaster_start_time() < now() - make_interval(secs => %(grace_s)s) AND NOT EXISTS (
            SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.classid = %(lock_class)s::oid
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.objid = (hashtext(j.claimed_by)::bigint & 4294967295)::oid))
    -- what a transaction has in hand lives: its commit renews the lease
    FOR UPDATE OF j SKIP LOCKED
), freed AS (
    UPDATE upload_jobs j SET
        state = 'retryable', retry_at = now(), held_for = NULL, lost_leases = j.lost_leases + 1, last_error = %(error)s::jsonb,
        claimed_by = NULL, claimed_at = NULL, lease_token = NULL, lease_expires_at = NULL
    FROM lost l
    WHERE j.job_id = l.job_id
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage, j.lost_leases, l.claimed_by, l.is_expired
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'retry', 'warning', 'worker_lost',
           jsonb_build_object('worker', claimed_by, 'stage', stage, 'lease_expired', is_expired, 'times', lost_leases)
    FROM freed
)
SELECT job_id, document_id, realm_id, stage, lost_leases, claimed_by FROM freed;

-- name: free_jobs
-- After a restore: whoever held these jobs works on another database, or no more. It counts neither as a try nor as a
-- lost worker.
WITH freed AS (
    UPDATE upload_jobs j SET
        state = 'retryable', retry_at = now(), last_error = %(error)s::jsonb,
        claimed_by = NULL, claimed_at = NULL, lease_token = NULL, lease_expires_at = NULL
    WHERE j.state = 'working'
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id, j.stage
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'retry', 'warning', 'restored',
           jsonb_build_object('stage', stage)
    FROM freed
)
SELECT document_id FROM freed;

-- name: queue_pressure
-- What a claim could take now, counted no further than %(most)s, with one try of each missing part that is due; jobs of
-- lost workers, and question banks, that wait for a run; and times in seconds: for how long nobody has taken what is due,
-- until the next job falls due, and the age of the last claim of what runs.
WITH RECURSIVE waiting_users (realm_id, user_id) AS (
    (SELECT j.realm_id, j.user_id FROM upload_jobs j
     WHERE j.state IN ('queued', 'retryable') AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
     ORDER BY j.realm_id, j.user_id LIMIT 1)
    UNION ALL
    SELECT n.realm_id, n.user_id
    FROM waiting_users w CROSS JOIN LATERAL (
        SELECT j.realm_id, j.user_id FROM upload_jobs j
        WHERE j.state IN ('queued', 'retryable') AND (j.realm_id, j.user_id) > (w.realm_id, w.user_id)
            AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
        ORDER BY j.realm_id, j.user_id LIMIT 1) n
), running AS (
    SELECT realm_id, user_id, count(*) AS jobs, max(claimed_at) AS claimed_at
    FROM upload_jobs WHERE state = 'working' GROUP BY realm_id, user_id
), due AS (
    SELECT c.since
    FROM waiting_users u
    LEFT JOIN running r USING (realm_id, user_id)
    CROSS JOIN LATERAL (
        SELECT greatest(j.updated_at, j.retry_at, j.parked_until) AS since FROM upload_jobs j
        WHERE j.realm_id = u.realm_id AND j.user_id = u.user_id AND j.state IN ('queued', 'retryable') AND NOT j.is_stopped
            AND (j.retry_at IS NULL OR j.retry_at <= now()) AND (j.parked_until IS NULL OR j.parked_until <= now())
            AND NOT EXISTS (
                SELECT FROM missing_parts m WHERE m.part = %(everything)s OR m.part = j.held_for)
        ORDER BY j.priority DESC, j.created_at, j.job_id
        LIMIT CASE WHEN %(per_user)s = 0 THEN %(most)s
            ELSE greatest(0, least(%(most)s, %(per_user)s - coalesce(r.jobs, 0))) END
    ) c
    LIMIT %(most)s
), tries AS (
    -- parts that something waits for, and when the next try of each is due
    SELECT m.probe_at FROM missing_parts m
    WHERE EXISTS (
        SELECT FROM upload_jobs j
        WHERE j.state IN ('queued', 'retryable') AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
            AND (j.held_for = m.part OR m.part = %(everything)s AND j.held_for IS NULL)
            AND (j.parked_until IS NULL OR j.parked_until <= now()) AND NOT j.is_stopped)
), lost AS (
    SELECT count(*)::int AS jobs FROM upload_jobs j
    WHERE j.state = 'working' AND (
        j.lease_expires_at < now()
        OR pg_postmaster_start_time() < now() - make_interval(secs => %(grace_s)s) AND NOT EXISTS (
            SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.classid = %(lock_class)s::oid
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.objid = (hashtext(j.claimed_by)::bigint & 4294967295)::oid))
)
SELECT
    (SELECT count(*)::int FROM due) + (SELECT count(*)::int FROM tries WHERE probe_at <= now()) AS due,
    (SELECT jobs FROM lost) AS lost,
    (SELECT count(*)::int FROM upload_batches
     WHERE document_id IS NULL AND (matched_at IS NULL OR status = 'importing')) AS banks,
    coalesce((SELECT extract(epoch FROM now() - greatest(min(since), (SELECT max(claimed_at) FROM running)))
        FROM due HAVING count(*) > 0), 0)::float8 AS untaken_s,
    extract(epoch FROM least(
        (SELECT min(greatest(retry_at, parked_until)) FROM upload_jobs
         WHERE state IN ('queued', 'retryable') AND (retry_at IS NOT NULL OR parked_until IS NOT NULL)
            AND greatest(retry_at, parked_until) > now()),
        (SELECT min(probe_at) FROM tries WHERE probe_at > now())) - now())::float8 AS next_s,
    (SELECT max(claimed_at) FROM running) AS claimed_at;

-- name: taken_jobs
-- Which of the documents are in somebody's hands, and whether that worker is lost, as the reaper sees it.
SELECT j.document_id,
    j.lease_expires_at < now()
        OR pg_postmaster_start_time() < now() - make_interval(secs => %(grace_s)s) AND NOT EXISTS (
            SELECT FROM pg_locks l
            WHERE l.locktype = 'advisory' AND l.classid = %(lock_class)s::oid
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND l.objid = (hashtext(j.claimed_by)::bigint & 4294967295)::oid) AS is_lost
FROM upload_jobs j WHERE j.document_id = ANY(%(document_ids)s) AND j.state = 'working';

-- name: queue_depth
-- What waits and what runs, by realm and user; oldest_s is how long the first has waited, in seconds.
SELECT realm_id, user_id,
    count(*) FILTER (WHERE state = 'queued' AND NOT is_stopped) AS queued,
    count(*) FILTER (WHERE state = 'retryable') AS retryable,
    count(*) FILTER (WHERE state = 'working') AS working,
    extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'queued' AND NOT is_stopped))::float8 AS oldest_s
FROM upload_jobs
WHERE state IN ('queued', 'retryable', 'working') AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)
GROUP BY realm_id, user_id ORDER BY realm_id, user_id;

-- name: queue_waiting
-- What waits, in the order in which claim_queue takes it; what is not due yet comes last: what is to be tried again,
-- waits for a budget, or waits for the next try of a missing part. Times are in seconds.
WITH running AS (
    SELECT realm_id, user_id, count(*) AS jobs FROM upload_jobs WHERE state = 'working' GROUP BY realm_id, user_id
), due AS (
    SELECT j.*, greatest(j.retry_at, j.parked_until, own.probe_at, everybodys.probe_at, now()) AS due_at
    FROM upload_jobs j
    LEFT JOIN missing_parts own ON own.part = j.held_for
    LEFT JOIN missing_parts everybodys ON everybodys.part = %(everything)s
    WHERE j.state IN ('queued', 'retryable') AND (%(realm_id)s::uuid IS NULL OR j.realm_id = %(realm_id)s)
        -- what has stopped behind a stage waits to be told to go on
        AND NOT j.is_stopped
), of_users AS (
    SELECT d.*, coalesce(r.jobs, 0) + row_number() OVER (
        PARTITION BY d.realm_id, d.user_id ORDER BY d.due_at > now(), d.priority DESC, d.created_at, d.job_id) AS turn_of_user
    FROM due d LEFT JOIN running r USING (realm_id, user_id)
), waiting AS (
    SELECT u.*, coalesce((SELECT sum(r.jobs) FROM running r WHERE r.realm_id = u.realm_id), 0) + row_number() OVER (
        PARTITION BY u.realm_id ORDER BY u.due_at > now(), u.priority DESC, u.turn_of_user, u.created_at, u.job_id) AS turn
    FROM of_users u
)
SELECT w.job_id, w.document_id, w.realm_id, w.user_id, d.filename, w.priority, w.state, w.stage,
    extract(epoch FROM now() - w.created_at)::float8 AS age_s,
    extract(epoch FROM w.due_at - now())::float8 AS due_in_s
FROM waiting w JOIN documents d USING (document_id)
ORDER BY w.due_at > now(), w.priority DESC, w.turn, w.created_at, w.job_id
LIMIT %(limit)s;

-- name: set_priority
-- Only what waits can be put forward or back.
WITH changed AS (
    UPDATE upload_jobs j SET priority = %(priority)s, updated_at = now()
    WHERE j.document_id = ANY(%(document_ids)s) AND j.state IN ('queued', 'retryable') AND j.priority <> %(priority)s
    RETURNING j.job_id, j.document_id, j.realm_id, j.correlation_id
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'review', 'priority_set',
           jsonb_build_object('by', %(by)s::text, 'priority', %(priority)s)
    FROM changed
)
SELECT document_id FROM changed;
