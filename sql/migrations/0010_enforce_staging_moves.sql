-- Batches and staged questions move by the same rules as pipeline_core.domain.batches; a test holds the two equal.

SET LOCAL search_path = upload_pipeline, public;

CREATE TABLE staged_question_moves (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);

INSERT INTO staged_question_moves (from_status, to_status) VALUES
    ('pending', 'approved'),
    ('pending', 'rejected'),
    ('pending', 'duplicate'),
    ('approved', 'pending'),
    ('approved', 'rejected'),
    ('approved', 'duplicate'),
    ('approved', 'imported'),
    ('rejected', 'pending'),
    ('rejected', 'approved'),
    ('duplicate', 'pending'),
    ('duplicate', 'rejected'),
    ('imported', 'approved'),
    ('imported', 'rejected'),
    ('imported', 'duplicate');

CREATE TABLE upload_batch_moves (
    from_status text NOT NULL,
    to_status text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);

INSERT INTO upload_batch_moves (from_status, to_status)
SELECT from_status, to_status
FROM unnest(ARRAY['pending', 'reviewing', 'reviewed', 'importing']) AS from_status,
     unnest(ARRAY['pending', 'reviewing', 'reviewed', 'importing', 'imported', 'rejected']) AS to_status
WHERE from_status <> to_status
UNION ALL
SELECT from_status, to_status
FROM unnest(ARRAY['imported', 'rejected']) AS from_status,
     unnest(ARRAY['pending', 'reviewing', 'reviewed']) AS to_status;

CREATE FUNCTION enforce_question_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM staged_question_moves WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'illegal move of a staged question % -> %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staged_questions_move';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER staged_questions_move BEFORE UPDATE OF status ON staged_questions
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_question_move();

CREATE FUNCTION enforce_batch_move() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM upload_batch_moves WHERE from_status = OLD.status AND to_status = NEW.status) THEN
        RAISE EXCEPTION 'illegal move of a batch % -> %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_batches_move';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER upload_batches_move BEFORE UPDATE OF status ON upload_batches
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION enforce_batch_move();

-- Why the last import left an approved question where it is; and its place in the bank.
ALTER TABLE staged_questions ADD COLUMN import_error text, ADD COLUMN ordinal int;

CREATE OR REPLACE VIEW upload_batch_counts WITH (security_invoker = true) AS
SELECT b.batch_id,
       count(q.question_id) AS total_questions,
       count(q.question_id) FILTER (WHERE q.status = 'pending') AS questions_pending,
       count(q.question_id) FILTER (WHERE q.status IN ('approved', 'imported')) AS questions_approved,
       count(q.question_id) FILTER (WHERE q.status = 'rejected') AS questions_rejected,
       count(q.question_id) FILTER (WHERE q.status = 'duplicate') AS questions_duplicate,
       count(q.question_id) FILTER (WHERE q.status = 'imported') AS questions_imported
FROM upload_batches b
LEFT JOIN staged_questions q ON q.upload_batch_id = b.batch_id
GROUP BY b.batch_id;

CREATE INDEX events_batch_idx ON events ((payload ->> 'batch_id'), event_id) WHERE payload ? 'batch_id';

GRANT SELECT ON staged_question_moves, upload_batch_moves TO upload_pipeline_api;
REVOKE INSERT, UPDATE, DELETE ON staged_question_moves, upload_batch_moves FROM upload_pipeline_service;
