-- name: to_erase
-- What is there of a person or a realm, or of these documents: documents, and banks.
SELECT
    ARRAY(SELECT d.document_id FROM documents d WHERE (%(realm_id)s::uuid IS NULL OR d.realm_id = %(realm_id)s)
        AND (d.document_id = ANY(%(document_ids)s) OR %(scope)s = 'realm'
            OR %(scope)s = 'person' AND d.user_id = %(person_id)s) ORDER BY d.document_id) AS documents,
    ARRAY(SELECT b.batch_id FROM upload_batches b WHERE (%(realm_id)s::uuid IS NULL OR b.realm_id = %(realm_id)s)
        AND b.document_id IS NULL AND (%(scope)s = 'realm'
            OR %(scope)s = 'person' AND b.uploaded_by = %(person_id)s) ORDER BY b.batch_id) AS batches;

-- name: earlier_versions
-- What stood before where these documents stand or stood, and stands nowhere now.
SELECT DISTINCT old.document_id
FROM document_sources mine
JOIN document_sources old USING (realm_id, source_uri)
WHERE mine.document_id = ANY(%(document_ids)s) AND old.document_id <> mine.document_id
    AND NOT old.is_current AND (mine.is_current OR old.seen_at < mine.seen_at)
    AND NOT EXISTS (SELECT FROM document_sources s WHERE s.document_id = old.document_id AND s.is_current);

-- name: count_person
-- Where a person is named, beside what they uploaded.
SELECT
    (SELECT count(*) FROM realm_members
        WHERE user_id = %(person_id)s AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)) AS memberships,
    (SELECT count(*) FROM events WHERE user_id = %(person_id)s AND user_name IS NOT NULL
        AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)) AS "events that name them";

-- name: plan_erasure
INSERT INTO erasures (erasure_id, scope, realm_id, person_id, document_ids, batch_ids, reason, counts)
VALUES (%(erasure_id)s, %(scope)s, %(realm_id)s, %(person_id)s, %(document_ids)s, %(batch_ids)s, %(reason)s,
    %(counts)s::jsonb);

-- name: erasures
SELECT erasure_id, scope, state, realm_id, person_id, document_ids, batch_ids, asked_by, asked_by_name, reason, counts,
    planned_at, begun_at, done_at, certificate
FROM erasures
WHERE (%(erasure_id)s::uuid IS NULL OR erasure_id = %(erasure_id)s)
    AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
    AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)
    AND (%(asked_by)s::uuid IS NULL OR asked_by = %(asked_by)s)
ORDER BY planned_at DESC, erasure_id
LIMIT %(limit)s;

-- name: begin_erasure
UPDATE erasures SET state = 'erasing', begun_at = now(), reason = %(reason)s
WHERE erasure_id = %(erasure_id)s AND state = 'planned';

-- name: lock_erasure
-- One at a time carries on with an erasure, and none that is done by now.
SELECT erasure_id FROM erasures WHERE erasure_id = %(erasure_id)s AND state IN ('erasing', 'restored') FOR UPDATE;

-- name: erased_and_gone
-- Documents that were erased and are not taken in anew, with calls for them, whose answers may have waited in the store.
SELECT gone.d AS document_id, ARRAY(SELECT call_id::text FROM paid_calls p WHERE p.document_id = gone.d) AS calls
FROM (SELECT DISTINCT unnest(e.document_ids || ARRAY(
        SELECT jsonb_array_elements_text(e.certificate -> 'documents')::uuid)) FROM erasures e WHERE e.state = 'done') AS gone (d)
WHERE NOT EXISTS (SELECT FROM documents d WHERE d.document_id = gone.d)
ORDER BY gone.d;

-- name: being_erased
-- Which of these contents are not taken in, as what they were is being erased.
SELECT id FROM unnest(%(document_ids)s::uuid[]) AS i (id)
WHERE is_being_erased(id, %(realm_id)s, coalesce(acting_user_id(), %(realm_id)s));

