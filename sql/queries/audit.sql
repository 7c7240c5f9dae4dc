-- name: take_out
-- What leaves the pipeline, once for what is asked for in parts: the same, by the same person, not long ago, counts.
INSERT INTO events (job_id, document_id, realm_id, type, code, payload)
SELECT (SELECT job_id FROM newest_job(%(document_id)s)),
    %(document_id)s, %(realm_id)s, %(type)s, %(code)s, %(payload)s::jsonb
WHERE %(once_in_s)s::float8 = 0 OR NOT EXISTS (
    SELECT FROM events e
    WHERE e.document_id = %(document_id)s AND e.type = %(type)s AND e.code = %(code)s
        AND e.payload @> %(payload)s::jsonb AND e.ts > now() - make_interval(secs => %(once_in_s)s::float8));

-- name: lock_settings
SELECT pg_advisory_xact_lock(%(lock_class)s, 0);

-- name: recorded_settings
SELECT settings FROM recorded_settings WHERE home = %(home)s AND part = %(part)s
ORDER BY host = %(host)s DESC, recorded_at DESC LIMIT 1;

-- name: keep_settings
INSERT INTO recorded_settings (host, home, part, settings)
VALUES (%(host)s, %(home)s, %(part)s, %(settings)s::jsonb)
ON CONFLICT (host, home, part) DO UPDATE SET settings = EXCLUDED.settings, recorded_at = now();

-- name: tell_settings
INSERT INTO events (type, code, payload) VALUES ('setting', 'settings_changed', %(payload)s::jsonb);
