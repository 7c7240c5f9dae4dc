-- What production has said, and since when it says what it says. Readers look at all_questions and document_chunks alone;
-- what left them is kept here, with the time that it was there. Whatever changes production, by whatever statement, is
-- noted by triggers on these two tables, and settled once at the end of its transaction.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0021_remember_versions');

-- --- what changed: one row a document (or bank) and transaction ------------------------------------------------------

-- Read by whoever keeps an index of their own in step. It outlives its document, so no foreign key names it; and it stays in
-- the realm that it was told to, when the document moves to another.
CREATE TABLE knowledge_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm_id uuid NOT NULL,
    document_id uuid,
    -- of a question bank, which is of no document
    batch_id uuid,
    -- the moment of the transaction: the same for all that it changed, and later than those of the realm before it
    at timestamptz NOT NULL,
    -- NULL only until its transaction ends: whoever waits for changes waits for this column
    kind text CHECK (kind IN ('published', 'replaced', 'withdrawn', 'changed', 'erased')),
    job_id uuid,
    -- the version that began, or of what left production the one that ended
    version int,
    -- net of the transaction: no id is in two of them. Changed: the same id, in other words or with other evidence.
    facts_came uuid[] NOT NULL DEFAULT '{}',
    facts_went uuid[] NOT NULL DEFAULT '{}',
    facts_changed uuid[] NOT NULL DEFAULT '{}',
    xact_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    oldest_xact_id xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot()),
    CONSTRAINT knowledge_changes_one_of_check CHECK (document_id IS NULL OR batch_id IS NULL),
    CONSTRAINT knowledge_changes_once_key UNIQUE NULLS NOT DISTINCT (at, realm_id, document_id, batch_id)
);
CREATE INDEX knowledge_changes_xact_idx ON knowledge_changes (xact_id);
CREATE INDEX knowledge_changes_realm_idx ON knowledge_changes (realm_id, change_id);
CREATE INDEX knowledge_changes_document_idx ON knowledge_changes (document_id, change_id);
CREATE INDEX knowledge_changes_batch_idx ON knowledge_changes (batch_id) WHERE batch_id IS NOT NULL;

-- From when on production is remembered: what was before is not known, or was removed by retention.
CREATE TABLE memory_reach (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    since timestamptz NOT NULL
);
INSERT INTO memory_reach (since) VALUES (clock_timestamp());

-- The one moment of a transaction, from its first change of production on. Publishing, withdrawing and reverting hold the
-- realm's matching lock by then, so that moments follow one another as transactions do; also where a clock was set back.
CREATE FUNCTION begin_production_moment() RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    moment CONSTANT timestamptz := greatest(clock_timestamp(),
        (SELECT max(at) FROM knowledge_changes) + interval '1 microsecond');
BEGIN
    PERFORM set_config('upload_pipeline.production_moment', moment::text, true);
    RETURN moment;
END
$$;
CREATE FUNCTION production_moment() RETURNS timestamptz LANGUAGE sql VOLATILE
RETURN coalesce(nullif(current_setting('upload_pipeline.production_moment', true), '')::timestamptz,
    upload_pipeline.begin_production_moment());

-- Since when production has the row as it is.
ALTER TABLE all_questions ALTER published_at SET DEFAULT production_moment();
ALTER TABLE document_chunks RENAME created_at TO published_at;
ALTER TABLE document_chunks ALTER published_at SET DEFAULT production_moment();

-- --- what was in production: rows as they were, and from when to when -------------------------------------------------

-- The columns of the tables that they came from, in their order; vectors too: a search as of a day finds by meaning, and
-- a version comes back without being embedded again.
CREATE TABLE past_questions (LIKE all_questions);
ALTER TABLE past_questions RENAME published_at TO valid_from;
ALTER TABLE past_questions
    ADD valid_to timestamptz NOT NULL,
    ADD upload_batch_id uuid REFERENCES upload_batches ON DELETE CASCADE,
    ADD PRIMARY KEY (question_id, valid_from),
    ADD CONSTRAINT past_questions_interval_check CHECK (valid_to > valid_from),
    ADD CONSTRAINT past_questions_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE;
CREATE INDEX past_questions_realm_idx ON past_questions (realm_id, valid_to);
CREATE INDEX past_questions_document_idx ON past_questions (document_id, valid_to);
CREATE INDEX past_questions_batch_idx ON past_questions (upload_batch_id) WHERE upload_batch_id IS NOT NULL;
CREATE INDEX past_questions_valid_to_idx ON past_questions (valid_to);

