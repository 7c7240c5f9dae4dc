-- Paid calls: their answers by content, one row a call, one claim a key, one account a budget.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0011_account_for_paid_work');

-- --- answers that were paid for (or slow): no user, no document; the same text, model and prompt are the same answer 

CREATE TABLE fact_cache (
    cache_key text PRIMARY KEY,
    generator text NOT NULL,
    facts jsonb NOT NULL,
    reason text,
    -- An answer that was paid for and is of no use is kept as well, for the run that paid: it does not ask twice.
    outcome text NOT NULL DEFAULT 'answered'
        CHECK (outcome IN ('answered', 'refused', 'truncated', 'content_filter', 'schema_violation', 'too_long')),
    run_id uuid,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    -- a single embedding costs less than a millionth of a dollar
    cost_usd numeric(16, 9) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fact_cache_run_check CHECK (outcome = 'answered' OR run_id IS NOT NULL)
);
CREATE INDEX fact_cache_used_idx ON fact_cache (last_used_at);

CREATE TABLE embedding_cache (
    content_sha256 text NOT NULL,
    embed_model text NOT NULL,
    embed_version text NOT NULL,
    vector halfvec NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (content_sha256, embed_model, embed_version)
);
CREATE INDEX embedding_cache_used_idx ON embedding_cache (last_used_at);

-- --- calls ----------------------------------------------------------------------------------------------------------

-- Whoever has the claim asks; the others wait for the answer. A claim ends with its worker, or when it expires.
CREATE TABLE paid_claims (
    claim_key text PRIMARY KEY,
    token uuid NOT NULL,
    claimed_by text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- What was spent and what is set aside for calls under way. ``run``: a run's id; ``day``: a UTC date; ``user``: a
-- user's id and a UTC date.
CREATE TABLE budget_accounts (
    scope text NOT NULL CHECK (scope IN ('run', 'day', 'realm')),
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
    realm_id uuid NOT NULL,
    document_id uuid,
    stage_name text REFERENCES stages,
    service text NOT NULL CHECK (service IN ('facts', 'embeddings', 'conversion', 'rerank')),
    model text NOT NULL CHECK (model <> ''),
    cache_key text,
    items int NOT NULL CHECK (items > 0),
    state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled', 'abandoned')),
    outcome text,
    input_tokens bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    -- the part of the input that the endpoint had cached, and charged less for
    cached_tokens bigint NOT NULL DEFAULT 0 CHECK (cached_tokens >= 0),
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
    CONSTRAINT paid_calls_cached_check CHECK (cached_tokens <= input_tokens),
    CONSTRAINT paid_calls_cost_check CHECK (state <> 'reserved' OR cost_usd = 0)
);
CREATE INDEX paid_calls_document_idx ON paid_calls (document_id, started_at);
CREATE INDEX paid_calls_realm_idx ON paid_calls (realm_id, started_at);
CREATE INDEX paid_calls_run_idx ON paid_calls (run_id);
CREATE INDEX paid_calls_open_idx ON paid_calls (expires_at) WHERE state = 'reserved';

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

-- What was paid in all, kept as it is settled, so that monitoring reads a few rows however long the history is.
CREATE TABLE paid_totals (
    service text NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL,
    calls bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost_usd numeric(20, 9) NOT NULL,
    PRIMARY KEY (service, model, outcome)
);

-- A call ends once, and does not change after that. With its owner's rights: nobody else writes the totals.
CREATE FUNCTION add_to_paid_totals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    INSERT INTO paid_totals AS t (service, model, outcome, calls, input_tokens, cached_tokens, output_tokens, cost_usd)
    VALUES (NEW.service, NEW.model, NEW.outcome, 1, NEW.input_tokens, NEW.cached_tokens, NEW.output_tokens, NEW.cost_usd)
    ON CONFLICT (service, model, outcome) DO UPDATE SET calls = t.calls + 1,
        input_tokens = t.input_tokens + EXCLUDED.input_tokens, cached_tokens = t.cached_tokens + EXCLUDED.cached_tokens,
        output_tokens = t.output_tokens + EXCLUDED.output_tokens, cost_usd = t.cost_usd + EXCLUDED.cost_usd;
    RETURN NULL;
END
$$;

CREATE TRIGGER paid_calls_totals AFTER UPDATE ON paid_calls
    FOR EACH ROW WHEN (OLD.state = 'reserved' AND NEW.state <> 'reserved') EXECUTE FUNCTION add_to_paid_totals();
CREATE TRIGGER paid_calls_totals_inserted AFTER INSERT ON paid_calls
    FOR EACH ROW WHEN (NEW.state <> 'reserved') EXECUTE FUNCTION add_to_paid_totals();

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

-- --- files handed to a parsing service ------------------------------------------------------------------------------

-- One row for a content and a way to parse it, whoever's the file is. A row is here before the job is there, and there the
-- job carries this row's tag: whoever resumes after a crash finds the job, and pays for no second one.
CREATE TABLE parse_jobs (
    parse_key text PRIMARY KEY CHECK (parse_key ~ '^[0-9a-f]{64}$'),
    service text NOT NULL CHECK (service <> ''),
    state text NOT NULL DEFAULT 'starting' CHECK (state IN ('starting', 'running', 'done', 'failed')),
    tag uuid NOT NULL UNIQUE,
    call_id uuid NOT NULL UNIQUE REFERENCES paid_calls,
    run_id uuid NOT NULL,
    service_job_id text,
    -- the file that was uploaded for it: deleted at the service once the job has ended, whoever sees that
    service_file_id text,
    pages jsonb,
    failure jsonb,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    last_used_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (service, service_job_id),
    CONSTRAINT parse_jobs_started_check CHECK ((state = 'starting') = (service_job_id IS NULL)),
    CONSTRAINT parse_jobs_file_check CHECK (state <> 'starting' OR service_file_id IS NULL),
    CONSTRAINT parse_jobs_pages_check CHECK ((state = 'done') = (pages IS NOT NULL)),
    CONSTRAINT parse_jobs_failure_check CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CONSTRAINT parse_jobs_finished_check CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX parse_jobs_used_idx ON parse_jobs (last_used_at) WHERE state IN ('done', 'failed');

-- What was paid for is not forgotten while it is under way, and a job's name does not change.
CREATE FUNCTION enforce_parse_job_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'running' THEN
            RAISE EXCEPTION 'a parse job under way is not forgotten'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'parse_jobs_move';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
            (('starting', 'running'), ('running', 'done'), ('running', 'failed')) THEN
        RAISE EXCEPTION 'illegal move of a parse job % -> %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parse_jobs_move';
    END IF;
    IF OLD.state <> 'starting' AND NEW.service_job_id IS DISTINCT FROM OLD.service_job_id THEN
        RAISE EXCEPTION 'a parse job keeps its name at the service'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'parse_jobs_move';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER parse_jobs_move BEFORE UPDATE OR DELETE ON parse_jobs
    FOR EACH ROW EXECUTE FUNCTION enforce_parse_job_move();
