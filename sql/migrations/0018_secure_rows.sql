-- Who sees and changes which rows. A row is seen by the members of its realm, and changed by those whose role may; what may
-- be written of a row is granted by column (0019_grant_rights).

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0018_secure_rows');

-- Whatever has a realm_id is seen by members alone, also a table that nothing below lets anybody change. A secret of a
-- webhook, and what is sent to it, is for admins.
DO $$
DECLARE
    owned text;
BEGIN
    FOR owned IN
        SELECT c.table_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'upload_pipeline' AND c.column_name = 'realm_id' AND t.table_type = 'BASE TABLE'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (realm_id = ANY ((SELECT my_realms(%L))::uuid[]))',
            owned || '_seen', owned,
            CASE WHEN owned IN ('webhook_endpoints', 'webhook_deliveries') THEN 'admin' ELSE 'reader' END);
    END LOOP;
END
$$;

-- From which role on a member changes rows of which tables, and how.
DO $$
DECLARE
    may record;
    what text;
BEGIN
    FOR may IN SELECT * FROM (VALUES
        -- a contributor uploads, and has work done again
        ('documents', 'contributor', '{INSERT,UPDATE}'::text[]),
        ('document_sources', 'contributor', '{INSERT,UPDATE}'),
        ('upload_jobs', 'contributor', '{INSERT,UPDATE}'),
        ('document_processing_stages', 'contributor', '{INSERT,UPDATE}'),
        ('processing_workflows', 'contributor', '{INSERT,UPDATE}'),
        ('upload_batches', 'contributor', '{INSERT}'),
        ('staged_questions', 'contributor', '{INSERT}'),
        -- a reviewer decides
        ('upload_batches', 'reviewer', '{UPDATE}'),
        ('staged_questions', 'reviewer', '{UPDATE}'),
        ('staging_duplicates', 'reviewer', '{INSERT,UPDATE,DELETE}'),
        ('duplicate_decisions', 'reviewer', '{INSERT,UPDATE,DELETE}'),
        ('parked_decisions', 'reviewer', '{INSERT,UPDATE}'),
        ('review_changes', 'reviewer', '{INSERT}'),
        -- an admin says who is a member, and who is told
        ('realms', 'admin', '{UPDATE}'),
        ('realm_members', 'admin', '{INSERT,UPDATE,DELETE}'),
        ('webhook_endpoints', 'admin', '{INSERT,DELETE}'),
        -- whoever reads follows events, and leaves a trace of what was downloaded or exported
        ('events', 'reader', '{INSERT}'),
        ('event_streams', 'reader', '{INSERT,UPDATE,DELETE}'),
        ('presence', 'reader', '{INSERT,UPDATE,DELETE}'),
        -- and opens what is staged
        ('staged_question_views', 'reader', '{INSERT}')
    ) AS t (owned, least_role, changes)
    LOOP
        FOREACH what IN ARRAY may.changes LOOP
            EXECUTE format('CREATE POLICY %I ON %I FOR %s %s %s',
                may.owned || '_' || lower(what), may.owned, what,
                CASE WHEN what <> 'INSERT' THEN
                    format('USING (realm_id = ANY ((SELECT my_realms(%L))::uuid[]))', may.least_role) END,
                CASE WHEN what <> 'DELETE' THEN
                    format('WITH CHECK (realm_id = ANY ((SELECT my_realms(%L))::uuid[]))', may.least_role) END);
        END LOOP;
    END LOOP;
END
$$;

-- Nobody is held in a realm.
CREATE POLICY realm_members_leave ON realm_members FOR DELETE USING (user_id = (SELECT current_user_id()));

-- Who did it is whoever asks.
CREATE POLICY documents_own_hand ON documents AS RESTRICTIVE FOR INSERT
    WITH CHECK (user_id = (SELECT current_user_id()));
CREATE POLICY upload_jobs_own_hand ON upload_jobs AS RESTRICTIVE FOR INSERT
    WITH CHECK (user_id = (SELECT current_user_id()));
CREATE POLICY upload_batches_own_hand ON upload_batches AS RESTRICTIVE FOR INSERT
    WITH CHECK (uploaded_by = (SELECT current_user_id()));
CREATE POLICY parked_decisions_own_hand ON parked_decisions AS RESTRICTIVE FOR INSERT
    WITH CHECK (user_id = (SELECT current_user_id()));
CREATE POLICY events_own_hand ON events AS RESTRICTIVE FOR INSERT
    WITH CHECK (user_id = (SELECT current_user_id()));
CREATE POLICY staged_question_views_own_hand ON staged_question_views AS RESTRICTIVE FOR INSERT
    WITH CHECK (user_id = (SELECT current_user_id()) AND EXISTS (SELECT FROM staged_questions q
        WHERE q.question_id = staged_question_views.question_id AND q.realm_id = staged_question_views.realm_id));