CREATE TABLE past_chunks (LIKE document_chunks);
ALTER TABLE past_chunks RENAME published_at TO valid_from;
ALTER TABLE past_chunks
    ADD valid_to timestamptz NOT NULL,
    ADD PRIMARY KEY (chunk_id, valid_from),
    ADD CONSTRAINT past_chunks_interval_check CHECK (valid_to > valid_from),
    ADD CONSTRAINT past_chunks_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE;
CREATE INDEX past_chunks_realm_idx ON past_chunks (realm_id, valid_to);
CREATE INDEX past_chunks_document_idx ON past_chunks (document_id, valid_to);
CREATE INDEX past_chunks_valid_to_idx ON past_chunks (valid_to);

-- --- versions of a document ------------------------------------------------------------------------------------------

-- What a reviewer put back as it was in an earlier version.
CREATE TABLE reversions (
    reversion_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    version int NOT NULL CHECK (version > 0),
    -- later content of the same file, another document, which left for it
    instead_of uuid,
    reverted_at timestamptz NOT NULL DEFAULT now(),
    -- who decided it, by id and by the name of that time
    user_id uuid NOT NULL,
    reverted_by text NOT NULL CHECK (reverted_by <> ''),
    reason text NOT NULL CONSTRAINT reversions_reason_check CHECK (visible_length(reason) >= 10),
    CONSTRAINT reversions_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX reversions_document_idx ON reversions (document_id, reverted_at DESC);
CREATE INDEX reversions_instead_of_idx ON reversions (instead_of) WHERE instead_of IS NOT NULL;

-- A row of production belongs to a version if it was there when the version began.
CREATE TABLE published_versions (
    document_id uuid NOT NULL,
    realm_id uuid NOT NULL,
    -- from one, or on from those of the document whose place it took
    number int NOT NULL CHECK (number > 0),
    valid_from timestamptz NOT NULL,
    -- NULL: it is what production says now
    valid_to timestamptz,
    -- whose run it is
    job_id uuid REFERENCES upload_jobs ON DELETE SET NULL,
    -- changed: facts came or went, or their words changed, without a run of the document
    origin text NOT NULL CHECK (origin IN ('published', 'changed', 'reverted')),
    reverted_to int,
    ended text CHECK (ended IN ('republished', 'changed', 'reverted', 'replaced', 'withdrawn')),
    -- the document that took its place
    replaced_by uuid,
    file_name text NOT NULL,
    published_path text,
    published_sha256 text CHECK (published_sha256 ~ '^[0-9a-f]{64}$'),
    -- whoever decided last that it may be published, by id and name; neither: its facts needed nobody
    approved_by uuid,
    approved_name text,
    -- what people decided, edited or added of single facts, by question_id
    approvals jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(approvals) = 'object'),
    -- who withdrew or reverted it, and why
    ended_by uuid,
    ended_name text,
    end_reason text,
    chunks int NOT NULL CHECK (chunks >= 0),
    facts int NOT NULL CHECK (facts >= 0),
    facts_came int NOT NULL CHECK (facts_came >= 0),
    facts_went int NOT NULL CHECK (facts_went >= 0),
    facts_changed int NOT NULL CHECK (facts_changed >= 0),
    PRIMARY KEY (document_id, number),
    CONSTRAINT published_versions_interval_check CHECK (valid_to > valid_from),
    CONSTRAINT published_versions_over_check CHECK ((valid_to IS NULL) = (ended IS NULL)),
    CONSTRAINT published_versions_revert_check CHECK ((origin = 'reverted') = (reverted_to IS NOT NULL)),
    CONSTRAINT published_versions_replaced_check CHECK (replaced_by IS NULL OR ended = 'replaced'),
    CONSTRAINT published_versions_document_fkey FOREIGN KEY (document_id, realm_id)
        REFERENCES documents (document_id, realm_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE UNIQUE INDEX published_versions_present_key ON published_versions (document_id) WHERE valid_to IS NULL;
CREATE INDEX published_versions_realm_idx ON published_versions (realm_id, valid_from);
CREATE INDEX published_versions_replaced_idx ON published_versions (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX published_versions_job_idx ON published_versions (job_id);
CREATE INDEX published_versions_path_idx ON published_versions (published_path) WHERE published_path IS NOT NULL;
CREATE INDEX published_versions_valid_to_idx ON published_versions (valid_to) WHERE valid_to IS NOT NULL;

-- --- noting what changes ---------------------------------------------------------------------------------------------

-- Vectors are no words: what is embedded anew says what it said. Nor are the keys that it is compared by.
CREATE FUNCTION says_the_same(one past_questions, other past_questions) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (one.document_id, one.chunk_id, one.topic, one.subtopic, one.question_type, one.difficulty, one.question,
            one.answer, one.notes_for_tutor, one.statement, one.evidence, one.evidence_match, one.generator,
            one.confidence, one.confidence_reasons)
        IS NOT DISTINCT FROM
        (other.document_id, other.chunk_id, other.topic, other.subtopic, other.question_type, other.difficulty,
            other.question, other.answer, other.notes_for_tutor, other.statement, other.evidence, other.evidence_match,
            other.generator, other.confidence, other.confidence_reasons)
$$;

CREATE FUNCTION remember_questions_came() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    INSERT INTO knowledge_changes AS k (at, realm_id, document_id, batch_id, facts_came)
    SELECT production_moment(), n.realm_id, n.document_id, s.upload_batch_id, array_agg(n.question_id)
    FROM came n LEFT JOIN staged_questions s ON n.document_id IS NULL AND s.question_id = n.question_id
    GROUP BY n.realm_id, n.document_id, s.upload_batch_id
    ORDER BY n.document_id, s.upload_batch_id
    ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO UPDATE SET facts_came = k.facts_came || EXCLUDED.facts_came;
    RETURN NULL;
END
$$;

-- What came in this transaction was never there for anybody. A document that is erased takes its past along.
CREATE FUNCTION remember_questions_went() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM went) THEN
        RETURN NULL;
    END IF;
    INSERT INTO past_questions
    SELECT o.*, production_moment(), s.upload_batch_id
    FROM went o LEFT JOIN staged_questions s ON o.document_id IS NULL AND s.question_id = o.question_id
    WHERE o.published_at < production_moment()
        AND (o.document_id IS NULL OR EXISTS (SELECT FROM documents d WHERE d.document_id = o.document_id));
    INSERT INTO knowledge_changes AS k (at, realm_id, document_id, batch_id, facts_went)
    SELECT production_moment(), o.realm_id, o.document_id, s.upload_batch_id, array_agg(o.question_id)
    FROM went o LEFT JOIN staged_questions s ON o.document_id IS NULL AND s.question_id = o.question_id
    GROUP BY o.realm_id, o.document_id, s.upload_batch_id
    ORDER BY o.document_id, s.upload_batch_id
    ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO UPDATE SET facts_went = k.facts_went || EXCLUDED.facts_went;
    RETURN NULL;
END
$$;

CREATE FUNCTION remember_question_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    batch uuid := (SELECT upload_batch_id FROM staged_questions WHERE question_id = OLD.question_id AND OLD.document_id IS NULL);
BEGIN
    IF OLD.published_at < production_moment() THEN
        INSERT INTO past_questions SELECT OLD.*, production_moment(), batch;
    END IF;
    NEW.published_at := production_moment();
    INSERT INTO knowledge_changes AS k (at, realm_id, document_id, batch_id, facts_came, facts_went)
    VALUES (production_moment(), NEW.realm_id, NEW.document_id, batch, ARRAY[NEW.question_id], ARRAY[OLD.question_id])
    ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO UPDATE
        SET facts_came = k.facts_came || EXCLUDED.facts_came, facts_went = k.facts_went || EXCLUDED.facts_went;
    RETURN NEW;
END
$$;

CREATE FUNCTION remember_chunks_came() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    INSERT INTO knowledge_changes (at, realm_id, document_id)
    SELECT DISTINCT production_moment(), realm_id, document_id FROM came ORDER BY document_id
    ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO NOTHING;
    RETURN NULL;
END
$$;

CREATE FUNCTION remember_chunks_went() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM went) THEN
        RETURN NULL;
    END IF;
    INSERT INTO past_chunks
    SELECT o.*, production_moment() FROM went o
    WHERE o.published_at < production_moment()
        AND EXISTS (SELECT FROM documents d WHERE d.document_id = o.document_id);
    INSERT INTO knowledge_changes (at, realm_id, document_id)
    SELECT DISTINCT production_moment(), realm_id, document_id FROM went ORDER BY document_id
    ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO NOTHING;
    RETURN NULL;
END
$$;

CREATE FUNCTION remember_chunk_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF OLD.published_at < production_moment() THEN
        INSERT INTO past_chunks SELECT OLD.*, production_moment();
    END IF;
    NEW.published_at := production_moment();
    INSERT INTO knowledge_changes (at, realm_id, document_id)
    VALUES (production_moment(), NEW.realm_id, NEW.document_id)
    ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO NOTHING;
    RETURN NEW;
END
$$;

CREATE TRIGGER all_questions_remember_came AFTER INSERT ON all_questions REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION remember_questions_came();
CREATE TRIGGER all_questions_remember_went AFTER DELETE ON all_questions REFERENCING OLD TABLE AS went
    FOR EACH STATEMENT EXECUTE FUNCTION remember_questions_went();
CREATE TRIGGER document_chunks_remember_came AFTER INSERT ON document_chunks REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION remember_chunks_came();
CREATE TRIGGER document_chunks_remember_went AFTER DELETE ON document_chunks REFERENCING OLD TABLE AS went
    FOR EACH STATEMENT EXECUTE FUNCTION remember_chunks_went();
-- Words that change in place: nothing of this software does so, and whoever does is noted too.
CREATE TRIGGER all_questions_remember_changed BEFORE UPDATE OF document_id, chunk_id, topic, subtopic, question_type,
        difficulty, question, answer, notes_for_tutor, statement, evidence, evidence_match, generator, confidence,
        confidence_reasons ON all_questions FOR EACH ROW
    WHEN ((OLD.document_id, OLD.chunk_id, OLD.topic, OLD.subtopic, OLD.question_type, OLD.difficulty, OLD.question,
            OLD.answer, OLD.notes_for_tutor, OLD.statement, OLD.evidence, OLD.evidence_match, OLD.generator,
            OLD.confidence, OLD.confidence_reasons)
        IS DISTINCT FROM
        (NEW.document_id, NEW.chunk_id, NEW.topic, NEW.subtopic, NEW.question_type, NEW.difficulty, NEW.question,
            NEW.answer, NEW.notes_for_tutor, NEW.statement, NEW.evidence, NEW.evidence_match, NEW.generator,
            NEW.confidence, NEW.confidence_reasons))
    EXECUTE FUNCTION remember_question_changed();
CREATE TRIGGER document_chunks_remember_changed BEFORE UPDATE OF document_id, ordinal, text, heading_path, page_from,
        page_to, char_from, char_to ON document_chunks FOR EACH ROW
    WHEN ((OLD.document_id, OLD.ordinal, OLD.text, OLD.heading_path, OLD.page_from, OLD.page_to, OLD.char_from, OLD.char_to)
        IS DISTINCT FROM
        (NEW.document_id, NEW.ordinal, NEW.text, NEW.heading_path, NEW.page_from, NEW.page_to, NEW.char_from, NEW.char_to))
    EXECUTE FUNCTION remember_chunk_changed();

-- A publication that says what was there before is one, too; and whoever was told of a document is told that it is erased.
-- One that moves to another realm takes its past along: to those whom it leaves it is withdrawn.
CREATE FUNCTION remember_document() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    facts CONSTANT uuid[] := CASE WHEN TG_OP = 'UPDATE' AND OLD.realm_id <> NEW.realm_id
        THEN ARRAY(SELECT question_id FROM all_questions WHERE document_id = NEW.document_id) END;
BEGIN
    IF facts IS NOT NULL THEN
        INSERT INTO knowledge_changes (at, realm_id, document_id, kind, version, facts_came, facts_went)
        SELECT production_moment(), t.realm_id, NEW.document_id, t.kind, (SELECT max(number) FROM published_versions v
            WHERE v.document_id = NEW.document_id), t.came, t.went
        FROM (VALUES (OLD.realm_id, 'withdrawn', '{}'::uuid[], facts), (NEW.realm_id, 'published', facts, '{}'))
            AS t (realm_id, kind, came, went);
    ELSIF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM knowledge_changes k WHERE k.document_id = OLD.document_id) THEN
        INSERT INTO knowledge_changes (at, realm_id, document_id)
        VALUES (production_moment(), OLD.realm_id, OLD.document_id)
        ON CONFLICT ON CONSTRAINT knowledge_changes_once_key DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER documents_remember_published AFTER UPDATE OF published_at ON documents FOR EACH ROW
    WHEN (OLD.published_at IS DISTINCT FROM NEW.published_at) EXECUTE FUNCTION remember_document();
