-- Every fact has a confidence with its reasons, and was staged under a policy: from publish_from on it needs nobody, from
-- ask_from on a person is asked about it, and below it is left out until a person takes it in.

SET LOCAL search_path = upload_pipeline, public;

ALTER TABLE staged_questions
    ADD COLUMN confidence real CONSTRAINT staged_questions_confidence_check CHECK (confidence BETWEEN 0 AND 1),
    ADD COLUMN confidence_reasons jsonb
        CONSTRAINT staged_questions_reasons_check CHECK (jsonb_typeof(confidence_reasons) = 'array'),
    ADD COLUMN publish_from real,
    ADD COLUMN ask_from real,
    -- decided or edited by a person as this one fact, not with its document: it stays when facts are found anew
    ADD COLUMN decided_by_itself boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT staged_questions_weighed_check CHECK (
        num_nulls(confidence, confidence_reasons, publish_from, ask_from) IN (0, 4)
        AND (confidence IS NULL OR document_id IS NOT NULL)),
    ADD CONSTRAINT staged_questions_policy_check CHECK (0 <= ask_from AND ask_from <= publish_from AND publish_from <= 1),
    -- what is below the one or the other goes nowhere without a person
    ADD CONSTRAINT staged_questions_left_out_by_policy_check CHECK (
        confidence >= ask_from OR left_out_reason IS NOT NULL OR reviewed_by IS NOT NULL),
    ADD CONSTRAINT staged_questions_asked_by_policy_check CHECK (
        confidence >= publish_from OR status NOT IN ('approved', 'imported') OR reviewed_by IS NOT NULL),
    DROP CONSTRAINT staged_questions_left_out_reason_check,
    ADD CONSTRAINT staged_questions_left_out_reason_check CHECK (
        left_out_reason IN ('evidence_scattered_on_page', 'low_confidence'));

-- Single decisions that were taken before this one.
UPDATE staged_questions q SET decided_by_itself = true
WHERE q.document_id IS NOT NULL AND (q.edited_at IS NOT NULL OR EXISTS (
    SELECT FROM events e WHERE e.document_id = q.document_id AND e.type = 'review'
        AND e.code IN ('fact_approved', 'fact_rejected') AND e.payload ->> 'question_id' = q.question_id::text));

ALTER TABLE all_questions
    ADD COLUMN confidence real CONSTRAINT all_questions_confidence_check CHECK (confidence BETWEEN 0 AND 1),
    ADD COLUMN confidence_reasons jsonb,
    ADD CONSTRAINT all_questions_weighed_check CHECK (
        num_nulls(confidence, confidence_reasons) IN (0, 2) AND (confidence IS NULL OR document_id IS NOT NULL));

-- What an upload says about its policy is kept with its workflow: every run of the document has it.
ALTER TABLE processing_workflows
    ADD CONSTRAINT processing_workflows_policy_check CHECK (
        coalesce((configuration -> 'policy' ->> 'publish_from')::float8, 0) BETWEEN 0 AND 1
        AND coalesce((configuration -> 'policy' ->> 'ask_from')::float8, 0) BETWEEN 0 AND 1
        AND coalesce((configuration -> 'policy' ->> 'ask_from')::float8, 0)
            <= coalesce((configuration -> 'policy' ->> 'publish_from')::float8, 1));
GRANT UPDATE (decided_by_itself) ON staged_questions TO upload_pipeline_api;
GRANT INSERT (configuration), UPDATE (configuration) ON processing_workflows TO upload_pipeline_api;
