-- name: substitutes
-- From the documents' own rows, each by itself in the indexes: however much was left out elsewhere.
SELECT q.question_id
FROM (
    SELECT question_id FROM staged_questions
    WHERE document_id = ANY(%(document_ids)s) AND status = 'duplicate' AND duplicate_of IS NOT NULL OFFSET 0) q
CROSS JOIN LATERAL (SELECT FROM substitutes i WHERE i.question_id = q.question_id OFFSET 0) i;

-- name: published_first
-- Facts of these documents, which are about to be published together, whose copy is not among them; with that copy.
SELECT s.question_id AS new_id, s.duplicate_of AS old_id, s.realm_id, s.match_sha256
FROM substitutes s JOIN documents d USING (document_id)
WHERE s.document_id = ANY(%(document_ids)s)
    AND (s.duplicate_of_document_id IS NULL OR s.duplicate_of_document_id <> ALL(%(document_ids)s))
    -- not one that a person is to be asked about first
    AND NOT EXISTS (
        SELECT FROM staged_questions u
        WHERE u.question_id = s.question_id AND u.reviewed_by IS NULL AND u.confidence < u.publish_from)
    AND NOT EXISTS (
        SELECT FROM staged_questions o
        WHERE o.document_id = ANY(%(document_ids)s) AND o.status IN ('approved', 'imported')
            AND o.match_sha256 = s.match_sha256 AND o.realm_id = s.realm_id
            AND may_be_one_language(o.language, s.language))
ORDER BY d.created_at, d.document_id, s.question_id;

-- name: other_copies
-- What says the same in the same words and was never compared with the copy: both are versions of one file, of which
-- the older one is left out of account. Versions of the document itself are no copies.
SELECT new.question_id AS new_id, q.question_id AS old_id
FROM staged_questions new
JOIN staged_questions q ON q.realm_id = new.realm_id
    AND q.match_sha256 = new.match_sha256
    AND may_be_one_language(q.language, new.language)
WHERE new.question_id = ANY(%(new_ids)s) AND q.question_id <> ALL(%(old_ids)s)
    AND q.is_standing AND q.document_id <> ALL(%(document_ids)s)
    AND NOT EXISTS (
        SELECT FROM document_sources mine JOIN document_sources theirs USING (realm_id, source_uri)
        WHERE mine.document_id = new.document_id AND theirs.document_id = q.document_id)
ORDER BY 1, 2;

-- name: lock_questions
-- In one order, whoever changes several.
SELECT question_id FROM staged_questions WHERE question_id = ANY(%(question_ids)s) ORDER BY question_id FOR UPDATE;

-- name: stand_again
-- They wait again, and are approved at once, as the system approves what waits when a document goes on.
UPDATE staged_questions SET status = 'pending', duplicate_of = NULL, similarity_score = NULL, review_notes = NULL
WHERE question_id = ANY(%(question_ids)s) AND status = 'duplicate';

-- name: approve_again
UPDATE staged_questions SET status = 'approved', reviewed_at = now(),
    reviewed_by = CASE WHEN left_out_reason IS NOT NULL OR confidence < publish_from THEN reviewed_by END,
    review_notes = 'published before the one that it repeats'
WHERE question_id = ANY(%(question_ids)s) AND status = 'pending';

-- name: pairs_to_turn
-- What is on record about the copies: the pair of each with its substitute, pairs in which another question repeats the
-- copy, and what people decided about the copy and a third.
WITH swapped AS (
    SELECT * FROM unnest(%(new_ids)s::uuid[], %(old_ids)s::uuid[]) AS i (new_id, old_id)
)
SELECT p.duplicate_id, w.old_id AS staged, w.new_id AS existing, true AS goes
FROM swapped w JOIN staging_duplicates p ON p.staged_question_id = w.new_id AND p.existing_question_id = w.old_id
UNION ALL
SELECT p.duplicate_id, p.staged_question_id, w.new_id, true
FROM swapped w
JOIN staging_duplicates p ON p.existing_question_id = w.old_id AND p.staged_question_id <> w.new_id
JOIN staged_questions old ON old.question_id = w.old_id
JOIN staged_questions new ON new.question_id = w.new_id
JOIN staged_questions third ON third.question_id = p.staged_question_id
-- a likeness that the system found holds for the same words only
WHERE p.resolution = 'pending' OR p.resolved_by <> 'system' OR new.match_sha256 IN (old.match_sha256, third.match_sha256)
UNION ALL
SELECT p.duplicate_id, w.new_id, p.existing_question_id, false
FROM swapped w
JOIN staging_duplicates p ON p.staged_question_id = w.old_id AND p.existing_question_id <> w.new_id
WHERE decided_by_person(p.resolution, p.resolved_by);