CREATE TRIGGER documents_remember_moved AFTER UPDATE OF realm_id ON documents FOR EACH ROW
    WHEN (OLD.realm_id <> NEW.realm_id AND NEW.published_at IS NOT NULL) EXECUTE FUNCTION remember_document();
CREATE TRIGGER documents_remember_erased AFTER DELETE ON documents FOR EACH ROW EXECUTE FUNCTION remember_document();

-- --- settling it at the end of the transaction -----------------------------------------------------------------------

-- What came and went in all. What only came, came; of what went, too, it is looked up what was there before and is there now.
CREATE FUNCTION net_changes(moment timestamptz) RETURNS void LANGUAGE sql
SET search_path = upload_pipeline, pg_temp AS $$
    UPDATE knowledge_changes k SET (facts_came, facts_went, facts_changed) = (
        SELECT coalesce(array_agg(id) FILTER (WHERE is_there AND NOT was_there), '{}'),
            coalesce(array_agg(id) FILTER (WHERE was_there AND NOT is_there), '{}'),
            coalesce(array_agg(id) FILTER (WHERE was_there AND is_there AND is_other), '{}')
        FROM (
            SELECT i.id, b.question_id IS NOT NULL OR e.is_erased AND i.id <> ALL (k.facts_came) AS was_there,
                a.question_id IS NOT NULL AS is_there,
                NOT says_the_same(b, (SELECT row(q.*, NULL, NULL)::past_questions FROM all_questions q
                    WHERE q.question_id = i.id)) AS is_other
            FROM (SELECT DISTINCT unnest(k.facts_came || k.facts_went) AS id) i
            CROSS JOIN (SELECT k.document_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM documents d WHERE d.document_id = k.document_id) AS is_erased) e
            -- of a row that changed more than once, the one that others saw
            LEFT JOIN past_questions b ON b.question_id = i.id AND b.valid_to = moment
                AND b.document_id IS NOT DISTINCT FROM k.document_id
            LEFT JOIN all_questions a ON a.question_id = i.id AND a.document_id IS NOT DISTINCT FROM k.document_id
        ) net)
    WHERE k.at = moment AND k.kind IS NULL AND k.facts_went <> '{}'
