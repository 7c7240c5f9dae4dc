-- A user sees only rows of their own.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0016_secure_rows');

DO $$
DECLARE
    owned text;
BEGIN
    FOR owned IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'upload_pipeline' AND c.column_name = 'user_id' AND t.table_type = 'BASE TABLE'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format(
            'CREATE POLICY %I ON %I USING (user_id = (SELECT current_user_id())) '
            'WITH CHECK (user_id = (SELECT current_user_id()))',
            owned || '_own_rows', owned);
    END LOOP;
END
$$;

-- A pair of questions acts on both of its ends (one may replace the other), so both must be the user's own.
-- No foreign key can say so: the existing end is in one of two tables, and may go before the pair is decided.
CREATE POLICY staging_duplicates_own_ends ON staging_duplicates AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM staged_questions q WHERE q.question_id = staged_question_id)
    AND (EXISTS (SELECT FROM staged_questions q WHERE q.question_id = existing_question_id)
        OR EXISTS (SELECT FROM all_questions a WHERE a.question_id = existing_question_id)));

-- The path of an original stands below its document's own id, and the folder of another document is not reached through it.
CREATE POLICY documents_own_path ON documents AS RESTRICTIVE FOR INSERT WITH CHECK (
    starts_with(raw_path, 'documents/' || document_id || '/original/'));
CREATE POLICY documents_path_within ON documents AS RESTRICTIVE FOR INSERT WITH CHECK (
    raw_path !~ '(^|/)\.{1,2}(/|$)' AND position('//' IN raw_path) = 0);

-- What whoever connects with the API's role can tell of: what a user's own work needs.
CREATE POLICY events_api_types ON events AS RESTRICTIVE FOR INSERT WITH CHECK (
    type IN ('uploaded', 'review', 'restarted', 'downloaded') OR (type, code) = ('stage_started', 'deep_scan_started'));

-- The API parks and undoes; what is due is carried out by the service role.
CREATE POLICY parked_decisions_undo ON parked_decisions AS RESTRICTIVE FOR UPDATE USING (true)
    WITH CHECK (outcome = 'undone');

-- Whoever connects with the API's role inserts questions of banks and added facts, both undecided, and no other fact.
CREATE POLICY staged_questions_api_inserts ON staged_questions AS RESTRICTIVE FOR INSERT WITH CHECK (
    status = 'pending' AND left_out_reason IS NULL AND evidence_pieces IS NULL
    AND (document_id IS NULL) = (generator <> 'reviewer'));
