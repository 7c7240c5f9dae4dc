-- What a fact may be a duplicate of, and when it is left without its twin: one rule each, as views.
-- Views run with the rights of who asks, so that row-level security holds within them.

SET LOCAL search_path = upload_pipeline, public;

-- Documents whose newest job has ended without publishing. What is staged of them is on its way nowhere, until
-- somebody starts them again; then it is compared again.
CREATE VIEW ended_unpublished WITH (security_invoker = true) AS
SELECT j.document_id, j.user_id
FROM upload_jobs j
WHERE (j.state = 'deadletter' OR j.state = 'done' AND j.outcome <> 'published')
    AND NOT EXISTS (SELECT FROM upload_jobs n WHERE n.document_id = j.document_id AND n.created_at > j.created_at);

-- Staged questions that are published, or decided about, if all goes on as it is.
CREATE VIEW standing_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.match_sha256, q.match_trigrams,
       q.match_signature, q.question, q.answer, q.statement
FROM staged_questions q
WHERE q.status IN ('pending', 'approved')
    AND NOT EXISTS (SELECT FROM ended_unpublished e WHERE e.document_id = q.document_id);

-- What a new fact is compared with: production, and what stands in staging and has been compared itself.
CREATE OR REPLACE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       question || E'\n' || coalesce(statement, answer) AS embed_text, embedding, embed_model, embed_version
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       q.question || E'\n' || coalesce(q.statement, q.answer), NULL, NULL, NULL
FROM standing_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL;

-- Questions that were left out because another said the same, where that other is there no more. What a person
-- rejected does not come back through its copy in the same document or bank.
CREATE VIEW orphaned_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.upload_batch_id, q.duplicate_of
FROM staged_questions q
WHERE q.status = 'duplicate'
    AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.duplicate_of)
    AND NOT EXISTS (SELECT FROM standing_questions s WHERE s.question_id = q.duplicate_of)
    AND NOT EXISTS (
        SELECT FROM staged_questions r
        WHERE r.question_id = q.duplicate_of AND r.status = 'rejected'
            AND coalesce(r.document_id, r.upload_batch_id) = coalesce(q.document_id, q.upload_batch_id));

-- The policies of the tables beneath apply, so the API's role may ask what stands and what it resembles.
GRANT SELECT ON ended_unpublished, standing_questions, comparable, orphaned_questions TO upload_pipeline_api;