$$;

-- The document that this transaction has published in the place of this one.
CREATE FUNCTION successor_of(document uuid) RETURNS uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT d.document_id FROM document_sources old
    JOIN document_sources new USING (realm_id, source_uri)
    JOIN documents d ON d.document_id = new.document_id AND d.published_at = now()
    WHERE old.document_id = document AND NOT old.is_current AND new.is_current LIMIT 1
$$;

-- Which kind of change it was, and with which version: by what is true at the end.
CREATE FUNCTION name_changes(moment timestamptz) RETURNS void LANGUAGE sql
SET search_path = upload_pipeline, pg_temp AS $$
    -- numbers go on from the document whose place is taken, so that those of one file follow one another
    WITH gone AS MATERIALIZED (
        SELECT o.document_id, successor_of(o.document_id) AS successor
        FROM knowledge_changes o JOIN documents d USING (document_id)
        WHERE o.at = moment AND o.kind IS NULL AND d.published_at IS NULL
    )
    UPDATE knowledge_changes k SET kind = w.kind, job_id = w.job_id,
        version = CASE WHEN w.kind IN ('published', 'changed') THEN greatest(w.newest, w.before, 0) + 1 ELSE w.newest END
    FROM (
        SELECT c.change_id, v.newest, j.job_id,
            (SELECT max(p.number) FROM gone g JOIN published_versions p ON p.document_id = g.document_id
                WHERE g.successor = c.document_id) AS before,
            CASE WHEN d.document_id IS NULL THEN 'erased'
                WHEN d.published_at = now() THEN 'published'
                WHEN d.published_at IS NOT NULL THEN 'changed'
                WHEN EXISTS (SELECT FROM withdrawals x WHERE x.document_id = d.document_id AND x.withdrawn_at = now())
                    THEN 'withdrawn'
                WHEN successor_of(d.document_id) IS NOT NULL THEN 'replaced' ELSE 'withdrawn' END AS kind
        FROM knowledge_changes c LEFT JOIN documents d USING (document_id)
        LEFT JOIN LATERAL (SELECT max(number) AS newest FROM published_versions p WHERE p.document_id = c.document_id) v ON true
        -- facts that come or go without a run leave the version with the run that it is of
        LEFT JOIN LATERAL newest_job(c.document_id) j ON true
        WHERE c.at = moment AND c.kind IS NULL AND c.document_id IS NOT NULL
    ) w WHERE k.change_id = w.change_id;
    UPDATE knowledge_changes k SET kind = CASE
            WHEN k.facts_came <> '{}' AND NOT EXISTS (SELECT FROM knowledge_changes b
                WHERE b.batch_id = k.batch_id AND b.kind IS NOT NULL) THEN 'published'
            WHEN EXISTS (SELECT FROM staged_questions s JOIN all_questions a USING (question_id)
                WHERE s.upload_batch_id = k.batch_id) THEN 'changed'
            WHEN k.facts_came <> '{}' THEN 'changed' ELSE 'replaced' END
    WHERE k.at = moment AND k.kind IS NULL AND k.document_id IS NULL;
    DELETE FROM knowledge_changes k
    WHERE k.at = moment AND k.kind = 'changed' AND (k.facts_came, k.facts_went, k.facts_changed) = ('{}', '{}', '{}')
        AND NOT EXISTS (SELECT FROM past_chunks c WHERE c.document_id = k.document_id AND c.valid_to = moment)
        AND NOT EXISTS (SELECT FROM document_chunks c WHERE c.document_id = k.document_id AND c.published_at = moment)
