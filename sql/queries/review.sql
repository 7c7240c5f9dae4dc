-- name: lock_for_review
-- Where the document's newest job stands, locked: who decides at the same time waits here, and then sees what happened.
SELECT d.document_id, d.filename, d.published_at, j.job_id, j.stage, j.state, j.outcome, j.config_sha256, j.last_error,
    j.profile, j.priority, j.is_stopped, w.workflow_type, w.configuration -> 'policy' AS policy
FROM upload_jobs j
JOIN documents d USING (document_id)
JOIN processing_workflows w USING (document_id)
WHERE d.document_id = %(document_id)s AND d.realm_id = %(realm_id)s
    AND j.job_id = (SELECT job_id FROM newest_job(%(document_id)s))
FOR UPDATE OF j;

-- name: documents_of_user
SELECT document_id FROM documents WHERE document_id = %(document_id)s AND realm_id = %(realm_id)s;

-- name: next_waiting
-- The document that has waited longest for a person; not one that a decision is parked about.
SELECT j.job_id, j.document_id, d.filename, j.stage, j.phase, j.profile, j.waits_since,
    (SELECT count(*) FROM undecided_pairs p WHERE p.document_id = d.document_id) AS undecided,
    (SELECT count(*) FROM staged_questions q WHERE q.document_id = d.document_id AND q.status = 'pending'
        AND q.reviewed_by IS NULL AND q.confidence < q.publish_from) AS facts_to_decide,
    coalesce((j.stage3_validation_results ->> 'critical')::int, 0) AS critical,
    review_version(j.document_id) AS review_version
FROM upload_jobs j JOIN documents d USING (document_id)
WHERE j.realm_id = %(realm_id)s AND j.state = 'awaiting_review'
    AND (%(phase)s::int IS NULL OR j.phase = %(phase)s)
    AND j.document_id <> ALL(%(besides)s::uuid[])
    AND NOT EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)
ORDER BY j.waits_since, j.job_id
LIMIT 1;

-- name: last_decision
SELECT ts, code, payload FROM events
WHERE job_id = %(job_id)s AND type = 'review' AND code = ANY(%(codes)s)
ORDER BY event_id DESC LIMIT 1;

-- name: log_review
INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, code, payload)
SELECT job_id, document_id, realm_id, correlation_id, 'review', %(code)s,
       %(payload)s::jsonb || jsonb_build_object('stage', stage)
FROM upload_jobs WHERE job_id = %(job_id)s;

-- name: record_batch_event
INSERT INTO events (document_id, realm_id, type, severity, code, payload)
VALUES (%(document_id)s, %(realm_id)s, %(type)s, %(severity)s, %(code)s, %(payload)s::jsonb);

-- name: review_history
-- What was done to a document or a bank; with a subject, what names that fact or pair, and what was done to the whole.
SELECT ts, code, payload FROM events
WHERE (document_id = %(document_id)s AND type = 'review' OR payload ? 'batch_id' AND payload ->> 'batch_id' = %(batch_id)s::text)
    AND (%(subject)s::text IS NULL OR code = ANY(%(of_whole)s) OR position(%(subject)s IN payload::text) > 0)
ORDER BY event_id;

-- name: review_version
SELECT review_version(coalesce(%(document_id)s::uuid, %(batch_id)s::uuid)) AS version;

-- name: staged_facts
-- Facts of a document or of a batch as a reviewer sees them, in the order of the file; these, or all that were not added
-- and taken back.
SELECT q.question_id, q.question, q.answer, q.statement, q.status, q.version, q.changed_by, q.changed_at, q.evidence,
    q.evidence_match AS match, q.review_notes, q.edited_by, q.left_out_reason, q.duplicate_of,
    q.similarity_score AS similarity, round(q.confidence::numeric, 3)::float8 AS confidence,
    reasons_json(q.confidence_reasons) AS confidence_reasons,
    d.page_unit, c.heading_path, q.topic, q.subtopic, q.question_type AS kind, q.difficulty, q.notes_for_tutor AS notes,
    q.import_error, q.generator, q.added_by, q.taken_back, q.chunk_id
FROM staged_questions q
LEFT JOIN documents d USING (document_id)
LEFT JOIN staged_chunks c USING (chunk_id)
WHERE (%(document_id)s::uuid IS NULL OR q.document_id = %(document_id)s)
    AND (%(batch_id)s::uuid IS NULL OR q.upload_batch_id = %(batch_id)s)
    AND (%(statuses)s::text[] IS NULL OR q.status = ANY(%(statuses)s))
    AND (%(question_ids)s::uuid[] IS NULL AND NOT q.taken_back OR q.question_id = ANY(%(question_ids)s))
ORDER BY coalesce(q.ordinal, q.evidence_char_from), q.question_id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: published_fact
-- A fact of a document as it is in production, for those of which nothing is staged any more.
SELECT a.question_id, a.question, a.answer, a.statement, 'imported' AS status, 0 AS version, 'system' AS changed_by,
    a.published_at AS changed_at, a.evidence, a.evidence_match AS match, NULL AS left_out_reason, c.heading_path,
    a.generator, a.chunk_id
