-- name: begin_change
INSERT INTO review_changes (realm_id, document_id, batch_id, made_by, subjects, undoes)
VALUES (%(realm_id)s, %(document_id)s, %(batch_id)s, %(by)s, %(subjects)s, %(undoes)s)
RETURNING change_id;

-- name: keep_change
-- To the end of the transaction, whatever changes is kept with this change.
SELECT set_config('upload_pipeline.change', %(change_id)s, true);

-- name: last_change
-- The newest change of this fact or pair, in its document or bank, and whose decision it is or is about. An undo that was
-- undone is the decision again.
WITH RECURSIVE newest AS (
    SELECT * FROM review_changes
    WHERE coalesce(document_id, batch_id) = %(scope_id)s AND %(subject)s = ANY(subjects)
    ORDER BY made_at DESC LIMIT 1
), chain AS (
    SELECT undoes, user_id, 0 AS undos FROM newest
    UNION ALL
    SELECT c.undoes, c.user_id, chain.undos + 1 FROM chain JOIN review_changes c ON c.change_id = chain.undoes
)
SELECT n.change_id, n.made_by, n.made_at, n.subjects, first.undos %% 2 = 1 AS is_undo, first.user_id AS whose
FROM newest n JOIN chain first ON first.undoes IS NULL;

-- name: last_standing_change
-- The newest change of a reviewer that stands: no undo, and not undone.
SELECT change_id, made_by, made_at, subjects, false AS is_undo, user_id AS whose FROM review_changes
WHERE coalesce(document_id, batch_id) = %(scope_id)s AND made_by = %(by)s AND undoes IS NULL AND NOT is_undone(change_id)
ORDER BY made_at DESC LIMIT 1;

-- name: changed_rows
-- What a change changed, and how it is now; whose it is, and whether that can still be decided about.
SELECT r.kind, r.row_key, r.before, r.after,
    CASE r.kind
        WHEN 'fact' THEN (SELECT to_jsonb(q) FROM staged_questions q WHERE q.question_id = r.row_key::uuid)
        WHEN 'pair' THEN (SELECT to_jsonb(p) FROM staging_duplicates p WHERE p.duplicate_id = r.row_key::uuid)
        ELSE (SELECT to_jsonb(d) FROM duplicate_decisions d WHERE d.realm_id = r.realm_id
            AND d.first_sha256 = split_part(r.row_key, ' ', 1) AND d.second_sha256 = split_part(r.row_key, ' ', 2))
    END AS now,
    coalesce(q.document_id, q.upload_batch_id) AS scope_id,
    CASE WHEN q.document_id IS NULL THEN q.status IS DISTINCT FROM 'imported'
        ELSE EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = q.document_id
            AND j.state = 'awaiting_review' AND j.stage = 'matching_review') END AS is_open,
    -- rows that it hangs on; a pair, also on what is remembered of its two texts
    array_remove(CASE r.kind
        WHEN 'fact' THEN ARRAY[r.before ->> 'duplicate_of', r.after ->> 'duplicate_of']
        WHEN 'pair' THEN ARRAY[p.pair ->> 'staged_question_id', p.pair ->> 'existing_question_id', (
            SELECT string_agg(t.match_sha256, ' ' ORDER BY t.match_sha256 COLLATE "C") FROM (
                SELECT q.match_sha256
                UNION ALL
                SELECT coalesce(
                    (SELECT s.match_sha256 FROM staged_questions s
                        WHERE s.question_id = (p.pair ->> 'existing_question_id')::uuid),
                    (SELECT a.match_sha256 FROM all_questions a
                        WHERE a.question_id = (p.pair ->> 'existing_question_id')::uuid))) t)]
        END, NULL) AS names
FROM review_change_rows r
CROSS JOIN LATERAL (SELECT coalesce(r.after, r.before) AS pair) p
LEFT JOIN staged_questions q ON q.question_id = r.question_id
WHERE r.change_id = %(change_id)s
ORDER BY r.kind, r.row_key;

