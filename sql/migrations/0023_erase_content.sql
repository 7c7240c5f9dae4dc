-- Erasing: what a right to erasure takes out of every place. Of it stays one row here: that something was erased, when, by
-- whom, and how much. It is written first, and until it says `done` nothing works on what it names.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0023_erase_content');

CREATE TABLE erasures (
    erasure_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    scope text NOT NULL CHECK (scope IN ('documents', 'person', 'realm')),
    -- null: of a person across realms, which is for operators
    realm_id uuid,
    -- whose uploads
    person_id uuid,
    -- what was there when it was planned; of a person or a realm, what came between is erased as well
    document_ids uuid[] NOT NULL,
    batch_ids uuid[] NOT NULL DEFAULT '{}',
    -- planned: counted, and nothing else; erasing: begun, and carried on until it is done; restored: a backup that was made
    -- before it has been put back, and nobody sees anything until it is carried out again
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'erasing', 'restored', 'done')),
    asked_by uuid NOT NULL DEFAULT coalesce(acting_user_id(), '00000000-0000-0000-0000-000000000000'),
    asked_by_name text NOT NULL DEFAULT coalesce(acting_name(), ''),
    reason text NOT NULL CONSTRAINT erasures_reason_check CHECK (state = 'planned' OR visible_length(reason) >= 10),
    counts jsonb NOT NULL CHECK (jsonb_typeof(counts) = 'object'),
    -- what is still to be looked for: words and keys, none of which stays
    pending jsonb,
    -- what was removed where, and keyed fingerprints of it
    certificate jsonb,
    planned_at timestamptz NOT NULL DEFAULT now(),
    begun_at timestamptz,
    done_at timestamptz,
    CONSTRAINT erasures_of_whom_check CHECK (CASE scope
        WHEN 'documents' THEN realm_id IS NOT NULL AND person_id IS NULL AND cardinality(document_ids) > 0
        WHEN 'person' THEN person_id IS NOT NULL
        ELSE realm_id IS NOT NULL AND person_id IS NULL END),
    CONSTRAINT erasures_begun_check CHECK ((state = 'planned') = (begun_at IS NULL)),
    CONSTRAINT erasures_done_check CHECK ((state = 'done') = (done_at IS NOT NULL)
        AND (state <> 'done' OR certificate IS NOT NULL)),
    CONSTRAINT erasures_pending_check CHECK (pending IS NULL OR state IN ('erasing', 'restored'))
);
CREATE INDEX erasures_realm_idx ON erasures (realm_id, planned_at DESC);
CREATE INDEX erasures_open_idx ON erasures (state) WHERE state IN ('erasing', 'restored');

