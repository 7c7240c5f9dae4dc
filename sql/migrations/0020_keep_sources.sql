-- Sources: places that documents come from and are kept in step with, what was seen there, and what vanished from them.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0020_keep_sources');

CREATE TABLE sources (
    source_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    realm_id uuid NOT NULL,
    name text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
    kind text NOT NULL CHECK (kind IN ('folder', 's3', 'web')),
    uri text NOT NULL CHECK (uri ~ '\S'),
    include text[] NOT NULL DEFAULT '{}',
    exclude text[] NOT NULL DEFAULT '{}',
    -- what becomes of a document whose last place was here and has vanished: by the rule after the grace, by a person, nothing
    vanished text NOT NULL DEFAULT 'withdraw' CHECK (vanished IN ('withdraw', 'review', 'keep')),
    grace interval NOT NULL DEFAULT '1 day' CHECK (grace >= '0'),
    -- between the starts of two syncs; null: only when somebody asks
    every interval CHECK (every >= '1 minute'),
    -- what its documents are processed with, as an upload may ask for it
    choices jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(choices) = 'object'),
    added_by uuid NOT NULL DEFAULT acting_user_id(),
    added_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    paused_at timestamptz,
    -- the end of the last listing that was whole: what is there was seen then
    listed_at timestamptz,
    -- removed: its documents stay, or vanish by its policy
    removed_at timestamptz,
    removal text CHECK (removal IN ('keep', 'vanish')),
    UNIQUE (source_id, realm_id),
    CONSTRAINT sources_removed_check CHECK ((removed_at IS NULL) = (removal IS NULL))
);
CREATE UNIQUE INDEX sources_name_key ON sources (realm_id, name) WHERE removed_at IS NULL;

-- One file of a source: as it was when it was last read, and the document that it is. It was last seen at its source's
-- listed_at, or, once it has vanished, at last_seen_at.
CREATE TABLE source_items (
    source_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    uri text NOT NULL CHECK (uri <> ''),
    name text NOT NULL CHECK (name <> ''),
    size bigint CHECK (size >= 0),
    -- null: it is to be read whatever a listing shows
    version text,
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    document_id uuid REFERENCES documents ON DELETE SET NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz,
    -- not in the last listing, in which so much was missing that a person is asked
    missing_at timestamptz,
    vanished_at timestamptz,
    -- why it was not taken, or not seen, the last time
    error jsonb CHECK (jsonb_typeof(error) = 'object'),
    PRIMARY KEY (source_id, uri),
    FOREIGN KEY (source_id, realm_id) REFERENCES sources (source_id, realm_id) ON DELETE CASCADE,
    CONSTRAINT source_items_vanished_check CHECK (vanished_at IS NULL OR missing_at IS NULL)
);
CREATE INDEX source_items_place_idx ON source_items (realm_id, uri);
CREATE INDEX source_items_document_idx ON source_items (document_id);
CREATE INDEX source_items_gone_idx ON source_items (source_id) WHERE vanished_at IS NOT NULL OR missing_at IS NOT NULL;

CREATE TABLE source_runs (
    run_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    source_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    -- who asked for it, by the name of that time; null: the schedule
    user_id uuid DEFAULT acting_user_id(),
    user_name text DEFAULT acting_name(),
    -- whose advisory lock says that it goes on
    worker text NOT NULL CHECK (worker <> ''),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    -- waiting: so much is missing that a person decides whether it has vanished
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'done', 'failed', 'waiting')),
    -- how many files are new, changed, moved, …
    plan jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(plan) = 'object'),
    done int NOT NULL DEFAULT 0 CHECK (done >= 0),
    total int NOT NULL DEFAULT 0 CHECK (total >= 0),
    error jsonb CHECK (jsonb_typeof(error) = 'object'),
    -- of one that waited; overtaken: by a later listing that was whole
    decision text CHECK (decision IN ('confirmed', 'refused', 'overtaken')),
    decided_at timestamptz,
    decided_by text,
    decider_id uuid,
    FOREIGN KEY (source_id, realm_id) REFERENCES sources (source_id, realm_id) ON DELETE CASCADE,
    CONSTRAINT source_runs_ended_check CHECK ((ended_at IS NULL) = (outcome = 'running')),
    CONSTRAINT source_runs_failed_check CHECK ((error IS NULL) = (outcome <> 'failed')),
    CONSTRAINT source_runs_decided_check CHECK ((decision IS NULL) = (decided_at IS NULL)
        AND (decision IS NULL OR outcome = 'done')
        AND (decided_by IS NULL) = (decision IS NULL OR decision = 'overtaken'))
);
-- one at a time
CREATE UNIQUE INDEX source_runs_running_key ON source_runs (source_id) WHERE outcome = 'running';
CREATE INDEX source_runs_source_idx ON source_runs (source_id, started_at DESC);

