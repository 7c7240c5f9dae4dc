-- Where users want to be told, and what is to be told them. A delivery is written in the transaction that moves the
-- job, so that none is forgotten; sending comes later, and again until it succeeds. One user's webhooks hold up nobody
-- else's: how many are sent at a time is counted by user and by endpoint, an endpoint that failed again and again rests,
-- and what may wait for a user is bounded.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0015_send_webhooks');

CREATE TABLE webhook_endpoints (
    webhook_id uuid PRIMARY KEY,
    realm_id uuid NOT NULL,
    url text NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
    secret text NOT NULL CHECK (secret ~ '^whsec_[A-Za-z0-9+/]{32,}=*$'),
    events text[] NOT NULL CHECK (
        cardinality(events) > 0 AND events <@ ARRAY['job.done', 'job.deadletter', 'job.review_needed', 'knowledge.published',
            'knowledge.replaced', 'knowledge.withdrawn', 'knowledge.changed', 'knowledge.erased']),
    disabled_at timestamptz,
    disabled_because text,
    -- The breaker. From five failures in succession on the endpoint rests until `paused_until`; then one message is tried.
    failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
    paused_until timestamptz,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_endpoints_owner_key UNIQUE (webhook_id, realm_id),
    CONSTRAINT webhook_endpoints_url_key UNIQUE (realm_id, url),
    CONSTRAINT webhook_endpoints_disabled_check CHECK ((disabled_at IS NULL) = (disabled_because IS NULL)),
    CONSTRAINT webhook_endpoints_paused_check CHECK ((paused_until IS NULL) = (failures < 5)),
    CONSTRAINT webhook_endpoints_error_check CHECK (failures = 0 OR last_error IS NOT NULL)
);

