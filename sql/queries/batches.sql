-- name: lock_batch
SELECT pg_advisory_xact_lock(hashtextextended('batch' || %(batch_id)s::text, 0));

-- name: open_bank
INSERT INTO upload_batches (batch_id, uploaded_by, realm_id, file_name)
VALUES (%(batch_id)s, coalesce(acting_user_id(), %(realm_id)s), %(realm_id)s, %(file_name)s)
ON CONFLICT (batch_id) DO NOTHING;

-- name: find_batch
SELECT batch_id, realm_id, document_id, file_name, status, uploaded_at, matched_at IS NOT NULL AS is_matched
FROM upload_batches
WHERE realm_id = %(realm_id)s AND batch_id = %(batch_id)s;

-- name: batch_counts
SELECT batch_id, total_questions AS total, questions_pending AS pending, questions_approved AS approved,
       questions_rejected AS rejected, questions_duplicate AS duplicate, questions_imported AS imported,
       questions_left_out AS left_out
FROM upload_batch_counts WHERE batch_id = ANY(%(batch_ids)s);

-- name: move_batch
UPDATE upload_batches SET status = %(to_status)s,
    review_started_at = CASE WHEN %(to_status)s = 'pending' THEN NULL ELSE coalesce(review_started_at, now()) END,
    review_completed_at = CASE WHEN %(to_status)s IN ('pending', 'reviewing') THEN NULL
        ELSE coalesce(review_completed_at, now()) END,
    reviewed_by = coalesce(%(by)s, reviewed_by),
    import_started_at = CASE WHEN %(to_status)s = 'importing' THEN now() ELSE import_started_at END,
    import_completed_at = CASE WHEN %(to_status)s = 'imported' THEN now() END
WHERE batch_id = %(batch_id)s AND status = %(from_status)s;

-- name: note_batch
UPDATE upload_batches SET notes = %(notes)s WHERE batch_id = %(batch_id)s;

-- name: bank_question_ids
SELECT question_id FROM staged_questions WHERE upload_batch_id = %(batch_id)s;

-- name: batches_of_questions
-- The banks that questions are staged in.
SELECT upload_batch_id AS batch_id, question_id FROM staged_questions
WHERE question_id = ANY(%(question_ids)s) AND document_id IS NULL;

-- name: batch_to_match
-- What of the batch was never compared; or these questions of it, once more.
SELECT q.question_id, q.realm_id, q.match_sha256, q.match_trigrams,
       q.match_signature, coalesce(q.match_text, q.statement) AS match_text, q.language, q.answer,
       q.statement IS NOT NULL AS is_statement, fact_text(q.question, q.answer, q.statement) AS embed_text,
       text_sha256(fact_text(q.question, q.answer, q.statement)) AS embed_sha256,
       own_words(coalesce(q.match_text, q.statement), q.evidence) AS own_words
FROM staged_questions q JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE q.upload_batch_id = %(batch_id)s AND q.status IN ('pending', 'approved')
    AND CASE WHEN %(question_ids)s::uuid[] IS NULL THEN b.matched_at IS NULL
        ELSE q.question_id = ANY(%(question_ids)s) END
ORDER BY q.ordinal, q.question_id;

-- name: mark_batch
-- Whether it was compared with what is there.
UPDATE upload_batches SET matched_at = CASE WHEN %(is_matched)s THEN now() END WHERE batch_id = %(batch_id)s;

-- name: drop_known_pairs
-- Of two questions only one pair is kept, whichever of them was compared last; not one by which the system let a
-- question come back.
DELETE FROM staging_duplicates p USING staging_duplicates o
WHERE p.staged_question_id = ANY(%(question_ids)s) AND o.staged_question_id = p.existing_question_id
    AND o.existing_question_id = p.staged_question_id
    AND NOT (o.resolution = 'not_duplicate' AND o.resolved_by = 'system' AND p.resolution = 'keep_existing')
    AND (o.created_at < p.created_at OR o.created_at = p.created_at AND o.duplicate_id < p.duplicate_id);

-- name: batch_embeddable
-- The texts of the approved questions, by the hash under which their vectors are cached.
SELECT question_id, text_sha256(fact_text(question, answer, statement)) AS content_sha256,
    fact_text(question, answer, statement) AS text