-- A document whose last place has vanished, until it has one again: the rule withdraws it after its source's grace, or a
-- person decides.
CREATE TABLE vanishings (
    vanishing_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    source_id uuid NOT NULL REFERENCES sources ON DELETE CASCADE,
    -- the file, below its source
    name text NOT NULL CHECK (name <> ''),
    vanished_at timestamptz NOT NULL DEFAULT now(),
    decision text CHECK (decision IN ('withdraw', 'keep')),
    decided_at timestamptz,
    -- the person by id and the name of that time; the rule has no id
    decided_by text,
    user_id uuid,
    reason text,
    returned_at timestamptz,
    FOREIGN KEY (document_id, realm_id) REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT vanishings_decided_check CHECK (
        (decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL))
);
CREATE UNIQUE INDEX vanishings_standing_key ON vanishings (document_id) WHERE returned_at IS NULL;
CREATE INDEX vanishings_realm_idx ON vanishings (realm_id, vanished_at) WHERE returned_at IS NULL AND decision IS NULL;

-- What was decided is not decided again.
CREATE FUNCTION guard_source_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF OLD.decision IS NOT NULL AND present_erasure() IS NULL AND (NEW.decision, NEW.decided_at, NEW.decided_by)
            IS DISTINCT FROM (OLD.decision, OLD.decided_at, OLD.decided_by) THEN
        RAISE EXCEPTION 'this was decided before' USING ERRCODE = 'check_violation', CONSTRAINT = 'source_decided_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER vanishings_decided_once BEFORE UPDATE OF decision ON vanishings
    FOR EACH ROW EXECUTE FUNCTION guard_source_decision();
CREATE TRIGGER source_runs_decided_once BEFORE UPDATE OF decision ON source_runs
    FOR EACH ROW EXECUTE FUNCTION guard_source_decision();

-- Places of sources at which nothing stands any more: the file has vanished, or what it holds now was withdrawn.
CREATE VIEW vacant_places WITH (security_invoker = true) AS
SELECT i.source_id, i.realm_id, i.uri, i.name, i.vanished_at
FROM source_items i
WHERE i.vanished_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM document_sources c WHERE c.realm_id = i.realm_id AND c.source_uri = i.uri AND c.is_current)
UNION ALL
SELECT i.source_id, i.realm_id, i.uri, i.name, i.changed_at
FROM ended_unpublished e
JOIN documents d ON d.document_id = e.document_id AND d.published_at IS NULL
JOIN LATERAL newest_job(e.document_id) j ON j.outcome = 'withdrawn'
JOIN document_sources c ON c.document_id = e.document_id AND c.is_current
JOIN source_items i ON i.realm_id = c.realm_id AND i.uri = c.source_uri;

-- Whether nothing holds a document any more: it stands nowhere, and no place where it stood holds what is not published yet,
-- or was not let through, until which it stands.
CREATE FUNCTION has_no_place(document uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT NOT EXISTS (SELECT FROM document_sources c WHERE c.document_id = document AND c.is_current)
        AND NOT EXISTS (
            SELECT FROM document_sources stood
            JOIN document_sources now ON now.realm_id = stood.realm_id AND now.source_uri = stood.source_uri
                AND now.is_current
            JOIN documents e ON e.document_id = now.document_id AND e.published_at IS NULL
            JOIN LATERAL newest_job(e.document_id) j ON j.outcome IS DISTINCT FROM 'withdrawn'
            WHERE stood.document_id = document)
$$;

-- Documents that are published, or on their way, and have no place any more but vacant ones.
CREATE VIEW vanished_documents WITH (security_invoker = true) AS
SELECT DISTINCT ON (d.document_id) d.document_id, d.realm_id, v.source_id, v.name, v.vanished_at
FROM vacant_places v
JOIN sources s ON s.source_id = v.source_id AND s.removal IS DISTINCT FROM 'keep'
JOIN document_sources mine ON mine.realm_id = v.realm_id AND mine.source_uri = v.uri AND NOT mine.is_current
JOIN documents d ON d.document_id = mine.document_id
WHERE (d.published_at IS NOT NULL OR EXISTS (SELECT FROM newest_job(d.document_id) j WHERE j.state <> 'done'))
    AND has_no_place(d.document_id)
-- where several sources had it, the most careful one decides, by the latest of its places
ORDER BY d.document_id, array_position(ARRAY['keep', 'review', 'withdraw'], s.vanished), v.vanished_at + s.grace DESC;

-- What a person is asked about, as before; documents whose last place has vanished from a source that has people asked;
-- and sources of which so much is missing that a person says whether it has vanished.
CREATE OR REPLACE VIEW waiting_for_people WITH (security_invoker = true) AS
SELECT 'document' AS kind, j.job_id AS id, j.realm_id, j.document_id, j.phase, j.waits_since
FROM upload_jobs j
WHERE j.state = 'awaiting_review'
    AND NOT EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)
