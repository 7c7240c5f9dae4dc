-- name: realms_of
-- The realms that a user is a member of, the personal one first.
SELECT r.realm_id, r.name, m.role, false AS is_personal,
    (SELECT count(*) FROM realm_members n WHERE n.realm_id = r.realm_id)::int AS members, r.created_at
FROM realm_members m JOIN realms r USING (realm_id)
WHERE m.user_id = %(user_id)s
ORDER BY r.name, r.realm_id;

-- name: realms_named
SELECT realm_id FROM realms WHERE name = %(name)s;

-- name: create_realm
SELECT create_realm(%(name)s, %(creator)s) AS realm_id;

-- name: name_myself
SELECT name_myself(%(realm_id)s, %(name)s);

-- name: rename_realm
UPDATE realms SET name = %(name)s WHERE realm_id = %(realm_id)s;

-- name: role_in_realm
SELECT role FROM realm_members WHERE realm_id = %(realm_id)s AND user_id = %(user_id)s;

-- name: members_of_realm
SELECT user_id, name, role, added_by, added_at FROM realm_members WHERE realm_id = %(realm_id)s
ORDER BY role_rank(role) DESC, name, user_id;

-- name: put_member
-- Adds a user, or changes the role of one who is there already; a name that is not given stays.
INSERT INTO realm_members (realm_id, user_id, role, name, added_by)
VALUES (%(realm_id)s, %(user_id)s, %(role)s, %(name)s, %(added_by)s)
ON CONFLICT (realm_id, user_id) DO UPDATE SET role = EXCLUDED.role,
    name = CASE EXCLUDED.name WHEN '' THEN realm_members.name ELSE EXCLUDED.name END;

-- name: remove_member
DELETE FROM realm_members WHERE realm_id = %(realm_id)s AND user_id = %(user_id)s;

-- name: realm_event
INSERT INTO events (realm_id, type, code, payload)
VALUES (%(realm_id)s, 'realm', %(code)s, %(payload)s::jsonb);

-- name: document_moved_event
INSERT INTO events (document_id, realm_id, type, code, payload)
VALUES (%(document_id)s, %(realm_id)s, 'realm', 'document_moved', %(payload)s::jsonb);

-- name: realm_of_row
-- The realm of a document, job, batch, pair, webhook, source, fact or question by its id, whichever it is, and the user's role there.
SELECT r.realm_id, m.role
FROM (
    SELECT realm_id FROM documents WHERE document_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM upload_jobs WHERE job_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM upload_batches WHERE batch_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM staging_duplicates WHERE duplicate_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM webhook_endpoints WHERE webhook_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM sources WHERE source_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM staged_questions WHERE question_id = %(row_id)s
    UNION ALL
    SELECT realm_id FROM all_questions WHERE question_id = %(row_id)s
    UNION ALL
    -- of a realm that is gone by it, the person who had it erased is told in their own
    SELECT realm_id FROM erasures WHERE erasure_id = %(row_id)s AND realm_id = ANY (my_realms('reader'))
    LIMIT 1
) AS r LEFT JOIN realm_members m ON m.realm_id = r.realm_id AND m.user_id = %(user_id)s;
