-- What a decision, an edit or a resolution changed, row by row, as it was before: until the document goes on it can be
-- undone, and the undo, which is such a change itself, undone again. Triggers keep it, whatever follows of a change, so
-- that nothing that a decision does can be forgotten. The record of who did what is in `events`, and stays when this goes.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0010_keep_changes_of_reviews');

CREATE TABLE review_changes (
    change_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    realm_id uuid NOT NULL,
    document_id uuid,
    batch_id uuid,
    made_by text NOT NULL CHECK (made_by <> ''),
    user_id uuid DEFAULT acting_user_id(),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- the facts or pairs that were decided or edited; what else changed followed of it
    subjects uuid[] NOT NULL CHECK (cardinality(subjects) > 0),
    undoes uuid REFERENCES review_changes (change_id) ON DELETE CASCADE,
    FOREIGN KEY (document_id, realm_id) REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY (batch_id, realm_id) REFERENCES upload_batches (batch_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT review_changes_scope_check CHECK (num_nonnulls(document_id, batch_id) = 1)
);
CREATE INDEX review_changes_scope_idx ON review_changes (coalesce(document_id, batch_id), made_at DESC);
CREATE INDEX review_changes_undoes_idx ON review_changes (undoes);
CREATE INDEX review_changes_document_idx ON review_changes (document_id);
CREATE INDEX review_changes_batch_idx ON review_changes (batch_id);

-- A change is undone by an undo that is not undone itself.
CREATE FUNCTION is_undone(change uuid) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM review_changes u WHERE u.undoes = change AND NOT is_undone(u.change_id));
END
$$;

CREATE TABLE review_change_rows (
    change_id uuid NOT NULL REFERENCES review_changes ON DELETE CASCADE,
    realm_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fact', 'pair', 'remembered')),
    row_key text NOT NULL,
    -- whose words it has: it goes with them
    question_id uuid REFERENCES staged_questions ON DELETE CASCADE,
    before jsonb,
    after jsonb,
    PRIMARY KEY (change_id, kind, row_key)
);
CREATE INDEX review_change_rows_question_idx ON review_change_rows (question_id);

-- SECURITY DEFINER: who decides writes this by deciding, and not by hand. Of several changes of a row within one decision
-- the first says what it was before, the last what it was after.
CREATE FUNCTION keep_review_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    has jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    one jsonb := coalesce(has, was);
BEGIN
    INSERT INTO review_change_rows (change_id, realm_id, kind, row_key, question_id, before, after)
    SELECT c.change_id, c.realm_id, k.kind, k.row_key, k.question_id, was, has
    FROM review_changes c
    CROSS JOIN LATERAL (
        SELECT 'fact' AS kind, one ->> 'question_id' AS row_key, (one ->> 'question_id')::uuid AS question_id
        WHERE TG_TABLE_NAME = 'staged_questions'
        UNION ALL
        SELECT 'pair', one ->> 'duplicate_id', (one ->> 'staged_question_id')::uuid
        WHERE TG_TABLE_NAME = 'staging_duplicates'
        UNION ALL
        SELECT 'remembered', concat_ws(' ', one ->> 'first_sha256', one ->> 'second_sha256'), NULL
        WHERE TG_TABLE_NAME = 'duplicate_decisions') k
    WHERE c.change_id = current_setting('upload_pipeline.change')::uuid AND c.realm_id = (one ->> 'realm_id')::uuid
    ON CONFLICT (change_id, kind, row_key) DO UPDATE SET after = EXCLUDED.after;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_review_change() FROM PUBLIC;
CREATE TRIGGER staged_questions_keep_change AFTER UPDATE ON staged_questions FOR EACH ROW
    WHEN (current_setting('upload_pipeline.change', true) <> '') EXECUTE FUNCTION keep_review_change();
CREATE TRIGGER staging_duplicates_keep_change AFTER INSERT OR UPDATE OR DELETE ON staging_duplicates FOR EACH ROW
    WHEN (current_setting('upload_pipeline.change', true) <> '') EXECUTE FUNCTION keep_review_change();
CREATE TRIGGER duplicate_decisions_keep_change AFTER INSERT OR UPDATE OR DELETE ON duplicate_decisions FOR EACH ROW
    WHEN (current_setting('upload_pipeline.change', true) <> '') EXECUTE FUNCTION keep_review_change();
