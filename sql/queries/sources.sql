-- name: kept_sources
-- Sources of a realm, or of any, by name; removed ones only if they are named by their id.
SELECT s.source_id, s.realm_id, s.name, s.kind, s.uri, s.include, s.exclude, s.vanished, s.grace, s.every, s.choices,
    s.added_by, s.added_at, s.changed_at, s.paused_at, s.listed_at, s.removed_at, s.removal,
    i.items, i.unread, i.missing, i.gone,
    (SELECT count(*) FROM vanishings v JOIN waiting_for_people w ON w.kind = 'vanished' AND w.document_id = v.document_id
        WHERE v.source_id = s.source_id AND v.returned_at IS NULL)::int AS to_decide,
    r.run_id AS last_run_id, r.outcome AS last_outcome, r.started_at AS last_started_at, r.error AS last_error
FROM sources s
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE vanished_at IS NULL)::int AS items,
        count(*) FILTER (WHERE vanished_at IS NULL AND error IS NOT NULL)::int AS unread,
        count(*) FILTER (WHERE missing_at IS NOT NULL)::int AS missing,
        -- neither what never was taken in, nor what was moved
        count(*) FILTER (WHERE vanished_at IS NOT NULL AND sha256 IS NOT NULL AND NOT EXISTS (
            SELECT FROM source_items o WHERE o.source_id = f.source_id AND o.vanished_at IS NULL AND o.sha256 = f.sha256
        ))::int AS gone
    FROM source_items f WHERE source_id = s.source_id) i
LEFT JOIN LATERAL (SELECT run_id, outcome, started_at, error FROM source_runs
    WHERE source_id = s.source_id ORDER BY started_at DESC LIMIT 1) r ON true
WHERE (%(realm_id)s::uuid IS NULL OR s.realm_id = %(realm_id)s)
    AND (s.source_id = %(source_id)s::uuid OR %(source_id)s::uuid IS NULL AND s.removed_at IS NULL)
    AND (%(name)s::text IS NULL OR s.name = %(name)s)
ORDER BY s.name, s.source_id;

-- name: add_source
INSERT INTO sources (realm_id, name, kind, uri, include, exclude, vanished, grace, every, choices, added_by)
VALUES (%(realm_id)s, %(name)s, %(kind)s, %(uri)s, %(include)s::text[], %(exclude)s::text[], %(vanished)s,
    %(grace)s::interval, %(every)s::interval, %(choices)s::jsonb, %(added_by)s)
ON CONFLICT (realm_id, name) WHERE removed_at IS NULL DO NOTHING
RETURNING source_id;

-- name: change_source
UPDATE sources SET name = %(name)s, uri = %(uri)s, include = %(include)s::text[], exclude = %(exclude)s::text[],
    vanished = %(vanished)s, grace = %(grace)s::interval, every = %(every)s::interval, choices = %(choices)s::jsonb,
    paused_at = CASE WHEN %(is_paused)s THEN coalesce(paused_at, now()) END, changed_at = now()
WHERE source_id = %(source_id)s AND removed_at IS NULL;

-- name: remove_source
UPDATE sources SET removed_at = now(), removal = %(removal)s, changed_at = now()
WHERE source_id = %(source_id)s AND removed_at IS NULL;

-- name: source_event
INSERT INTO events (document_id, realm_id, type, code, severity, payload)
VALUES (%(document_id)s, %(realm_id)s, 'source', %(code)s, %(severity)s, %(payload)s::jsonb);

-- name: source_items
SELECT i.uri, i.name, i.size, i.version, i.sha256, i.document_id, j.job_id, i.first_seen_at, i.changed_at,
    coalesce(i.last_seen_at, s.listed_at) AS last_seen_at, i.missing_at, i.vanished_at, i.error
FROM source_items i JOIN sources s USING (source_id)
LEFT JOIN LATERAL newest_job(i.document_id) j ON true
WHERE i.source_id = %(source_id)s
    AND (%(state)s::text IS NULL OR %(state)s = CASE WHEN i.vanished_at IS NOT NULL THEN 'vanished'
        WHEN i.missing_at IS NOT NULL THEN 'missing' WHEN i.error IS NOT NULL THEN 'unread' ELSE 'present' END)
    AND (%(after_name)s::text IS NULL OR (i.name, i.uri) > (%(after_name)s, %(after_uri)s))
