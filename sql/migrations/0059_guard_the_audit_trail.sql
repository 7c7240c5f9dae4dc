-- The audit trail: what leaves the pipeline, and who changed what decides over others' work, leaves events; and whoever
-- connects with the API's role writes only events, and only columns, that a user's own work needs.

SET LOCAL search_path = upload_pipeline, public;

-- --- types ------------------------------------------------------------------------------------------------

ALTER TABLE events DROP CONSTRAINT events_type_check;
ALTER TABLE events ADD CONSTRAINT events_type_check CHECK (type IN (
    'uploaded', 'claimed', 'stage_started', 'stage_done', 'stage_reused', 'stage_skipped', 'retry', 'error',
    'parked', 'review', 'restarted', 'finalized', 'published', 'withdrawn',
    'exported', 'downloaded', 'webhook', 'model', 'setting', 'pruned'));

-- --- events of the API's role -----------------------------------------------------------------------------

-- Neither a time nor a place in the order: the database sets both.
REVOKE INSERT ON events FROM upload_pipeline_api;
GRANT INSERT (job_id, document_id, user_id, correlation_id, type, severity, code, payload) ON events
    TO upload_pipeline_api;

CREATE POLICY events_api_types ON events AS RESTRICTIVE FOR INSERT WITH CHECK (
    type IN ('uploaded', 'review', 'restarted', 'downloaded') OR (type, code) = ('stage_started', 'deep_scan_started'));

-- A trigger, as a policy does not see what its own statement has inserted. Whoever is not bound by row-level security,
-- as workers, is not asked.
CREATE FUNCTION refuse_foreign_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    -- under the policies of whoever inserts: rows of others are not there
    IF NEW.document_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM documents d WHERE d.document_id = NEW.document_id)
        OR NEW.job_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM upload_jobs j WHERE j.job_id = NEW.job_id AND j.document_id = NEW.document_id)
        OR NEW.payload ? 'batch_id' AND NOT EXISTS (
            SELECT FROM upload_batches b WHERE b.batch_id::text = NEW.payload ->> 'batch_id')
    THEN
        RAISE EXCEPTION 'an event tells of the user''s own job, document or batch'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'events_own_rows';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER events_own AFTER INSERT ON events FOR EACH ROW
    WHEN (row_security_active('upload_pipeline.events'::regclass)) EXECUTE FUNCTION refuse_foreign_event();

-- --- columns of the API's role ----------------------------------------------------------------------------

REVOKE INSERT, UPDATE ON documents, document_sources, document_processing_stages, processing_workflows, upload_batches,
    staged_questions, duplicate_decisions, rate_limits, webhook_endpoints FROM upload_pipeline_api;

-- A document is registered with the path of its original, which stands below its own id; afterwards no path, checksum,
-- owner or time of publication is for the API to set.
GRANT INSERT (document_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path),
    UPDATE (filename, staging_status, deep_scan_status, deep_scan_error, deep_scan_was, deep_scan_error_was, updated_at)
    ON documents TO upload_pipeline_api;
CREATE POLICY documents_own_path ON documents AS RESTRICTIVE FOR INSERT WITH CHECK (
    starts_with(raw_path, 'documents/' || document_id || '/original/'));
GRANT INSERT (user_id, source_uri, document_id, filename), UPDATE (is_current, seen_at)
    ON document_sources TO upload_pipeline_api;
-- Neither costs nor results: a stage is made, and made to run again.
GRANT INSERT (document_id, user_id, stage_name), UPDATE (status, fingerprint, completed_at)
    ON document_processing_stages TO upload_pipeline_api;
GRANT INSERT (document_id, user_id, workflow_type, total_stages, current_stage)
    ON processing_workflows TO upload_pipeline_api;
GRANT INSERT (batch_id, user_id, uploaded_by, file_name),
    UPDATE (status, review_started_at, review_completed_at, reviewed_by, import_started_at, import_completed_at,
        matched_at)
    ON upload_batches TO upload_pipeline_api;
GRANT INSERT (question_id, upload_batch_id, user_id, ordinal, topic, subtopic, question_type, difficulty, question,
        answer, notes_for_tutor, generator, match_text, match_sha256, match_trigrams, match_signature, language),
    UPDATE (status, question, answer, statement, topic, subtopic, question_type, difficulty, notes_for_tutor,
        match_text, match_sha256, match_version, match_trigrams, match_signature, edited_by, edited_at, reviewed_by,
        reviewed_at, review_notes, rejected_with_document, duplicate_of, similarity_score, import_error)
    ON staged_questions TO upload_pipeline_api;
