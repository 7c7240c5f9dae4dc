-- Which facts are compared, how they are found, and what was decided about them.

SET LOCAL search_path = upload_pipeline, public, extensions;
INSERT INTO schema_migrations (name) VALUES ('0009_compare_facts');

-- Facts are compared, and people's decisions about them remembered, within a realm.

CREATE FUNCTION may_be_one_language(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN one = '' OR other = '' OR one = other;

-- --- what a fact may be a duplicate of, and when it is left without its exact duplicate: one rule each, as views ---------------

-- Staged questions that are published, or decided about, if all goes on as it is.
CREATE VIEW standing_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.realm_id, q.document_id, q.upload_batch_id, q.match_sha256, q.match_trigrams,
       q.match_signature, q.question, q.answer, q.statement, q.language
FROM staged_questions q
WHERE q.is_standing
    AND NOT EXISTS (SELECT FROM ended_unpublished e WHERE e.document_id = q.document_id);

-- What a new fact is compared with: production, and what stands in staging and has been compared itself.
CREATE VIEW comparable WITH (security_invoker = true) AS
SELECT question_id, realm_id, document_id, match_sha256, match_trigrams, match_signature, false AS is_staged,
       fact_text(question, answer, statement) AS embed_text, embedding, embed_model, embed_version, language,
       sketch
FROM all_questions
UNION ALL
SELECT q.question_id, q.realm_id, q.document_id, q.match_sha256, q.match_trigrams, q.match_signature, true,
       fact_text(q.question, q.answer, q.statement), NULL, NULL, NULL, q.language, NULL
FROM standing_questions q
JOIN upload_batches b ON b.batch_id = q.upload_batch_id
WHERE b.matched_at IS NOT NULL;

-- What the other says, in the words that this one was compared with: its own, where the other says them; else what is
-- published of it, else what is staged. A question is left out because another says the same: for as long as that other
-- says it.
CREATE FUNCTION keep_words_of_duplicate() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    NEW.duplicate_of_sha256 := (
        SELECT match_sha256 FROM (
            SELECT match_sha256, 1 AS rank FROM all_questions WHERE question_id = NEW.duplicate_of
            UNION ALL
            SELECT match_sha256, 2 FROM staged_questions WHERE question_id = NEW.duplicate_of) said
        ORDER BY match_sha256 = NEW.match_sha256 DESC, rank LIMIT 1);
    RETURN NEW;
END
$$;

CREATE TRIGGER staged_questions_words_of_duplicate BEFORE UPDATE OF status, duplicate_of ON staged_questions
    FOR EACH ROW WHEN (NEW.duplicate_of IS DISTINCT FROM OLD.duplicate_of) EXECUTE FUNCTION keep_words_of_duplicate();

-- Questions that were left out because another said the same, where that other is there no more, or says something
-- else by now, or has moved to another realm. What a person rejected does not come back through its copy in the same document or bank.
CREATE VIEW orphaned_questions WITH (security_invoker = true) AS
SELECT q.question_id, q.realm_id, q.document_id, q.upload_batch_id, q.duplicate_of
FROM staged_questions q
WHERE q.status = 'duplicate' AND q.duplicate_of IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE a.question_id = q.duplicate_of AND a.realm_id = q.realm_id AND a.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM standing_questions s
        WHERE s.question_id = q.duplicate_of AND s.realm_id = q.realm_id AND s.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM staged_questions r
        WHERE r.question_id = q.duplicate_of AND r.status = 'rejected'
            AND coalesce(r.document_id, r.upload_batch_id) = coalesce(q.document_id, q.upload_batch_id));

-- Of two documents that say the same, the one that is published first has the fact: what was left out for a copy that is
-- itself only staged stands in for it.
-- Questions of documents that the system left out for a copy in another document or bank which nobody has published:
-- published before it, their document says it, and the copy is left out instead (sql/queries/substitutes.sql).
-- A copy that says something else by now is none, nor is one that is said in production by whomever, in a language that
-- may be the same; and where a person decided which of the two is to stand, that one does.
CREATE VIEW substitutes WITH (security_invoker = true) AS
SELECT q.question_id, q.realm_id, q.document_id, q.match_sha256, q.duplicate_of, t.document_id AS duplicate_of_document_id,
       q.language
