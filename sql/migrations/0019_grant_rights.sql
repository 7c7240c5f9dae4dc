-- What each role may do. Workers may read and write every table (0001_create_schema_and_roles), but for what follows; the
-- API's role writes only rows and columns that a member's own work needs. A column that is added later is granted where it
-- is added, or not at all.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0019_grant_rights');

-- --- workers --------------------------------------------------------------------------------------------------------

-- Rules and history are not for workers to change.
REVOKE INSERT, UPDATE, DELETE ON stages, stage_dependencies, job_stages, job_stage_moves, job_state_moves,
    staged_question_moves, upload_batch_moves FROM upload_pipeline_service;
REVOKE UPDATE, DELETE ON events, withdrawals FROM upload_pipeline_service;
-- What was paid is history: a finished call does not change, and none goes.
REVOKE DELETE ON paid_calls FROM upload_pipeline_service;
-- They read sums, and write them by the triggers only.
REVOKE INSERT, UPDATE, DELETE ON metric_sums, metric_changes FROM upload_pipeline_service;
-- A backup by a worker's login dumps sequences too: how far each has come.
GRANT SELECT ON ALL SEQUENCES IN SCHEMA upload_pipeline TO upload_pipeline_service;

-- --- the API's role: reading ----------------------------------------------------------------------------------------

GRANT SELECT ON stages, stage_dependencies, job_stages, job_stage_moves, job_state_moves,
    staged_question_moves, upload_batch_moves, embedding_models, missing_parts TO upload_pipeline_api;
-- Row-level security holds in these, and, by the rights of who asks, in the views on them.
GRANT SELECT ON realms, realm_members, review_changes, review_change_rows, documents, document_sources, document_names, upload_jobs, ended_unpublished, parked_decisions,
    document_processing_stages,
    processing_workflows, stage_output_files, staged_chunks, upload_batches, upload_batch_counts, staged_questions,
    staged_question_views, standing_questions, staging_duplicates, undecided_pairs, waiting_for_people, duplicate_decisions,
    comparable, orphaned_questions, substitutes,
    document_chunks, all_questions, withdrawals, search_sources, search_postings, events, paid_calls, event_streams, presence,
    webhook_deliveries, rate_limits TO upload_pipeline_api;
-- A secret is shown once, by who made it: the API can write it and not read it.
GRANT SELECT (webhook_id, realm_id, url, events, disabled_at, disabled_because, failures, paused_until, last_error,
    created_at) ON webhook_endpoints TO upload_pipeline_api;
-- Rejecting a question takes in again what was left out because of it, and that is compared anew: by vectors that are
-- there. They stand under a hash of their text, without the text and without whose it was. The other cache holds text of
-- every user. Whoever may read a vector says when it was used last; there is nothing else to change.
GRANT SELECT, UPDATE (last_used_at) ON embedding_cache TO upload_pipeline_api;

-- --- the API's role: writing ----------------------------------------------------------------------------------------

-- Who is a member, and under which name a realm goes. A realm is made by create_realm(), its first admin with it.
GRANT UPDATE (name) ON realms TO upload_pipeline_api;
GRANT INSERT (realm_id, user_id, role, name, added_by), UPDATE (role, name), DELETE ON realm_members TO upload_pipeline_api;
-- A document is registered with the path of its original; afterwards no path, checksum, owner or time of publication is
-- for the API to set.
GRANT INSERT (document_id, realm_id, user_id, title, filename, mime, bytes_len, file_sha256, raw_path),
    UPDATE (filename, tags, collection, staging_status, deep_scan_status, deep_scan_error, deep_scan_was, deep_scan_error_was, updated_at)
    ON documents TO upload_pipeline_api;
GRANT INSERT (realm_id, source_uri, document_id, filename), UPDATE (is_current, seen_at, filename)
    ON document_sources TO upload_pipeline_api;
-- A job is born as its upload says, and that it came over HTTP, which can be changed of none. Of a job what a decision or
-- a restart sets; what stages found, and when, is the workers'. A priority overrules fairness, and so would another age:
-- neither is for members to change, through whatever they connect, and what they upload comes after others at most.
GRANT INSERT (job_id, document_id, realm_id, user_id, correlation_id, submitted_via, profile, priority),
    UPDATE (stage, state, outcome, lost_leases, retry_count, retry_at, parked_until, held_for, stop_after, is_stopped,
        last_error, claimed_by,
        claimed_at, lease_token, lease_expires_at, correlation_id, config_sha256, stage2_completed_at,
        stage2_approved_matches, stage4_override_reason, stage6_completed_at, stage6_downloaded_at, finished_at)
    ON upload_jobs TO upload_pipeline_api;
-- Neither costs nor results: a stage is made, and made to run again.
GRANT INSERT (document_id, realm_id, stage_name), UPDATE (status, fingerprint, completed_at)
    ON document_processing_stages TO upload_pipeline_api;
