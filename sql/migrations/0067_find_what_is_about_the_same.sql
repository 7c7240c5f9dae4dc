-- A sentence and a row of a table that give values of the same thing ("The wind and hail deductible is …", "Deductibles:
-- Windstorm or hail – Deductible: …") are found by what they are about.

SET LOCAL search_path = upload_pipeline, public;

-- What stands before the verb of a sentence, or before the first value of a row: the first four letters of its words, in
-- any order, without those that say nothing. NULL with fewer than three: "The fee is …" may be about any fee. As
-- pipeline_core.validation.published_rules reads them, which compares the values.
CREATE FUNCTION about(space uuid, statement text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = upload_pipeline, public AS $$
    SELECT CASE WHEN count(*) >= 3 THEN md5(concat(space, ' ', string_agg(w, ' ' ORDER BY w COLLATE "C")))::uuid END
    FROM (SELECT DISTINCT left(word[1], 4) AS w
          FROM regexp_matches(lower(coalesce(
              substring(statement from '^(.*? – [^:–]{1,60}): '),
              substring(statement from '^(.{5,80}?)\m(?:is|are|ist|sind|beträgt|betragen|est|sont|es|son|è|sono|é|são|bedraagt)\M'))),
              '\w+', 'g') AS word
          WHERE word[1] <> ALL ('{the,a,an,and,or,of,for,in,to,on,at,by,with,from,per,each,every,any,your,our,its,this,
              that,der,die,das,des,dem,den,und,oder,für,von,ein,eine,le,la,les,l,et,ou,de,du,d,des,pour,un,une,el,los,las,
              y,o,para,il,lo,gli,i,e,per,di,del,della,os,as,do,da,dos,das,em,het,een,en,of,van,voor}'::text[])) AS words $$;

CREATE INDEX all_questions_about_idx ON all_questions (about(user_id, statement)) WHERE statement ~ '[0-9]';
