-- name: lock_for_review
-- Where the document's newest job stands, locked: who decides at the same time waits here, and then sees what happened.
SELECT d.document_id, d.filename, d.published_at, j.job_id, j.stage, j.state, j.outcome, j.config_sha256, j.last_error,
    j.profile, j.is_stopped, w.workflow_type, w.configuration -> 'policy' AS policy
FROM upload_jobs j
JOIN documents d USING (document_id)
JOIN processing_workflows w USING (document_id)
WHERE d.document_id = %(document_id)s AND d.user_id = %(user_id)s
    AND j.job_id = (SELECT job_id FROM newest_job(%(document_id)s))
FOR UPDATE OF j;

-- name: next_waiting
-- The document that has waited longest for a person; not one that a decision is parked about.
SELECT j.job_id, j.document_id, d.filename, j.stage, j.phase, j.profile, j.updated_at AS waits_since,
    (SELECT count(*) FROM undecided_pairs p WHERE p.document_id = d.document_id) AS undecided,
    (SELECT count(*) FROM staged_questions q WHERE q.document_id = d.document_id AND q.status = 'pending'
        AND q.reviewed_by IS NULL AND q.confidence < q.publish_from) AS facts_to_decide,
    coalesce((j.stage3_validation_results ->> 'critical')::int, 0) AS critical
FROM upload_jobs j JOIN documents d USING (document_id)
WHERE j.user_id = %(user_id)s AND j.state = 'awaiting_review'
    AND (%(phase)s::int IS NULL OR j.phase = %(phase)s)
    AND j.document_id <> ALL(%(besides)s::uuid[])
    AND NOT EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)
ORDER BY j.updated_at, j.job_id
LIMIT 1;

-- name: last_decision
SELECT ts, code, payload FROM events
WHERE job_id = %(job_id)s AND type = 'review' AND code = ANY(%(codes)s)
ORDER BY event_id DESC LIMIT 1;

-- name: log_review
INSERT INTO events (job_id, document_id, user_id, correlation_id, type, code, payload)
SELECT job_id, document_id, user_id, correlation_id, 'review', %(code)s,
       %(payload)s::jsonb || jsonb_build_object('stage', stage)
FROM upload_jobs WHERE job_id = %(job_id)s;

-- name: review_facts
-- A document's staged facts as a reviewer sees them. None of the ids given: all.
SELECT q.question_id, q.question, q.answer, q.statement, q.evidence, q.evidence_match,
    q.status, q.duplicate_of, q.review_notes, q.edited_by, q.edited_at, q.upload_batch_id, q.left_out_reason,
    d.page_unit, c.heading_path, round(q.confidence::numeric, 3)::float8 AS confidence, q.confidence_reasons,
    q.generator, q.added_by, q.chunk_id
FROM staged_questions q
JOIN documents d USING (document_id)
LEFT JOIN staged_chunks c USING (chunk_id)
WHERE q.document_id = %(document_id)s
    AND (%(question_ids)s::uuid[] IS NULL OR q.question_id = ANY(%(question_ids)s))
ORDER BY q.evidence_char_from, q.question_id;

-- name: set_fact_status
UPDATE staged_questions SET status = %(status)s, reviewed_by = %(by)s, reviewed_at = now(), review_notes = %(notes)s,
    duplicate_of = NULL, similarity_score = NULL, decided_by_itself = true
WHERE document_id = %(document_id)s AND question_id = ANY(%(question_ids)s);

-- name: edit_fact
-- Its words change; its id, chunk and evidence stay. What was published is to be published anew.
UPDATE staged_questions SET question = %(question)s, answer = %(answer)s, statement = %(statement)s,
    match_text = %(match_text)s, match_sha256 = %(match_sha256)s, match_version = DEFAULT, match_trigrams = %(match_trigrams)s,
    match_signature = %(match_signature)s, edited_by = %(editor)s, edited_at = now(), reviewed_by = %(by)s,
    reviewed_at = now(), review_notes = %(notes)s, decided_by_itself = true,
    status = CASE status WHEN 'imported' THEN 'approved' ELSE status END
WHERE question_id = %(question_id)s;