$$;

CREATE FUNCTION end_versions(moment timestamptz) RETURNS void LANGUAGE sql
SET search_path = upload_pipeline, pg_temp AS $$
    UPDATE published_versions v SET valid_to = moment,
        ended = CASE WHEN k.kind IN ('withdrawn', 'replaced', 'changed') THEN k.kind
            WHEN r.user_id IS NOT NULL THEN 'reverted' ELSE 'republished' END,
        replaced_by = CASE WHEN k.kind = 'replaced' THEN successor_of(k.document_id) END,
        ended_by = coalesce(r.user_id, w.user_id), ended_name = coalesce(r.reverted_by, w.withdrawn_by),
        end_reason = coalesce(r.reason, w.reason)
    FROM knowledge_changes k
    LEFT JOIN withdrawals w ON w.document_id = k.document_id AND w.withdrawn_at = now() AND k.kind = 'withdrawn'
    LEFT JOIN reversions r ON r.document_id = k.document_id AND r.reverted_at = now() AND k.kind = 'published'
    WHERE k.at = moment AND k.document_id = v.document_id AND k.realm_id = v.realm_id AND v.valid_to IS NULL
        AND k.kind IN ('published', 'changed', 'replaced', 'withdrawn')
$$;

CREATE FUNCTION begin_versions(moment timestamptz) RETURNS void LANGUAGE sql
SET search_path = upload_pipeline, pg_temp AS $$
    INSERT INTO published_versions (document_id, realm_id, number, valid_from, job_id, origin, reverted_to, file_name,
        published_path, published_sha256, approved_by, approved_name, approvals, chunks, facts, facts_came, facts_went,
        facts_changed)
    SELECT k.document_id, k.realm_id, k.version, moment, k.job_id,
        CASE WHEN r.version IS NOT NULL THEN 'reverted' ELSE k.kind END, r.version, d.filename, d.published_path,
        d.published_sha256, coalesce(r.user_id, e.user_id), coalesce(r.reverted_by, e.user_name), coalesce(s.approvals, '{}'),
        (SELECT count(*) FROM document_chunks c WHERE c.document_id = k.document_id),
        (SELECT count(*) FROM all_questions a WHERE a.document_id = k.document_id),
        cardinality(k.facts_came), cardinality(k.facts_went), cardinality(k.facts_changed)
    FROM knowledge_changes k JOIN documents d USING (document_id, realm_id)
    LEFT JOIN reversions r ON r.document_id = k.document_id AND r.reverted_at = now() AND k.kind = 'published'
    LEFT JOIN LATERAL (
        SELECT user_id, user_name FROM events e WHERE e.job_id = k.job_id AND e.user_id IS NOT NULL
            AND e.code IN ('matches_approved', 'validation_overridden')
        ORDER BY e.event_id DESC LIMIT 1) e ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(q.question_id, jsonb_strip_nulls(jsonb_build_object('by', q.reviewed_by,
            'name', (SELECT nullif(m.name, '') FROM realm_members m
                WHERE m.realm_id = q.realm_id AND m.user_id = q.reviewed_by),
            'at', q.reviewed_at, 'edited_by', q.edited_by, 'added_by', q.added_by))) AS approvals
        FROM staged_questions q
        WHERE q.document_id = k.document_id AND q.status = 'imported'
            AND (q.decided_by_itself OR q.edited_by IS NOT NULL OR q.added_by IS NOT NULL)) s ON true
    WHERE k.at = moment AND k.kind IN ('published', 'changed')
        AND NOT EXISTS (SELECT FROM published_versions v WHERE v.document_id = k.document_id AND v.valid_from = moment)
