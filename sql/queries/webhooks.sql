-- name: add_webhook
INSERT INTO webhook_endpoints (webhook_id, user_id, url, secret, events)
VALUES (%(webhook_id)s, %(user_id)s, %(url)s, %(secret)s, %(events)s)
ON CONFLICT (user_id, url) DO NOTHING;

-- name: webhooks
SELECT webhook_id, url, events, disabled_at, disabled_because, created_at FROM webhook_endpoints
WHERE user_id = %(user_id)s AND (%(webhook_id)s::uuid IS NULL OR webhook_id = %(webhook_id)s)
ORDER BY created_at, webhook_id;

-- name: remove_webhook
DELETE FROM webhook_endpoints WHERE webhook_id = %(webhook_id)s AND user_id = %(user_id)s;

-- name: webhook_log
SELECT delivery_id, event, payload, status, attempts, next_attempt_at, response_status, error, created_at, delivered_at
FROM webhook_deliveries
WHERE webhook_id = %(webhook_id)s AND user_id = %(user_id)s
    AND (%(before_ts)s::timestamptz IS NULL
        OR (created_at, delivery_id) < (%(before_ts)s::timestamptz, %(before_id)s::uuid))
ORDER BY created_at DESC, delivery_id DESC LIMIT %(limit)s;

-- name: claim_deliveries
-- The next attempt is put off before the first byte is sent: a sender that dies loses nothing, and nobody sends twice
-- meanwhile.
WITH due AS (
    SELECT delivery_id FROM webhook_deliveries
    WHERE status = 'pending' AND next_attempt_at <= now()
    ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE webhook_deliveries w SET attempts = w.attempts + 1, next_attempt_at = now() + %(lease_s)s * interval '1 second'
FROM due, webhook_endpoints e
WHERE w.delivery_id = due.delivery_id AND e.webhook_id = w.webhook_id
RETURNING w.delivery_id, w.webhook_id, w.attempts, w.payload, e.url, e.secret;

-- name: settle_delivery
UPDATE webhook_deliveries SET status = %(status)s, response_status = %(response_status)s, error = %(error)s,
    delivered_at = CASE WHEN %(status)s = 'delivered' THEN now() END,
    next_attempt_at = CASE WHEN %(status)s = 'pending' THEN now() + %(wait_s)s::float8 * interval '1 second' END
WHERE delivery_id = %(delivery_id)s AND status = 'pending' AND attempts = %(attempts)s;

-- name: disable_webhook
UPDATE webhook_endpoints SET disabled_at = now(), disabled_because = %(because)s
WHERE webhook_id = %(webhook_id)s AND disabled_at IS NULL;

-- name: fail_deliveries_of
UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL, error = %(because)s
WHERE webhook_id = %(webhook_id)s AND status = 'pending';

-- name: prune_deliveries
DELETE FROM webhook_deliveries WHERE status <> 'pending' AND created_at < now() - %(days)s * interval '1 day';
