-- name: foresee_withdrawals
-- What these documents have in production, and how much of that published documents at rest say as well, exactly.
SELECT d.document_id, (SELECT job_id FROM newest_job(d.document_id)) AS job_id, d.filename, d.published_at,
    (SELECT count(*) FROM document_chunks c WHERE c.document_id = d.document_id)::int AS chunks,
    (SELECT count(*) FROM all_questions a WHERE a.document_id = d.document_id)::int AS facts,
    (SELECT count(DISTINCT q.duplicate_of) FROM all_questions a
        JOIN staged_questions q ON q.duplicate_of = a.question_id AND q.status = 'duplicate'
            AND q.duplicate_of_sha256 = a.match_sha256 AND q.match_sha256 = a.match_sha256
        JOIN documents o ON o.document_id = q.document_id AND o.published_at IS NOT NULL
            AND o.document_id <> ALL(%(document_ids)s)
        JOIN LATERAL newest_job(o.document_id) j ON j.state = 'done' AND j.outcome = 'published'
        WHERE a.document_id = d.document_id)::int AS taken_over
FROM documents d WHERE d.document_id = ANY(%(document_ids)s)
ORDER BY d.document_id;

-- name: heirs
-- Published documents at rest that say what these said, and left it out for that: to be asked once these are out of
-- production.
SELECT DISTINCT s.document_id
FROM substitutes s
JOIN staged_questions old ON old.question_id = s.duplicate_of
JOIN documents d ON d.document_id = s.document_id AND d.published_at IS NOT NULL
JOIN LATERAL newest_job(s.document_id) j ON j.state = 'done' AND j.outcome = 'published'
WHERE old.document_id = ANY(%(document_ids)s) AND s.document_id <> ALL(%(document_ids)s)
    -- its passage is in production as well
    AND EXISTS (SELECT FROM staged_questions q JOIN document_chunks c ON c.chunk_id = q.chunk_id
        WHERE q.question_id = s.question_id);

-- name: arriving_facts
-- Facts of published documents that are approved and not there yet.
SELECT q.question_id AS owner_id, text_sha256(fact_text(q.question, q.answer, q.statement)) AS content_sha256,
    fact_text(q.question, q.answer, q.statement) AS text, q.document_id, q.realm_id, q.match_sha256
FROM staged_questions q
WHERE q.document_id = ANY(%(document_ids)s) AND q.status = 'approved'
    AND NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.question_id)
ORDER BY q.document_id, q.question_id;

-- name: mark_arrived
UPDATE staged_questions SET status = 'imported' WHERE question_id = ANY(%(question_ids)s) AND status = 'approved';

-- name: forget_buffered
DELETE FROM document_vector_buffer WHERE owner_id = ANY(%(question_ids)s) AND owner_kind = 'question';

-- name: record_arrivals
INSERT INTO events (document_id, realm_id, type, code, payload)
SELECT q.document_id, q.realm_id, 'published', 'copy_withdrawn',
    jsonb_build_object('by', 'system', 'questions', jsonb_object_agg(i.new_id, i.old_id))
FROM unnest(%(old_ids)s::uuid[], %(new_ids)s::uuid[]) AS i (old_id, new_id)
JOIN staged_questions q ON q.question_id = i.new_id
GROUP BY q.document_id, q.realm_id;

-- name: record_withdrawals
INSERT INTO withdrawals (document_id, realm_id, job_id, user_id, withdrawn_by, reason, published_at, chunks, facts, taken_over)
SELECT i.document_id, j.realm_id, i.job_id, %(user_id)s, %(by)s, %(reason)s, i.published_at, i.chunks, i.facts, i.taken_over
FROM unnest(%(document_ids)s::uuid[], %(job_ids)s::uuid[], %(published_at)s::timestamptz[], %(chunks)s::int[],
    %(facts)s::int[], %(taken_over)s::jsonb[]) AS i (document_id, job_id, published_at, chunks, facts, taken_over)
JOIN upload_jobs j ON j.job_id = i.job_id;

-- name: facts_by_words
-- The published facts of these documents, by the words that they say.
SELECT question_id, document_id, match_sha256 FROM all_questions WHERE document_id = ANY(%(document_ids)s);