FROM staged_questions WHERE upload_batch_id = %(batch_id)s AND status = 'approved'
ORDER BY ordinal, question_id;

-- name: importable
-- Approved questions, whether their words as they are now have a vector, and what they are to replace.
SELECT q.question_id, c.content_sha256 IS NOT NULL AS has_vector,
    coalesce((SELECT array_agg(p.existing_question_id ORDER BY p.existing_question_id) FROM staging_duplicates p
        WHERE p.staged_question_id = q.question_id AND p.resolution = 'replace_existing'), '{}') AS replaces
FROM staged_questions q
LEFT JOIN embedding_cache c ON c.embed_model = %(model)s AND c.embed_version = %(version)s AND c.content_sha256 =
    text_sha256(fact_text(q.question, q.answer, q.statement))
WHERE q.upload_batch_id = %(batch_id)s AND q.status = 'approved'
ORDER BY q.ordinal, q.question_id
FOR UPDATE OF q;

-- name: documents_of_questions
SELECT DISTINCT document_id FROM all_questions WHERE question_id = ANY(%(question_ids)s) AND document_id IS NOT NULL;

-- name: replace_questions
-- What a newer question takes the place of leaves production, and its staged row says for what.
WITH pairs AS (
    SELECT * FROM unnest(%(old_ids)s::uuid[], %(new_ids)s::uuid[], %(by)s::text[]) AS i (old_id, new_id, by)
), staged AS (
    UPDATE staged_questions q SET status = 'duplicate', duplicate_of = p.new_id, review_notes = 'replaced by a newer question'
    FROM pairs p WHERE q.question_id = p.old_id AND q.status IN ('pending', 'approved', 'imported')
), gone AS (
    DELETE FROM all_questions a USING pairs p WHERE a.question_id = p.old_id
    RETURNING a.question_id, a.realm_id, a.document_id, a.question, a.answer, a.statement, p.new_id, p.by
)
INSERT INTO events (document_id, realm_id, correlation_id, type, code, payload)
SELECT document_id, realm_id, (SELECT b.correlation_id FROM staged_questions n
        JOIN upload_batches b ON b.batch_id = n.upload_batch_id WHERE n.question_id = new_id),
    'withdrawn', 'replaced_by_question', jsonb_build_object(
    'question_id', question_id, 'replaced_by', new_id, 'by', by,
    'before', jsonb_build_object('question', question, 'answer', answer, 'statement', statement))
FROM gone;

-- name: import_questions
INSERT INTO all_questions (question_id, realm_id, document_id, chunk_id, topic, subtopic, question_type, difficulty,
    question, answer, notes_for_tutor, statement, evidence, evidence_match, generator, confidence,
    confidence_reasons, match_text, match_sha256,
    match_trigrams, match_signature, match_version, language, own_from, undisputed, about, own_undisputed, own_about,
    embedding, embed_model, embed_version)
SELECT q.question_id, q.realm_id, q.document_id, q.chunk_id, q.topic, q.subtopic, q.question_type, q.difficulty,
    q.question, q.answer, q.notes_for_tutor, q.statement, q.evidence, q.evidence_match, q.generator, q.confidence,
    q.confidence_reasons, q.match_text,
    q.match_sha256, q.match_trigrams, q.match_signature, q.match_version, q.language, q.own_from, q.undisputed,
    q.about, q.own_undisputed, q.own_about, c.vector, c.embed_model, c.embed_version
FROM staged_questions q
JOIN embedding_cache c ON c.embed_model = %(model)s AND c.embed_version = %(version)s AND c.content_sha256 =
    text_sha256(fact_text(q.question, q.answer, q.statement))
WHERE q.upload_batch_id = %(batch_id)s AND q.status = 'approved' AND q.question_id = ANY(%(question_ids)s)
ORDER BY q.ordinal, q.question_id;

-- name: mark_questions_imported
UPDATE staged_questions SET status = 'imported', import_error = NULL
WHERE upload_batch_id = %(batch_id)s AND status = 'approved' AND question_id = ANY(%(question_ids)s);

-- name: note_import_errors
UPDATE staged_questions q SET import_error = i.reason
FROM unnest(%(question_ids)s::uuid[], %(reasons)s::text[]) AS i (question_id, reason)
WHERE q.question_id = i.question_id AND q.upload_batch_id = %(batch_id)s AND q.status = 'approved';
