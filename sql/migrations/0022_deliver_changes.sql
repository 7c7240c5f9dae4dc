-- Deliveries of change: whoever keeps an index of their own is told what came to production and what left it. The changes
-- themselves are noted as they happen (0021); here is how they are told, and how far each consumer has come.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0022_deliver_changes');

-- A mark says which changes somebody has: those up to an id that were committed before a snapshot. It holds for this feed
-- alone. A database that was restored is another one: what its consumers have may be more than it has.
CREATE TABLE change_feed (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    feed_id uuid NOT NULL DEFAULT gen_random_uuid(),
    -- up to this one they were there when the feed began: their transactions are those of another server
    began_after bigint NOT NULL DEFAULT 0 CHECK (began_after >= 0)
);
INSERT INTO change_feed DEFAULT VALUES;

-- Up to which change those of a realm may have been removed by retention.
CREATE TABLE pruned_changes (
    realm_id uuid PRIMARY KEY,
    through bigint NOT NULL CHECK (through > 0)
);

-- How far a consumer has confirmed, by a name of its own.
CREATE TABLE change_cursors (
    realm_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    feed_id uuid NOT NULL,
    after bigint NOT NULL CHECK (after >= 0),
    -- a snapshot; or amid what was late: the next one, too, and the last id of it
    seen text NOT NULL CHECK (seen ~ '^[0-9]+:[0-9]+:[0-9,]*(/[0-9]+:[0-9]+:[0-9,]*/[0-9]+)?$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (realm_id, user_id, name)
);

-- For SQL users; rights of whoever asks.
CREATE VIEW changes WITH (security_invoker = true) AS
SELECT k.change_id, k.realm_id, k.kind, k.at, k.document_id, k.batch_id, coalesce(d.filename, b.file_name) AS filename,
    k.version, k.job_id, k.facts_came, k.facts_went, k.facts_changed, k.xact_id
FROM knowledge_changes k
LEFT JOIN documents d ON d.document_id = k.document_id AND d.realm_id = k.realm_id
LEFT JOIN upload_batches b ON b.batch_id = k.batch_id AND b.realm_id = k.realm_id;

-- After a restore, whoever follows has to begin anew: nobody knows what they have of what was lost.
CREATE FUNCTION begin_change_feed() RETURNS uuid LANGUAGE sql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    UPDATE change_feed SET feed_id = gen_random_uuid(),
        began_after = (SELECT coalesce(max(change_id), 0) FROM knowledge_changes)
    RETURNING feed_id
$$;

-- Removes up to `most` changes that are older than so many days, and returns their number. 0 days: none. The mark of what is
-- gone is set first: nobody is told of less than there was without being told so.
CREATE FUNCTION prune_changes(days int, most int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    gone bigint[];
BEGIN
    IF days < 0 OR most < 1 THEN
        RAISE EXCEPTION 'changes are kept for 0 (for ever) or more days, not for %', days USING ERRCODE = 'check_violation';
    END IF;
    IF days = 0 THEN
        RETURN 0;
    END IF;
    gone := ARRAY(SELECT change_id FROM knowledge_changes WHERE at < now() - make_interval(days => days)
        ORDER BY change_id LIMIT most);
    INSERT INTO pruned_changes AS p (realm_id, through)
    SELECT realm_id, max(change_id) FROM knowledge_changes WHERE change_id = ANY (gone) GROUP BY realm_id
    ON CONFLICT (realm_id) DO UPDATE SET through = greatest(p.through, excluded.through);
    DELETE FROM knowledge_changes WHERE change_id = ANY (gone);
    RETURN cardinality(gone);
END
$$;

-- --- told as it is committed --------------------------------------------------------------------------------------------

-- Row-level security does not hold for LISTEN: whoever has a login hears it. So it says that something has changed, and
-- neither what nor where; equal words of one transaction are one.
CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    event text := 'knowledge.' || NEW.kind;
BEGIN
    -- one that changed nothing in the end was taken back
    IF NOT EXISTS (SELECT FROM knowledge_changes WHERE change_id = NEW.change_id) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_catalog.pg_notify('upload_pipeline_changes', '');
    IF is_told(NEW.realm_id, event) THEN
        PERFORM queue_message(NEW.realm_id, event, NEW.at, jsonb_build_object(
            'change_id', NEW.change_id, 'document_id', NEW.document_id, 'batch_id', NEW.batch_id,
            'filename', c.filename, 'version', NEW.version, 'job_id', NEW.job_id,
            -- of many only the first: the whole of it is where the link leads
            'facts_came', to_jsonb(NEW.facts_came[:100]), 'facts_went', to_jsonb(NEW.facts_went[:100]),
            'facts_changed', to_jsonb(NEW.facts_changed[:100]),
            'counts', jsonb_build_object('came', cardinality(NEW.facts_came), 'went', cardinality(NEW.facts_went),
                'changed', cardinality(NEW.facts_changed)),
            'is_cut', greatest(cardinality(NEW.facts_came), cardinality(NEW.facts_went), cardinality(NEW.facts_changed)) > 100,
            'change_url', '/api/v2/changes/' || NEW.change_id))
        FROM changes c WHERE c.change_id = NEW.change_id;
    END IF;
    RETURN NULL;
END
$$;
-- At the very end: until then its kind may be taken back.
CREATE CONSTRAINT TRIGGER knowledge_changes_tell AFTER UPDATE OF kind ON knowledge_changes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.kind IS NULL AND NEW.kind IS NOT NULL) EXECUTE FUNCTION tell_change();

-- --- rights ---------------------------------------------------------------------------------------------------------------

ALTER TABLE pruned_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY pruned_changes_seen ON pruned_changes FOR SELECT USING (realm_id = ANY ((SELECT my_realms('reader'))::uuid[]));
ALTER TABLE change_cursors ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_cursors_seen ON change_cursors FOR SELECT
    USING (realm_id = ANY ((SELECT my_realms('reader'))::uuid[]));
CREATE POLICY change_cursors_insert ON change_cursors FOR INSERT
    WITH CHECK (realm_id = ANY ((SELECT my_realms('reader'))::uuid[]));
CREATE POLICY change_cursors_update ON change_cursors FOR UPDATE
    USING (realm_id = ANY ((SELECT my_realms('reader'))::uuid[]))
    WITH CHECK (realm_id = ANY ((SELECT my_realms('reader'))::uuid[]));
CREATE POLICY change_cursors_delete ON change_cursors FOR DELETE
    USING (realm_id = ANY ((SELECT my_realms('reader'))::uuid[]));
CREATE POLICY change_cursors_own ON change_cursors AS RESTRICTIVE
    USING (user_id = (SELECT current_user_id())) WITH CHECK (user_id = (SELECT current_user_id()));
GRANT SELECT ON changes, change_feed, pruned_changes TO upload_pipeline_api;
GRANT SELECT, INSERT (realm_id, user_id, name, feed_id, after, seen), UPDATE (feed_id, after, seen, confirmed_at), DELETE
    ON change_cursors TO upload_pipeline_api;
REVOKE INSERT, UPDATE, DELETE ON change_feed, pruned_changes FROM upload_pipeline_service;
REVOKE ALL ON FUNCTION begin_change_feed(), prune_changes(int, int), tell_change() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_change_feed(), prune_changes(int, int) TO upload_pipeline_service;
-- a backup by the service's login reads where the numbers are
GRANT SELECT ON SEQUENCE knowledge_changes_change_id_seq TO upload_pipeline_service;
