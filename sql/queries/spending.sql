-- name: orphaned_claims
-- Whether somebody asked for one of the keys and is gone; what was answered may be kept elsewhere.
SELECT EXISTS (SELECT FROM paid_claims WHERE claim_key = ANY(%(keys)s) AND claimed_by NOT LIKE 'batch:%%'
    AND (expires_at < now() OR NOT worker_lives(claimed_by, %(lock_class)s))) AS orphaned;

-- name: claim_keys
-- Whoever gets a row asks for that key. A claim can be taken over when it expired or its worker is gone (it holds a
-- session lock while it lives). In key order, so that two that claim the same keys do not deadlock.
INSERT INTO paid_claims AS c (claim_key, token, claimed_by, expires_at)
SELECT key, %(token)s, %(worker)s, now() + make_interval(secs => %(lease_s)s)
FROM unnest(%(keys)s::text[]) AS key ORDER BY key
ON CONFLICT (claim_key) DO UPDATE SET
    token = EXCLUDED.token, claimed_by = EXCLUDED.claimed_by, expires_at = EXCLUDED.expires_at
WHERE c.expires_at < now() OR (c.claimed_by NOT LIKE 'batch:%%' AND NOT worker_lives(c.claimed_by, %(lock_class)s))
RETURNING claim_key;

-- name: release_keys
WITH mine AS (
    SELECT claim_key FROM paid_claims WHERE claim_key = ANY(%(keys)s) AND token = %(token)s
    ORDER BY claim_key FOR UPDATE
)
DELETE FROM paid_claims c USING mine WHERE c.claim_key = mine.claim_key;

-- name: open_accounts
INSERT INTO budget_accounts (scope, period)
SELECT * FROM unnest(%(scopes)s::text[], %(periods)s::text[]) AS i (scope, period) ORDER BY scope, period
ON CONFLICT DO NOTHING;

-- name: lock_accounts
SELECT scope, period, reserved_usd::float8 AS reserved_usd, spent_usd::float8 AS spent_usd FROM budget_accounts
WHERE (scope, period) IN (SELECT * FROM unnest(%(scopes)s::text[], %(periods)s::text[]))
ORDER BY scope, period FOR UPDATE;

-- name: reserve
-- Compare and set: an account whose limit would be passed gets no row, and the caller rolls back.
UPDATE budget_accounts a SET reserved_usd = a.reserved_usd + %(amount)s::numeric, updated_at = now()
FROM unnest(%(scopes)s::text[], %(periods)s::text[], %(limits)s::float8[]) AS i (scope, period, limit_usd)
WHERE a.scope = i.scope AND a.period = i.period
    AND (i.limit_usd IS NULL OR a.spent_usd + a.reserved_usd + %(amount)s::numeric <= i.limit_usd::numeric)
RETURNING a.scope;

-- name: call_accounts
SELECT accounts FROM paid_calls WHERE call_id = %(call_id)s;

-- name: record_call
INSERT INTO paid_calls (call_id, run_id, realm_id, document_id, stage_name, service, model, cache_key, items,
    reserved_usd, accounts, claimed_by, expires_at)
VALUES (%(call_id)s, %(run_id)s, %(realm_id)s, %(document_id)s, %(stage)s, %(service)s, %(model)s, %(cache_key)s,
    %(items)s, %(amount)s::numeric, %(accounts)s, %(worker)s, now() + make_interval(secs => %(lease_s)s));

-- name: settle_call
-- The reservation becomes what was spent, on the call, on its accounts and on its document's stage. A call that
-- others have given up meanwhile is settled already, at its whole reservation.
WITH settled AS (
    UPDATE paid_calls SET state = 'settled', outcome = %(outcome)s, input_tokens = %(input_tokens)s,
        cached_tokens = %(cached_tokens)s, output_tokens = %(output_tokens)s, cost_usd = %(cost)s::numeric, finished_at = now()
    WHERE call_id = %(call_id)s AND state = 'reserved'
    RETURNING document_id, stage_name, accounts, reserved_usd, input_tokens, output_tokens, cost_usd
), on_stage AS (
    UPDATE document_processing_stages p SET input_tokens = p.input_tokens + s.input_tokens,
        output_tokens = p.output_tokens + s.output_tokens, cost_usd = p.cost_usd + s.cost_usd
    FROM settled s WHERE p.document_id = s.document_id AND p.stage_name = s.stage_name
)
UPDATE budget_accounts a SET reserved_usd = greatest(0, a.reserved_usd - s.reserved_usd),
    spent_usd = a.spent_usd + s.cost_usd, updated_at = now()