UNION ALL
SELECT 'batch', b.batch_id, b.realm_id, NULL, NULL, b.uploaded_at
FROM upload_batches b
WHERE b.document_id IS NULL AND b.status IN ('pending', 'reviewing', 'reviewed') AND b.matched_at IS NOT NULL
    AND EXISTS (SELECT FROM staged_questions q
        WHERE q.upload_batch_id = b.batch_id AND q.status IN ('pending', 'approved'))
UNION ALL
SELECT 'vanished', j.job_id, v.realm_id, v.document_id, NULL, v.vanished_at
FROM vanishings v
JOIN sources s USING (source_id)
JOIN documents d ON d.document_id = v.document_id AND d.published_at IS NOT NULL
CROSS JOIN LATERAL newest_job(v.document_id) j
WHERE v.returned_at IS NULL AND v.decision IS NULL AND s.vanished = 'review' AND s.realm_id = v.realm_id
    AND has_no_place(v.document_id)
    AND NOT EXISTS (SELECT FROM parked_decisions p WHERE p.job_id = j.job_id AND p.ended_at IS NULL)
UNION ALL
SELECT 'source', s.source_id, s.realm_id, NULL, NULL, min(r.started_at)
FROM source_runs r
JOIN sources s USING (source_id)
WHERE r.outcome = 'waiting' AND s.removed_at IS NULL
GROUP BY s.source_id;

-- --- who sees and changes them ----------------------------------------------------------------------------------------

DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['sources', 'source_items', 'source_runs', 'vanishings'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (realm_id = ANY ((SELECT my_realms(%L))::uuid[]))',
            owned || '_seen', owned, 'reader');
    END LOOP;
END
$$;
-- Admins say what is kept in step; reviewers decide what has vanished. What was seen, and what follows, workers write.
CREATE POLICY sources_insert ON sources FOR INSERT WITH CHECK (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]));
CREATE POLICY sources_update ON sources FOR UPDATE USING (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]))
    WITH CHECK (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]));
CREATE POLICY sources_own_hand ON sources AS RESTRICTIVE FOR INSERT WITH CHECK (added_by = (SELECT current_user_id()));
-- Nobody has a source put its documents before those of others.
CREATE POLICY sources_fair_added ON sources AS RESTRICTIVE FOR INSERT
    WITH CHECK (coalesce((choices ->> 'priority')::int, 0) <= 0);
CREATE POLICY sources_fair ON sources AS RESTRICTIVE FOR UPDATE USING (true)
    WITH CHECK (coalesce((choices ->> 'priority')::int, 0) <= 0);
CREATE POLICY source_runs_update ON source_runs FOR UPDATE USING (realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[]))
    WITH CHECK (realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[]));
CREATE POLICY source_runs_own_hand ON source_runs AS RESTRICTIVE FOR UPDATE USING (outcome = 'waiting')
    WITH CHECK (decision IN ('confirmed', 'refused') AND decider_id = (SELECT current_user_id()));
CREATE POLICY vanishings_update ON vanishings FOR UPDATE USING (realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[]))
    WITH CHECK (realm_id = ANY ((SELECT my_realms('reviewer'))::uuid[]));
CREATE POLICY vanishings_own_hand ON vanishings AS RESTRICTIVE FOR UPDATE USING (returned_at IS NULL)
    WITH CHECK (decision = 'keep' AND user_id = (SELECT current_user_id()));

GRANT SELECT ON sources, source_items, source_runs, vanishings, vacant_places, vanished_documents TO upload_pipeline_api;
GRANT INSERT (realm_id, name, kind, uri, include, exclude, vanished, grace, every, choices, added_by),
    UPDATE (name, uri, include, exclude, vanished, grace, every, choices, changed_at, paused_at, removed_at, removal)
    ON sources TO upload_pipeline_api;
GRANT UPDATE (outcome, decision, decided_at, decided_by, decider_id) ON source_runs TO upload_pipeline_api;
GRANT UPDATE (decision, decided_at, decided_by, user_id, reason) ON vanishings TO upload_pipeline_api;
