-- The part of a call's input that the endpoint had cached, and charged less for; and what was paid in all, kept as it
-- is settled, so that monitoring reads a few rows however long the history is.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE paid_calls ADD COLUMN cached_tokens bigint NOT NULL DEFAULT 0 CHECK (cached_tokens >= 0);
ALTER TABLE paid_calls ADD CONSTRAINT paid_calls_cached_check CHECK (cached_tokens <= input_tokens);

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

INSERT INTO paid_totals
SELECT service, model, outcome, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost_usd)
FROM paid_calls WHERE state <> 'reserved' GROUP BY 1, 2, 3;

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
REVOKE ALL ON FUNCTION add_to_paid_totals() FROM PUBLIC;

CREATE TRIGGER paid_calls_totals AFTER UPDATE ON paid_calls
    FOR EACH ROW WHEN (OLD.state = 'reserved' AND NEW.state <> 'reserved') EXECUTE FUNCTION add_to_paid_totals();
CREATE TRIGGER paid_calls_totals_inserted AFTER INSERT ON paid_calls
    FOR EACH ROW WHEN (NEW.state <> 'reserved') EXECUTE FUNCTION add_to_paid_totals();

DROP FUNCTION paid_metrics();
CREATE FUNCTION paid_metrics() RETURNS TABLE (
    service text, model text, outcome text, calls bigint, input_tokens bigint, cached_tokens bigint,
    output_tokens bigint, cost_usd float8, reserved_usd float8
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT service, model, outcome, calls, input_tokens, cached_tokens, output_tokens, cost_usd::float8, 0::float8
    FROM paid_totals
    UNION ALL
    SELECT service, model, 'reserved', count(*), 0, 0, 0, 0::float8, sum(reserved_usd)::float8
    FROM paid_calls WHERE state = 'reserved' GROUP BY 1, 2
$$;

REVOKE ALL ON FUNCTION paid_metrics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION paid_metrics() TO upload_pipeline_api, upload_pipeline_service;
