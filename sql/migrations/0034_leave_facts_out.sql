-- A fact whose quote does not stand on its page in one piece is left out of production, for a reason that is on record,
-- until a person takes it in. And what has no pages says so.

SET LOCAL search_path = upload_pipeline, public;

-- --- left out ---------------------------------------------------------------------------------------------

-- The reason stays when a person takes the fact in: whoever looks at it later sees what spoke against it.
ALTER TABLE staged_questions
    ADD COLUMN left_out_reason text
        CONSTRAINT staged_questions_left_out_reason_check CHECK (left_out_reason IN ('evidence_scattered_on_page')),
    ADD COLUMN evidence_pieces jsonb,
    DROP CONSTRAINT staged_questions_status_check,
    ADD CONSTRAINT staged_questions_status_check
        CHECK (status IN ('pending', 'approved', 'rejected', 'duplicate', 'imported', 'left_out')),
    ADD CONSTRAINT staged_questions_left_out_check CHECK (status <> 'left_out' OR left_out_reason IS NOT NULL),
    -- back on its way to production only by a person
    ADD CONSTRAINT staged_questions_taken_in_check CHECK (
        left_out_reason IS NULL OR status IN ('left_out', 'rejected', 'duplicate') OR reviewed_by IS NOT NULL);

INSERT INTO staged_question_moves (from_status, to_status) VALUES
    ('pending', 'left_out'),
    ('approved', 'left_out'),
    ('duplicate', 'left_out'),
    ('rejected', 'left_out'),
    ('left_out', 'pending'),
    ('left_out', 'approved'),
    ('left_out', 'rejected');

CREATE OR REPLACE VIEW upload_batch_counts WITH (security_invoker = true) AS
SELECT b.batch_id,
       count(q.question_id) AS total_questions,
       count(q.question_id) FILTER (WHERE q.status = 'pending') AS questions_pending,
       count(q.question_id) FILTER (WHERE q.status IN ('approved', 'imported')) AS questions_approved,
       count(q.question_id) FILTER (WHERE q.status = 'rejected') AS questions_rejected,
       count(q.question_id) FILTER (WHERE q.status = 'duplicate') AS questions_duplicate,
       count(q.question_id) FILTER (WHERE q.status = 'imported') AS questions_imported,
       count(q.question_id) FILTER (WHERE q.status = 'left_out') AS questions_left_out
FROM upload_batches b
LEFT JOIN staged_questions q ON q.upload_batch_id = b.batch_id
GROUP BY b.batch_id;

-- --- what pages show --------------------------------------------------------------------------------------

ALTER TABLE stage_output_files
    DROP CONSTRAINT stage_output_files_file_type_check,
    ADD CONSTRAINT stage_output_files_file_type_check CHECK (file_type IN (
        'markdown', 'page_words', 'optimized_markdown', 'chunks_json', 'facts_json', 'validation_json',
        'ingestion_json'));

-- --- what has no pages ------------------------------------------------------------------------------------

-- What a page of the document is; 'document': it has none.
ALTER TABLE documents ADD COLUMN page_unit text CHECK (page_unit IN ('page', 'slide', 'sheet', 'document'));

UPDATE documents d SET page_unit = f.metadata -> 'page_map' ->> 'unit'
FROM stage_output_files f
WHERE f.document_id = d.document_id AND f.file_type = 'markdown'
    AND f.metadata -> 'page_map' ->> 'unit' IN ('page', 'slide', 'sheet', 'document');

ALTER TABLE staged_questions
    DROP CONSTRAINT staged_questions_evidence_check,
    ADD CONSTRAINT staged_questions_evidence_check CHECK (
        document_id IS NULL OR (
            num_nulls(chunk_id, statement, evidence_quote, evidence_char_from, evidence_char_to, evidence_match) = 0
            AND evidence_quote <> '' AND evidence_char_from >= 0 AND (evidence_page IS NULL OR evidence_page >= 1)
            AND evidence_char_to - evidence_char_from = length(evidence_quote)));

ALTER TABLE all_questions
    DROP CONSTRAINT all_questions_evidence_check,
    ADD CONSTRAINT all_questions_evidence_check CHECK (
        document_id IS NULL OR (
            num_nulls(chunk_id, statement, evidence_quote, evidence_char_from, evidence_char_to, evidence_match) = 0
            AND evidence_quote <> '' AND evidence_char_from >= 0 AND (evidence_page IS NULL OR evidence_page >= 1)
            AND evidence_char_to - evidence_char_from = length(evidence_quote)));

UPDATE staged_questions q SET evidence_page = NULL
FROM documents d WHERE d.document_id = q.document_id AND d.page_unit = 'document';

UPDATE all_questions q SET evidence_page = NULL
FROM documents d WHERE d.document_id = q.document_id AND d.page_unit = 'document';
