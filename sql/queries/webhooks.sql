-- name: add_webhook
INSERT INTO webhook_endpoints (webhook_id, realm_id, url, secret, events)
VALUES (%(webhook_id)s, %(realm_id)s, %(url)s, %(secret)s, %(events)s)
ON CONFLICT (realm_id, url) DO NOTHING;

-- name: lock_webhooks_of
-- Held to the end of the transaction: of two requests that add a webhook, the second counts what the first has added.
SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || %(realm_id)s::text, 0));

-- name: webhooks
SELECT webhook_id, url, events, disabled_at, disabled_because, failures, paused_until, last_error, created_at,
    CASE WHEN disabled_at IS NOT NULL THEN 'disabled' WHEN paused_until IS NOT NULL THEN 'paused' ELSE 'active' END
        AS state
FROM webhook_endpoints
WHERE realm_id = %(realm_id)s AND (%(webhook_id)s::uuid IS NULL OR webhook_id = %(webhook_id)s)
ORDER BY created_at, webhook_id;

-- name: remove_webhook
DELETE FROM webhook_endpoints WHERE webhook_id = %(webhook_id)s AND realm_id = %(realm_id)s;

-- name: webhook_log
SELECT delivery_id, event, payload, status, attempts, next_attempt_at, response_status, error, created_at, delivered_at
FROM webhook_deliveries
WHERE webhook_id = %(webhook_id)s AND realm_id = %(realm_id)s
    AND (%(before_ts)s::timestamptz IS NULL
        OR (created_at, delivery_id) < (%(before_ts)s::timestamptz, %(before_id)s::uuid))
ORDER BY created_at DESC, delivery_id DESC LIMIT %(limit)s;

-- name: resume_webhook
SELECT resume_webhook(%(webhook_id)s) AS resumed;

-- name: try_webhook
SELECT try_webhook(%(webhook_id)s) AS delivery_id;

-- name: lock_claims
-- Held to the end of the transaction: processes claim one after the other, so that none counts what another is taking.
SELECT pg_advisory_xact_lock(hashtext('claim webhook deliveries'));

-- name: claim_deliveries
-- The next attempt is put off before the first byte is sent: a sender that dies loses nothing, and nobody sends twice
-- meanwhile. Realms take turns, and so do a realm's endpoints; of a paused endpoint one message is tried.
WITH sending AS (
    SELECT realm_id, webhook_id, count(*) AS n FROM webhook_deliveries WHERE sending_until > now() GROUP BY 1, 2
), waiting AS (
    SELECT d.delivery_id, d.next_attempt_at, e.webhook_id, e.realm_id, e.paused_until IS NOT NULL AS is_probe,
        row_number() OVER (PARTITION BY e.webhook_id ORDER BY d.next_attempt_at, d.delivery_id)
            + coalesce((SELECT s.n FROM sending s WHERE s.webhook_id = e.webhook_id), 0) AS of_endpoint
    FROM webhook_endpoints e CROSS JOIN LATERAL (
        SELECT delivery_id, next_attempt_at FROM webhook_deliveries
        WHERE webhook_id = e.webhook_id AND status = 'pending' AND next_attempt_at <= now()
        ORDER BY next_attempt_at, delivery_id LIMIT %(per_endpoint)s
    ) d
    WHERE e.disabled_at IS NULL AND (e.paused_until IS NULL OR e.paused_until <= now())
        AND (%(realm_id)s::uuid IS NULL OR e.realm_id = %(realm_id)s)
), turns AS (
    SELECT w.*, row_number() OVER (PARTITION BY realm_id ORDER BY of_endpoint, next_attempt_at, delivery_id)
        + coalesce((SELECT sum(s.n) FROM sending s WHERE s.realm_id = w.realm_id), 0) AS of_realm
    FROM waiting w WHERE of_endpoint <= CASE WHEN is_probe THEN 1 ELSE %(per_endpoint)s END
), due AS (
    SELECT * FROM turns WHERE of_realm <= %(per_realm)s ORDER BY of_realm, next_attempt_at, delivery_id LIMIT %(limit)s
), probed AS (
    UPDATE webhook_endpoints e SET paused_until = now() + %(lease_s)s * interval '1 second'
    FROM due WHERE due.is_probe AND e.webhook_id = due.webhook_id
)
UPDATE webhook_deliveries w SET attempts = w.attempts + 1, next_attempt_at = now() + %(lease_s)s * interval '1 second',
    sending_until = now() + %(lease_s)s * interval '1 second'
FROM due, webhook_endpoints e
WHERE w.delivery_id = due.delivery_id AND e.webhook_id = w.webhook_id
RETURNING w.delivery_id, w.webhook_id, w.realm_id, w.attempts, w.payload, e.url, e.secret;

-- name: webhooks_overdue
SELECT EXISTS (
    SELECT FROM webhook_endpoints e
    WHERE e.disabled_at IS NULL AND (e.paused_until IS NULL OR e.paused_until <= now() - %(by_s)s * interval '1 second')
        AND EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = e.webhook_id AND d.status = 'pending'
            AND d.next_attempt_at <= now() - %(by_s)s * interval '1 second')
) AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE sending_until > now()) AS overdue;

-- name: lock_webhook
SELECT failures FROM webhook_endpoints WHERE webhook_id = %(webhook_id)s FOR UPDATE;

-- name: settle_delivery
UPDATE webhook_deliveries SET status = %(status)s, response_status = %(response_status)s, error = %(error)s,
    delivered_at = CASE WHEN %(status)s = 'delivered' THEN now() END, sending_until = NULL,
    next_attempt_at = CASE WHEN %(status)s = 'pending' THEN now() + %(wait_s)s::float8 * interval '1 second' END
WHERE delivery_id = %(delivery_id)s AND status = 'pending' AND attempts = %(attempts)s;

-- name: count_failures
UPDATE webhook_endpoints SET failures = %(failures)s, last_error = %(error)s,
    paused_until = now() + %(pause_s)s::float8 * interval '1 second'
WHERE webhook_id = %(webhook_id)s;

-- name: make_deliveries_due
-- An endpoint that takes messages again is sent at once what waited for it.
UPDATE webhook_deliveries SET next_attempt_at = now()
WHERE webhook_id = %(webhook_id)s AND status = 'pending' AND next_attempt_at > now()
    AND (sending_until IS NULL OR sending_until <= now());

-- name: disable_webhook
UPDATE webhook_endpoints SET disabled_at = now(), disabled_because = %(because)s
WHERE webhook_id = %(webhook_id)s AND disabled_at IS NULL;

-- name: fail_deliveries_of
UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL, sending_until = NULL, error = %(because)s
WHERE webhook_id = %(webhook_id)s AND status = 'pending';

-- name: give_deliveries_up
-- Attempts end after three days; what a paused endpoint kept waiting ends here.
UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL, sending_until = NULL,
    error = concat_ws(' ', 'Given up after ' || %(days)s::int || ' days.', error)
WHERE status = 'pending' AND created_at < now() - %(days)s::int * interval '1 day'
    AND (sending_until IS NULL OR sending_until <= now());

-- name: prune_deliveries
DELETE FROM webhook_deliveries WHERE status <> 'pending' AND created_at < now() - %(days)s * interval '1 day';