-- name: erased_before
-- Of these, what an erasure has taken away.
SELECT DISTINCT d FROM erasures e CROSS JOIN LATERAL (
    SELECT unnest(e.document_ids) UNION SELECT jsonb_array_elements_text(e.certificate -> 'documents')::uuid) AS gone (d)
WHERE e.state = 'done' AND gone.d = ANY(%(document_ids)s);

-- name: erasing_in_hand
-- Documents that a worker has in hand: it is waited for.
SELECT d.filename FROM upload_jobs j JOIN documents d USING (document_id)
WHERE j.document_id = ANY(%(documents)s) AND j.state = 'working' ORDER BY d.filename LIMIT 5;

-- name: erasing_names
-- Names of documents and banks that stand nowhere else in their realms.
WITH own AS (
    SELECT d.realm_id, n.name FROM documents d CROSS JOIN LATERAL (VALUES
        (d.filename), (regexp_replace(d.raw_path, '^.*/', ''))) AS n (name)
    WHERE d.document_id = ANY(%(documents)s)
    UNION
    -- a title of one word is a word of the language
    SELECT realm_id, title FROM documents WHERE document_id = ANY(%(documents)s) AND title ~ '\S\s+\S'
        AND length(title) >= 12
    UNION
    SELECT s.realm_id, n.name FROM document_sources s CROSS JOIN LATERAL (VALUES (s.filename), (s.source_uri)) AS n (name)
    WHERE s.document_id = ANY(%(documents)s)
    UNION
    SELECT i.realm_id, n.name FROM source_items i CROSS JOIN LATERAL (VALUES (i.name), (i.uri)) AS n (name)
    WHERE i.document_id = ANY(%(documents)s)
    UNION
    SELECT realm_id, file_name FROM published_versions WHERE document_id = ANY(%(documents)s)
    UNION
    SELECT realm_id, file_name FROM upload_batches WHERE batch_id = ANY(%(batches)s) OR document_id = ANY(%(documents)s)
)
SELECT DISTINCT realm_id, name AS said FROM own WHERE length(name) >= %(least)s AND name ~ '[.\s/]'
    AND NOT EXISTS (SELECT FROM documents d WHERE d.realm_id = own.realm_id AND d.document_id <> ALL(%(documents)s)
        AND own.name IN (d.filename, d.title))
    AND NOT EXISTS (SELECT FROM document_sources s WHERE s.realm_id = own.realm_id AND s.document_id <> ALL(%(documents)s)
        AND own.name IN (s.filename, s.source_uri))
    AND NOT EXISTS (SELECT FROM source_items i WHERE i.realm_id = own.realm_id AND own.name IN (i.name, i.uri)
        AND i.document_id <> ALL(%(documents)s))
    AND NOT EXISTS (SELECT FROM upload_batches b WHERE b.realm_id = own.realm_id AND b.file_name = own.name
        AND b.batch_id <> ALL(%(batches)s) AND (b.document_id IS NULL OR b.document_id <> ALL(%(documents)s)));