ORDER BY i.name, i.uri LIMIT %(limit)s;

-- name: source_runs
SELECT run_id, source_id, user_id, user_name, started_at, ended_at, outcome, plan, done, total, error, decision,
    decided_at, decided_by
FROM source_runs
WHERE source_id = %(source_id)s AND (%(run_id)s::uuid IS NULL OR run_id = %(run_id)s)
    AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
ORDER BY started_at DESC LIMIT %(limit)s;

-- name: known_items
SELECT uri, name, size, version, sha256, document_id, vanished_at IS NOT NULL AS has_vanished,
    missing_at IS NOT NULL AS is_missing, error IS NOT NULL AS has_error
FROM source_items WHERE source_id = %(source_id)s;

-- name: due_sources
-- Those whose next sync is due by their interval, the longest due first.
SELECT s.source_id, s.realm_id, s.name
FROM sources s
LEFT JOIN LATERAL (SELECT started_at, outcome FROM source_runs
    WHERE source_id = s.source_id ORDER BY started_at DESC LIMIT 1) r ON true
WHERE s.every IS NOT NULL AND s.paused_at IS NULL AND s.removed_at IS NULL
    AND r.outcome IS DISTINCT FROM 'running'
    AND coalesce(r.started_at + s.every, s.added_at) <= now()
ORDER BY coalesce(r.started_at + s.every, s.added_at);

-- name: lock_source
SELECT source_id FROM sources WHERE source_id = %(source_id)s FOR UPDATE;

-- name: running_source_run
SELECT run_id, worker, started_at, user_name, worker_lives(worker, %(lock_class)s) AS lives
FROM source_runs WHERE source_id = %(source_id)s AND outcome = 'running';

-- name: begin_source_run
INSERT INTO source_runs (source_id, realm_id, worker)
SELECT source_id, realm_id, %(worker)s FROM sources WHERE source_id = %(source_id)s
RETURNING run_id;

-- name: note_source_progress
UPDATE source_runs SET done = %(done)s, total = %(total)s, plan = %(plan)s::jsonb
WHERE run_id = %(run_id)s AND outcome = 'running';

-- name: end_source_run
UPDATE source_runs SET outcome = %(outcome)s, plan = coalesce(%(plan)s::jsonb, plan), error = %(error)s::jsonb,
    ended_at = clock_timestamp()
WHERE run_id = %(run_id)s AND outcome = 'running';

-- name: overtake_runs
UPDATE source_runs SET outcome = 'done', decision = 'overtaken', decided_at = now()
WHERE source_id = %(source_id)s AND outcome = 'waiting' AND run_id <> %(run_id)s;

-- name: mark_listed
UPDATE sources SET listed_at = now() WHERE source_id = %(source_id)s;

-- name: put_items
INSERT INTO source_items AS known (source_id, realm_id, uri, name, size, version, sha256, document_id)
SELECT %(source_id)s, %(realm_id)s, i.*
FROM unnest(%(uris)s::text[], %(names)s::text[], %(sizes)s::bigint[], %(versions)s::text[], %(checksums)s::text[],
    %(document_ids)s::uuid[]) AS i
ON CONFLICT (source_id, uri) DO UPDATE SET name = EXCLUDED.name, size = EXCLUDED.size, version = EXCLUDED.version,
    sha256 = EXCLUDED.sha256, document_id = EXCLUDED.document_id, last_seen_at = NULL, missing_at = NULL,
    vanished_at = NULL, error = NULL,
    changed_at = CASE WHEN known.sha256 IS DISTINCT FROM EXCLUDED.sha256 THEN now() ELSE known.changed_at END;

