-- name: waiting_page
-- What waits for a person, the oldest first, or first what settles most; counts only for the rows of the page.
WITH waiting AS MATERIALIZED (
    SELECT * FROM waiting_for_people
    WHERE realm_id = ANY(%(realm_ids)s)
        AND (%(phases)s::int[] IS NULL OR phase = ANY(%(phases)s))
        AND (%(kind)s::text IS NULL OR kind = %(kind)s)
        AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
), own AS (
    -- as settled_facts() counts them, for all at once
    SELECT w.id, q.realm_id, q.match_sha256 FROM waiting w JOIN staged_questions q USING (document_id)
    WHERE %(by_use)s AND q.status IN ('pending', 'approved')
    UNION
    SELECT w.id, q.realm_id, q.match_sha256 FROM waiting w JOIN staged_questions q ON q.upload_batch_id = w.id
    WHERE %(by_use)s AND w.document_id IS NULL AND q.status IN ('pending', 'approved')
), ranked AS (
    SELECT o.id, -count(DISTINCT r.question_id) AS rank
    FROM own o CROSS JOIN LATERAL (
        -- each from the index that holds these alone
        SELECT r.question_id FROM staged_questions r
        WHERE r.realm_id = o.realm_id AND r.match_sha256 = o.match_sha256 AND r.is_standing
        UNION ALL
        SELECT r.question_id FROM staged_questions r
        WHERE r.realm_id = o.realm_id AND r.match_sha256 = o.match_sha256 AND r.duplicate_of IS NOT NULL
            AND r.status = 'duplicate') r
    GROUP BY o.id
), page AS (
    SELECT w.*, r.rank FROM waiting w
    LEFT JOIN ranked k USING (id)
    CROSS JOIN LATERAL (SELECT coalesce(k.rank, 0) AS rank) r
    WHERE %(after_id)s::uuid IS NULL
        OR (r.rank, w.waits_since, w.id) > (%(after_rank)s::bigint, %(after_ts)s::timestamptz, %(after_id)s)
    ORDER BY r.rank, w.waits_since, w.id
    LIMIT %(limit)s
)
SELECT w.kind, w.id, w.realm_id, w.document_id, coalesce(d.filename, b.file_name, k.name) AS filename, w.phase, j.stage,
    j.profile, w.waits_since, coalesce(f.workflow_type, 'manual') AS workflow, d.published_at IS NOT NULL AS is_published,
    q.pending, q.approved, q.facts_to_decide, q.least_confidence, p.undecided, p.alike, p.alike_published,
    coalesce((j.stage3_validation_results ->> 'critical')::int, 0) AS critical,
    CASE WHEN j.stage = 'matching_review' THEN (
        SELECT coalesce(jsonb_array_length(e.payload -> 'findings'), 0) FROM events e
        WHERE e.job_id = j.job_id AND e.code = 'returned_to_matching' AND e.ts >= w.waits_since
        ORDER BY e.event_id DESC LIMIT 1) END AS returned_for,
    settled_facts(w.document_id, w.id) AS settles, coalesce(v.source, k.name) AS source,
    coalesce(v.published, 0)::int AS published, coalesce(i.missing, 0)::int AS missing, w.rank
FROM page w
LEFT JOIN upload_jobs j ON w.kind = 'document' AND j.job_id = w.id
LEFT JOIN documents d ON d.document_id = w.document_id
LEFT JOIN processing_workflows f ON f.document_id = w.document_id
LEFT JOIN upload_batches b ON w.kind = 'batch' AND b.batch_id = w.id
LEFT JOIN sources k ON w.kind = 'source' AND k.source_id = w.id
LEFT JOIN LATERAL (
    SELECT count(*) AS missing FROM source_items i WHERE i.source_id = k.source_id AND i.missing_at IS NOT NULL) i ON true
LEFT JOIN LATERAL (
    SELECT s.name AS source, (SELECT count(*) FROM all_questions a WHERE a.document_id = v.document_id) AS published
    FROM vanishings v JOIN sources s USING (source_id)
    WHERE w.kind = 'vanished' AND v.document_id = w.document_id AND v.returned_at IS NULL) v ON true
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.status = 'pending') AS pending,
        count(*) FILTER (WHERE s.status = 'approved') AS approved,
        count(*) FILTER (WHERE s.is_asked) AS facts_to_decide,
        round(min(s.confidence) FILTER (WHERE s.is_asked)::numeric, 3)::float8 AS least_confidence
    FROM (
        SELECT status, confidence, status = 'pending' AND reviewed_by IS NULL AND confidence < publish_from AS is_asked
        FROM staged_questions WHERE document_id = w.document_id
        UNION ALL
        SELECT status, NULL, false FROM staged_questions WHERE w.document_id IS NULL AND upload_batch_id = w.id) s) q
CROSS JOIN LATERAL (
    SELECT count(*) AS undecided, count(DISTINCT u.staged_question_id) AS alike,
        count(DISTINCT u.staged_question_id) FILTER (WHERE EXISTS (
            SELECT FROM all_questions a WHERE a.question_id = u.existing_question_id)) AS alike_published
    FROM undecided_pairs u
    WHERE CASE WHEN w.document_id IS NULL THEN u.upload_batch_id = w.id ELSE u.document_id = w.document_id END) p
ORDER BY w.rank, w.waits_since, w.id;

-- name: waiting_total
SELECT count(*) AS total FROM waiting_for_people
WHERE realm_id = ANY(%(realm_ids)s) AND (%(phases)s::int[] IS NULL OR phase = ANY(%(phases)s))
    AND (%(kind)s::text IS NULL OR kind = %(kind)s);