FROM settled s, unnest(s.accounts) AS k
WHERE a.scope = split_part(k, ':', 1) AND a.period = substr(k, strpos(k, ':') + 1);

-- name: dead_calls
SELECT call_id FROM paid_calls
WHERE state = 'reserved' AND (expires_at < now()
    OR (claimed_by NOT LIKE 'batch:%%' AND NOT worker_lives(claimed_by, %(lock_class)s)))
ORDER BY started_at, call_id;

-- name: abandon_call
-- Nobody knows whether it was charged, so its whole reservation counts. Its accounts are locked already.
WITH abandoned AS (
    UPDATE paid_calls SET state = 'abandoned', outcome = %(outcome)s, cost_usd = reserved_usd, finished_at = now()
    WHERE call_id = %(call_id)s AND state = 'reserved' AND (NOT %(dead)s OR expires_at < now()
        OR (claimed_by NOT LIKE 'batch:%%' AND NOT worker_lives(claimed_by, %(lock_class)s)))
    RETURNING call_id, document_id, stage_name, accounts, reserved_usd
), on_accounts AS (
    UPDATE budget_accounts a SET reserved_usd = greatest(0, a.reserved_usd - s.reserved_usd),
        spent_usd = a.spent_usd + s.reserved_usd, updated_at = now()
    FROM abandoned s, unnest(s.accounts) AS k
    WHERE a.scope = split_part(k, ':', 1) AND a.period = substr(k, strpos(k, ':') + 1)
), on_stage AS (
    UPDATE document_processing_stages p SET cost_usd = p.cost_usd + s.reserved_usd
    FROM abandoned s WHERE p.document_id = s.document_id AND p.stage_name = s.stage_name
)
SELECT call_id FROM abandoned;

-- name: open_batch
INSERT INTO paid_batches (batch_id, call_id, keys) VALUES (%(batch_id)s, %(call_id)s, %(keys)s);

-- name: take_batch
-- The right to hand a batch in: of those who find it prepared, one has it, for as long as it lives or until it gives up.
UPDATE paid_batches SET submitter = %(worker)s
WHERE batch_id = %(batch_id)s AND state = 'preparing'
    AND (submitter IS NULL OR NOT worker_lives(submitter, %(lock_class)s));

-- name: drop_batch
UPDATE paid_batches SET submitter = NULL WHERE batch_id = %(batch_id)s AND submitter = %(worker)s;

-- name: submit_batch
-- Compare and set: of two that resume the same batch, one records what was handed in.
UPDATE paid_batches SET provider_id = %(provider_id)s, state = 'submitted'
WHERE batch_id = %(batch_id)s AND state = 'preparing';

-- name: end_batch
UPDATE paid_batches SET state = 'ended', ended_at = now() WHERE batch_id = %(batch_id)s AND state <> 'ended';

-- name: batches_under_way
SELECT batch_id, call_id, provider_id, keys, extract(epoch FROM now() - created_at)::float8 AS age_s FROM paid_batches
WHERE state <> 'ended' AND keys && %(keys)s::text[] ORDER BY created_at, batch_id;

-- name: release_batch
DELETE FROM paid_claims WHERE claimed_by = 'batch:' || %(batch_id)s::text;

-- name: prune_facts
-- What nobody used for long; then, above the size, what was used longest ago.
WITH sized AS (
    SELECT cache_key, sum(pg_column_size(facts) + 200) OVER (ORDER BY last_used_at DESC, cache_key) AS running, last_used_at
    FROM fact_cache
)
DELETE FROM fact_cache f USING sized s WHERE f.cache_key = s.cache_key
    AND (s.running > %(max_bytes)s OR s.last_used_at < now() - make_interval(days => %(max_days)s));

-- name: prune_vectors
WITH sized AS (
    SELECT content_sha256, embed_model, embed_version, last_used_at, sum(pg_column_size(vector) + 200)
        OVER (ORDER BY last_used_at DESC, content_sha256, embed_model, embed_version) AS running
    FROM embedding_cache
)
DELETE FROM embedding_cache e USING sized s
WHERE (e.content_sha256, e.embed_model, e.embed_version) = (s.content_sha256, s.embed_model, s.embed_version)
    AND (s.running > %(max_bytes)s OR s.last_used_at < now() - make_interval(days => %(max_days)s));

-- name: prune_claims
DELETE FROM paid_claims WHERE expires_at < now() - interval '1 hour';
