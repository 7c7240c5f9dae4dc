-- Realms: knowledge bases that people share. Everything belongs to one. Each user has a personal realm, whose id is the
-- user's id: it has no row here, and no member but its user, who may do everything in it.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0002_create_realms');

-- The same roles, in the same order, as pipeline_core.domain.realms.Role, held equal by a test: each may do what those
-- before it may.
CREATE FUNCTION role_rank(role text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_position(ARRAY['reader', 'contributor', 'reviewer', 'admin'], role);

CREATE TABLE realms (
    realm_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name ~ '\S' AND length(name) <= 200),
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- it would be taken for its user's own
    CONSTRAINT realms_not_personal_check CHECK (realm_id <> created_by)
);

CREATE TABLE realm_members (
    realm_id uuid NOT NULL REFERENCES realms,
    user_id uuid NOT NULL,
    role text NOT NULL CHECK (role_rank(role) IS NOT NULL),
    -- how the others know this user
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    added_by uuid NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (realm_id, user_id)
);
CREATE INDEX realm_members_user_idx ON realm_members (user_id);

-- The realms in which whoever asks has at least this role. SECURITY DEFINER: policies ask it, those of this table among them.
CREATE FUNCTION my_realms(least_role text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    SELECT array_agg(realm_id) FROM (
        -- should a user ever have the id of a shared realm, that realm stays its members'
        SELECT current_user_id() AS realm_id WHERE NOT EXISTS (SELECT FROM realms WHERE realm_id = current_user_id())
        UNION ALL
        SELECT realm_id FROM realm_members
        WHERE user_id = current_user_id() AND role_rank(role) >= role_rank(least_role)) AS mine
$$;

-- A realm always has somebody who can let others in. The last admin goes with the realm (0023), and not before.
CREATE FUNCTION keep_an_admin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM erasures e WHERE e.state IN ('erasing', 'restored') AND e.scope = 'realm' AND e.realm_id = OLD.realm_id)
    THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    -- Of two that leave at once, the second sees that the first has gone. Written and not only locked: a transaction that
    -- reads from an older snapshot (REPEATABLE READ) would not see it, and is refused.
    UPDATE realms SET created_at = created_at WHERE realm_id = OLD.realm_id;
    IF OLD.role = 'admin' AND NOT EXISTS (
            SELECT FROM realm_members
            WHERE realm_id = OLD.realm_id AND role = 'admin' AND user_id <> OLD.user_id)
    THEN
        RAISE EXCEPTION 'a realm keeps at least one admin'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'realm_members_last_admin';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER realm_members_last_admin_leaves BEFORE DELETE ON realm_members
    FOR EACH ROW EXECUTE FUNCTION keep_an_admin();
CREATE TRIGGER realm_members_last_admin_steps_down BEFORE UPDATE ON realm_members
    FOR EACH ROW WHEN (NEW.role <> 'admin' OR (NEW.realm_id, NEW.user_id) <> (OLD.realm_id, OLD.user_id))
    EXECUTE FUNCTION keep_an_admin();

-- Whoever makes a realm is its first admin. SECURITY DEFINER: nobody is a member of it yet. The id is not for the caller to
-- choose: it could be that of another user's personal realm, which the caller would be let into.
CREATE FUNCTION create_realm(its_name text, creator_name text) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
DECLARE
    made CONSTANT uuid := gen_random_uuid();
BEGIN
    INSERT INTO realms (realm_id, name, created_by) VALUES (made, its_name, acting_user_id());
    INSERT INTO realm_members (realm_id, user_id, role, name, added_by)
    VALUES (made, acting_user_id(), 'admin', creator_name, acting_user_id());
    RETURN made;
END
$$;

-- Members say by which name others see them, and change nothing else of what they are. SECURITY DEFINER: only admins may
-- update members.
CREATE FUNCTION name_myself(its_realm uuid, my_name text) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = upload_pipeline, pg_temp AS $$
    UPDATE realm_members SET name = my_name WHERE realm_id = its_realm AND user_id = acting_user_id();
$$;
