-- What waits for a missing part, over all users, for monitoring: counts, and no row of anybody's.

SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION held_metrics() RETURNS TABLE (metric text, label text, value float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT 'held_jobs', m.part, (
        SELECT count(*) FROM upload_jobs j WHERE j.held_for = m.part AND j.state = 'queued')::float8
    FROM missing_parts m
    UNION ALL
    SELECT 'part_missing_seconds', part, extract(epoch FROM now() - since)::float8 FROM missing_parts
$$;

REVOKE ALL ON FUNCTION held_metrics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_metrics() TO upload_pipeline_api, upload_pipeline_service;
