-- name: open_questions
INSERT INTO staged_question_views (question_id, user_id, realm_id)
SELECT q.question_id, %(user_id)s, q.realm_id FROM staged_questions q
WHERE q.question_id = ANY(%(question_ids)s) AND q.realm_id = %(realm_id)s
    AND (%(document_id)s::uuid IS NULL OR q.document_id = %(document_id)s)
    AND (%(batch_id)s::uuid IS NULL OR q.upload_batch_id = %(batch_id)s)
ON CONFLICT (question_id) DO NOTHING;