CREATE POLICY realm_members_own_hand ON realm_members AS RESTRICTIVE FOR INSERT
    WITH CHECK (added_by = (SELECT current_user_id()));
-- Where others look is seen, and nobody else is put there.
CREATE POLICY presence_own_hand ON presence AS RESTRICTIVE FOR INSERT WITH CHECK (user_id = (SELECT current_user_id()));
CREATE POLICY presence_own_step ON presence AS RESTRICTIVE FOR UPDATE USING (user_id = (SELECT current_user_id()));
CREATE POLICY presence_own_leave ON presence AS RESTRICTIVE FOR DELETE USING (user_id = (SELECT current_user_id()));
CREATE POLICY event_streams_own ON event_streams AS RESTRICTIVE
    USING (user_id = (SELECT current_user_id())) WITH CHECK (user_id = (SELECT current_user_id()));

-- A document that waits for a person goes on when a reviewer says so.
CREATE POLICY upload_jobs_reviewed ON upload_jobs AS RESTRICTIVE FOR UPDATE
    USING (state <> 'awaiting_review' OR realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[]));

-- Nobody puts his documents before those of others: below the usual priority they wait longer, which is anybody's to say.
-- The deep profile costs more, and a workflow that asks nobody takes a document from its reviewers: both are theirs. A
-- deep job after another is a deep scan, which workers begin. SECURITY DEFINER, as a policy may not read its own table.
CREATE FUNCTION has_job(document uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT EXISTS (SELECT FROM upload_jobs j
        WHERE j.document_id = document AND j.realm_id = ANY ((SELECT my_realms('reader'))::uuid[]))
$$;
CREATE POLICY upload_jobs_wished ON upload_jobs AS RESTRICTIVE FOR INSERT WITH CHECK (
    priority <= 0 AND (profile = 'standard'
        OR NOT has_job(document_id) AND realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[])));
-- Says so in the words of its trigger. A trigger, as no policy compares old and new.
CREATE FUNCTION refuse_below_reviewer() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF NEW.realm_id <> ALL (my_realms('reviewer')) THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'insufficient_privilege', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER processing_workflows_automatic_by_reviewers AFTER UPDATE OF workflow_type ON processing_workflows FOR EACH ROW
    WHEN (OLD.workflow_type <> 'automatic' AND NEW.workflow_type = 'automatic'
        AND row_security_active('upload_pipeline.processing_workflows'::regclass))
    EXECUTE FUNCTION refuse_below_reviewer('reviewers say which documents need nobody');

-- So do those of documents that people sort, which may have them scanned deeply.
CREATE TRIGGER documents_sorted_by_reviewers AFTER UPDATE OF staging_status, deep_scan_status ON documents FOR EACH ROW
    WHEN ((OLD.staging_status, OLD.deep_scan_status) IS DISTINCT FROM (NEW.staging_status, NEW.deep_scan_status)
        AND row_security_active('upload_pipeline.documents'::regclass))
    EXECUTE FUNCTION refuse_below_reviewer('reviewers sort the documents of a realm');

-- A pair of questions acts on both of its ends (one may replace the other), so both must be of the one realm.
-- No foreign key can say so: the existing end is in one of two tables, and may go before the pair is decided.
CREATE POLICY staging_duplicates_own_ends ON staging_duplicates AS RESTRICTIVE FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM staged_questions q
        WHERE q.question_id = staged_question_id AND q.realm_id = staging_duplicates.realm_id)
    AND (EXISTS (SELECT FROM staged_questions q
            WHERE q.question_id = existing_question_id AND q.realm_id = staging_duplicates.realm_id)
        OR EXISTS (SELECT FROM all_questions a
            WHERE a.question_id = existing_question_id AND a.realm_id = staging_duplicates.realm_id)));

-- The path of an original stands below its document's own id, and the folder of another document is not reached through it.
CREATE POLICY documents_own_path ON documents AS RESTRICTIVE FOR INSERT WITH CHECK (
    starts_with(raw_path, 'documents/' || document_id || '/original/'));
CREATE POLICY documents_path_within ON documents AS RESTRICTIVE FOR INSERT WITH CHECK (
    raw_path !~ '(^|/)\.{1,2}(/|$)' AND position('//' IN raw_path) = 0);

-- What whoever connects with the API's role can tell of: what a member's own work needs, by role.
CREATE POLICY events_api_types ON events AS RESTRICTIVE FOR INSERT WITH CHECK (
    CASE WHEN type = 'downloaded' OR type = 'exported' AND document_id IS NOT NULL THEN true
        WHEN type IN ('uploaded', 'restarted') OR (type, code) = ('finalized', 'acknowledged') THEN realm_id = ANY ((SELECT my_realms('contributor'))::uuid[])
        WHEN type = 'review' OR (type, code) = ('stage_started', 'deep_scan_started')
            THEN realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[])
        -- whoever leaves says so before
        WHEN (type, code) = ('realm', 'member_removed') AND payload ->> 'user_id' = (SELECT current_user_id())::text
            THEN true
        WHEN type = 'realm' OR (type = 'source' AND code IN ('source_added', 'source_changed', 'source_removed'))
            THEN realm_id = ANY ((SELECT my_realms('admin'))::uuid[])
        WHEN type = 'source' AND code IN ('vanishing_confirmed', 'vanishing_refused')
            THEN realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[])
        ELSE false END);