-- An erasure is planned, begun and done, once each, and means the same from its plan on.
CREATE FUNCTION guard_erasure() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'planned' THEN
            RAISE EXCEPTION 'that something was erased stays on record'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'erasures_stay';
        END IF;
        RETURN OLD;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (('planned', 'planned'), ('planned', 'erasing'), ('erasing', 'erasing'),
            ('erasing', 'done'), ('restored', 'restored'), ('restored', 'done'), ('done', 'done'))
        OR to_jsonb(NEW) - '{state,counts,pending,certificate,begun_at,done_at,reason,asked_by_name}'::text[]
            <> to_jsonb(OLD) - '{state,counts,pending,certificate,begun_at,done_at,reason,asked_by_name}'::text[]
        OR OLD.state <> 'planned' AND NEW.reason <> OLD.reason
        -- of what is done nothing goes but the name of who asked, once that person is erased
        OR OLD.state = 'done' AND (NEW.asked_by_name <> '' OR (to_jsonb(NEW) - 'asked_by_name') #- '{certificate,asked_by_name}'
            IS DISTINCT FROM (to_jsonb(OLD) - 'asked_by_name') #- '{certificate,asked_by_name}')
    THEN
        RAISE EXCEPTION 'illegal change of an erasure, % -> %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erasures_move';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER erasures_move BEFORE UPDATE OR DELETE ON erasures FOR EACH ROW EXECUTE FUNCTION guard_erasure();

-- What is planned in a realm is of that realm: whoever plans names rows by their ids.
CREATE FUNCTION refuse_foreign_erasure() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF cardinality(NEW.document_ids) <> (SELECT count(*) FROM documents d WHERE d.document_id = ANY (NEW.document_ids)
            AND (NEW.realm_id IS NULL OR d.realm_id = NEW.realm_id))
        OR cardinality(NEW.batch_ids) <> (SELECT count(*) FROM upload_batches b WHERE b.batch_id = ANY (NEW.batch_ids)
            AND (NEW.realm_id IS NULL OR b.realm_id = NEW.realm_id))
    THEN
        RAISE EXCEPTION 'an erasure names what is in its realm, each once'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'erasures_own_rows';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER erasures_own_rows BEFORE INSERT ON erasures FOR EACH ROW WHEN (NEW.state = 'planned')
    EXECUTE FUNCTION refuse_foreign_erasure();

-- --- while it lasts -------------------------------------------------------------------------------------------------

-- Whether an erasure has begun that takes this away, or a restored one waits, for which everything does.
CREATE FUNCTION is_being_erased(document uuid, realm uuid, uploader uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = upload_pipeline, pg_temp AS $$
    SELECT EXISTS (SELECT FROM erasures e WHERE e.state IN ('erasing', 'restored') AND (e.state = 'restored'
        OR document = ANY (e.document_ids)
        OR e.scope = 'realm' AND e.realm_id = realm
        OR e.scope = 'person' AND e.person_id = uploader AND (e.realm_id IS NULL OR e.realm_id = realm)))
$$;

CREATE FUNCTION refuse_while_erasing() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    uploader uuid := CASE TG_TABLE_NAME WHEN 'documents' THEN (to_jsonb(NEW) ->> 'user_id')::uuid
        WHEN 'upload_batches' THEN (to_jsonb(NEW) ->> 'uploaded_by')::uuid
        ELSE (SELECT d.user_id FROM documents d WHERE d.document_id = NEW.document_id) END;
BEGIN
    IF is_being_erased(NEW.document_id, NEW.realm_id, uploader) THEN
        RAISE EXCEPTION 'this is being erased' USING ERRCODE = 'object_in_use', CONSTRAINT = 'erasures_under_way';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER documents_not_while_erasing BEFORE INSERT ON documents
    FOR EACH ROW EXECUTE FUNCTION refuse_while_erasing();
-- a name more, of content that is known
CREATE TRIGGER document_sources_not_while_erasing BEFORE INSERT ON document_sources
    FOR EACH ROW EXECUTE FUNCTION refuse_while_erasing();
CREATE TRIGGER upload_batches_not_while_erasing BEFORE INSERT ON upload_batches
    FOR EACH ROW WHEN (NEW.document_id IS NULL) EXECUTE FUNCTION refuse_while_erasing();
CREATE TRIGGER upload_jobs_not_while_erasing BEFORE UPDATE OF state ON upload_jobs FOR EACH ROW
    WHEN (NEW.state = 'working' AND OLD.state <> 'working') EXECUTE FUNCTION refuse_while_erasing();

-- A realm that is being erased is nobody's any more. What a backup has put back, and was erased after it was made, is
-- served to nobody: no realm is anybody's until it is erased again.
CREATE OR REPLACE FUNCTION my_realms(least_role text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT array_agg(realm_id) FROM (
        -- should a user ever have the id of a shared realm, that realm stays its members'
        SELECT current_user_id() AS realm_id WHERE NOT EXISTS (SELECT FROM realms WHERE realm_id = current_user_id())
        UNION ALL
        SELECT realm_id FROM realm_members
        WHERE user_id = current_user_id() AND role_rank(role) >= role_rank(least_role)) AS mine
    WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.state IN ('erasing', 'restored')
        AND (e.state = 'restored' OR e.scope = 'realm' AND e.realm_id = mine.realm_id))
$$;

-- --- the door through what is otherwise never changed -----------------------------------------------------------------

-- The erasure that the functions below carry out in this transaction; null: none. Anybody can set the setting, so that it
-- counts only where the owner acts, as within these functions, for somebody who may call them.
CREATE FUNCTION present_erasure() RETURNS uuid LANGUAGE sql STABLE
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT CASE WHEN current_setting('upload_pipeline.erasing', true) <> ''
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'erasures'::regclass)
        AND has_function_privilege(
            CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END,
            'erase_events(uuid, uuid[], uuid[])', 'EXECUTE')
    THEN (
        SELECT erasure_id FROM erasures WHERE state IN ('erasing', 'restored')
            AND erasure_id = nullif(current_setting('upload_pipeline.erasing', true), '')::uuid
    ) END
$$;

-- A text without these words, where they are words of their own, and without these names, where they are all of it: the
-- name `a.md` is no part of `beta.md`, but it may begin after the letters of an escape, as in `\na.md`.
CREATE FUNCTION without_words(said text, words text[], names text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    word text;
BEGIN
    IF said = ANY (names) THEN
        RETURN '[was erased]';
    END IF;
    FOREACH word IN ARRAY words LOOP
        IF position(word IN said) > 0 THEN
            said := regexp_replace(said,
                CASE WHEN word ~ '^\w' THEN '(?:(?<!\w)|(?<=\\[abfnrtv])|(?<=\\u[0-9a-fA-F]{4})|(?<=\\x[0-9a-fA-F]{2})|(?<=%[0-9a-fA-F]{2}))'
                    ELSE '' END
                || regexp_replace(word, '([^\w\s])', '\\\1', 'g')
                || CASE WHEN word ~ '\w$' THEN '(?!\w)' ELSE '' END,
                '[was erased]', 'g');
        END IF;
    END LOOP;
    RETURN said;
END
$$;

-- JSON without them: each of its texts by itself, as no letter of an escape stands beside a word there. Codes stay, and
-- keys that are no more than identifiers (pipeline_core.domain.erasing.Cleaner, which a test holds equal).
CREATE FUNCTION without_words(said jsonb, words text[], names text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(said)
        WHEN 'string' THEN to_jsonb(upload_pipeline.without_words(said #>> '{}', words, names))
        WHEN 'array' THEN (SELECT coalesce(jsonb_agg(upload_pipeline.without_words(one, words, names) ORDER BY at), '[]')
            FROM jsonb_array_elements(said) WITH ORDINALITY AS of_array (one, at))
        WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(
                CASE WHEN key ~ '^[\w-]+$' THEN key ELSE upload_pipeline.without_words(key, words, names) END,
                CASE WHEN key IN ('code', 'model', 'severity', 'stage', 'type') AND jsonb_typeof(value) = 'string' THEN value
                    ELSE upload_pipeline.without_words(value, words, names) END), '{}')
            FROM jsonb_each(said))
        ELSE said END;
END
$$;

CREATE FUNCTION has_one_of(said text, words text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT FROM unnest(words) word WHERE position(word IN said) > 0)
$$;

-- The words of one realm, the longest first; of what belongs to none, those of all.
CREATE FUNCTION words_of_realm(words_of jsonb, realm uuid) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(word ORDER BY length(word) DESC), '{}')
    FROM jsonb_each(words_of) AS of_realm (its_id, words) CROSS JOIN LATERAL jsonb_array_elements_text(words) AS word
    WHERE realm IS NULL OR its_id = realm::text
$$;

-- Takes the words of an erasure that has begun out of one column, and the names of the person as whole values: they stand
-- in that row (``pending``), and no others are taken out; in rows of a realm only what that realm said. ``texts``:
-- checksums of the values that may have one, which whoever calls has found: thousands of words are not looked for one by
-- one in every row. SECURITY DEFINER: events, withdrawals and what was decided change by no other way.
CREATE FUNCTION erase_words(erasure uuid, its_table text, its_column text, texts text[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    of_what erasures;
    kind text := (SELECT format_type(atttypid, NULL) FROM pg_attribute
        WHERE attrelid = format('upload_pipeline.%I', its_table)::regclass AND attname = its_column AND attnum > 0);
    its_realm text := CASE WHEN EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = format('upload_pipeline.%I', its_table)::regclass AND attname = 'realm_id')
        THEN 'realm_id' ELSE 'NULL::uuid' END;
    clean text;
    changed bigint;
BEGIN
    SELECT * INTO of_what FROM erasures WHERE erasure_id = erasure AND state IN ('erasing', 'restored');
    IF of_what.pending IS NULL OR kind NOT IN ('text', 'jsonb') OR its_table = 'erasures' THEN
        RAISE EXCEPTION 'words are taken out for an erasure that has begun, of texts'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'erasures_begun';
    END IF;
    clean := format('upload_pipeline.without_words(%I, upload_pipeline.words_of_realm($1, %s),
        CASE WHEN $3 IS NULL OR %2$s IS NULL OR %2$s = $3 THEN $2 ELSE ''{}'' END)', its_column, its_realm);
    PERFORM set_config('upload_pipeline.erasing', erasure::text, true);
    EXECUTE format('UPDATE upload_pipeline.%1$I SET %2$I = %3$s
        WHERE md5(%2$I::text) = ANY ($4) AND %3$s IS DISTINCT FROM %2$I', its_table, its_column, clean)
    USING of_what.pending -> 'words_of', ARRAY(SELECT jsonb_array_elements_text(of_what.pending -> 'names')),
        of_what.realm_id, texts;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('upload_pipeline.erasing', '', true);
    RETURN changed;
END
$$;

-- Leaves of the events of what is erased that they happened: their words go, with the name of a person who is erased.
CREATE FUNCTION erase_events(erasure uuid, documents uuid[], batches uuid[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    of_what erasures;
    changed bigint;
BEGIN
    SELECT * INTO of_what FROM erasures WHERE erasure_id = erasure AND state IN ('erasing', 'restored');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'events are emptied for an erasure that has begun'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'erasures_begun';
    END IF;
    PERFORM set_config('upload_pipeline.erasing', erasure::text, true);
    UPDATE events e SET payload = jsonb_build_object('erased', erasure),
        user_name = CASE WHEN e.user_id = of_what.person_id OR of_what.scope = 'realm' THEN NULL ELSE e.user_name END
    WHERE NOT e.payload ? 'erased' AND (
        e.document_id = ANY (documents)
        OR e.payload ? 'batch_id' AND e.payload ->> 'batch_id' = ANY (batches::text[])
        OR of_what.scope = 'realm' AND e.realm_id = of_what.realm_id);
    GET DIAGNOSTICS changed = ROW_COUNT;
    UPDATE events e SET user_name = NULL
    WHERE e.user_name IS NOT NULL AND e.user_id = of_what.person_id AND (of_what.realm_id IS NULL OR e.realm_id = of_what.realm_id);
    -- `Name (id)` becomes the id
    UPDATE events e SET payload = regexp_replace(e.payload::text,
        '"(?:[^"\\]|\\.)* \(' || of_what.person_id || '\)"', to_json(of_what.person_id)::text, 'g')::jsonb
    WHERE position(' (' || of_what.person_id || ')"' IN e.payload::text) > 0
        AND (of_what.realm_id IS NULL OR e.realm_id = of_what.realm_id);
    PERFORM set_config('upload_pipeline.erasing', '', true);
    RETURN changed;
END
$$;

-- --- statistics -----------------------------------------------------------------------------------------------------

-- The planner's statistics keep values of rows that are gone, in the clear. They are cleared (PostgreSQL 18 lets the owner,
-- before that a superuser may) and made anew from what is there. Returns tables that keep theirs: without the right to
-- clear, those that are empty, as of nothing none are made. SECURITY DEFINER: only the owner may.
CREATE FUNCTION renew_statistics(tables text[]) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    can_clear boolean := to_regprocedure('pg_catalog.pg_clear_attribute_stats(text,text,text,boolean)') IS NOT NULL;
    is_super boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
    its_name text;
    kept text[] := '{}';
    is_empty boolean;
BEGIN
    FOREACH its_name IN ARRAY tables LOOP
        IF can_clear THEN
            EXECUTE 'SELECT pg_clear_attribute_stats(c.relnamespace::regnamespace::text, c.relname::text, a.attname::text, s.stainherit)
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                JOIN pg_statistic s ON s.starelid = c.oid AND s.staattnum = a.attnum
                WHERE c.oid = $1 OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = $1)'
            USING format('upload_pipeline.%I', its_name)::regclass;
        ELSIF is_super THEN
            EXECUTE 'DELETE FROM pg_statistic WHERE starelid = $1
                OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = $1)'
            USING format('upload_pipeline.%I', its_name)::regclass;
        ELSE
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM upload_pipeline.%I)', its_name) INTO is_empty;
            kept := CASE WHEN is_empty THEN kept || its_name ELSE kept END;
        END IF;
        EXECUTE format('ANALYZE upload_pipeline.%I', its_name);
    END LOOP;
    RETURN kept;
END
$$;

-- Columns and indexes of which the planner's statistics have a text.
CREATE FUNCTION statistics_with(wanted text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT tablename || '.' || attname FROM pg_stats WHERE schemaname = 'upload_pipeline' AND has_one_of(
        concat_ws(' ', most_common_vals::text, histogram_bounds::text, most_common_elems::text), wanted)
$$;

-- --- fingerprints ---------------------------------------------------------------------------------------------------

-- As pipeline_core.domain.erasing.plainly says it, which a test holds equal: neither the form of letters nor of blanks counts.
CREATE FUNCTION said_plainly(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(normalize(said, NFKC), '[\t\n\v\f\r ]+', ' ', 'g'));

-- HMAC-SHA-256 of it, by the two pads of the key (RFC 2104).
CREATE FUNCTION keyed_fingerprint(said text, inner_pad bytea, outer_pad bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256(outer_pad || sha256(inner_pad || convert_to(said_plainly(said), 'UTF8'))), 'hex');

-- --- rights ---------------------------------------------------------------------------------------------------------

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
-- whoever had a realm erased is told of it still
CREATE POLICY erasures_seen ON erasures FOR SELECT
    USING (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]) OR asked_by = (SELECT current_user_id()));
CREATE POLICY erasures_insert ON erasures FOR INSERT WITH CHECK (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]));
CREATE POLICY erasures_own_hand ON erasures AS RESTRICTIVE FOR INSERT
    WITH CHECK (state = 'planned' AND asked_by = (SELECT current_user_id()));