FROM all_questions a LEFT JOIN document_chunks c USING (chunk_id)
WHERE a.document_id = %(document_id)s AND a.question_id = %(question_id)s;

-- name: facts_on_pages
-- Facts of a document with a span of their evidence on one of these pages.
SELECT q.question_id FROM staged_questions q
WHERE q.document_id = %(document_id)s AND NOT q.taken_back
    AND EXISTS (SELECT FROM jsonb_array_elements(q.evidence) AS e (span)
        WHERE (span ->> 'page')::int = ANY(%(pages)s::int[]));

-- name: decide_facts
-- Those that are still as they were seen.
UPDATE staged_questions q SET status = %(status)s, reviewed_by = %(by)s, reviewed_at = now(), review_notes = %(notes)s,
    import_error = NULL, duplicate_of = NULL, similarity_score = NULL, decided_by_itself = true
FROM unnest(%(question_ids)s::uuid[], %(versions)s::int[]) AS seen (question_id, version)
WHERE q.question_id = seen.question_id AND q.version = seen.version;

-- name: take_back_addition
UPDATE staged_questions SET taken_back = true WHERE question_id = %(question_id)s;

-- name: edit_fact
-- Its words change, if it is still as it was seen; its id, chunk and evidence stay.
UPDATE staged_questions SET question = %(question)s, answer = %(answer)s, statement = %(statement)s, topic = %(topic)s,
    subtopic = %(subtopic)s, question_type = %(kind)s, difficulty = %(difficulty)s, notes_for_tutor = %(notes)s,
    match_text = %(match_text)s, match_sha256 = %(match_sha256)s, match_version = DEFAULT,
    match_trigrams = %(match_trigrams)s, match_signature = %(match_signature)s, status = %(status)s, edited_by = %(editor)s,
    edited_at = now(), reviewed_by = %(by)s, reviewed_at = now(), review_notes = %(review_notes)s, import_error = NULL,
    decided_by_itself = true
WHERE question_id = %(question_id)s AND version = %(version)s;

-- name: forget_near_duplicates
-- The fact says something else now: what nobody decided about its old words is void, whichever end it is; it is
-- compared again itself. What it repeats elsewhere is kept out by the pair, and what is published has its old words yet.
DELETE FROM staging_duplicates p
WHERE p.staged_question_id = %(question_id)s AND NOT decided_by_person(p.resolution, p.resolved_by)
    OR p.existing_question_id = %(question_id)s
        AND (p.resolution = 'pending' OR p.resolved_by = 'system' AND p.resolution <> 'keep_existing')
        AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = p.existing_question_id);

-- name: forget_pairs
-- The words have changed: what no person has decided about the old ones is no pair any more.
DELETE FROM staging_duplicates p USING staged_questions q
WHERE q.question_id = p.staged_question_id AND q.document_id IS NULL AND q.status <> 'imported'
    AND NOT decided_by_person(p.resolution, p.resolved_by)
    AND (p.staged_question_id = %(question_id)s OR p.existing_question_id = %(question_id)s)
RETURNING q.question_id;

-- name: compare_again
UPDATE upload_batches SET matched_at = NULL
WHERE batch_id = (SELECT upload_batch_id FROM staged_questions WHERE question_id = %(question_id)s);

-- name: staged_pairs
SELECT p.duplicate_id, q.upload_batch_id AS batch_id, q.document_id, p.staged_question_id AS staged,
    p.existing_question_id AS existing, p.similarity_score AS score, p.method, p.resolution, p.resolved_by, p.resolved_at,
    p.resolution_notes AS reason, p.version, p.changed_by, p.changed_at, q.status AS staged_status,
    coalesce(p.reasons -> 'flags', '[]') AS flags, proposed_resolution(p.reasons) AS proposed,
    coalesce(q.question || E'\n' || q.answer, q.statement) AS staged_text,
    coalesce(s.question || E'\n' || s.answer, s.statement, a.question || E'\n' || a.answer, a.statement) AS existing_text,
    a.question_id IS NOT NULL OR EXISTS (SELECT FROM standing_questions t
        WHERE t.question_id = p.existing_question_id) AS existing_stands,
    jsonb_build_object('question_id', q.question_id, 'question', q.question, 'answer', q.answer,
        'statement', q.statement, 'quote', joined_quotes(q.evidence), 'document_id', q.document_id,
        'filename', coalesce(d.filename, b.file_name), 'page', q.evidence_page, 'page_unit', d.page_unit,
        'chunk_id', q.chunk_id, 'published_at', NULL) AS staged_side,
    CASE WHEN a.question_id IS NOT NULL THEN jsonb_build_object('question_id', a.question_id, 'question', a.question,
        'answer', a.answer, 'statement', a.statement, 'quote', joined_quotes(a.evidence), 'document_id', a.document_id,
        'filename', coalesce(e.filename, c.file_name), 'page', a.evidence_page, 'page_unit', e.page_unit,
        'chunk_id', a.chunk_id, 'published_at', a.published_at)
    WHEN s.question_id IS NOT NULL THEN jsonb_build_object('question_id', s.question_id, 'question', s.question,
        'answer', s.answer, 'statement', s.statement, 'quote', joined_quotes(s.evidence), 'document_id', s.document_id,
        'filename', coalesce(e.filename, c.file_name), 'page', s.evidence_page, 'page_unit', e.page_unit,
        'chunk_id', s.chunk_id, 'published_at', NULL) END AS existing_side
