-- Where users want to be told, and what is to be told them. A delivery is written in the transaction that moves the
-- job, so that none is forgotten; sending comes later, and again until it succeeds.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE webhook_endpoints (
    webhook_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    url text NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
    secret text NOT NULL CHECK (secret ~ '^whsec_[A-Za-z0-9+/]{32,}=*$'),
    events text[] NOT NULL CHECK (
        cardinality(events) > 0 AND events <@ ARRAY['job.done', 'job.deadletter', 'job.review_needed']),
    disabled_at timestamptz,
    disabled_because text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_endpoints_owner_key UNIQUE (webhook_id, user_id),
    CONSTRAINT webhook_endpoints_url_key UNIQUE (user_id, url),
    CONSTRAINT webhook_endpoints_disabled_check CHECK ((disabled_at IS NULL) = (disabled_because IS NULL))
);

CREATE TABLE webhook_deliveries (
    delivery_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook_id uuid NOT NULL,
    user_id uuid NOT NULL,
    event text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts int NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz DEFAULT now(),
    response_status int,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (webhook_id, user_id)
        REFERENCES webhook_endpoints (webhook_id, user_id) ON DELETE CASCADE,
    CONSTRAINT webhook_deliveries_due_check CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_delivered_check CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT webhook_deliveries_failed_check CHECK (status <> 'failed' OR error IS NOT NULL)
);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_log_idx ON webhook_deliveries (webhook_id, created_at DESC, delivery_id DESC);

DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['webhook_endpoints', 'webhook_deliveries'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format(
            'CREATE POLICY %I ON %I USING (user_id = (SELECT current_user_id())) '
            'WITH CHECK (user_id = (SELECT current_user_id()))',
            owned || '_own_rows', owned);
    END LOOP;
END
$$;

-- SECURITY DEFINER: a decision over the API writes deliveries, and may not write them by hand.
CREATE FUNCTION queue_webhooks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    kind text := CASE NEW.state
        WHEN 'done' THEN 'job.done' WHEN 'deadletter' THEN 'job.deadletter' ELSE 'job.review_needed' END;
BEGIN
    INSERT INTO webhook_deliveries (webhook_id, user_id, event, payload)
    SELECT e.webhook_id, e.user_id, kind, jsonb_build_object(
        'type', kind,
        'timestamp', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', jsonb_build_object(
            'job_id', NEW.job_id, 'document_id', NEW.document_id, 'filename', d.filename, 'state', NEW.state,
            'stage', NEW.stage, 'phase', NEW.phase, 'outcome', NEW.outcome,
            'error_code', CASE WHEN NEW.state = 'deadletter' THEN NEW.last_error ->> 'code' END,
            'correlation_id', NEW.correlation_id))
    FROM webhook_endpoints e JOIN documents d ON d.document_id = NEW.document_id
    WHERE e.user_id = NEW.user_id AND e.disabled_at IS NULL AND kind = ANY(e.events);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION queue_webhooks() FROM PUBLIC;

CREATE TRIGGER upload_jobs_queue_webhooks AFTER UPDATE OF state ON upload_jobs FOR EACH ROW
WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.state IN ('done', 'deadletter', 'awaiting_review'))
EXECUTE FUNCTION queue_webhooks();

-- A secret is shown once, by who made it: the API can write it and not read it.
GRANT SELECT (webhook_id, user_id, url, events, disabled_at, disabled_because, created_at), INSERT, DELETE
    ON webhook_endpoints TO upload_pipeline_api;
GRANT SELECT ON webhook_deliveries TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints, webhook_deliveries TO upload_pipeline_service;
