-- name: review_pace
-- How much was decided, and the time between single decisions of a reviewer, as review_times() says what of it counts. A
-- decision that was taken back is subtracted from those of its own reviewer, whoever took it back, if it is among them.
WITH decided AS (
    SELECT e.whose, e.gap, w.*
    FROM (
        SELECT code, payload, (payload #>> '{undone,at}')::timestamptz AS undone_at,
            CASE WHEN payload -> 'undone' ? 'user_id' THEN (payload #>> '{undone,user_id}')::uuid ELSE user_id END AS whose,
            extract(epoch FROM ts - lag(ts) OVER (PARTITION BY user_id ORDER BY event_id))::float8 AS gap
        FROM events
        WHERE realm_id = ANY(%(realm_ids)s) AND type = 'review' AND is_decision(type, code, user_id)
            AND ts >= now() - make_interval(days => %(days)s)) e
    CROSS JOIN LATERAL weigh_decision(e.code, e.payload) w
    WHERE e.whose = coalesce(%(user_id)s::uuid, e.whose)
        AND (w.sign > 0 OR coalesce(e.undone_at, now()) >= now() - make_interval(days => %(days)s))
), timed AS (
    SELECT least(gap, t.cap_s) AS seconds FROM decided CROSS JOIN review_times() t
    WHERE is_single AND gap BETWEEN t.least_s AND t.break_s
)
SELECT d.decisions, d.taken_back, d.reviewers, t.timed_decisions, t.seconds, t.median_s
FROM (
    SELECT greatest(coalesce(sum(number * sign), 0), 0)::bigint AS decisions,
        coalesce(sum(number) FILTER (WHERE sign < 0), 0)::bigint AS taken_back,
        count(DISTINCT whose) FILTER (WHERE number * sign > 0) AS reviewers
    FROM decided) d
CROSS JOIN (
    SELECT count(*) AS timed_decisions, coalesce(sum(seconds), 0)::float8 AS seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float8 AS median_s
    FROM timed) t;

-- name: review_acceptance
-- What became of the facts that people decided, as they stand: by how they were made, how certain they seemed, and why a
-- person was asked. Those that one act decided have one time.
WITH decided AS (
    SELECT d.*, count(*) OVER (PARTITION BY q.reviewed_by, q.reviewed_at) > 1 AS is_together
    FROM staged_questions q
    CROSS JOIN LATERAL decided_fact(q) d
    WHERE q.realm_id = ANY(%(realm_ids)s) AND q.decided_at >= now() - make_interval(days => %(days)s)
        AND q.status IN ('approved', 'imported', 'rejected') AND q.added_by IS NULL
)
SELECT g.kind, g.name, count(*) AS decided, count(*) FILTER (WHERE NOT is_together) AS one_by_one,
    count(*) FILTER (WHERE is_together) AS together,
    count(*) FILTER (WHERE status IN ('approved', 'imported')) AS accepted,
    count(*) FILTER (WHERE status = 'rejected') AS rejected,
    count(*) FILTER (WHERE is_edited) AS edited
FROM decided
CROSS JOIN LATERAL (VALUES ('generator', generator), ('confidence', band), ('reason', reason)) AS g (kind, name)
GROUP BY g.kind, g.name ORDER BY g.kind, g.name;

-- name: review_findings
-- What people decided about critical findings, by their rules: published in spite of them, returned, or rejected.
SELECT f ->> 'code' AS rule,
    count(*) FILTER (WHERE e.code = 'validation_overridden') AS overridden,
    count(*) FILTER (WHERE e.code = 'returned_to_matching') AS returned,
    count(*) FILTER (WHERE e.code = 'document_rejected') AS rejected
FROM events e
CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(e.payload -> 'findings') WHEN 'array' THEN e.payload -> 'findings' END) AS f
WHERE e.realm_id = ANY(%(realm_ids)s) AND e.type = 'review' AND f ->> 'severity' = 'critical'
    AND e.code IN ('validation_overridden', 'returned_to_matching', 'document_rejected')
    AND e.ts >= now() - make_interval(days => %(days)s)
GROUP BY 1 ORDER BY 1;