-- name: erasing_statements
-- What their facts and questions say, and quote, and no other does: also in words that were edited meanwhile.
WITH own AS (
    SELECT q.realm_id, v.said FROM staged_questions q
    CROSS JOIN LATERAL (VALUES (q.question), (q.answer), (q.statement), (joined_quotes(q.evidence))) AS v (said)
    WHERE q.document_id = ANY(%(documents)s) OR q.upload_batch_id = ANY(%(batches)s)
    UNION
    SELECT a.realm_id, v.said FROM all_questions a
    CROSS JOIN LATERAL (VALUES (a.question), (a.answer), (a.statement), (joined_quotes(a.evidence))) AS v (said)
    WHERE a.document_id = ANY(%(documents)s)
    UNION
    SELECT p.realm_id, v.said FROM past_questions p
    CROSS JOIN LATERAL (VALUES (p.question), (p.answer), (p.statement), (joined_quotes(p.evidence))) AS v (said)
    WHERE p.document_id = ANY(%(documents)s) OR p.upload_batch_id = ANY(%(batches)s)
    UNION
    SELECT c.realm_id, said FROM review_change_rows r JOIN review_changes c USING (change_id)
    CROSS JOIN LATERAL (SELECT r.before ->> f.field AS said FROM unnest(ARRAY['question', 'answer', 'statement']) AS f (field)) v
    WHERE c.document_id = ANY(%(documents)s) OR c.batch_id = ANY(%(batches)s)
)
SELECT DISTINCT realm_id, said FROM own WHERE length(said) >= %(least)s AND said NOT IN (
    SELECT v.said FROM staged_questions q
    CROSS JOIN LATERAL (VALUES (q.question), (q.answer), (q.statement), (joined_quotes(q.evidence))) AS v (said)
    WHERE (q.document_id IS NULL OR q.document_id <> ALL(%(documents)s)) AND q.upload_batch_id <> ALL(%(batches)s)
        AND v.said IS NOT NULL);

-- name: erasing_person_names
-- By which names a person is known, where an id says that it is this person.
SELECT DISTINCT name FROM (
    SELECT user_name AS name FROM events WHERE user_id = %(person_id)s AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)
    UNION ALL SELECT name FROM realm_members WHERE user_id = %(person_id)s
        AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)
    UNION ALL SELECT withdrawn_by FROM withdrawals WHERE user_id = %(person_id)s
    UNION ALL SELECT made_by FROM review_changes WHERE user_id = %(person_id)s
    UNION ALL SELECT taken_by FROM parked_decisions WHERE user_id = %(person_id)s) AS known
WHERE name ~ '\S' AND name <> %(person_id)s::text AND name <> 'system';

-- name: erasing_pages
-- Checksums of files that no other document has: by them pages are kept.
SELECT DISTINCT d.file_sha256 FROM documents d WHERE d.document_id = ANY(%(documents)s)
    AND NOT EXISTS (SELECT FROM documents o WHERE o.file_sha256 = d.file_sha256 AND o.document_id <> ALL(%(documents)s));

-- name: erasing_calls
SELECT call_id::text FROM paid_calls WHERE document_id = ANY(%(documents)s);

