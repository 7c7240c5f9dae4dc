-- name: active_model
SELECT embed_model, dims FROM embedding_models WHERE is_active;

-- name: models
SELECT m.embed_model AS model, m.dims, m.is_active, m.activated_at, m.recall_at_10::float8 AS recall_at_10,
    (SELECT count(*) FROM next_vectors n WHERE n.embed_model = m.embed_model) AS waiting,
    CASE WHEN m.is_active THEN (SELECT count(*) FROM document_chunks) ELSE 0 END AS chunks,
    CASE WHEN m.is_active THEN (SELECT count(*) FROM all_questions) ELSE 0 END AS questions
FROM embedding_models m ORDER BY m.is_active DESC, m.activated_at DESC NULLS FIRST, m.embed_model;

-- name: hold_model
-- Shared by those who publish; whoever changes the model has it alone.
SELECT pg_advisory_xact_lock_shared(%(lock_class)s, 0);

-- name: adopt_model
-- The first to be published is active. Of two at once one waits here, and then finds the other's.
INSERT INTO embedding_models (embed_model, dims, is_active, activated_at)
SELECT %(model)s, %(dims)s, true, now() WHERE NOT EXISTS (SELECT FROM embedding_models WHERE is_active)
ON CONFLICT DO NOTHING;

-- name: known_model
SELECT embed_model, dims FROM embedding_models WHERE embed_model = %(model)s;

-- name: register_model
INSERT INTO embedding_models (embed_model, dims) VALUES (%(model)s, %(dims)s) ON CONFLICT DO NOTHING;

-- name: buffered_models
-- The model that each document's vectors in the buffer are of.
SELECT DISTINCT document_id, embed_model, vector_dims(vector) AS dims
FROM document_vector_buffer WHERE document_id = ANY(%(document_ids)s);

-- name: chunks_without_vector
SELECT c.chunk_id AS owner_id, 'chunk' AS owner_kind, c.content_sha256, c.text
FROM document_chunks c
WHERE (%(after)s::uuid IS NULL OR c.chunk_id > %(after)s) AND c.embed_model <> %(model)s AND NOT EXISTS (
    SELECT FROM next_vectors n
    WHERE n.owner_id = c.chunk_id AND n.embed_model = %(model)s AND n.content_sha256 = c.content_sha256)
ORDER BY c.chunk_id LIMIT %(limit)s;

-- name: questions_without_vector
SELECT q.question_id AS owner_id, 'question' AS owner_kind, t.content_sha256, t.text
FROM all_questions q, LATERAL (
    SELECT fact_text(q.question, q.answer, q.statement) AS text,
        text_sha256(fact_text(q.question, q.answer, q.statement)) AS content_sha256) t
WHERE (%(after)s::uuid IS NULL OR q.question_id > %(after)s) AND q.embed_model <> %(model)s AND NOT EXISTS (
    SELECT FROM next_vectors n
    WHERE n.owner_id = q.question_id AND n.embed_model = %(model)s AND n.content_sha256 = t.content_sha256)
ORDER BY q.question_id LIMIT %(limit)s;

-- name: clear_next
DELETE FROM next_vectors WHERE owner_id = ANY(%(owner_ids)s) AND embed_model = %(model)s;

-- name: let_statements_take_long
-- For this transaction: writing every published row may take longer than any other statement may.
SET LOCAL statement_timeout = 0;

-- name: lock_production
-- In the order in which publishing touches them.
LOCK TABLE all_questions, document_chunks IN SHARE ROW EXCLUSIVE MODE;

-- name: deactivate_model
UPDATE embedding_models SET is_active = false WHERE is_active;

-- name: activate_model
UPDATE embedding_models SET is_active = true, activated_at = now(), recall_at_10 = %(recall)s
WHERE embed_model = %(model)s;

-- name: switch_chunks
UPDATE document_chunks c SET embedding = n.vector, embed_model = n.embed_model, embed_version = n.embed_version
FROM next_vectors n
WHERE n.owner_id = c.chunk_id AND n.embed_model = %(model)s AND n.content_sha256 = c.content_sha256;

-- name: switch_questions
UPDATE all_questions q SET embedding = n.vector, embed_model = n.embed_model, embed_version = n.embed_version
FROM next_vectors n
WHERE n.owner_id = q.question_id AND n.embed_model = %(model)s AND n.content_sha256 =
    text_sha256(fact_text(q.question, q.answer, q.statement));

-- name: left_behind
SELECT (SELECT count(*) FROM document_chunks WHERE embed_model <> %(model)s)
    + (SELECT count(*) FROM all_questions WHERE embed_model <> %(model)s) AS rows;

-- name: forget_next
DELETE FROM next_vectors WHERE (owner_id, embed_model) IN (
    SELECT owner_id, embed_model FROM next_vectors LIMIT %(limit)s);

-- name: forget_candidates
DELETE FROM embedding_models WHERE activated_at IS NULL;

-- name: sample_next
-- Ids are hashes, so those at the beginning are as good as any.
SELECT vector FROM next_vectors WHERE embed_model = %(model)s ORDER BY owner_id LIMIT %(sample)s;

-- name: nearest_next
SELECT vector::{space} <=> %(vector)s::{space} AS distance FROM next_vectors
WHERE embed_model = %(model)s ORDER BY vector::{space} <=> %(vector)s::{space} LIMIT %(limit)s;
