-- What was paid, over all users, for monitoring: without a user, a document or a content, so that the API's role may
-- call it and still read nobody's rows. Calls never go and a settled one never changes, so all but ``reserved`` only grow.

SET LOCAL search_path = upload_pipeline, public;

CREATE FUNCTION paid_metrics() RETURNS TABLE (
    service text, model text, outcome text, calls bigint, input_tokens bigint, output_tokens bigint, cost_usd float8,
    reserved_usd float8
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT service, model, coalesce(outcome, state), count(*), sum(input_tokens)::bigint, sum(output_tokens)::bigint,
        sum(cost_usd)::float8, coalesce(sum(reserved_usd) FILTER (WHERE state = 'reserved'), 0)::float8
    FROM paid_calls GROUP BY 1, 2, 3
$$;

REVOKE ALL ON FUNCTION paid_metrics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION paid_metrics() TO upload_pipeline_api, upload_pipeline_service;