-- name: erasing_fact_keys
-- Answers that only these documents used: those that their chunks name, that were paid for them, or that quote nothing but
-- their texts and that no chunk names any more.
WITH named AS (
    SELECT fact_key AS key FROM staged_chunks WHERE document_id = ANY(%(documents)s) AND fact_key IS NOT NULL
    UNION
    SELECT cache_key FROM paid_calls WHERE document_id = ANY(%(documents)s) AND cache_key IS NOT NULL
    UNION
    SELECT unnest(b.keys) FROM paid_batches b JOIN paid_calls p USING (call_id) WHERE p.document_id = ANY(%(documents)s)
    UNION
    SELECT f.cache_key FROM fact_cache f
    WHERE NOT EXISTS (SELECT FROM staged_chunks n WHERE n.fact_key = f.cache_key) AND EXISTS (SELECT FROM jsonb_path_query(f.facts, '$.candidates[*].quotes[*]') q
        JOIN staged_chunks c ON c.document_id = ANY(%(documents)s) AND position(q #>> '{}' IN c.text) > 0
        WHERE length(q #>> '{}') >= %(least)s)
)
SELECT key FROM named
WHERE NOT EXISTS (SELECT FROM staged_chunks o WHERE o.fact_key = named.key AND o.document_id <> ALL(%(documents)s));

-- name: erasing_vector_keys
-- Checksums of texts that no other document has: by them vectors are kept.
SELECT content_sha256 FROM staged_chunks WHERE document_id = ANY(%(documents)s)
UNION SELECT content_sha256 FROM document_chunks WHERE document_id = ANY(%(documents)s)
UNION SELECT content_sha256 FROM document_vector_buffer WHERE document_id = ANY(%(documents)s)
UNION SELECT text_sha256(fact_text(question, answer, statement)) FROM staged_questions
    WHERE document_id = ANY(%(documents)s) OR upload_batch_id = ANY(%(batches)s)
UNION SELECT text_sha256(fact_text(question, answer, statement)) FROM all_questions WHERE document_id = ANY(%(documents)s)
UNION SELECT text_sha256(fact_text(question, answer, statement)) FROM past_questions WHERE document_id = ANY(%(documents)s)
UNION SELECT content_sha256 FROM past_chunks WHERE document_id = ANY(%(documents)s)
EXCEPT (
    SELECT content_sha256 FROM staged_chunks WHERE document_id <> ALL(%(documents)s)
    UNION SELECT content_sha256 FROM document_chunks WHERE document_id <> ALL(%(documents)s)
    UNION SELECT text_sha256(fact_text(question, answer, statement)) FROM staged_questions
        WHERE (document_id IS NULL OR document_id <> ALL(%(documents)s)) AND upload_batch_id <> ALL(%(batches)s));

-- name: erasing_parse_keys
-- Parsed files that no other document has.
SELECT DISTINCT p.parse_key FROM parse_jobs p JOIN paid_calls c USING (call_id)
JOIN documents d ON d.document_id = c.document_id
WHERE c.document_id = ANY(%(documents)s)
    AND NOT EXISTS (SELECT FROM documents o WHERE o.file_sha256 = d.file_sha256 AND o.document_id <> ALL(%(documents)s));

-- name: erasing_match_keys
-- Checksums of words that no other fact says: by them decisions are remembered.
SELECT match_sha256 FROM staged_questions WHERE document_id = ANY(%(documents)s) OR upload_batch_id = ANY(%(batches)s)
EXCEPT SELECT match_sha256 FROM staged_questions
    WHERE (document_id IS NULL OR document_id <> ALL(%(documents)s)) AND upload_batch_id <> ALL(%(batches)s);

-- name: note_pending
UPDATE erasures SET pending = %(pending)s::jsonb, certificate = %(certificate)s::jsonb WHERE erasure_id = %(erasure_id)s;

-- name: pending_of_erasure
SELECT pending FROM erasures WHERE erasure_id = %(erasure_id)s;

-- name: published_of
SELECT document_id FROM documents WHERE document_id = ANY(%(documents)s) AND published_at IS NOT NULL ORDER BY document_id;

-- name: realms_of_documents
SELECT DISTINCT realm_id FROM documents WHERE document_id = ANY(%(documents)s)
UNION SELECT realm_id FROM upload_batches WHERE batch_id = ANY(%(batches)s);

-- name: erasing_in_realm
SELECT ARRAY(SELECT document_id FROM documents WHERE document_id = ANY(%(documents)s) AND realm_id = %(realm_id)s
        ORDER BY document_id) AS documents,
    ARRAY(SELECT batch_id FROM upload_batches WHERE batch_id = ANY(%(batches)s) AND realm_id = %(realm_id)s
        ORDER BY batch_id) AS batches;

-- name: note_certificate
UPDATE erasures SET certificate = certificate || %(more)s::jsonb WHERE erasure_id = %(erasure_id)s;

-- name: clear_paid_keys
UPDATE paid_calls SET cache_key = NULL WHERE document_id = ANY(%(documents)s) AND cache_key IS NOT NULL;

-- name: clear_paid_batches
UPDATE paid_batches b SET keys = ARRAY['erased'] FROM paid_calls p
WHERE p.call_id = b.call_id AND p.document_id = ANY(%(documents)s);

-- name: erase_events
SELECT erase_events(%(erasure_id)s, %(documents)s, %(batches)s) AS changed;

-- name: erase_words
SELECT erase_words(%(erasure_id)s, %(table)s, %(column)s, %(texts)s) AS changed;

-- name: tell_erased
INSERT INTO events (document_id, realm_id, user_id, user_name, type, severity, code, payload)
SELECT i.document_id, d.realm_id, e.asked_by, nullif(e.asked_by_name, ''), 'erased', 'warning', 'document_erased',
    jsonb_build_object('erased', e.erasure_id)
FROM unnest(%(documents)s::uuid[]) AS i (document_id) JOIN documents d USING (document_id)
JOIN erasures e ON e.erasure_id = %(erasure_id)s;

-- name: forget_person
-- How a person is called, and how often they asked: what they decided stays, under their id.
WITH members AS (
    UPDATE realm_members SET name = '' WHERE user_id = %(person_id)s AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s)
        AND name <> '' RETURNING 1
), looking AS (
    DELETE FROM presence WHERE user_id = %(person_id)s AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s) RETURNING 1
), limits AS (
    DELETE FROM rate_limits WHERE %(realm_id)s::uuid IS NULL AND position(%(person_id)s::text IN key) > 0 RETURNING 1
)
SELECT (SELECT count(*) FROM members) + (SELECT count(*) FROM looking) + (SELECT count(*) FROM limits) AS gone;

-- name: forget_plans_of
DELETE FROM erasures WHERE state = 'planned' AND asked_by = %(person_id)s
    AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s);

