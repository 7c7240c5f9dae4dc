-- name: lock_event_streams
-- Held to the end of the transaction: of two requests at once, the second counts the stream of the first.
SELECT pg_advisory_xact_lock(hashtextextended('event streams of ' || %(user_id)s::text, 0));

-- name: forget_event_streams
-- Those of processes that died.
DELETE FROM event_streams WHERE open_until <= now() AND (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s);

-- name: open_event_stream
INSERT INTO event_streams (stream_id, realm_id, user_id, open_until)
SELECT %(stream_id)s, %(realm_id)s, %(user_id)s, now() + %(lease_s)s * interval '1 second'
WHERE (SELECT count(*) FROM event_streams WHERE user_id = %(user_id)s) < %(most)s;

-- name: keep_event_stream
INSERT INTO event_streams (stream_id, realm_id, user_id, open_until)
VALUES (%(stream_id)s, %(realm_id)s, %(user_id)s, now() + %(lease_s)s * interval '1 second')
ON CONFLICT (stream_id) DO UPDATE SET open_until = excluded.open_until;

-- name: close_event_stream
DELETE FROM event_streams WHERE stream_id = %(stream_id)s;
