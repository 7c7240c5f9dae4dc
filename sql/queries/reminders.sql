-- name: lock_reminders
-- Of two that look at once, the second sees what the first has told.
SELECT pg_advisory_xact_lock(%(lock_class)s, 0);

-- name: overdue_reviews
-- What has waited for a person for so many hours, whoever it belongs to, and was not told of lately; the longest first.
WITH overdue AS (
    SELECT j.job_id, j.document_id, j.realm_id, j.correlation_id, d.filename,
        (extract(epoch FROM now() - w.waits_since) / 3600)::float8 AS hours
    FROM waiting_for_people w JOIN upload_jobs j ON j.job_id = w.id JOIN documents d ON d.document_id = w.document_id
    WHERE w.waits_since <= now() - make_interval(secs => %(hours)s * 3600)
        AND NOT EXISTS (
            SELECT FROM events e
            WHERE e.job_id = w.id AND e.code = 'review_overdue'
                AND e.ts > greatest(w.waits_since, now() - make_interval(secs => %(again_h)s * 3600)))
), logged AS (
    INSERT INTO events (job_id, document_id, realm_id, correlation_id, type, severity, code, payload)
    SELECT job_id, document_id, realm_id, correlation_id, 'review', 'warning', 'review_overdue',
           jsonb_build_object('hours', round(hours::numeric, 1))
    FROM overdue
)
SELECT job_id, document_id, realm_id, filename, hours FROM overdue ORDER BY hours DESC, job_id;

-- name: is_any_review_overdue
-- Whether overdue_reviews would answer with any.
SELECT EXISTS (
    SELECT FROM waiting_for_people w
    WHERE w.document_id IS NOT NULL AND w.waits_since <= now() - make_interval(secs => %(hours)s * 3600)
        AND NOT EXISTS (
            SELECT FROM events e
            WHERE e.job_id = w.id AND e.code = 'review_overdue'
                AND e.ts > greatest(w.waits_since, now() - make_interval(secs => %(again_h)s * 3600)))) AS is_any;