-- name: approach_status
-- Where no move leads straight back, there is one by way of another status.
UPDATE staged_questions q SET status = CASE b.status WHEN 'imported' THEN 'approved' ELSE 'pending' END
FROM jsonb_populate_recordset(NULL::staged_questions, %(rows)s::jsonb) b
WHERE q.question_id = b.question_id AND q.status <> b.status AND NOT EXISTS (
    SELECT FROM staged_question_moves m WHERE m.from_status = q.status AND m.to_status = b.status);

-- name: restore_facts
UPDATE staged_questions q SET status = b.status, question = b.question, answer = b.answer, statement = b.statement,
    topic = b.topic, subtopic = b.subtopic, question_type = b.question_type, difficulty = b.difficulty,
    notes_for_tutor = b.notes_for_tutor, match_text = b.match_text, match_sha256 = b.match_sha256,
    match_version = b.match_version, match_trigrams = b.match_trigrams, match_signature = b.match_signature,
    edited_by = b.edited_by, edited_at = b.edited_at, reviewed_by = b.reviewed_by, reviewed_at = b.reviewed_at,
    review_notes = b.review_notes, rejected_with_document = b.rejected_with_document, taken_back = coalesce(b.taken_back, false), duplicate_of = b.duplicate_of,
    similarity_score = b.similarity_score, import_error = b.import_error, decided_by_itself = b.decided_by_itself
FROM jsonb_populate_recordset(NULL::staged_questions, %(rows)s::jsonb) b
WHERE q.question_id = b.question_id;

-- name: restore_pairs
-- Also those that are there no more, as long as both ends are.
INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, existing_is_staged,
    similarity_score, method, resolution, resolution_notes, resolved_by, resolved_at, reasons, created_at)
SELECT b.duplicate_id, b.realm_id, b.staged_question_id, b.existing_question_id, b.existing_is_staged,
    b.similarity_score, b.method, b.resolution, b.resolution_notes, b.resolved_by, b.resolved_at, b.reasons,
    b.created_at
FROM jsonb_populate_recordset(NULL::staging_duplicates, %(rows)s::jsonb) b
WHERE EXISTS (SELECT FROM staged_questions q WHERE q.question_id = b.staged_question_id) AND (
    EXISTS (SELECT FROM staged_questions q WHERE q.question_id = b.existing_question_id)
    OR EXISTS (SELECT FROM all_questions a WHERE a.question_id = b.existing_question_id))
ON CONFLICT (duplicate_id) DO UPDATE SET similarity_score = EXCLUDED.similarity_score, method = EXCLUDED.method,
    resolution = EXCLUDED.resolution, resolution_notes = EXCLUDED.resolution_notes, resolved_by = EXCLUDED.resolved_by,
    resolved_at = EXCLUDED.resolved_at, reasons = EXCLUDED.reasons;

-- name: drop_new_pairs
DELETE FROM staging_duplicates WHERE duplicate_id = ANY(%(duplicate_ids)s);

-- name: restore_remembered
INSERT INTO duplicate_decisions (realm_id, first_sha256, second_sha256, resolution, decided_by, decided_at, notes)
SELECT b.realm_id, b.first_sha256, b.second_sha256, b.resolution, b.decided_by, b.decided_at, b.notes
FROM jsonb_populate_recordset(NULL::duplicate_decisions, %(rows)s::jsonb) b
ON CONFLICT (realm_id, first_sha256, second_sha256) DO UPDATE SET resolution = EXCLUDED.resolution,
    decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at, notes = EXCLUDED.notes;

-- name: drop_remembered
DELETE FROM duplicate_decisions d USING jsonb_populate_recordset(NULL::duplicate_decisions, %(rows)s::jsonb) b
WHERE d.realm_id = b.realm_id AND d.first_sha256 = b.first_sha256 AND d.second_sha256 = b.second_sha256;

-- name: forget_changes
-- Of what has gone on; what was done, by whom and why stays in the events.
DELETE FROM review_changes c
WHERE (SELECT j.state FROM upload_jobs j WHERE j.document_id = c.document_id ORDER BY j.created_at DESC LIMIT 1) = 'done'
    OR EXISTS (SELECT FROM upload_batches b WHERE b.batch_id = c.batch_id AND b.status = 'imported');