-- The API parks and undoes; what is due is carried out by the service role.
CREATE POLICY parked_decisions_undo ON parked_decisions AS RESTRICTIVE FOR UPDATE USING (true)
    WITH CHECK (outcome = 'undone');

-- Whoever connects with the API's role inserts questions of banks and added facts, both undecided, and no other fact.
CREATE POLICY staged_questions_api_inserts ON staged_questions AS RESTRICTIVE FOR INSERT WITH CHECK (
    status = 'pending' AND left_out_reason IS NULL AND evidence_pieces IS NULL
    AND (document_id IS NULL) = (generator <> 'reviewer')
    AND (generator <> 'reviewer' OR realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[])));

-- Questions go into one's own bank: nobody else's is added to, which a reviewer may be reading.
CREATE POLICY staged_questions_own_bank ON staged_questions AS RESTRICTIVE FOR INSERT WITH CHECK (
    generator = 'reviewer' OR EXISTS (SELECT FROM upload_batches b
        WHERE b.batch_id = upload_batch_id AND b.uploaded_by = (SELECT current_user_id())));

-- What is undone was changed in the same realm. A trigger, as a policy may not read its own table.
CREATE FUNCTION refuse_undo_elsewhere() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM review_changes c WHERE c.change_id = NEW.undoes AND c.realm_id = NEW.realm_id) THEN
        RAISE EXCEPTION 'a change is undone in its own realm'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'review_changes_undone_in_their_realm';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER review_changes_undone_in_their_realm AFTER INSERT ON review_changes FOR EACH ROW
    WHEN (NEW.undoes IS NOT NULL) EXECUTE FUNCTION refuse_undo_elsewhere();

-- --- documents that move to another realm -----------------------------------------------------------------------------

-- Documents that were moved away keep their ids: the same content, uploaded again, gets another one. SECURITY DEFINER: whoever
-- uploads need not be a member of where they are.
CREATE FUNCTION taken_elsewhere(ids uuid[], realm uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT document_id FROM documents WHERE document_id = ANY (ids) AND realm_id <> realm
$$;

-- A document at rest, with all that belongs to it, its history among it; foreign keys carry most of it along. SECURITY DEFINER:
-- no policy lets a row change its realm. Pairs that would reach from one realm into the other end; what was left out
-- because of one is an orphan then.
CREATE FUNCTION move_document(document uuid, target uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    source uuid;
BEGIN
    SELECT realm_id INTO source FROM documents WHERE document_id = document FOR UPDATE;
    IF source IS NULL OR NOT (SELECT sees_everyone()) AND NOT ARRAY[source, target] <@ my_realms('admin') THEN
        RAISE EXCEPTION 'a document is moved by who is an admin of both realms'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'documents_moved_by_admins';
    END IF;
    IF EXISTS (SELECT FROM upload_jobs j WHERE j.document_id = document AND j.state NOT IN ('done', 'deadletter')) THEN
        RAISE EXCEPTION 'a document is moved when it is at rest'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_moved_at_rest';
    END IF;
    -- another document may stand at the same source there
    UPDATE document_sources s SET is_current = false
    WHERE s.document_id = document AND s.is_current AND EXISTS (
        SELECT FROM document_sources t WHERE t.realm_id = target AND t.source_uri = s.source_uri AND t.is_current);
    UPDATE documents SET realm_id = target WHERE document_id = document;
    UPDATE staging_duplicates p SET realm_id = target
    FROM staged_questions q WHERE q.question_id = p.staged_question_id AND q.document_id = document;
    UPDATE staged_question_views v SET realm_id = target
    FROM staged_questions q WHERE q.question_id = v.question_id AND q.document_id = document;
    DELETE FROM staging_duplicates p USING staged_questions q
    WHERE q.question_id = p.staged_question_id AND (q.document_id = document) <> EXISTS (
            SELECT FROM staged_questions e WHERE e.question_id = p.existing_question_id AND e.document_id = document
            UNION ALL
            SELECT FROM all_questions e WHERE e.question_id = p.existing_question_id AND e.document_id = document)
        AND (q.document_id = document OR p.realm_id = source);
    UPDATE review_change_rows r SET realm_id = target
    FROM review_changes c WHERE c.change_id = r.change_id AND c.document_id = document;
    PERFORM set_config('upload_pipeline.moving', 'on', true);
    UPDATE events SET realm_id = target WHERE document_id = document;
    PERFORM set_config('upload_pipeline.moving', '', true);
END
$$;
