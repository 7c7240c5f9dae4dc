-- Scored pairs keep their reasons; what a row is embedded as, so that new facts are also compared by meaning.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE staging_duplicates
    ADD COLUMN reasons jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT staging_duplicates_method_check,
    ADD CONSTRAINT staging_duplicates_method_check CHECK (method IN ('exact', 'trigram', 'scored'));

CREATE OR REPLACE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, user_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       question || E'\n' || coalesce(statement, answer) AS embed_text, embedding, embed_model, embed_version
FROM all_questions
UNION ALL
SELECT q.question_id, q.user_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       q.question || E'\n' || coalesce(q.statement, q.answer), NULL, NULL, NULL
FROM staged_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL AND q.status IN ('pending', 'approved');
