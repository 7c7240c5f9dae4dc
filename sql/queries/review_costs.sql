-- name: review_pace
-- The time between a reviewer's decisions, as review_times() says what of it counts.
WITH decided AS (
    SELECT event_id, user_id,
        extract(epoch FROM ts - lag(ts) OVER (PARTITION BY user_id ORDER BY event_id))::float8 AS gap
    FROM events
    WHERE realm_id = ANY(%(realm_ids)s) AND type = 'review' AND is_decision(type, code, user_id)
        AND (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s)
        AND ts >= now() - make_interval(days => %(days)s)
), numbered AS (
    SELECT d.*, count(*) FILTER (WHERE gap IS NULL OR gap >= t.least_s)
        OVER (PARTITION BY user_id ORDER BY event_id) AS act
    FROM decided d CROSS JOIN review_times() t
), acts AS (
    SELECT a.*, a.gap BETWEEN t.least_s AND t.break_s AS is_timed, least(a.gap, t.cap_s) AS seconds
    FROM (SELECT user_id, count(*) AS decisions, max(gap) AS gap FROM numbered GROUP BY user_id, act) a
    CROSS JOIN review_times() t
)
SELECT coalesce(sum(decisions), 0)::bigint AS decisions, count(DISTINCT user_id) AS reviewers,
    count(*) FILTER (WHERE is_timed) AS timed_acts,
    coalesce(sum(decisions) FILTER (WHERE is_timed), 0)::bigint AS timed_decisions,
    coalesce(sum(seconds) FILTER (WHERE is_timed), 0)::float8 AS seconds,
    (percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE is_timed))::float8 AS median_s
FROM acts;

-- name: review_acceptance
-- What became of the facts that a person decided one by one, by how they were made, how certain they seemed, and why a
-- person was asked. The last decision of each counts; one that was undone is none.
WITH last AS (
    SELECT DISTINCT ON (payload ->> 'question_id') (payload ->> 'question_id')::uuid AS question_id,
        code <> 'fact_undone' OR (payload #>> '{undone,is_undo}')::boolean AS is_decided
    FROM events
    WHERE realm_id = ANY(%(realm_ids)s) AND type = 'review' AND user_id IS NOT NULL
        AND code IN ('fact_approved', 'fact_rejected', 'fact_edited', 'fact_undone')
        AND ts >= now() - make_interval(days => %(days)s)
    ORDER BY payload ->> 'question_id', event_id DESC
), decided AS (
    SELECT d.* FROM last l
    JOIN staged_questions q USING (question_id)
    CROSS JOIN LATERAL decided_fact(q) d
    WHERE l.is_decided
)
SELECT g.kind, g.name, count(*) AS decided,
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
