-- Paid calls: one row a call, one claim a key, one account a budget; and parked jobs, which wait for a budget.

SET LOCAL search_path = upload_pipeline, public;

-- A job that got no budget is queued again, with the reason in last_error.
INSERT INTO job_state_moves (from_state, to_state) VALUES ('working', 'queued');
ALTER TABLE upload_jobs ADD COLUMN parked_until timestamptz;
ALTER TABLE upload_jobs ADD CONSTRAINT upload_jobs_parked_check CHECK (parked_until IS NULL OR state = 'queued');

-- An answer that was paid for and is of no use is kept as well, for the run that paid: it does not ask twice.
ALTER TABLE fact_cache
    ADD COLUMN outcome text NOT NULL DEFAULT 'answered'
        CHECK (outcome IN ('answered', 'refused', 'truncated', 'content_filter', 'schema_violation', 'too_long')),
    ADD COLUMN run_id uuid;
ALTER TABLE fact_cache ADD CONSTRAINT fact_cache_run_check CHECK (outcome = 'answered' OR run_id IS NOT NULL);
ALTER TABLE embedding_cache ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX fact_cache_used_idx ON fact_cache (last_used_at);
CREATE INDEX embedding_cache_used_idx ON embedding_cache (last_used_at);

-- A single embedding costs less than a millionth of a dollar.
ALTER TABLE fact_cache ALTER COLUMN cost_usd TYPE numeric(16, 9);
ALTER TABLE document_processing_stages ALTER COLUMN cost_usd TYPE numeric(16, 9);

-- The key under which a chunk's answer is cached: joins a chunk with the calls that were paid for it.
ALTER TABLE staged_chunks ADD COLUMN fact_key text;

-- Whoever has the claim asks; the others wait for the answer. A claim ends with its worker, or when it expires.
CREATE TABLE paid_claims (
    claim_key text PRIMARY KEY,
    token uuid NOT NULL,
    claimed_by text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- A worker holds a session lock of this class on its name's hash while it lives.
CREATE FUNCTION worker_lives(worker text, lock_class int) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.classid = lock_class::oid
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND l.objid = (hashtext(worker)::bigint & 4294967295)::oid)
$$;

-- What was spent and what is set aside for calls under way. ``run``: a run's id; ``day``: a UTC date; ``user``: a
-- user's id and a UTC date.
CREATE TABLE budget_accounts (
    scope text NOT NULL CHECK (scope IN ('run', 'day', 'user')),
    period text NOT NULL CHECK (period <> ''),
    reserved_usd numeric(16, 9) NOT NULL DEFAULT 0 CHECK (reserved_usd >= 0),
    spent_usd numeric(16, 9) NOT NULL DEFAULT 0 CHECK (spent_usd >= 0),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, period)
);

-- The most that a call can cost is reserved before it is sent, and settled afterwards. ``abandoned``: nobody knows
-- what became of it, so the whole reservation counts as spent.
CREATE TABLE paid_calls (
    call_id uuid PRIMARY KEY,
    run_id uuid NOT NULL,
    user_id uuid NOT NULL,
    document_id uuid,
    stage_name text REFERENCES stages,
    service text NOT NULL CHECK (service IN ('facts', 'embeddings', 'conversion')),
    model text NOT NULL CHECK (model <> ''),
    cache_key text,
    items int NOT NULL CHECK (items > 0),
    state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled', 'abandoned')),
    outcome text,
    input_tokens bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    reserved_usd numeric(16, 9) NOT NULL CHECK (reserved_usd >= 0),
    cost_usd numeric(16, 9) NOT NULL DEFAULT 0 CHECK (cost_usd >= 0),
    accounts text[] NOT NULL,
    claimed_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT paid_calls_document_fkey FOREIGN KEY (document_id) REFERENCES documents ON DELETE SET NULL,
    CONSTRAINT paid_calls_finished_check CHECK ((state = 'reserved') = (finished_at IS NULL)),
    CONSTRAINT paid_calls_outcome_check CHECK ((state = 'reserved') = (outcome IS NULL)),
    CONSTRAINT paid_calls_cost_check CHECK (state <> 'reserved' OR cost_usd = 0)
);
CREATE INDEX paid_calls_document_idx ON paid_calls (document_id, started_at);
CREATE INDEX paid_calls_user_idx ON paid_calls (user_id, started_at);
CREATE INDEX paid_calls_run_idx ON paid_calls (run_id);
CREATE INDEX paid_calls_open_idx ON paid_calls (expires_at) WHERE state = 'reserved';

-- A batch of chunks handed to a service's batch interface. It is here before it is there, and there it carries this id:
-- whoever resumes after a crash finds it, and hands nothing in twice.
CREATE TABLE paid_batches (
    batch_id uuid PRIMARY KEY,
    call_id uuid NOT NULL UNIQUE REFERENCES paid_calls,
    provider_id text,
    submitter text,
    state text NOT NULL DEFAULT 'preparing' CHECK (state IN ('preparing', 'submitted', 'ended')),
    keys text[] NOT NULL CHECK (cardinality(keys) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CONSTRAINT paid_batches_submitted_check CHECK (state <> 'submitted' OR provider_id IS NOT NULL),
    CONSTRAINT paid_batches_ended_check CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE INDEX paid_batches_open_idx ON paid_batches USING gin (keys) WHERE state <> 'ended';

ALTER TABLE paid_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY paid_calls_own_rows ON paid_calls USING (user_id = (SELECT current_user_id()))
    WITH CHECK (user_id = (SELECT current_user_id()));
GRANT SELECT ON paid_calls TO upload_pipeline_api;
-- Whoever may read a vector says when it was used last; there is nothing else to change.
GRANT UPDATE (last_used_at) ON embedding_cache TO upload_pipeline_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON paid_claims, budget_accounts, paid_calls, paid_batches TO upload_pipeline_service;
-- What was paid is history: a finished call does not change, and none goes.
REVOKE DELETE ON paid_calls FROM upload_pipeline_service;

CREATE FUNCTION refuse_settled_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'reserved' AND (NEW.cost_usd, NEW.state) IS DISTINCT FROM (OLD.cost_usd, OLD.state) THEN
        RAISE EXCEPTION 'a settled call does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER paid_calls_settled_once BEFORE UPDATE ON paid_calls
    FOR EACH ROW EXECUTE FUNCTION refuse_settled_change();