$$;

-- All of the transaction at once, for the first of its rows that is asked for: the others are settled by then.
CREATE FUNCTION settle_production() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM knowledge_changes WHERE at = NEW.at AND kind IS NULL) THEN
        PERFORM net_changes(NEW.at);
        PERFORM name_changes(NEW.at);
        PERFORM end_versions(NEW.at);
        PERFORM begin_versions(NEW.at);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER knowledge_changes_settle AFTER INSERT ON knowledge_changes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind IS NULL) EXECUTE FUNCTION settle_production();

-- --- retention -------------------------------------------------------------------------------------------------------

-- Removes up to `most` rows of each kind that left production before so many days, and returns their number. 0 days: none.
CREATE FUNCTION prune_memory(days int, most int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    cutoff CONSTANT timestamptz := now() - make_interval(days => nullif(days, 0));
    removed bigint;
BEGIN
    IF days < 0 OR most < 1 THEN
        RAISE EXCEPTION 'versions are kept for 0 (for ever) or more days, not for %', days USING ERRCODE = 'check_violation';
    END IF;
    IF cutoff IS NULL THEN
        RETURN 0;
    END IF;
    -- first of all: nobody is told of a day of which something may be gone
    UPDATE memory_reach SET since = cutoff WHERE since < cutoff;
    WITH questions AS (
        DELETE FROM past_questions WHERE (question_id, valid_from) IN (
            SELECT question_id, valid_from FROM past_questions WHERE valid_to < cutoff LIMIT most) RETURNING 1
    ), chunks AS (
        DELETE FROM past_chunks WHERE (chunk_id, valid_from) IN (
            SELECT chunk_id, valid_from FROM past_chunks WHERE valid_to < cutoff LIMIT most) RETURNING 1
    ), versions AS (
        DELETE FROM published_versions WHERE (document_id, number) IN (
            SELECT document_id, number FROM published_versions WHERE valid_to < cutoff LIMIT most) RETURNING 1
    )
    SELECT (SELECT count(*) FROM questions) + (SELECT count(*) FROM chunks) + (SELECT count(*) FROM versions) INTO removed;
    RETURN removed;
END
$$;

-- --- for whoever looks back ------------------------------------------------------------------------------------------

-- Production as it was at a moment. What is there now has been there since published_at. Rights of whoever asks.
CREATE FUNCTION facts_as_of(moment timestamptz) RETURNS SETOF past_questions LANGUAGE sql STABLE AS $$
    SELECT a.*, NULL::timestamptz, NULL::uuid FROM upload_pipeline.all_questions a WHERE a.published_at <= moment
    UNION ALL
    SELECT p.* FROM upload_pipeline.past_questions p WHERE p.valid_from <= moment AND p.valid_to > moment
$$;
CREATE FUNCTION passages_as_of(moment timestamptz) RETURNS SETOF past_chunks LANGUAGE sql STABLE AS $$
    SELECT c.*, NULL::timestamptz FROM upload_pipeline.document_chunks c WHERE c.published_at <= moment
    UNION ALL
    SELECT p.* FROM upload_pipeline.past_chunks p WHERE p.valid_from <= moment AND p.valid_to > moment
$$;

-- Whether production says now of a document what it said at that moment, in the same passages.
CREATE FUNCTION is_said_now(document uuid, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM upload_pipeline.documents d WHERE d.document_id = document AND d.published_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM (SELECT * FROM upload_pipeline.facts_as_of(moment) f WHERE f.document_id = document) t
            FULL JOIN (SELECT * FROM upload_pipeline.facts_as_of('infinity') f WHERE f.document_id = document) a
                USING (question_id)
            WHERE t.question_id IS NULL OR a.question_id IS NULL
                OR NOT upload_pipeline.says_the_same(row(t.*)::upload_pipeline.past_questions, row(a.*)::upload_pipeline.past_questions))
        AND NOT EXISTS (
            SELECT FROM (SELECT * FROM upload_pipeline.passages_as_of(moment) c WHERE c.document_id = document) t
            FULL JOIN (SELECT * FROM upload_pipeline.passages_as_of('infinity') c WHERE c.document_id = document) a
                USING (chunk_id)
            WHERE (t.ordinal, t.text, t.heading_path, t.page_from, t.page_to, t.char_from)
                IS DISTINCT FROM (a.ordinal, a.text, a.heading_path, a.page_from, a.page_to, a.char_from))
$$;

-- Every fact that production has or had, from when to when (NULL: now), and in which versions of its document.
CREATE VIEW fact_history WITH (security_invoker = true) AS
SELECT f.question_id, f.realm_id, f.document_id, f.question, f.answer, f.statement, f.evidence, joined_quotes(f.evidence) AS evidence_quote,
    f.evidence_page, f.generator, f.confidence, f.valid_from, f.valid_to,
    (SELECT min(v.number) FROM published_versions v WHERE v.document_id = f.document_id AND v.valid_from >= f.valid_from)
        AS first_version,
    (SELECT max(v.number) FROM published_versions v WHERE v.document_id = f.document_id
        AND v.valid_from >= f.valid_from AND (f.valid_to IS NULL OR v.valid_from < f.valid_to)) AS last_version
FROM (
    SELECT question_id, realm_id, document_id, question, answer, statement, evidence, evidence_page,
        generator, confidence, published_at AS valid_from, NULL::timestamptz AS valid_to FROM all_questions
    UNION ALL
    SELECT question_id, realm_id, document_id, question, answer, statement, evidence, evidence_page,
        generator, confidence, valid_from, valid_to FROM past_questions
) f;

-- A document and those that are other content of the same file: whose place it took, or that left when it was put back.
CREATE FUNCTION contents_of_file(document uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE contents AS (
        SELECT document AS document_id
        UNION
        SELECT o.document_id FROM contents c CROSS JOIN LATERAL (
            SELECT v.document_id FROM upload_pipeline.published_versions v WHERE v.replaced_by = c.document_id
            UNION ALL
            SELECT r.instead_of FROM upload_pipeline.reversions r
            WHERE r.document_id = c.document_id AND r.instead_of IS NOT NULL) o
    )
    SELECT document_id FROM contents
$$;

-- The published fact of another document than these, or question of a bank, that says this one in the same words, or that it
-- was left out for: it is published from there, and not twice.
CREATE FUNCTION said_elsewhere(fact uuid, realm uuid, documents uuid[], words text, its_language text) RETURNS uuid
LANGUAGE sql STABLE AS $$
    SELECT question_id FROM (
        SELECT a.question_id, 1 AS rank FROM upload_pipeline.staged_questions s
        JOIN upload_pipeline.all_questions a ON a.question_id = s.duplicate_of
        WHERE s.question_id = fact AND s.status = 'duplicate' AND (a.document_id = ANY (documents)) IS NOT TRUE
        UNION ALL
        SELECT a.question_id, 2 FROM upload_pipeline.all_questions a
        WHERE a.realm_id = realm AND a.match_sha256 = words AND (a.document_id = ANY (documents)) IS NOT TRUE
            AND upload_pipeline.may_be_one_language(a.language, its_language)) said
    ORDER BY rank, question_id LIMIT 1
$$;

-- --- rows that only members see, and that nobody writes but the triggers -------------------------------------------------

DO $$
DECLARE
    owned text;
BEGIN
    FOREACH owned IN ARRAY ARRAY['knowledge_changes', 'past_questions', 'past_chunks', 'published_versions', 'reversions'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', owned);
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT USING (realm_id = ANY ((SELECT my_realms(''reader''))::uuid[]))',
            owned || '_seen', owned);
    END LOOP;
END
$$;
GRANT SELECT ON knowledge_changes, past_questions, past_chunks, published_versions, reversions, fact_history, memory_reach
    TO upload_pipeline_api;
REVOKE INSERT, UPDATE, DELETE ON knowledge_changes, past_questions, past_chunks, published_versions, memory_reach
    FROM upload_pipeline_service;
REVOKE UPDATE, DELETE ON reversions FROM upload_pipeline_service;
-- a backup by a worker's login dumps how far it has come
GRANT SELECT ON SEQUENCE knowledge_changes_change_id_seq TO upload_pipeline_service;
REVOKE ALL ON FUNCTION begin_production_moment(), remember_questions_came(), remember_questions_went(),
    remember_question_changed(), remember_chunks_came(), remember_chunks_went(), remember_chunk_changed(),
    remember_document(), settle_production(), prune_memory(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_production_moment(), prune_memory(int, int) TO upload_pipeline_service;

-- What is published already is the first version that is known of it.
INSERT INTO published_versions (document_id, realm_id, number, valid_from, job_id, origin, file_name, published_path,
    published_sha256, chunks, facts, facts_came, facts_went, facts_changed)
SELECT d.document_id, d.realm_id, 1, d.published_at, (SELECT job_id FROM newest_job(d.document_id)), 'published',
    d.filename, d.published_path, d.published_sha256, c.chunks, f.facts, f.facts, 0, 0
FROM documents d
CROSS JOIN LATERAL (SELECT count(*) AS chunks FROM document_chunks c WHERE c.document_id = d.document_id) c
CROSS JOIN LATERAL (SELECT count(*) AS facts FROM all_questions a WHERE a.document_id = d.document_id) f
WHERE d.published_at IS NOT NULL;
