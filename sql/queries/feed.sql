-- name: change_feed
SELECT f.feed_id, coalesce(p.through, 0) AS pruned_through, pg_current_snapshot()::text AS seen
FROM change_feed f LEFT JOIN pruned_changes p ON p.realm_id = %(realm_id)s;

-- name: changes_after
-- What was there before this feed began has transactions of another server, which say nothing here.
SELECT change_id, realm_id, kind, at, document_id, batch_id, filename, version, job_id, facts_came, facts_went, facts_changed
FROM changes WHERE realm_id = %(realm_id)s AND change_id > %(after)s
    AND (change_id <= (SELECT began_after FROM change_feed) OR pg_visible_in_snapshot(xact_id, %(now)s::pg_snapshot))
ORDER BY change_id LIMIT %(limit)s;

-- name: late_changes
-- As realm_events: those with a smaller id that were committed since.
SELECT change_id, realm_id, kind, at, document_id, batch_id, filename, version, job_id, facts_came, facts_went, facts_changed
FROM changes
WHERE realm_id = %(realm_id)s AND change_id <= %(after)s AND change_id > %(late)s
    AND change_id > (SELECT began_after FROM change_feed)
    AND came_after(xact_id, %(seen)s::pg_snapshot) AND pg_visible_in_snapshot(xact_id, %(until)s::pg_snapshot)
ORDER BY change_id LIMIT %(limit)s;

-- name: newest_change
SELECT greatest(max(change_id), (SELECT through FROM pruned_changes WHERE realm_id = %(realm_id)s), 0) AS after
FROM knowledge_changes
WHERE realm_id = %(realm_id)s AND (change_id <= (SELECT began_after FROM change_feed)
    OR pg_visible_in_snapshot(xact_id, %(now)s::pg_snapshot));

-- name: change
SELECT change_id, realm_id, kind, at, document_id, batch_id, filename, version, job_id, facts_came, facts_went, facts_changed
FROM changes WHERE realm_id = %(realm_id)s AND change_id = %(change_id)s;

-- name: change_cursors
SELECT c.name, c.feed_id, c.after, c.seen, c.created_at, c.confirmed_at,
    (SELECT count(*) FROM knowledge_changes k WHERE k.realm_id = c.realm_id AND k.change_id > c.after)::int AS behind
FROM change_cursors c
WHERE c.realm_id = %(realm_id)s AND c.user_id = %(user_id)s AND (%(name)s::text IS NULL OR c.name = %(name)s)
ORDER BY c.name;

-- name: lock_change_cursors
-- Held to the end of the transaction: of two that add one, the second counts what the first has added.
SELECT pg_advisory_xact_lock(hashtextextended('change cursors of ' || %(user_id)s::text, 0));

-- name: confirm_changes
INSERT INTO change_cursors (realm_id, user_id, name, feed_id, after, seen)
VALUES (%(realm_id)s, %(user_id)s, %(name)s, %(feed_id)s, %(after)s, %(seen)s)
ON CONFLICT (realm_id, user_id, name) DO UPDATE SET feed_id = excluded.feed_id, after = excluded.after, seen = excluded.seen,
    confirmed_at = now();

-- name: forget_change_cursor
DELETE FROM change_cursors WHERE realm_id = %(realm_id)s AND user_id = %(user_id)s AND name = %(name)s;

-- name: prune_changes
SELECT prune_changes(%(days)s, %(most)s) AS removed;

-- name: begin_change_feed
SELECT begin_change_feed() AS feed_id;
