-- name: lock_matching
-- One comparison, revival, publication or decision at a time in each matching space, so that of two alike facts staged at once
-- one is always found, and no two of these wait for each other's rows.
SELECT pg_advisory_xact_lock(hashtextextended('matching' || realm::text, 0))
FROM (SELECT DISTINCT realm FROM unnest(%(realm_ids)s::uuid[]) AS realm ORDER BY realm) AS ordered;

-- name: users_of_documents
SELECT DISTINCT realm_id FROM documents WHERE document_id = ANY(%(document_ids)s);

-- name: users_with_staged
SELECT DISTINCT realm_id FROM documents d
WHERE d.document_id = ANY(%(document_ids)s)
    AND EXISTS (SELECT FROM staged_questions q WHERE q.document_id = d.document_id);

-- name: orphans_at_rest
-- Orphans of published documents whose job is done: it can start again. So can that of one which says what nobody has
-- published: publishing it again is enough for those.
SELECT o.question_id, j.job_id, o.document_id, o.is_orphan
FROM (
    SELECT question_id, realm_id, document_id, true AS is_orphan FROM orphaned_questions
    UNION ALL
    SELECT question_id, realm_id, document_id, false FROM substitutes) o
JOIN documents d ON d.document_id = o.document_id AND d.published_at IS NOT NULL
JOIN LATERAL newest_job(o.document_id) j ON j.state = 'done' AND j.outcome = 'published'
WHERE o.realm_id = ANY(%(realm_ids)s::uuid[]);

-- name: orphans_of_banks
SELECT question_id, upload_batch_id AS batch_id FROM orphaned_questions
WHERE realm_id = %(realm_id)s AND document_id IS NULL
ORDER BY question_id;

-- name: orphans_of_documents
SELECT question_id FROM orphaned_questions WHERE document_id = ANY(%(document_ids)s);

-- name: revive_questions
-- They wait again; the pair that left each of them out says why it does so no more.
WITH orphans AS (
    SELECT question_id, duplicate_of FROM staged_questions
    WHERE question_id = ANY(%(question_ids)s) AND status = 'duplicate'
), settled AS (
    UPDATE staging_duplicates p SET resolution = 'not_duplicate', resolved_by = 'system', resolved_at = now(),
        resolution_notes = 'what it repeated is no longer there'
    FROM orphans o
    WHERE p.staged_question_id = o.question_id AND p.existing_question_id = o.duplicate_of
)
UPDATE staged_questions q SET status = 'pending', duplicate_of = NULL, similarity_score = NULL, review_notes = NULL
FROM orphans o WHERE q.question_id = o.question_id;

-- name: approve_withdrawn
-- What was published and is not any more is to be published again.
UPDATE staged_questions q SET status = 'approved'
WHERE q.document_id = ANY(%(document_ids)s) AND q.status = 'imported'
    AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.question_id);

-- name: unmatch_documents
-- Their facts are to be compared again.
UPDATE upload_batches SET matched_at = NULL WHERE document_id = ANY(%(document_ids)s);

-- name: compared_since
-- Documents that ended unpublished, where something else has been compared since (and did not find their facts),
-- or where a fact was left out for something that is there no more.
SELECT e.document_id FROM ended_unpublished e
WHERE e.document_id = ANY(%(document_ids)s) AND (
    EXISTS (
        SELECT FROM upload_batches b
        WHERE b.realm_id = e.realm_id AND b.document_id IS DISTINCT FROM e.document_id AND b.matched_at >= (
            SELECT max(j.finished_at) FROM upload_jobs j WHERE j.document_id = e.document_id))
    OR EXISTS (SELECT FROM orphaned_questions o WHERE o.document_id = e.document_id));
