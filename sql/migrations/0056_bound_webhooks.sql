-- One user's webhooks hold up nobody else's: how many are sent at a time is counted by user and by endpoint, an endpoint
-- that failed again and again rests, and what may wait for a user is bounded.

SET LOCAL search_path = upload_pipeline, public;

-- The breaker. From five failures in succession on the endpoint rests until `paused_until`; then one message is tried.
ALTER TABLE webhook_endpoints
    ADD COLUMN failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    ADD COLUMN paused_until timestamptz,
    ADD COLUMN last_error text,
    ADD CONSTRAINT webhook_endpoints_paused_check CHECK ((paused_until IS NULL) = (failures < 5)),
    ADD CONSTRAINT webhook_endpoints_error_check CHECK (failures = 0 OR last_error IS NOT NULL);

-- Who sends has it until then; a sender that dies frees it by that.
ALTER TABLE webhook_deliveries
    ADD COLUMN sending_until timestamptz,
    ADD CONSTRAINT webhook_deliveries_sending_check CHECK (sending_until IS NULL OR status = 'pending');

DROP INDEX webhook_deliveries_due_idx;
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_waiting_idx ON webhook_deliveries (user_id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_sending_idx ON webhook_deliveries (sending_until) WHERE sending_until IS NOT NULL;

CREATE FUNCTION webhooks_waiting(owner uuid) RETURNS bigint LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT count(*) FROM (
        SELECT FROM webhook_deliveries WHERE user_id = owner AND status = 'pending' LIMIT 1000) AS waiting
$$;
REVOKE ALL ON FUNCTION webhooks_waiting(uuid) FROM PUBLIC;

-- As before, but that of a user for whom a thousand messages wait, no further one is sent: the log says so.
CREATE OR REPLACE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    kind text := CASE NEW.state
        WHEN 'done' THEN 'job.done' WHEN 'deadletter' THEN 'job.deadletter' ELSE 'job.review_needed' END;
    is_full boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM webhook_endpoints e
        WHERE e.user_id = NEW.user_id AND e.disabled_at IS NULL AND kind = ANY(e.events)) THEN
        RETURN NULL;
    END IF;
    is_full := webhooks_waiting(NEW.user_id) >= 1000;
    INSERT INTO webhook_deliveries (webhook_id, user_id, event, payload, status, next_attempt_at, error)
    SELECT e.webhook_id, e.user_id, kind, jsonb_build_object(
        'type', kind,
        'timestamp', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object(
            'job_id', NEW.job_id, 'document_id', NEW.document_id, 'filename', d.filename, 'state', NEW.state,
            'stage', NEW.stage, 'phase', NEW.phase, 'outcome', NEW.outcome,
            'error_code', CASE WHEN NEW.state = 'deadletter' THEN NEW.last_error ->> 'code' END,
            'correlation_id', NEW.correlation_id)),
        CASE WHEN is_full THEN 'failed' ELSE 'pending' END,
        CASE WHEN NOT is_full THEN now() END,
        CASE WHEN is_full THEN 'Not sent: 1000 messages of this user waited already.' END
    FROM webhook_endpoints e JOIN documents d ON d.document_id = NEW.document_id
    WHERE e.user_id = NEW.user_id AND e.disabled_at IS NULL AND kind = ANY(e.events);
    RETURN NULL;
END
$$;

-- Their owner takes an endpoint back into use: what waits for it is due at once. False if they have none of this id.
CREATE FUNCTION resume_webhook(webhook uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    UPDATE webhook_endpoints SET failures = 0, paused_until = NULL, last_error = NULL, disabled_at = NULL,
        disabled_because = NULL
    WHERE webhook_id = webhook AND user_id = current_user_id();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE webhook_deliveries SET next_attempt_at = now()
    WHERE webhook_id = webhook AND status = 'pending' AND next_attempt_at > now()
        AND (sending_until IS NULL OR sending_until <= now());
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION resume_webhook(uuid) FROM PUBLIC;

-- A message to try an endpoint with, before all that waits; a paused one is asked at once, by this message alone. Null
-- if one waits already, or the endpoint is disabled.
CREATE FUNCTION try_webhook(webhook uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    made uuid;
BEGIN
    PERFORM FROM webhook_endpoints WHERE webhook_id = webhook AND user_id = current_user_id() AND disabled_at IS NULL
    FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM webhook_deliveries
        WHERE webhook_id = webhook AND status = 'pending' AND event = 'webhook.test') THEN
        RETURN NULL;
    END IF;
    INSERT INTO webhook_deliveries (webhook_id, user_id, event, payload, next_attempt_at)
    VALUES (webhook, current_user_id(), 'webhook.test', jsonb_build_object(
        'type', 'webhook.test',
        'timestamp', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object('webhook_id', webhook)), now() - interval '5 days')
    RETURNING delivery_id INTO made;
    UPDATE webhook_endpoints SET paused_until = now() WHERE webhook_id = webhook AND paused_until > now();
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION try_webhook(uuid) FROM PUBLIC;

-- SECURITY DEFINER: the event is written for whoever changes the endpoint, who may write none of this type by hand.
CREATE FUNCTION tell_webhook_pause() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    is_pause boolean := NEW.failures >= 5;
BEGIN
    INSERT INTO events (user_id, type, severity, code, payload) VALUES (
        NEW.user_id, 'webhook', CASE WHEN is_pause THEN 'warning' ELSE 'info' END,
        CASE WHEN is_pause THEN 'webhook_paused' ELSE 'webhook_resumed' END,
        jsonb_strip_nulls(jsonb_build_object(
            'by', coalesce(current_user_id()::text, 'system'), 'webhook_id', NEW.webhook_id,
            'host', regexp_replace(substring(NEW.url FROM '^https?://([^/?#]*)'), '^.*@', ''),
            'failures', greatest(OLD.failures, NEW.failures), 'reason', NEW.last_error)));
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION tell_webhook_pause() FROM PUBLIC;
CREATE TRIGGER webhook_endpoints_tell_pause AFTER UPDATE OF failures ON webhook_endpoints FOR EACH ROW
    WHEN ((OLD.failures >= 5) <> (NEW.failures >= 5)) EXECUTE FUNCTION tell_webhook_pause();

GRANT EXECUTE ON FUNCTION resume_webhook(uuid), try_webhook(uuid) TO upload_pipeline_api, upload_pipeline_service;
GRANT SELECT (failures, paused_until, last_error) ON webhook_endpoints TO upload_pipeline_api;
