-- name: hit_rate_limit
-- Sliding window counter: the hits of the window before count by the share of it that is still covered.
-- Nobody waits for the disk: a crash of the database's machine may forget the hits of its last moment.
WITH clock AS MATERIALIZED (
    SELECT extract(epoch FROM clock_timestamp())::float8 AS t, set_config('synchronous_commit', 'off', true)
), place AS (
    SELECT floor(t / %(window_s)s::int)::bigint AS present, t - floor(t / %(window_s)s::int) * %(window_s)s AS elapsed_s FROM clock
), earlier AS (
    SELECT coalesce((SELECT hits FROM rate_limits r
        WHERE r.key = %(key)s AND r.window_s = %(window_s)s AND r.window_index = p.present - 1), 0)::float8 AS hits
    FROM place p
), counted AS (
    INSERT INTO rate_limits AS r (key, window_s, window_index, hits)
    SELECT %(key)s, %(window_s)s, p.present, 1 FROM place p, earlier e
    WHERE e.hits * (1 - p.elapsed_s / %(window_s)s::int) + 1 <= %(most)s
    ON CONFLICT (key, window_s, window_index) DO UPDATE SET hits = r.hits + 1
    WHERE r.hits + 1 + (SELECT e.hits * (1 - p.elapsed_s / %(window_s)s::int) FROM place p, earlier e) <= %(most)s
    RETURNING hits
)
SELECT EXISTS (SELECT FROM counted) AS taken, e.hits AS hits_before, p.elapsed_s,
    coalesce((SELECT hits FROM rate_limits r
        WHERE r.key = %(key)s AND r.window_s = %(window_s)s AND r.window_index = p.present), 0)::float8 AS hits_now
FROM place p, earlier e;

-- name: prune_rate_limits
DELETE FROM rate_limits WHERE window_index < floor(extract(epoch FROM now()) / window_s) - 1;
