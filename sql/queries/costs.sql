-- name: view_cost_days
SELECT (started_at AT TIME ZONE 'utc')::date AS day, count(*) AS calls, sum(input_tokens)::bigint AS input_tokens,
    sum(cached_tokens)::bigint AS cached_tokens,
    sum(output_tokens)::bigint AS output_tokens, sum(cost_usd)::float8 AS cost_usd
FROM paid_calls WHERE realm_id = %(realm_id)s AND started_at > now() - make_interval(days => %(days)s)
GROUP BY 1 ORDER BY 1 DESC;

-- name: view_cost_stages
SELECT coalesce(stage_name, 'other') AS stage, model, count(*) AS calls, sum(input_tokens)::bigint AS input_tokens,
    sum(cached_tokens)::bigint AS cached_tokens,
    sum(output_tokens)::bigint AS output_tokens, sum(cost_usd)::float8 AS cost_usd
FROM paid_calls WHERE realm_id = %(realm_id)s AND started_at > now() - make_interval(days => %(days)s)
GROUP BY 1, 2 ORDER BY cost_usd DESC;

-- name: view_cost_documents
SELECT coalesce(d.filename, '(several, or gone)') AS document, c.document_id, count(*) AS calls,
    sum(c.input_tokens)::bigint AS input_tokens, sum(c.cached_tokens)::bigint AS cached_tokens, sum(c.output_tokens)::bigint AS output_tokens,
    sum(c.cost_usd)::float8 AS cost_usd
FROM paid_calls c LEFT JOIN documents d USING (document_id)
WHERE c.realm_id = %(realm_id)s AND c.started_at > now() - make_interval(days => %(days)s)
GROUP BY 1, 2 ORDER BY cost_usd DESC LIMIT 100;

-- name: view_cost_calls
-- The calls of one document, newest first.
SELECT call_id, run_id, stage_name AS stage, service, model, items, state, outcome, input_tokens, cached_tokens, output_tokens,
    reserved_usd::float8 AS reserved_usd, cost_usd::float8 AS cost_usd, started_at, finished_at
FROM paid_calls WHERE realm_id = %(realm_id)s AND document_id = %(document_id)s
ORDER BY started_at DESC, call_id LIMIT 1000;

-- name: view_cost_chunks
-- What each chunk of a document cost it; 0 where its answer was there already. A batch is one call for many chunks:
-- there the cost of a chunk is that of its answer.
WITH asked AS (
    SELECT c.chunk_id, p.call_id, p.input_tokens, p.output_tokens, p.cost_usd
    FROM staged_chunks c JOIN paid_calls p ON p.document_id = c.document_id AND p.cache_key = c.fact_key
    WHERE c.realm_id = %(realm_id)s AND c.document_id = %(document_id)s
    UNION ALL
    SELECT c.chunk_id, p.call_id, f.input_tokens, f.output_tokens, f.cost_usd
    FROM paid_calls p
    JOIN paid_batches b USING (call_id)
    JOIN staged_chunks c ON c.document_id = p.document_id AND c.fact_key = ANY(b.keys)
    JOIN fact_cache f ON f.cache_key = c.fact_key
    WHERE p.realm_id = %(realm_id)s AND p.document_id = %(document_id)s
)
SELECT c.chunk_id, c.ordinal, c.outcome, count(a.call_id) AS calls, coalesce(sum(a.input_tokens), 0)::bigint AS input_tokens,
    coalesce(sum(a.output_tokens), 0)::bigint AS output_tokens, coalesce(sum(a.cost_usd), 0)::float8 AS cost_usd
FROM staged_chunks c LEFT JOIN asked a USING (chunk_id)
WHERE c.realm_id = %(realm_id)s AND c.document_id = %(document_id)s
GROUP BY c.chunk_id ORDER BY c.ordinal;

-- name: view_budgets
SELECT scope, period, spent_usd::float8 AS spent_usd, reserved_usd::float8 AS reserved_usd FROM budget_accounts
WHERE (scope, period) IN (SELECT * FROM unnest(%(scopes)s::text[], %(periods)s::text[]));

-- name: view_run_costs
SELECT coalesce(stage_name, 'other') AS stage, model, coalesce(outcome, state) AS outcome, count(*) AS calls,
    sum(input_tokens)::bigint AS input_tokens,
    sum(cached_tokens)::bigint AS cached_tokens, sum(output_tokens)::bigint AS output_tokens,
    sum(cost_usd)::float8 AS cost_usd
FROM paid_calls WHERE run_id = %(run_id)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- name: view_spending
-- Everybody's, for metrics: counters that only grow.
SELECT service, model, coalesce(outcome, state) AS outcome, count(*) AS calls, sum(input_tokens)::bigint AS input_tokens,
    sum(cached_tokens)::bigint AS cached_tokens,
    sum(output_tokens)::bigint AS output_tokens, sum(cost_usd)::float8 AS cost_usd
FROM paid_calls GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
