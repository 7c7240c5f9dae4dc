-- name: desk_facts
-- The list beside a document's review: a line a fact, in the order of the file.
SELECT q.question_id, q.status, q.version, q.evidence_page AS page, round(q.confidence::numeric, 3)::float8 AS confidence,
    left(coalesce(q.answer, q.statement), 400) AS answer, left(q.question, 400) AS question, q.left_out_reason,
    q.duplicate_of, q.changed_by, q.changed_at, q.review_notes, q.edited_by, q.added_by,
    q.reviewed_by IS NOT NULL AS is_reviewed,
    EXISTS (SELECT FROM staged_question_views v WHERE v.question_id = q.question_id) AS is_opened,
    coalesce(q.status = 'pending' AND q.reviewed_by IS NULL AND q.confidence < q.publish_from, false) AS is_unsure,
    q.question_id IN (SELECT o.question_id FROM open_facts(%(document_id)s) o) AS is_open,
    q.question_id::text IN (SELECT n.question_id FROM named_facts(%(document_id)s) n) AS is_named,
    coalesce(p.pairs, 0)::int AS pairs,
    CASE WHEN q.status IN ('pending', 'approved') THEN coalesce(p.undecided, 0)::int ELSE 0 END AS undecided,
    1 + coalesce(o.documents, 0)::int AS settles
FROM staged_questions q
LEFT JOIN (SELECT p.staged_question_id, count(*) AS pairs, count(*) FILTER (WHERE p.resolution = 'pending') AS undecided
    FROM staging_duplicates p JOIN staged_questions m ON m.question_id = p.staged_question_id
    WHERE m.document_id = %(document_id)s AND p.resolved_by IS DISTINCT FROM 'system' GROUP BY p.staged_question_id) p
    ON p.staged_question_id = q.question_id
LEFT JOIN (SELECT d.duplicate_of, count(DISTINCT d.document_id) AS documents
    FROM staged_questions d JOIN staged_questions m ON m.question_id = d.duplicate_of
    WHERE m.document_id = %(document_id)s AND d.document_id <> m.document_id AND d.status = 'duplicate'
    GROUP BY d.duplicate_of) o ON o.duplicate_of = q.question_id
WHERE q.document_id = %(document_id)s AND NOT q.taken_back
ORDER BY coalesce(q.ordinal, q.evidence_char_from), q.question_id;

-- name: desk_look
-- Who looks at a document, and at which fact of it: whoever asks. A person is where they looked last.
WITH gone AS (DELETE FROM presence WHERE user_id = current_user_id() AND document_id <> %(document_id)s)
INSERT INTO presence (document_id, realm_id, question_id) VALUES (%(document_id)s, %(realm_id)s, %(question_id)s)
ON CONFLICT (document_id, user_id) DO UPDATE SET question_id = EXCLUDED.question_id, seen_at = now();

-- name: desk_people
-- Others who looked at it within the last minute.
SELECT user_id, user_name, question_id, seen_at FROM presence
WHERE document_id = %(document_id)s AND user_id <> current_user_id() AND seen_at > now() - interval '1 minute'
ORDER BY user_name, user_id;

-- name: desk_job
-- The document of a job that is looked at, and where the job stands.
SELECT j.job_id, j.document_id, d.filename, d.page_count AS pages, j.stage, j.state, j.outcome, j.phase, j.profile,
    j.waits_since, w.workflow_type AS workflow
FROM upload_jobs j JOIN documents d USING (document_id) JOIN processing_workflows w USING (document_id)
WHERE j.job_id = %(job_id)s AND j.realm_id = %(realm_id)s;

-- name: desk_chunk
-- The chunk that a fact was found in.
SELECT c.chunk_id, c.ordinal, c.text, c.heading_path, c.page_from, c.page_to, c.char_from, c.char_to, c.token_count,
    c.content_sha256
FROM staged_chunks c JOIN staged_questions q USING (chunk_id) WHERE q.question_id = %(question_id)s;

-- name: texts_up_to
-- What stands in a chunk up to the lines of these characters of its document's text, and the headings that the chunk begins under.
SELECT coalesce(c.heading_path, '{}') AS heading_path, up_to_line(c.text, p.at - c.char_from) AS up_to
FROM unnest(%(chunk_ids)s::uuid[], %(chars)s::int[], %(published)s::boolean[])
    WITH ORDINALITY AS p (chunk_id, at, is_published, n)
LEFT JOIN LATERAL (
    SELECT heading_path, text, char_from, NOT p.is_published AS is_its FROM staged_chunks s WHERE s.chunk_id = p.chunk_id
    UNION ALL
    SELECT heading_path, text, char_from, p.is_published FROM document_chunks d WHERE d.chunk_id = p.chunk_id
    ORDER BY is_its DESC LIMIT 1) c ON true
ORDER BY p.n;
