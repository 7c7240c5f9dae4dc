-- Of two documents that say the same, the one that is published first has the fact: what was left out for a copy that is
-- itself only staged stands in for it.

SET LOCAL search_path = upload_pipeline, public;

-- Questions of documents that the system left out for a copy in another document or bank which nobody has published:
-- published before it, their document says it, and the copy is left out instead (sql/queries/stand_ins.sql).
-- A copy that says something else by now is none, nor is one that is said in production by whomever; and where a person
-- decided which of the two is to stand, that one does.
CREATE VIEW stand_ins WITH (security_invoker = true) AS
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.duplicate_of, t.document_id AS twin_document_id
FROM staged_questions q
JOIN staged_questions t ON t.question_id = q.duplicate_of AND t.match_sha256 = q.duplicate_of_sha256
JOIN staging_duplicates p ON p.staged_question_id = q.question_id AND p.existing_question_id = q.duplicate_of
    AND p.resolution = 'keep_existing' AND p.resolved_by = 'system'
WHERE q.status = 'duplicate' AND q.document_id IS NOT NULL
    AND t.status IN ('pending', 'approved', 'imported') AND t.document_id IS DISTINCT FROM q.document_id
    -- each by an index of its own
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE a.question_id = q.duplicate_of AND a.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM all_questions a WHERE a.user_id = q.user_id AND a.match_sha256 = q.match_sha256);

GRANT SELECT ON stand_ins TO upload_pipeline_api;