GRANT INSERT (document_id, realm_id, workflow_type, total_stages, current_stage, configuration), UPDATE (configuration, workflow_type)
    ON processing_workflows TO upload_pipeline_api;
GRANT INSERT (batch_id, realm_id, uploaded_by, file_name),
    UPDATE (status, review_started_at, review_completed_at, reviewed_by, import_started_at, import_completed_at,
        matched_at, notes)
    ON upload_batches TO upload_pipeline_api;
GRANT INSERT (question_id, upload_batch_id, realm_id, ordinal, topic, subtopic, question_type, difficulty, question,
        answer, notes_for_tutor, generator, match_text, match_sha256, match_trigrams, match_signature, language,
        document_id, chunk_id, statement, evidence, evidence_match, status, left_out_reason, evidence_pieces, confidence,
        confidence_reasons, publish_from, ask_from, added_by),
    UPDATE (status, question, answer, statement, topic, subtopic, question_type, difficulty, notes_for_tutor,
        match_text, match_sha256, match_version, match_trigrams, match_signature, edited_by, edited_at, reviewed_by,
        reviewed_at, review_notes, decided_by_itself, rejected_with_document, taken_back, duplicate_of,
        similarity_score, import_error)
    ON staged_questions TO upload_pipeline_api;
GRANT INSERT (question_id, user_id, realm_id) ON staged_question_views TO upload_pipeline_api;
-- Pairs are found anew with what is compared anew; one that an edit voided comes back as old as it was. What is decided
-- anew says anew why.
GRANT INSERT (duplicate_id, realm_id, staged_question_id, existing_question_id, existing_is_staged, similarity_score,
        method, resolution, resolution_notes, resolved_by, resolved_at, reasons, created_at),
    UPDATE (resolution, resolution_notes, resolved_by, resolved_at, similarity_score, method, reasons), DELETE
    ON staging_duplicates TO upload_pipeline_api;
-- What was remembered of two texts goes with the decision that is undone.
GRANT INSERT, UPDATE (resolution, decided_by, decided_at, notes), DELETE ON duplicate_decisions TO upload_pipeline_api;
GRANT INSERT (realm_id, document_id, batch_id, made_by, subjects, undoes) ON review_changes TO upload_pipeline_api;
-- The API parks a decision and undoes it; what is due is carried out by workers.
GRANT INSERT (job_id, group_id, document_id, realm_id, user_id, decision, fields, taken_by, seen, due_at),
    UPDATE (ended_at, outcome, undone_by) ON parked_decisions TO upload_pipeline_api;
-- Neither a time nor a place in the order: the database sets both.
GRANT INSERT (job_id, document_id, realm_id, correlation_id, type, severity, code, payload) ON events
    TO upload_pipeline_api;
GRANT INSERT (webhook_id, realm_id, url, secret, events), DELETE ON webhook_endpoints TO upload_pipeline_api;
GRANT INSERT, UPDATE (hits) ON rate_limits TO upload_pipeline_api;
-- Whoever looks, and when, the database says itself.
GRANT INSERT (document_id, realm_id, question_id), UPDATE (question_id, seen_at), DELETE ON presence TO upload_pipeline_api;
GRANT INSERT (stream_id, realm_id, user_id, open_until), UPDATE (open_until), DELETE ON event_streams TO upload_pipeline_api;

-- --- functions that run as the owner --------------------------------------------------------------------------------

REVOKE ALL ON FUNCTION create_realm(text, text), name_myself(uuid, text), keep_an_admin(), taken_elsewhere(uuid[], uuid),
    move_document(uuid, uuid), complete_workflow(), count_added_fact(), add_to_paid_totals(), queue_webhooks(), webhooks_waiting(uuid), resume_webhook(uuid),
    try_webhook(uuid), tell_webhook_change(), tell_webhook_pause(), tell_model_change(), fold_metrics(),
    fold_metrics_now_and_then(), count_jobs(), count_stages(), count_rows(), count_events(), count_deliveries(),
    pipeline_metrics(), paid_metrics(), held_metrics(), realms_with_events(pg_snapshot), prune_events(bigint, int, int, int), passages_with(int[]),
    frequent_words(int[]), enter_words() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fold_metrics(), prune_events(bigint, int, int, int), enter_words() TO upload_pipeline_service;
GRANT EXECUTE ON FUNCTION create_realm(text, text), name_myself(uuid, text), taken_elsewhere(uuid[], uuid), move_document(uuid, uuid),
    resume_webhook(uuid), try_webhook(uuid), pipeline_metrics(), paid_metrics(), held_metrics(),
    realms_with_events(pg_snapshot), passages_with(int[]), frequent_words(int[])
    TO upload_pipeline_api, upload_pipeline_service;