CREATE POLICY erasures_update ON erasures FOR UPDATE
    USING (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]))
    WITH CHECK (realm_id = ANY ((SELECT my_realms('admin'))::uuid[]) OR asked_by = (SELECT current_user_id()));
CREATE POLICY erasures_begin ON erasures AS RESTRICTIVE FOR UPDATE
    USING (state = 'planned') WITH CHECK (state = 'erasing');
-- A plan is made, and begun; what was erased, and that it is done, is the workers' to say.
GRANT SELECT, INSERT (erasure_id, scope, realm_id, person_id, document_ids, batch_ids, reason, counts),
    UPDATE (state, begun_at, reason) ON erasures TO upload_pipeline_api;
REVOKE ALL ON FUNCTION is_being_erased(uuid, uuid, uuid), present_erasure(), erase_words(uuid, text, text, text[]),
    erase_events(uuid, uuid[], uuid[]), renew_statistics(text[]), statistics_with(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_being_erased(uuid, uuid, uuid), present_erasure()
    TO upload_pipeline_api, upload_pipeline_service;
GRANT EXECUTE ON FUNCTION erase_words(uuid, text, text, text[]), erase_events(uuid, uuid[], uuid[]), renew_statistics(text[]),
    statistics_with(text[]) TO upload_pipeline_service;