-- name: forget_look_alikes
-- The fact says something else now: what nobody decided about its old words is void, whichever end it is; it is
-- compared again itself. What it repeats elsewhere is kept out by the pair, and what is published has its old words yet.
DELETE FROM staging_duplicates p
WHERE p.staged_question_id = %(question_id)s AND NOT decided_by_person(p.resolution, p.resolved_by)
    OR p.existing_question_id = %(question_id)s
        AND (p.resolution = 'pending' OR p.resolved_by = 'system' AND p.resolution <> 'keep_existing')
        AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = p.existing_question_id);

-- name: compare_again
UPDATE upload_batches SET matched_at = NULL
WHERE batch_id = (SELECT upload_batch_id FROM staged_questions WHERE question_id = %(question_id)s);

-- name: lock_pairs
SELECT p.duplicate_id, p.staged_question_id, p.existing_question_id, p.similarity_score, p.resolution, p.resolved_by,
    p.resolved_at
FROM staging_duplicates p JOIN staged_questions q ON q.question_id = p.staged_question_id
WHERE q.document_id = %(document_id)s AND p.duplicate_id = ANY(%(duplicate_ids)s)
ORDER BY p.duplicate_id
FOR UPDATE OF p;

-- name: resolve_pair
UPDATE staging_duplicates SET resolution = %(resolution)s, resolved_by = %(by)s, resolved_at = now(),
    resolution_notes = %(notes)s
WHERE duplicate_id = %(duplicate_id)s AND NOT decided_by_person(resolution, resolved_by);

-- name: take_back
-- A fact that a decision of the system left out waits again.
UPDATE staged_questions SET status = 'pending', duplicate_of = NULL, similarity_score = NULL, review_notes = NULL
WHERE question_id = %(question_id)s AND status = 'duplicate' AND duplicate_of = %(existing_id)s;

-- name: settle_same_texts
-- What a person has decided about two texts counts for the same two in other rows, where nobody has decided yet.
UPDATE staging_duplicates p SET resolution = i.resolution, resolution_notes = i.notes, resolved_by = i.decided_by,
    resolved_at = i.decided_at
FROM (
    SELECT p.duplicate_id, p.document_id, d.notes, d.decided_by, d.decided_at,
        remembered_resolution(d.resolution, p.match_sha256, e.match_sha256) AS resolution
    FROM undecided_pairs p
    LEFT JOIN staged_questions s ON s.question_id = p.existing_question_id
    LEFT JOIN all_questions a ON a.question_id = p.existing_question_id
    CROSS JOIN LATERAL (SELECT coalesce(s.match_sha256, a.match_sha256) COLLATE "C" AS match_sha256) e
    JOIN duplicate_decisions d ON matching_space(d.user_id) = matching_space(p.user_id)
        AND d.first_sha256 = least(p.match_sha256 COLLATE "C", e.match_sha256)
        AND d.second_sha256 = greatest(p.match_sha256 COLLATE "C", e.match_sha256)
    WHERE matching_space(p.user_id) = matching_space(%(user_id)s) AND p.document_id IS NOT NULL) i
WHERE p.duplicate_id = i.duplicate_id
RETURNING i.document_id;

-- name: decided_elsewhere
-- Of these documents those that waited for nothing else; not one that somebody has in hand at this moment, or has begun
-- to decide about.
SELECT j.job_id, j.document_id FROM upload_jobs j
JOIN processing_workflows w ON w.document_id = j.document_id AND w.workflow_type = 'automatic'
JOIN LATERAL (
    SELECT code FROM events e WHERE e.job_id = j.job_id AND (e.type = 'review' OR e.code = 'matching_review_needed')
    ORDER BY event_id DESC LIMIT 1) e ON e.code = 'matching_review_needed'
WHERE j.document_id = ANY(%(document_ids)s) AND j.profile = 'standard'
    AND j.state = 'awaiting_review' AND j.stage = 'matching_review'
    AND NOT EXISTS (SELECT FROM undecided_pairs p WHERE p.document_id = j.document_id)
    AND NOT EXISTS (
        SELECT FROM staged_questions q
        WHERE q.document_id = j.document_id AND q.status = 'pending' AND q.reviewed_by IS NULL
            AND q.confidence < q.publish_from)
ORDER BY j.job_id
FOR UPDATE OF j SKIP LOCKED;