-- name: forget_asker
-- Who asked for an erasure is kept as an id.
UPDATE erasures SET asked_by_name = '',
    certificate = CASE WHEN certificate ? 'asked_by_name' THEN certificate || '{"asked_by_name": ""}' ELSE certificate END
WHERE asked_by = %(person_id)s AND state <> 'planned' AND (%(realm_id)s::uuid IS NULL OR realm_id = %(realm_id)s);

-- name: note_removed
-- What was removed so far, by kind of place: resumed, it is added to.
UPDATE erasures SET certificate = jsonb_set(certificate, '{removed}', certificate -> 'removed' || %(removed)s::jsonb)
WHERE erasure_id = %(erasure_id)s;

-- name: clear_pending
UPDATE erasures SET pending = NULL WHERE erasure_id = %(erasure_id)s;

-- name: renew_statistics
SELECT unnest(renew_statistics(%(tables)s));

-- name: statistics_with
SELECT statistics_with(%(wanted)s);

-- name: end_erasure
UPDATE erasures SET state = 'done', done_at = now(), pending = NULL,
    certificate = certificate || jsonb_build_object('done_at', now())
WHERE erasure_id = %(erasure_id)s AND state IN ('erasing', 'restored');

-- name: forget_plans
DELETE FROM erasures WHERE state = 'planned' AND planned_at < now() - interval '1 day';

-- name: restore_erasures
-- What was erased after a backup was made is to be erased again: in the transaction that puts it back.
INSERT INTO erasures (erasure_id, scope, realm_id, person_id, document_ids, batch_ids, state, asked_by, asked_by_name,
    reason, counts, begun_at, certificate)
SELECT erasure_id, scope, realm_id, person_id, document_ids, batch_ids, 'restored', asked_by, asked_by_name, reason,
    jsonb_build_object(), begun_at, certificate
FROM jsonb_to_recordset(%(erasures)s::jsonb) AS e (erasure_id uuid, scope text, realm_id uuid, person_id uuid,
    document_ids uuid[], batch_ids uuid[], asked_by uuid, asked_by_name text, reason text, begun_at timestamptz,
    certificate jsonb)
ON CONFLICT (erasure_id) DO UPDATE SET state = 'erasing', begun_at = EXCLUDED.begun_at, reason = EXCLUDED.reason
    WHERE erasures.state = 'planned';

-- name: has_restored_erasures
SELECT EXISTS (SELECT FROM erasures WHERE state = 'restored') AS is_held;