-- name: turn_pairs
INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, existing_is_staged,
    similarity_score, method, resolution, resolution_notes, resolved_by, resolved_at, reasons)
SELECT i.new_id, p.realm_id, i.staged, i.existing, false, p.similarity_score, p.method, p.resolution,
    p.resolution_notes, p.resolved_by, p.resolved_at, p.reasons
FROM unnest(%(new_ids)s::uuid[], %(duplicate_ids)s::uuid[], %(staged)s::uuid[], %(existing)s::uuid[])
    AS i (new_id, duplicate_id, staged, existing)
JOIN staging_duplicates p ON p.duplicate_id = i.duplicate_id
ON CONFLICT (staged_question_id, existing_question_id) DO UPDATE SET resolution = EXCLUDED.resolution,
    resolution_notes = EXCLUDED.resolution_notes, resolved_by = EXCLUDED.resolved_by, resolved_at = EXCLUDED.resolved_at,
    similarity_score = EXCLUDED.similarity_score, method = EXCLUDED.method, reasons = EXCLUDED.reasons
WHERE coalesce(staging_duplicates.resolved_by, 'system') = 'system';

-- name: drop_pairs
DELETE FROM staging_duplicates WHERE duplicate_id = ANY(%(duplicate_ids)s);

-- name: leave_copies_out
-- The copies become duplicates of their substitutes, and so does what was left out for them in the same words.
WITH swapped AS (
    SELECT * FROM unnest(%(new_ids)s::uuid[], %(old_ids)s::uuid[]) AS i (new_id, old_id)
), follows AS (
    UPDATE staged_questions q SET duplicate_of = w.new_id
    FROM swapped w
    JOIN staged_questions old ON old.question_id = w.old_id
    JOIN staged_questions new ON new.question_id = w.new_id
    WHERE q.duplicate_of = w.old_id AND q.question_id <> w.new_id AND q.status = 'duplicate'
        AND new.match_sha256 IN (old.match_sha256, q.match_sha256)
), left_out AS (
    UPDATE staged_questions q SET status = 'duplicate', duplicate_of = w.new_id, import_error = NULL,
        similarity_score = p.similarity_score, review_notes = 'another document that says the same was published first'
    FROM swapped w
    JOIN staging_duplicates p ON p.staged_question_id = w.old_id AND p.existing_question_id = w.new_id
    WHERE q.question_id = w.old_id AND q.status IN ('pending', 'approved', 'imported') AND p.resolution = 'keep_existing'
    RETURNING q.document_id, q.realm_id, q.question_id, w.new_id
)
INSERT INTO events (document_id, realm_id, type, code, payload)
SELECT document_id, realm_id, 'review', 'copy_published_first',
    jsonb_build_object('by', 'system', 'questions', jsonb_object_agg(question_id, new_id))
FROM left_out GROUP BY document_id, realm_id;

-- name: without_vector
-- Documents of which something that is to be published has no vector in the buffer.
SELECT DISTINCT q.document_id FROM staged_questions q
WHERE q.document_id = ANY(%(document_ids)s) AND q.status IN ('approved', 'imported')
    AND NOT EXISTS (SELECT FROM document_vector_buffer b WHERE b.owner_id = q.question_id AND b.owner_kind = 'question');

-- name: begin_preview
SAVEPOINT preview;

-- name: end_preview
ROLLBACK TO SAVEPOINT preview;
