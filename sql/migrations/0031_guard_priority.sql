-- A priority overrules fairness, and so would another age: neither is for users to set, through whatever they connect.

SET LOCAL search_path = upload_pipeline, public;

REVOKE INSERT, UPDATE ON upload_jobs FROM upload_pipeline_api;

-- A job is born as the defaults say.
GRANT INSERT (job_id, document_id, user_id, correlation_id, profile) ON upload_jobs TO upload_pipeline_api;
-- What a move, a decision or a download sets. A column that is added later is granted where it is added, or not at all.
GRANT UPDATE (
    stage, state, outcome, lost_leases, retry_count, retry_at, parked_until, last_error, claimed_by, claimed_at,
    lease_token, lease_expires_at, flow_run_id, correlation_id, profile, config_sha256, stage1_completed_at,
    stage2_completed_at, stage3_completed_at, stage4_completed_at, stage5_completed_at, stage6_completed_at,
    stage1_results, stage2_approved_matches, stage3_validation_results, stage4_override_reason, stage6_downloaded_at,
    version, updated_at, finished_at
) ON upload_jobs TO upload_pipeline_api;