GRANT INSERT, UPDATE (resolution, decided_by, decided_at, notes) ON duplicate_decisions TO upload_pipeline_api;
REVOKE INSERT ON staging_duplicates FROM upload_pipeline_api;
GRANT INSERT (duplicate_id, user_id, staged_question_id, existing_question_id, existing_is_staged, similarity_score,
        method, resolution, resolution_notes, resolved_by, resolved_at, reasons)
    ON staging_duplicates TO upload_pipeline_api;
GRANT INSERT, UPDATE (hits) ON rate_limits TO upload_pipeline_api;
GRANT INSERT (webhook_id, user_id, url, secret, events) ON webhook_endpoints TO upload_pipeline_api;

-- Of a job what a decision or a restart sets; what stages found, and when, is the workers'.
REVOKE UPDATE (profile, flow_run_id, stage1_completed_at, stage3_completed_at, stage4_completed_at,
    stage5_completed_at, stage6_completed_at, stage1_results, stage3_validation_results, stage6_downloaded_at, version,
    updated_at) ON upload_jobs FROM upload_pipeline_api;
REVOKE INSERT (profile) ON upload_jobs FROM upload_pipeline_api;

CREATE FUNCTION refuse_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'only workers take jobs, and change those in hand'
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'upload_jobs_workers';
END
$$;
CREATE TRIGGER upload_jobs_workers BEFORE UPDATE ON upload_jobs FOR EACH ROW
    WHEN ((OLD.state = 'working' OR NEW.state = 'working')
        AND row_security_active('upload_pipeline.upload_jobs'::regclass))
    EXECUTE FUNCTION refuse_work();

-- --- webhooks: every change of an endpoint, however it is made ----------------------------------------------

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
        INSERT INTO events (user_id, type, severity, code, payload) VALUES (
            endpoint.user_id, 'webhook', CASE what WHEN 'webhook_disabled' THEN 'warning' ELSE 'info' END, what,
            jsonb_strip_nulls(jsonb_build_object(
                'by', coalesce(current_user_id()::text, 'system'), 'webhook_id', endpoint.webhook_id,
                'host', regexp_replace(substring(endpoint.url FROM '^https?://([^/?#]*)'), '^.*@', ''),
                'events', endpoint.events, 'reason', endpoint.disabled_because)));
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION tell_webhook_change() FROM PUBLIC;
CREATE TRIGGER webhook_endpoints_tell AFTER INSERT OR UPDATE OR DELETE ON webhook_endpoints
    FOR EACH ROW EXECUTE FUNCTION tell_webhook_change();

-- --- embedding models ---------------------------------------------------------------------------------------

CREATE FUNCTION tell_model_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    model embedding_models := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    what text := CASE
        WHEN TG_OP = 'DELETE' THEN 'reembed_abandoned'
        WHEN TG_OP = 'INSERT' THEN CASE WHEN NEW.is_active THEN 'model_first' ELSE 'reembed_started' END
        WHEN NEW.is_active AND NOT OLD.is_active THEN 'model_switched' END;
BEGIN
    IF what IS NOT NULL THEN
        INSERT INTO events (type, code, payload) VALUES ('model', what, jsonb_strip_nulls(jsonb_build_object(
            'by', session_user, 'model', model.embed_model, 'dims', model.dims, 'recall', model.recall_at_10)));
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION tell_model_change() FROM PUBLIC;
CREATE TRIGGER embedding_models_tell AFTER INSERT OR UPDATE OR DELETE ON embedding_models
    FOR EACH ROW EXECUTE FUNCTION tell_model_change();

-- --- settings -------------------------------------------------------------------------------------------------

-- Under which settings a part last worked on a machine, in a home: only those that differ from the defaults, of secrets
-- no more than the beginning of a hash.
CREATE TABLE recorded_settings (
    host text NOT NULL,
    home text NOT NULL,
    part text NOT NULL CHECK (part IN ('work', 'service')),
    settings jsonb NOT NULL CHECK (jsonb_typeof(settings) = 'object'),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (host, home, part)
);
CREATE INDEX recorded_settings_home_idx ON recorded_settings (home, part, recorded_at DESC);
GRANT SELECT, INSERT, UPDATE, DELETE ON recorded_settings TO upload_pipeline_service;