CREATE TABLE webhook_deliveries (
    delivery_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    event text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz DEFAULT now(),
    -- who sends has it until then; a sender that dies frees it by that
    sending_until timestamptz,
    response_status int,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (webhook_id, realm_id)
        REFERENCES webhook_endpoints (webhook_id, realm_id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_due_check CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_sending_check CHECK (sending_until IS NULL OR status = 'pending'),
    CONSTRAINT webhook_deliveries_delivered_check CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_failed_check CHECK (status <> 'failed' OR error IS NOT NULL)
);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_waiting_idx ON webhook_deliveries (realm_id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_sending_idx ON webhook_deliveries (sending_until) WHERE sending_until IS NOT NULL;
CREATE INDEX webhook_deliveries_log_idx ON webhook_deliveries (webhook_id, created_at DESC, delivery_id DESC);

-- --- what is told ---------------------------------------------------------------------------------------------------

CREATE FUNCTION webhooks_waiting(owner uuid) RETURNS bigint LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT count(*) FROM (
        SELECT FROM webhook_deliveries WHERE realm_id = owner AND status = 'pending' LIMIT 1000) AS waiting
$$;

-- Whether anybody is to be told of such events of this realm.
CREATE FUNCTION is_told(owner uuid, kind text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT EXISTS (SELECT FROM webhook_endpoints e
        WHERE e.realm_id = owner AND e.disabled_at IS NULL AND kind = ANY(e.events))
$$;

-- A message for each of them. Of a realm for which a thousand messages wait, no further one is sent: the log says so.
CREATE FUNCTION queue_message(owner uuid, kind text, moment timestamptz, data jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    is_full boolean := webhooks_waiting(owner) >= 1000;
BEGIN
    INSERT INTO webhook_deliveries (webhook_id, realm_id, event, payload, status, next_attempt_at, error)
    SELECT e.webhook_id, e.realm_id, kind, jsonb_build_object(
        'type', kind,
        'timestamp', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', data),
        CASE WHEN is_full THEN 'failed' ELSE 'pending' END,
        CASE WHEN NOT is_full THEN now() END,
        CASE WHEN is_full THEN 'Not sent: 1000 messages of this realm waited already.' END
    FROM webhook_endpoints e
    WHERE e.realm_id = owner AND e.disabled_at IS NULL AND kind = ANY(e.events);
END
$$;

-- SECURITY DEFINER: a decision over the API writes deliveries, and may not write them by hand.
CREATE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    kind text := CASE NEW.state
        WHEN 'done' THEN 'job.done' WHEN 'deadletter' THEN 'job.deadletter' ELSE 'job.review_needed' END;
BEGIN
    IF is_told(NEW.realm_id, kind) THEN
        PERFORM queue_message(NEW.realm_id, kind, clock_timestamp(), jsonb_build_object(
            'job_id', NEW.job_id, 'document_id', NEW.document_id, 'filename', d.filename, 'state', NEW.state,
            'stage', NEW.stage, 'phase', NEW.phase, 'outcome', NEW.outcome,
            'error_code', CASE WHEN NEW.state = 'deadletter' THEN NEW.last_error ->> 'code' END,
            'review_url', CASE WHEN NEW.state = 'awaiting_review' THEN
                CASE NEW.phase WHEN 4 THEN '/validate/' ELSE '/review-matching/' END || NEW.job_id END,
            'correlation_id', NEW.correlation_id))
        FROM documents d WHERE d.document_id = NEW.document_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER upload_jobs_queue_webhooks AFTER UPDATE OF state ON upload_jobs FOR EACH ROW
WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.state IN ('done', 'deadletter', 'awaiting_review'))
EXECUTE FUNCTION queue_webhooks();

-- --- what an admin of the realm can do about it -------------------------------------------------------------------------------

-- An admin of its realm takes an endpoint back into use: what waits for it is due at once. False if there is none for whoever
-- asks.
CREATE FUNCTION resume_webhook(webhook uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    UPDATE webhook_endpoints SET failures = 0, paused_until = NULL, last_error = NULL, disabled_at = NULL,
        disabled_because = NULL
    WHERE webhook_id = webhook AND realm_id = ANY (my_realms('admin'));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE webhook_deliveries SET next_attempt_at = now()
    WHERE webhook_id = webhook AND status = 'pending' AND next_attempt_at > now()
        AND (sending_until IS NULL OR sending_until <= now());
    RETURN true;
END
$$;

-- A message to try an endpoint with, before all that waits; a paused one is asked at once, by this message alone. Null
-- if one waits already, or the endpoint is disabled.
CREATE FUNCTION try_webhook(webhook uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    realm uuid;
    made uuid;
BEGIN
    SELECT realm_id INTO realm FROM webhook_endpoints
    WHERE webhook_id = webhook AND realm_id = ANY (my_realms('admin')) AND disabled_at IS NULL
    FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM webhook_deliveries
        WHERE webhook_id = webhook AND status = 'pending' AND event = 'webhook.test') THEN
        RETURN NULL;
    END IF;
    INSERT INTO webhook_deliveries (webhook_id, realm_id, event, payload, next_attempt_at)
    VALUES (webhook, realm, 'webhook.test', jsonb_build_object(
        'type', 'webhook.test',
        'timestamp', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object('webhook_id', webhook)), now() - interval '5 days')
    RETURNING delivery_id INTO made;
    UPDATE webhook_endpoints SET paused_until = now() WHERE webhook_id = webhook AND paused_until > now();
    RETURN made;
END
$$;

-- --- every change of an endpoint, however it is made, is an event ---------------------------------------------------

-- SECURITY DEFINER: the event is written for whoever changes the endpoint, who may write none of this type by hand.
-- Of the address only the host is kept: its path may be a secret.
CREATE FUNCTION tell_webhook_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    endpoint webhook_endpoints := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    what text := CASE
        WHEN TG_OP = 'INSERT' THEN 'webhook_added'
        WHEN TG_OP = 'DELETE' THEN 'webhook_removed'
        WHEN NEW.secret <> OLD.secret THEN 'webhook_secret_changed'
        WHEN (NEW.url, NEW.events) IS DISTINCT FROM (OLD.url, OLD.events) THEN 'webhook_changed'
        WHEN NEW.disabled_at IS NULL AND OLD.disabled_at IS NOT NULL THEN 'webhook_enabled'
        WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL THEN 'webhook_disabled' END;
BEGIN
    IF what IS NOT NULL THEN
        INSERT INTO events (realm_id, type, severity, code, payload) VALUES (
            endpoint.realm_id, 'webhook', CASE what WHEN 'webhook_disabled' THEN 'warning' ELSE 'info' END, what,
            jsonb_strip_nulls(jsonb_build_object(
                'by', coalesce(acting_name(), acting_user_id()::text, 'system'), 'webhook_id', endpoint.webhook_id,
                'host', regexp_replace(substring(endpoint.url FROM '^https?://([^/?#]*)'), '^.*@', ''),
                'events', endpoint.events, 'reason', endpoint.disabled_because)));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER webhook_endpoints_tell AFTER INSERT OR UPDATE OR DELETE ON webhook_endpoints
    FOR EACH ROW EXECUTE FUNCTION tell_webhook_change();

-- SECURITY DEFINER: the event is written for whoever changes the endpoint, who may write none of this type by hand.
CREATE FUNCTION tell_webhook_pause() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    is_pause boolean := NEW.failures >= 5;
BEGIN
    INSERT INTO events (realm_id, type, severity, code, payload) VALUES (
        NEW.realm_id, 'webhook', CASE WHEN is_pause THEN 'warning' ELSE 'info' END,
        CASE WHEN is_pause THEN 'webhook_paused' ELSE 'webhook_resumed' END,
        jsonb_strip_nulls(jsonb_build_object(
            'by', coalesce(acting_name(), acting_user_id()::text, 'system'), 'webhook_id', NEW.webhook_id,
            'host', regexp_replace(substring(NEW.url FROM '^https?://([^/?#]*)'), '^.*@', ''),
            'failures', greatest(OLD.failures, NEW.failures), 'reason', NEW.last_error)));
    RETURN NULL;
END
$$;
CREATE TRIGGER webhook_endpoints_tell_pause AFTER UPDATE OF failures ON webhook_endpoints FOR EACH ROW
    WHEN ((OLD.failures >= 5) <> (NEW.failures >= 5)) EXECUTE FUNCTION tell_webhook_pause();