-- name: put_errors
-- Why a file was not taken: what it was before stands. Without a version it is read the next time, whatever is shown.
INSERT INTO source_items AS known (source_id, realm_id, uri, name, size, version, error)
SELECT %(source_id)s, %(realm_id)s, i.*
FROM unnest(%(uris)s::text[], %(names)s::text[], %(sizes)s::bigint[], %(versions)s::text[], %(errors)s::jsonb[]) AS i
ON CONFLICT (source_id, uri) DO UPDATE SET name = EXCLUDED.name, size = EXCLUDED.size, version = EXCLUDED.version,
    error = EXCLUDED.error, missing_at = NULL;

-- name: found_again
UPDATE source_items SET missing_at = NULL WHERE source_id = %(source_id)s AND uri = ANY(%(uris)s);

-- name: mark_missing
UPDATE source_items SET missing_at = now() WHERE source_id = %(source_id)s AND uri = ANY(%(uris)s) AND vanished_at IS NULL;

-- name: mark_vanished
UPDATE source_items i SET vanished_at = now(), missing_at = NULL, last_seen_at = coalesce(%(seen_at)s, i.changed_at)
WHERE i.source_id = %(source_id)s AND i.uri = ANY(%(uris)s) AND i.vanished_at IS NULL;

-- name: places_to_vacate
-- Of files that have vanished, and are not in another source as well. Where documents are kept, the last place of one is.
SELECT DISTINCT i.uri
FROM source_items i
JOIN sources s USING (source_id)
JOIN document_sources c ON c.realm_id = i.realm_id AND c.source_uri = i.uri AND c.is_current
WHERE i.source_id = %(source_id)s AND i.vanished_at IS NOT NULL
    AND (%(uris)s::text[] IS NULL OR i.uri = ANY(%(uris)s))
    -- not one that was taken in by itself since
    AND c.seen_at <= i.vanished_at
    AND NOT EXISTS (SELECT FROM source_items o JOIN sources t USING (source_id)
        WHERE o.realm_id = i.realm_id AND o.uri = i.uri AND o.vanished_at IS NULL AND t.removed_at IS NULL)
    AND (s.vanished <> 'keep' OR EXISTS (
        SELECT FROM document_sources other
        WHERE other.document_id = c.document_id AND other.is_current AND other.source_uri <> c.source_uri
            AND NOT EXISTS (SELECT FROM source_items v
                WHERE v.realm_id = other.realm_id AND v.uri = other.source_uri AND v.vanished_at >= other.seen_at)));

-- name: confirmed_items
-- Files that a person said have vanished, and those of sources that were removed with their documents.
SELECT i.source_id, i.uri FROM source_items i
JOIN LATERAL (SELECT decision, decided_at FROM source_runs r
    WHERE r.source_id = i.source_id AND r.decision IN ('confirmed', 'refused')
    ORDER BY r.decided_at DESC LIMIT 1) r ON r.decision = 'confirmed' AND r.decided_at > i.missing_at
WHERE i.missing_at IS NOT NULL AND (%(source_id)s::uuid IS NULL OR i.source_id = %(source_id)s)
UNION
SELECT i.source_id, i.uri FROM source_items i
JOIN sources s USING (source_id)
WHERE s.removal = 'vanish' AND i.vanished_at IS NULL AND (%(source_id)s::uuid IS NULL OR i.source_id = %(source_id)s)
ORDER BY 1, 2;

-- name: note_vanished
-- Documents that have lost their last place and were not noted; returns them.
WITH noted AS (
    INSERT INTO vanishings (document_id, realm_id, source_id, name)
    SELECT v.document_id, v.realm_id, v.source_id, v.name FROM vanished_documents v
    WHERE v.realm_id = %(realm_id)s
    ON CONFLICT (document_id) WHERE returned_at IS NULL DO NOTHING
    RETURNING document_id, realm_id, source_id, name
), told AS (
    INSERT INTO events (document_id, realm_id, type, code, payload)
    SELECT n.document_id, n.realm_id, 'source', 'file_vanished',
        jsonb_build_object('by', 'system', 'source', s.name, 'file', n.name, 'policy', s.vanished)
    FROM noted n JOIN sources s USING (source_id)
)
SELECT document_id FROM noted;

