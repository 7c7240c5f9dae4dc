-- name: park_decision
INSERT INTO parked_decisions (job_id, group_id, document_id, realm_id, user_id, decision, fields, taken_by, seen, due_at)
SELECT job_id, %(group_id)s, document_id, realm_id, %(user_id)s, %(decision)s, %(fields)s::jsonb, %(by)s, as_seen(j),
       now() + make_interval(secs => %(window_s)s)
FROM upload_jobs j WHERE job_id = %(job_id)s
RETURNING *;

-- name: newest_parked_decision
-- The newest of the job, however it ended.
SELECT * FROM parked_decisions WHERE job_id = %(job_id)s ORDER BY taken_at DESC, parked_id LIMIT 1;

-- name: shown_parked_decision
-- What people are to know of: a decision that is parked, or one that was refused when its time came and that nobody has
-- followed up.
SELECT p.decision, p.taken_by AS by, p.taken_at, p.due_at, p.error FROM parked_decisions p
WHERE p.job_id = %(job_id)s AND (p.ended_at IS NULL OR p.outcome = 'refused' AND NOT EXISTS (
    SELECT FROM events e WHERE e.job_id = p.job_id AND e.type = 'review' AND e.code <> 'parked_decision_refused'
        AND e.ts > p.ended_at))
ORDER BY p.taken_at DESC LIMIT 1;

-- name: undo_parked_decision
UPDATE parked_decisions SET ended_at = clock_timestamp(), outcome = 'undone', undone_by = %(by)s
WHERE parked_id = %(parked_id)s AND ended_at IS NULL AND clock_timestamp() < due_at
RETURNING *;

-- name: claim_due_decision
-- The decisions of one act. Of several that look at once, one gets them, by the lock on the first; until its transaction
-- ends, nobody else can.
WITH first AS (
    SELECT p.group_id, p.realm_id, p.user_id FROM parked_decisions p
    WHERE p.ended_at IS NULL AND p.due_at <= clock_timestamp() AND p.group_id <> ALL(%(besides)s::uuid[])
        AND NOT EXISTS (SELECT FROM parked_decisions e WHERE e.ended_at IS NULL AND e.parked_id < p.parked_id
            AND (e.group_id, e.realm_id, e.user_id) = (p.group_id, p.realm_id, p.user_id))
    ORDER BY p.due_at, p.parked_id LIMIT 1 FOR UPDATE OF p SKIP LOCKED
)
UPDATE parked_decisions p SET ended_at = clock_timestamp(), outcome = 'carried_out'
FROM first f
WHERE p.ended_at IS NULL AND (p.group_id, p.realm_id, p.user_id) = (f.group_id, f.realm_id, f.user_id)
RETURNING p.*;

-- name: job_as_seen
SELECT as_seen(j) AS seen FROM upload_jobs j WHERE job_id = %(job_id)s;

-- name: refuse_parked_decision
UPDATE parked_decisions SET ended_at = clock_timestamp(), outcome = 'refused', error = %(error)s::jsonb
WHERE parked_id = %(parked_id)s AND ended_at IS NULL;