FROM staging_duplicates p
JOIN staged_questions q ON q.question_id = p.staged_question_id
LEFT JOIN documents d ON d.document_id = q.document_id
LEFT JOIN upload_batches b ON b.batch_id = q.upload_batch_id
LEFT JOIN staged_questions s ON s.question_id = p.existing_question_id
LEFT JOIN all_questions a ON a.question_id = p.existing_question_id
LEFT JOIN documents e ON e.document_id = coalesce(a.document_id, s.document_id)
LEFT JOIN upload_batches c ON c.batch_id = s.upload_batch_id
WHERE q.realm_id = %(realm_id)s AND (%(document_id)s::uuid IS NULL OR q.document_id = %(document_id)s)
    AND (%(batch_id)s::uuid IS NULL OR q.upload_batch_id = %(batch_id)s)
    AND (%(duplicate_ids)s::uuid[] IS NULL OR p.duplicate_id = ANY(%(duplicate_ids)s))
    AND (%(resolution)s::text IS NULL OR p.resolution = %(resolution)s)
ORDER BY p.similarity_score DESC, p.duplicate_id;

-- name: resolve_pairs
-- Those that are still as they were seen.
UPDATE staging_duplicates p SET resolution = %(resolution)s, resolved_by = %(by)s, resolved_at = now(),
    resolution_notes = %(notes)s
FROM unnest(%(duplicate_ids)s::uuid[], %(versions)s::int[]) AS seen (duplicate_id, version)
WHERE p.duplicate_id = seen.duplicate_id AND p.version = seen.version;

-- name: take_back
-- Facts that a decision of the system left out wait again.
UPDATE staged_questions SET status = 'pending', duplicate_of = NULL, similarity_score = NULL, review_notes = NULL
WHERE (question_id, duplicate_of) IN (SELECT * FROM unnest(%(question_ids)s::uuid[], %(existing_ids)s::uuid[]))
    AND status = 'duplicate';

-- name: mark_duplicates
-- A question that a decided pair leaves out.
UPDATE staged_questions q SET status = 'duplicate', duplicate_of = p.existing_question_id,
    similarity_score = p.similarity_score, review_notes = p.resolution_notes, import_error = NULL
FROM (
    SELECT DISTINCT ON (staged_question_id) * FROM staging_duplicates
    WHERE resolution = 'keep_existing' AND staged_question_id = ANY(%(question_ids)s)
    ORDER BY staged_question_id, similarity_score DESC, duplicate_id
) p
WHERE q.question_id = p.staged_question_id AND q.status IN ('pending', 'approved');

-- name: unmark_duplicates
-- A question that no pair leaves out any more waits for a decision again.
UPDATE staged_questions q SET status = 'pending', duplicate_of = NULL, similarity_score = NULL, review_notes = NULL
WHERE q.question_id = ANY(%(question_ids)s) AND q.status = 'duplicate'
    AND NOT EXISTS (SELECT FROM staging_duplicates p
        WHERE p.staged_question_id = q.question_id AND p.resolution = 'keep_existing');

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
    JOIN duplicate_decisions d ON d.realm_id = p.realm_id
        AND d.first_sha256 = least(p.match_sha256 COLLATE "C", e.match_sha256)
        AND d.second_sha256 = greatest(p.match_sha256 COLLATE "C", e.match_sha256)
    WHERE p.realm_id = %(realm_id)s AND p.document_id IS NOT NULL) i
WHERE p.duplicate_id = i.duplicate_id
RETURNING i.document_id;

-- name: decided_elsewhere
-- Of these documents those that waited for nothing else; not one that somebody has in hand at this moment, or has begun
-- to decide about.
SELECT j.job_id, j.document_id FROM upload_jobs j
JOIN processing_workflows w ON w.document_id = j.document_id AND w.workflow_type = 'automatic'
JOIN LATERAL (
    SELECT code FROM events e WHERE e.job_id = j.job_id AND e.code <> 'near_duplicates_gone'
        AND (e.type = 'review' OR e.code = 'matching_review_needed')
    ORDER BY event_id DESC LIMIT 1) e ON e.code = 'matching_review_needed'
WHERE j.document_id = ANY(%(document_ids)s) AND (j.profile = 'standard' OR NOT EXISTS (
        SELECT FROM upload_jobs f WHERE f.document_id = j.document_id AND f.created_at < j.created_at))
    AND j.state = 'awaiting_review' AND j.stage = 'matching_review'
    AND NOT EXISTS (SELECT FROM undecided_pairs p WHERE p.document_id = j.document_id)
    AND NOT EXISTS (
        SELECT FROM staged_questions q
        WHERE q.document_id = j.document_id AND q.status = 'pending' AND q.reviewed_by IS NULL
            AND q.confidence < q.publish_from)
ORDER BY j.job_id
FOR UPDATE OF j SKIP LOCKED;