FROM staged_questions q
JOIN staged_questions t ON t.question_id = q.duplicate_of AND t.match_sha256 = q.duplicate_of_sha256
JOIN staging_duplicates p ON p.staged_question_id = q.question_id AND p.existing_question_id = q.duplicate_of
    AND p.resolution = 'keep_existing' AND p.resolved_by = 'system'
WHERE q.status = 'duplicate' AND q.duplicate_of IS NOT NULL AND q.document_id IS NOT NULL
    AND t.status IN ('pending', 'approved', 'imported') AND t.document_id IS DISTINCT FROM q.document_id
    -- each by an index of its own
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE a.question_id = q.duplicate_of AND a.match_sha256 = q.duplicate_of_sha256)
    AND NOT EXISTS (
        SELECT FROM all_questions a
        WHERE a.realm_id = q.realm_id AND a.match_sha256 = q.match_sha256
            AND may_be_one_language(a.language, q.language));

-- --- pairs ----------------------------------------------------------------------------------------------------------

-- What is proposed: only what differs in nothing that was found may be left out without looking; what corrects is to take
-- the place of what it corrects; where it is not known in what the two differ, both stay.
CREATE FUNCTION proposed_resolution(reasons jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reasons -> 'flags' = '[]'::jsonb THEN 'keep_existing'
    WHEN reasons -> 'flags' = '["corrected"]'::jsonb THEN 'replace_existing'
    ELSE 'keep_both' END;

-- A fact that was edited may be published in its earlier words: either is compared.
CREATE FUNCTION compared_rows(of_row uuid) RETURNS TABLE (match_sha256 text, language text)
LANGUAGE sql STABLE SET search_path = upload_pipeline, public AS $$
    SELECT match_sha256, language FROM staged_questions WHERE question_id = of_row
    UNION ALL
    SELECT match_sha256, language FROM all_questions WHERE question_id = of_row
$$;

-- What the system may not decide: no pair is of two languages, and it leaves out only what is the same words, or differs
-- in nothing.
CREATE FUNCTION refuse_pair() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
BEGIN
    -- an end that is not there, or not to be seen: foreign keys and policies refuse it, for what it is
    IF NOT EXISTS (SELECT FROM staged_questions q, compared_rows(NEW.existing_question_id)
        WHERE q.question_id = NEW.staged_question_id) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM staged_questions q, compared_rows(NEW.existing_question_id) e
        WHERE q.question_id = NEW.staged_question_id AND may_be_one_language(q.language, e.language)) THEN
        RAISE EXCEPTION 'the two ends of a pair are of different languages'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staging_duplicates_language';
    END IF;
    IF NEW.resolved_by = 'system' AND NEW.resolution = 'keep_existing'
        AND jsonb_array_length(coalesce(NEW.reasons -> 'flags', '[]')) > 0 THEN
        RAISE EXCEPTION 'the system leaves out only what differs in nothing'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staging_duplicates_differing';
    END IF;
    IF NEW.resolved_by = 'system' AND NEW.resolution = 'keep_existing' AND NEW.method = 'exact'
        AND NOT EXISTS (SELECT FROM staged_questions q, compared_rows(NEW.existing_question_id) e
            WHERE q.question_id = NEW.staged_question_id AND q.match_sha256 = e.match_sha256) THEN
        RAISE EXCEPTION 'the system leaves out only what is the same words'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'staging_duplicates_words';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER staging_duplicates_refuse BEFORE INSERT OR UPDATE OF resolution ON staging_duplicates
    FOR EACH ROW EXECUTE FUNCTION refuse_pair();

