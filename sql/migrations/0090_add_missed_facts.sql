-- A reviewer adds a fact that the generator missed, by marking its words in a chunk. Its evidence is what stands there,
-- it is added while facts are decided, and the chunk's line in the ledger counts it.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0090_add_missed_facts');

ALTER TABLE staged_questions
    ADD COLUMN added_by text CONSTRAINT staged_questions_added_by_check CHECK (added_by ~ '\S'),
    -- 'reviewer' is pipeline_core.domain.facts.REVIEWER
    ADD CONSTRAINT staged_questions_added_check CHECK (
        (generator = 'reviewer') = (added_by IS NOT NULL)
        AND (added_by IS NULL OR document_id IS NOT NULL AND evidence_match = 'exact'));

-- A chunk that failed stays so when a person adds a fact of it: nobody knows what else it says.
ALTER TABLE staged_chunks
    DROP CONSTRAINT staged_chunks_ledger_check,
    ADD CONSTRAINT staged_chunks_ledger_check CHECK (
        CASE outcome
            WHEN 'facts' THEN fact_count > 0
            WHEN 'failed' THEN outcome_reason IS NOT NULL
            ELSE fact_count = 0 AND (outcome IS NULL OR outcome_reason IS NOT NULL)
        END);

-- Each span is the chunk's own text at its offsets. Later the fact may move to another chunk, with its evidence.
CREATE FUNCTION hold_added_fact() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM staged_chunks c
        WHERE c.chunk_id = NEW.chunk_id AND c.document_id = NEW.document_id AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(NEW.evidence) AS e (span)
            CROSS JOIN LATERAL (SELECT (span ->> 'char_from')::int - c.char_from AS start) AS s
            WHERE s.start < 0 OR substr(c.text, s.start + 1, length(span ->> 'quote')) <> span ->> 'quote'))
    THEN
        RAISE EXCEPTION 'the evidence of an added fact is what its chunk says at these offsets'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_added_evidence';
    END IF;
    IF NOT EXISTS (
        SELECT FROM upload_jobs j
        WHERE j.document_id = NEW.document_id AND j.state = 'awaiting_review' AND j.stage = 'matching_review')
    THEN
        RAISE EXCEPTION 'a fact is added while its document waits in matching review'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_added_in_review';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER staged_questions_added BEFORE INSERT ON staged_questions
    FOR EACH ROW WHEN (NEW.generator = 'reviewer') EXECUTE FUNCTION hold_added_fact();

-- SECURITY DEFINER: the ledger is not for the API's role to write.
CREATE FUNCTION count_added_fact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    UPDATE staged_chunks SET fact_count = fact_count + 1,
        outcome = CASE outcome WHEN 'failed' THEN 'failed' ELSE 'facts' END,
        outcome_reason = CASE outcome WHEN 'failed' THEN outcome_reason END
    WHERE chunk_id = NEW.chunk_id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION count_added_fact() FROM PUBLIC;
CREATE TRIGGER staged_questions_count_added AFTER INSERT ON staged_questions
    FOR EACH ROW WHEN (NEW.generator = 'reviewer') EXECUTE FUNCTION count_added_fact();

-- Whoever connects with the API's role inserts questions of banks and added facts, both undecided, and no other fact.
GRANT INSERT (document_id, chunk_id, statement, evidence, evidence_match, status, left_out_reason, evidence_pieces,
        confidence, confidence_reasons, publish_from, ask_from, added_by)
    ON staged_questions TO upload_pipeline_api;
CREATE POLICY staged_questions_api_inserts ON staged_questions AS RESTRICTIVE FOR INSERT WITH CHECK (
    status = 'pending' AND left_out_reason IS NULL AND evidence_pieces IS NULL
    AND (document_id IS NULL) = (generator <> 'reviewer'));
