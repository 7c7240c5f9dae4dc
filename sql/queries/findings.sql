-- name: finding_facts
-- Facts that findings name, each with its document and chunk: of the document itself as it is staged, of others as they
-- are published.
SELECT q.question_id, q.question, q.answer, q.statement, q.status, q.document_id,
    coalesce(d.filename, b.file_name) AS filename, d.mime, d.page_unit, q.chunk_id, c.ordinal AS chunk,
    coalesce(c.heading_path, '{}') AS heading_path, q.evidence_page AS page, coalesce(joined_quotes(q.evidence), '') AS quote,
    coalesce(q.evidence, '[]') AS spans
FROM staged_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
LEFT JOIN documents d ON d.document_id = q.document_id
LEFT JOIN staged_chunks c ON c.chunk_id = q.chunk_id
WHERE q.question_id = ANY(%(question_ids)s) AND q.realm_id = %(realm_id)s
    AND (q.document_id IS NOT DISTINCT FROM %(document_id)s
        OR NOT EXISTS (SELECT FROM all_questions a WHERE a.question_id = q.question_id))
UNION ALL
SELECT a.question_id, a.question, a.answer, a.statement, 'imported', a.document_id,
    coalesce(d.filename, 'a question bank'), d.mime, d.page_unit, a.chunk_id, c.ordinal,
    coalesce(c.heading_path, '{}'), a.evidence_page, coalesce(joined_quotes(a.evidence), ''), coalesce(a.evidence, '[]')
FROM all_questions a
LEFT JOIN documents d ON d.document_id = a.document_id
LEFT JOIN document_chunks c ON c.chunk_id = a.chunk_id
WHERE a.question_id = ANY(%(question_ids)s) AND a.realm_id = %(realm_id)s
    AND a.document_id IS DISTINCT FROM %(document_id)s;

-- name: finding_chunks
-- Chunks that findings name by their number, with what they begin with.
SELECT NULL::uuid AS question_id, NULL AS question, NULL AS answer, NULL AS statement, NULL AS status, c.document_id,
    d.filename, d.mime, d.page_unit, c.chunk_id, c.ordinal AS chunk, c.heading_path,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END AS page, left(c.text, 400) AS quote,
    jsonb_build_array(jsonb_build_object('quote', left(c.text, 400), 'char_from', c.char_from,
        'char_to', c.char_from + length(left(c.text, 400)),
        'page', CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END)) AS spans
FROM staged_chunks c JOIN documents d ON d.document_id = c.document_id
WHERE c.document_id = %(document_id)s AND c.ordinal = ANY(%(ordinals)s);