-- What a person decided about two texts, by the hashes that they are compared by (staged_questions.match_sha256):
-- rows come and go, the decision stands. The texts are in one order, so that there is one decision for both ways round.
CREATE TABLE duplicate_decisions (
    realm_id uuid NOT NULL,
    first_sha256 text NOT NULL CHECK (first_sha256 ~ '^[0-9a-f]{64}$'),
    second_sha256 text NOT NULL CHECK (second_sha256 ~ '^[0-9a-f]{64}$'),
    resolution text NOT NULL CHECK (resolution IN ('keep_first', 'keep_second', 'keep_both', 'not_duplicate')),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    notes text,
    PRIMARY KEY (realm_id, first_sha256, second_sha256),
    CONSTRAINT duplicate_decisions_order_check CHECK (first_sha256 COLLATE "C" <= second_sha256 COLLATE "C")
);

-- What a person decided about two texts before, as it reads for a pair of them.
-- Of the same words it does not matter which copy stays: the one that is there does.
CREATE FUNCTION remembered_resolution(decision text, staged_sha256 text, existing_sha256 text) RETURNS text
LANGUAGE sql IMMUTABLE RETURNS NULL ON NULL INPUT AS $$
    SELECT CASE
        WHEN decision IN ('keep_both', 'not_duplicate') THEN decision
        WHEN staged_sha256 = existing_sha256 THEN 'keep_existing'
        WHEN (decision = 'keep_first') = (staged_sha256 COLLATE "C" < existing_sha256 COLLATE "C")
            THEN 'replace_existing'
        ELSE 'keep_existing'
    END
$$;

CREATE FUNCTION remember_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = upload_pipeline, public AS $$
DECLARE
    staged text;
    existing text;
    staged_is_first boolean;
BEGIN
    SELECT match_sha256 INTO staged FROM staged_questions WHERE question_id = NEW.staged_question_id;
    SELECT coalesce(
        (SELECT match_sha256 FROM staged_questions WHERE question_id = NEW.existing_question_id),
        (SELECT match_sha256 FROM all_questions WHERE question_id = NEW.existing_question_id)) INTO existing;
    IF staged IS NULL OR existing IS NULL THEN
        RETURN NULL;  -- an end has gone: there are no two texts
    END IF;
    staged_is_first := staged COLLATE "C" <= existing COLLATE "C";
    INSERT INTO duplicate_decisions (realm_id, first_sha256, second_sha256, resolution, decided_by, decided_at, notes)
    VALUES (
        NEW.realm_id,
        CASE WHEN staged_is_first THEN staged ELSE existing END,
        CASE WHEN staged_is_first THEN existing ELSE staged END,
        CASE
            WHEN NEW.resolution IN ('keep_both', 'not_duplicate') THEN NEW.resolution
            WHEN (NEW.resolution = 'replace_existing') = staged_is_first THEN 'keep_first'
            ELSE 'keep_second'
        END,
        NEW.resolved_by, NEW.resolved_at, NEW.resolution_notes)
    ON CONFLICT (realm_id, first_sha256, second_sha256) DO UPDATE SET resolution = EXCLUDED.resolution,
        decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at, notes = EXCLUDED.notes;
    RETURN NULL;
END
$$;

CREATE TRIGGER staging_duplicates_remember AFTER UPDATE OF resolution ON staging_duplicates
    FOR EACH ROW WHEN (decided_by_person(NEW.resolution, NEW.resolved_by))
    EXECUTE FUNCTION remember_decision();

-- --- the same question with another answer --------------------------------------------------------------------------

