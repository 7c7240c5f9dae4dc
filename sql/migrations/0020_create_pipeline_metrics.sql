-- Sums over all users for monitoring, without showing anybody a row: the API's role may call this and no more.

SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION pipeline_metrics() RETURNS TABLE (metric text, label text, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    WITH newest AS (
        SELECT DISTINCT ON (document_id) * FROM upload_jobs ORDER BY document_id, created_at DESC
    )
    SELECT 'jobs', state, count(*)::float8 FROM newest GROUP BY state
    UNION ALL
    SELECT 'oldest_queued_seconds', '', extract(epoch FROM now() - min(updated_at))::float8 FROM newest
        WHERE state = 'queued'
    UNION ALL
    SELECT 'review_waiting', phase::text, count(*)::float8 FROM newest WHERE state = 'awaiting_review' GROUP BY phase
    UNION ALL
    SELECT 'review_waiting_seconds', phase::text, extract(epoch FROM now() - min(updated_at))::float8 FROM newest
        WHERE state = 'awaiting_review' GROUP BY phase
    UNION ALL
    SELECT 'stage_seconds', stage_name, sum((result ->> 'seconds')::float8) FROM document_processing_stages
        WHERE result ? 'seconds' GROUP BY stage_name
    UNION ALL
    SELECT 'stage_documents', stage_name, count(*)::float8 FROM document_processing_stages
        WHERE result ? 'seconds' GROUP BY stage_name
    UNION ALL
    SELECT 'stage_retries', stage_name, sum(retry_count)::float8 FROM document_processing_stages GROUP BY stage_name
    UNION ALL
    SELECT 'input_tokens', stage_name, sum(input_tokens)::float8 FROM document_processing_stages GROUP BY stage_name
    UNION ALL
    SELECT 'output_tokens', stage_name, sum(output_tokens)::float8 FROM document_processing_stages GROUP BY stage_name
    UNION ALL
    SELECT 'cost_usd', stage_name, sum(cost_usd)::float8 FROM document_processing_stages GROUP BY stage_name
    UNION ALL
    SELECT 'published_facts', '', count(*)::float8 FROM all_questions
$$;

REVOKE ALL ON FUNCTION pipeline_metrics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pipeline_metrics() TO upload_pipeline_api, upload_pipeline_service;