-- name: note_returned
-- Documents that have a place again; returns them, and whether they were withdrawn while they had none.
WITH back AS (
    UPDATE vanishings v SET returned_at = now()
    WHERE v.returned_at IS NULL AND v.realm_id = %(realm_id)s
        AND EXISTS (SELECT FROM document_sources c WHERE c.document_id = v.document_id AND c.is_current)
    RETURNING document_id, realm_id, vanished_at
), told AS (
    INSERT INTO events (document_id, realm_id, type, code, payload)
    SELECT document_id, realm_id, 'source', 'file_returned', jsonb_build_object('by', 'system') FROM back
)
SELECT document_id, EXISTS (SELECT FROM withdrawals w
    WHERE w.document_id = back.document_id AND w.withdrawn_at >= back.vanished_at) AS was_withdrawn
FROM back;

-- name: due_vanishings
-- What the rule withdraws now: after the grace, and of what a person is asked about only documents that were never
-- published. Not what somebody has in hand.
SELECT v.document_id, v.realm_id, s.name AS source, v.name, v.vanished_at
FROM vanishings v
JOIN sources s ON s.source_id = v.source_id AND s.realm_id = v.realm_id
JOIN documents d ON d.document_id = v.document_id
JOIN LATERAL newest_job(v.document_id) job ON d.published_at IS NOT NULL OR job.state <> 'done'
WHERE v.returned_at IS NULL AND v.decision IS NULL
    AND v.realm_id = %(realm_id)s
    AND (s.vanished = 'withdraw' OR s.vanished = 'review' AND d.published_at IS NULL)
    AND v.vanished_at + s.grace <= now()
    AND has_no_place(v.document_id)
    AND NOT EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = v.document_id AND (j.state = 'working'
        OR EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)))
ORDER BY v.document_id;

-- name: has_returned
SELECT EXISTS (SELECT FROM vanishings v WHERE v.returned_at IS NULL AND v.realm_id = %(realm_id)s
    AND EXISTS (SELECT FROM document_sources c WHERE c.document_id = v.document_id AND c.is_current));

-- name: realms_of_sources
SELECT DISTINCT realm_id FROM sources;

-- name: decide_vanishings
UPDATE vanishings SET decision = %(decision)s, decided_at = now(), decided_by = %(by)s, user_id = %(user_id)s,
    reason = nullif(%(reason)s, '')
WHERE document_id = ANY(%(document_ids)s) AND returned_at IS NULL AND decision IS NULL;

-- name: vanished_list
-- Documents without a place, the longest first.
SELECT v.document_id, j.job_id, v.realm_id, d.filename, v.source_id, s.name AS source, v.name, s.vanished, v.vanished_at,
    v.vanished_at + s.grace AS due_at, d.published_at IS NOT NULL AS is_published,
    (SELECT count(*) FROM all_questions a WHERE a.document_id = v.document_id)::int AS facts,
    v.decision, v.decided_at, v.decided_by, v.reason
FROM vanishings v
JOIN sources s USING (source_id)
JOIN documents d ON d.document_id = v.document_id
CROSS JOIN LATERAL newest_job(v.document_id) j
WHERE v.returned_at IS NULL AND v.realm_id = %(realm_id)s
    AND (%(source_id)s::uuid IS NULL OR v.source_id = %(source_id)s)
    AND (%(document_id)s::uuid IS NULL OR v.document_id = %(document_id)s)
ORDER BY v.vanished_at, v.document_id LIMIT %(limit)s;

-- name: decide_source_run
UPDATE source_runs SET outcome = 'done', decision = %(decision)s, decided_at = now(), decided_by = %(by)s,
    decider_id = %(user_id)s
WHERE run_id = %(run_id)s AND outcome = 'waiting';

-- name: unfinished_of_source
-- Documents of the source that are queued, or are to be tried again, or that somebody has in hand.
SELECT DISTINCT i.document_id FROM source_items i
JOIN upload_jobs j ON j.document_id = i.document_id AND j.state IN ('queued', 'retryable', 'working')
WHERE i.source_id = %(source_id)s AND i.vanished_at IS NULL;