-- The letters and digits of a question, whatever stands between them: questions in the same words have the same, which a
-- test holds, and few others; pipeline_core.duplicates.same_words tells which.
CREATE FUNCTION asked_key(question text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(translate(regexp_replace(
    replace(lower(normalize(regexp_replace(question, '[\u00a8\u00a9\u00ae\u00af\u00b4\u00ba\u2122]', '', 'g'), NFKC)), 'ß', 'ss'),
    'per ?cent|[\u0001-/:-@\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u061c\u066a-\u066c\u2000-\u206f'
    '\u2190-\u2bff\u3000-\u3004\u3008-\u3020\ufe00-\ufe0f\ufeff]+', '', 'g'),
    '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९ς', '012345678901234567890123456789σ'));

CREATE INDEX staged_questions_asked_idx ON staged_questions (realm_id, asked_key(question)) WHERE document_id IS NULL;
CREATE INDEX all_questions_asked_idx ON all_questions (realm_id, asked_key(question)) WHERE document_id IS NULL;

-- --- what contradicts production ------------------------------------------------------------------------------------

-- Statements that are the same but for their numbers, or but for what denies them, and answers to the same question are
-- found by these; pipeline_core.validation.contradiction_rules then says what contradicts.
-- Without numbers, words that deny (English, German, French, Spanish, Italian, Portuguese, Dutch), the auxiliary that
-- English needs for it, and the ending by which "covers" and "does not cover" differ. Whose it is, is part of the key:
-- with two columns, another index that begins with the user would do as well for a planner that knows little yet.
-- In plpgsql, which is not inlined and calls nothing that a statement needs no look at.
CREATE FUNCTION undisputed(realm uuid, statement text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    said text := regexp_replace(lower(statement), '[0-9][0-9.,]*', '#', 'g');
BEGIN
    IF said ~ '[''’]|cannot' THEN
        said := regexp_replace(regexp_replace(regexp_replace(regexp_replace(said, '\mca(nno|n[''’])t\M', 'can not', 'g'),
            '\mwon[''’]t\M', 'will not', 'g'), 'n[''’]t\M', ' not', 'g'), '\mn[''’]', '', 'g');
    END IF;
    said := btrim(regexp_replace(regexp_replace(said,
        '\m(do|does|did|ne|not|no|never|nicht|nie|niemals|kein|keine|keinen|keiner|keinem|keines|pas|jamais|nunca|non|não|niet|nooit|geen)\M',
        '', 'g'), '(\w{3})s\M', '\1', 'g'));
    IF said ~ '\s\s|[^\S ]' THEN
        said := regexp_replace(said, '\s+', ' ', 'g');
    END IF;
    RETURN md5(concat(realm, ' ', said))::uuid;
END
$$;

CREATE FUNCTION asked(realm uuid, question text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT md5(concat(realm, ' ', btrim(regexp_replace(lower(question), '\W+', ' ', 'g'))))::uuid $$;

-- A sentence and a row of a table that give values of the same thing ("The wind and hail deductible is …", "Deductibles:
-- Windstorm or hail – Deductible: …") are found by what they are about.
-- What stands before the verb of a sentence, or before the first value of a row: the first four letters of its words, in
-- any order, without those that say nothing. NULL with fewer than three: "The fee is …" may be about any fee. As
-- pipeline_core.validation.published_rules reads them, which compares the values.
CREATE FUNCTION about(realm uuid, statement text) RETURNS uuid LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    named text;
BEGIN
    IF position(' – ' IN statement) > 0 THEN
        named := substring(statement from '^(.*? – [^:–]{1,60}): ');
    END IF;
    -- what has no verb at all is not searched for the first of them
    IF named IS NULL AND left(statement, 90) ~
            '\m(?:is|are|ist|sind|beträgt|betragen|est|sont|es|son|è|sono|é|são|bedraagt)\M' THEN
        named := substring(statement from
            '^(.{5,80}?)\m(?:is|are|ist|sind|beträgt|betragen|est|sont|es|son|è|sono|é|são|bedraagt)\M');
    END IF;
    IF named IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT CASE WHEN count(*) >= 3 THEN md5(concat(realm, ' ', string_agg(w, ' ' ORDER BY w COLLATE "C")))::uuid END
        FROM (SELECT DISTINCT left(word[1], 4) AS w
              FROM regexp_matches(lower(named), '\w+', 'g') AS word
              WHERE word[1] <> ALL ('{the,a,an,and,or,of,for,in,to,on,at,by,with,from,per,each,every,any,your,our,its,this,
                  that,der,die,das,des,dem,den,und,oder,für,von,ein,eine,le,la,les,l,et,ou,de,du,d,des,pour,un,une,el,los,las,
                  y,o,para,il,lo,gli,i,e,per,di,del,della,os,as,do,da,dos,das,em,het,een,en,of,van,voor}'::text[])) AS words);
END
$$;

-- A fact may be said with the heading of its section ("After a storm: The deductible is $5,000."), and another without
-- ("The deductible is $2,500."). What they say is compared by their own words where only one of them has such a heading.
-- What stands behind the heading of a statement; NULL of a statement without one. It is a heading's if the place of the
-- fact begins with what is behind it: "Deductible: $500" begins as its own evidence does, and so does an item with its
-- lead-in.
CREATE FUNCTION own_from(statement text, evidence jsonb) RETURNS smallint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    headed CONSTANT text := left(statement, 101);
    at int := position(': ' IN headed);
    place text;
    said text;
BEGIN
    IF at > 0 THEN
        place := regexp_replace(lower(upload_pipeline.place_of(evidence) ->> 'quote'), '[^[:alnum:]]+', '', 'g');
    END IF;
    WHILE at > 0 LOOP
        said := regexp_replace(lower(substr(statement, at + 2)), '[^[:alnum:]]+', '', 'g');
        IF said <> '' AND starts_with(place, left(said, 20)) THEN
            RETURN at + 2;
        END IF;
        at := (SELECT CASE WHEN next > 0 THEN at + next ELSE 0 END
            FROM (SELECT position(': ' IN substr(headed, at + 1)) AS next) AS search);
    END LOOP;
    RETURN NULL;
END
$$;
CREATE FUNCTION own_words(statement text, evidence jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr(statement, own_from(statement, evidence));

-- All this is computed once, when a fact is staged or says something else by then, and goes to production with it.
-- Before the row, as a column that is generated is computed anew with each change of status.
CREATE FUNCTION find_contradicted_by() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own text;
BEGIN
    NEW.match_text := nullif(NEW.match_text, NEW.statement);
    NEW.own_from := upload_pipeline.own_from(NEW.statement, NEW.evidence);
    own := substr(NEW.statement, NEW.own_from);
    NEW.undisputed := CASE WHEN NEW.statement IS NOT NULL THEN upload_pipeline.undisputed(NEW.realm_id, NEW.statement) END;
    NEW.own_undisputed := CASE WHEN own IS NOT NULL THEN upload_pipeline.undisputed(NEW.realm_id, own) END;
    NEW.about := CASE WHEN NEW.statement ~ '[0-9]' THEN upload_pipeline.about(NEW.realm_id, NEW.statement) END;
    NEW.own_about := CASE WHEN own ~ '[0-9]' THEN upload_pipeline.about(NEW.realm_id, own) END;
    RETURN NEW;
END
$$;
CREATE TRIGGER staged_questions_contradicted BEFORE INSERT OR UPDATE OF statement, evidence, realm_id, match_text, own_from,
    undisputed, about, own_undisputed, own_about ON staged_questions FOR EACH ROW EXECUTE FUNCTION find_contradicted_by();
CREATE TRIGGER all_questions_contradicted_insert BEFORE INSERT ON all_questions
    FOR EACH ROW WHEN (NEW.statement IS NOT NULL AND NEW.undisputed IS NULL) EXECUTE FUNCTION find_contradicted_by();
CREATE TRIGGER all_questions_contradicted_update BEFORE UPDATE OF statement, evidence, realm_id, match_text, own_from,
    undisputed, about, own_undisputed, own_about ON all_questions FOR EACH ROW EXECUTE FUNCTION find_contradicted_by();

CREATE INDEX all_questions_undisputed_idx ON all_questions (undisputed) WHERE undisputed IS NOT NULL;
CREATE INDEX all_questions_same_question_idx ON all_questions (asked(realm_id, question))
    WHERE question IS NOT NULL AND answer IS NOT NULL;
CREATE INDEX all_questions_about_idx ON all_questions (about) WHERE about IS NOT NULL;
CREATE INDEX all_questions_own_undisputed_idx ON all_questions (own_undisputed) WHERE own_undisputed IS NOT NULL;
CREATE INDEX all_questions_own_about_idx ON all_questions (own_about) WHERE own_about IS NOT NULL;
