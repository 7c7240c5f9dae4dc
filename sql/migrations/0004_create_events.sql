-- What happened, in order. Append-only: rows are written in the transaction that made them true, never changed.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ts timestamptz NOT NULL DEFAULT clock_timestamp(),
    job_id uuid,
    document_id uuid,
    user_id uuid,
    correlation_id uuid,
    type text NOT NULL CHECK (type IN (
        'uploaded', 'claimed', 'stage_started', 'stage_done', 'stage_reused', 'stage_skipped', 'retry', 'error',
        'parked', 'review', 'restarted', 'finalized', 'published', 'withdrawn')),
    severity text NOT NULL DEFAULT 'info' CHECK (severity IN ('info', 'warning', 'critical')),
    code text NOT NULL CHECK (code <> ''),
    payload jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX events_job_idx ON events (job_id, event_id);
CREATE INDEX events_document_idx ON events (document_id, event_id);

CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
