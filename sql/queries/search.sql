-- name: near_passages
-- {space} is the model's: the partial HNSW indexes are on this expression.
SELECT chunk_id AS id FROM document_chunks
WHERE realm_id = %(realm_id)s AND embed_model = %(model)s
    AND (%(document_ids)s::uuid[] IS NULL OR document_id = ANY(%(document_ids)s))
ORDER BY embedding::{space} <=> %(vector)s::{space} LIMIT %(pool)s;

-- name: near_passages_exact
-- The user's rows first, then their order: no index on vectors can leave any out.
WITH mine AS MATERIALIZED (
    SELECT chunk_id AS id, embedding::{space} <=> %(vector)s::{space} AS distance FROM document_chunks
    WHERE realm_id = %(realm_id)s AND embed_model = %(model)s
        AND (%(document_ids)s::uuid[] IS NULL OR document_id = ANY(%(document_ids)s))
)
SELECT id FROM mine ORDER BY distance, id LIMIT %(pool)s;

-- name: near_passages_next
-- By the vectors of a model that is to replace the active one.
WITH mine AS MATERIALIZED (
    SELECT c.chunk_id AS id, n.vector::{space} <=> %(vector)s::{space} AS distance
    FROM document_chunks c JOIN next_vectors n ON n.owner_id = c.chunk_id AND n.embed_model = %(model)s
    WHERE c.realm_id = %(realm_id)s AND (%(document_ids)s::uuid[] IS NULL OR c.document_id = ANY(%(document_ids)s))
)
SELECT id FROM mine ORDER BY distance, id LIMIT %(pool)s;

-- name: near_facts
-- With the passage of each: a bank's question, which is of none, is its own.
SELECT question_id AS id, coalesce(chunk_id, question_id) AS passage_id FROM all_questions
WHERE realm_id = %(realm_id)s AND embed_model = %(model)s
    AND (%(document_ids)s::uuid[] IS NULL OR document_id = ANY(%(document_ids)s))
ORDER BY embedding::{space} <=> %(vector)s::{space} LIMIT %(pool)s;

-- name: near_facts_exact
WITH mine AS MATERIALIZED (
    SELECT question_id AS id, coalesce(chunk_id, question_id) AS passage_id,
        embedding::{space} <=> %(vector)s::{space} AS distance
    FROM all_questions
    WHERE realm_id = %(realm_id)s AND embed_model = %(model)s
        AND (%(document_ids)s::uuid[] IS NULL OR document_id = ANY(%(document_ids)s))
)
SELECT id, passage_id FROM mine ORDER BY distance, id LIMIT %(pool)s;

-- name: near_facts_next
WITH mine AS MATERIALIZED (
    SELECT q.question_id AS id, coalesce(q.chunk_id, q.question_id) AS passage_id,
        n.vector::{space} <=> %(vector)s::{space} AS distance
    FROM all_questions q JOIN next_vectors n ON n.owner_id = q.question_id AND n.embed_model = %(model)s
    WHERE q.realm_id = %(realm_id)s AND (%(document_ids)s::uuid[] IS NULL OR q.document_id = ANY(%(document_ids)s))
)
SELECT id, passage_id FROM mine ORDER BY distance, id LIMIT %(pool)s;

-- name: passages_with_words
-- First the question's words as each language reads them, and how much each tells (Robertson and Sparck Jones): the fewer
-- of the passages that may be seen have it, the more; but no more than among those of the same language, where "der" is
-- common however little of it all is in German. A word of more than half of many passages tells nothing that is worth
-- ranking them all for.
-- Then what each passage scores that has any of the words: BM25 (Robertson and Walker 1994) with its usual k1 = 1.2 and
-- b = 0.75: the best, and of those that were found otherwise the score.
WITH totals AS MATERIALIZED (
    SELECT language, words_seed(%(realm_id)s, language) AS seed, sum(passages)::float8 AS passages,
        sum(words)::float8 AS words
    FROM search_sources WHERE realm_id = %(realm_id)s GROUP BY language
), whole AS MATERIALIZED (
    SELECT sum(passages) AS passages, sum(words) / sum(passages) AS average FROM totals
), asked AS MATERIALIZED (
    SELECT DISTINCT t.language, w.term
    FROM totals t CROSS JOIN LATERAL words_of(%(text)s, reading_of(t.language, true), false) w
), telling AS MATERIALIZED (
    SELECT t.language, w.term
    FROM totals t CROSS JOIN LATERAL words_of(%(text)s, reading_of(t.language, false), false) w
), keys AS MATERIALIZED (
    SELECT t.language, a.term, word_key(t.seed, a.term) AS key
    FROM totals t CROSS JOIN (SELECT DISTINCT term FROM asked) a
), frequent AS MATERIALIZED (
    SELECT * FROM frequent_words(ARRAY(SELECT key FROM keys))
), places AS MATERIALIZED (
    SELECT * FROM passages_with(ARRAY(SELECT key FROM keys EXCEPT SELECT key FROM frequent))
), known AS MATERIALIZED (
    SELECT k.language, k.term, k.key, least(p.here, t.passages) AS here,
        sum(least(p.here, t.passages)) OVER (PARTITION BY k.term)::float8 AS passages
    FROM (SELECT key, count(*)::float8 AS here FROM places GROUP BY key UNION ALL TABLE frequent) p
    JOIN keys k USING (key) JOIN totals t USING (language)
), weights AS MATERIALIZED (
    SELECT a.language, a.term, k.key, w.average,
        -- stop words rank, and by themselves find nothing in a search by words alone
        (a.language, a.term) IN (SELECT language, term FROM telling) AS tells,
        least(ln(1 + (w.passages - k.passages + 0.5) / (k.passages + 0.5)),
            ln(1 + (t.passages - k.here + 0.5) / (k.here + 0.5)))::float8 AS weight
    FROM asked a JOIN known k USING (term, language) JOIN totals t USING (language) CROSS JOIN whole w
    WHERE k.passages <= greatest(%(common)s, w.passages / 2)
        OR NOT EXISTS (SELECT FROM known r WHERE r.passages <= greatest(%(common)s, w.passages / 2))
), scored AS MATERIALIZED (
    SELECT p.source_id, p.ordinal, p.length, bool_or(w.tells) AS tells, sum(w.weight * p.count * 2.2
        / (p.count + 1.2 * (0.25 + 0.75 * p.length / w.average)))::float8 AS score
    FROM places p JOIN weights w USING (key)
    WHERE %(document_ids)s::uuid[] IS NULL OR p.source_id = ANY(%(document_ids)s)
    GROUP BY 1, 2, 3
), common AS MATERIALIZED (
    SELECT w.* FROM weights w JOIN frequent USING (key)
), least_score AS MATERIALIZED (
    -- No word gives a passage more than its weight and 1.2 of it: what has less than the last of the best, even with all that
    -- the frequent words can give, is none of them. Where they might make one of any passage, they are looked up as others.
    SELECT CASE WHEN count(*) < %(pool)s THEN 0
        ELSE greatest(0, min(s.score + m.score) - (SELECT coalesce(sum(weight), 0) * 2.2 FROM common)) END AS score
    FROM (SELECT * FROM scored WHERE tells OR NOT %(must_tell)s ORDER BY score DESC LIMIT %(pool)s) s
    CROSS JOIN LATERAL (
        SELECT i.terms, i.counts FROM search_postings i
        WHERE i.source_id = s.source_id AND i.ordinal = s.ordinal OFFSET 0) p
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(w.weight * h.count * 2.2 / (h.count + 1.2 * (0.25 + 0.75 * s.length / w.average))), 0) AS score
        FROM common w CROSS JOIN LATERAL (SELECT array_position(p.terms, w.key) AS at OFFSET 0) f
        CROSS JOIN LATERAL (SELECT coalesce(p.counts[f.at], 1) AS count) h WHERE f.at > 0) m
), others AS MATERIALIZED (
    SELECT c.document_id AS source_id, c.ordinal FROM document_chunks c WHERE c.chunk_id = ANY(%(besides)s::uuid[])
    UNION ALL
    SELECT DISTINCT unnest(%(besides)s::uuid[]), 0
), candidates AS MATERIALIZED (
    SELECT s.source_id, s.ordinal FROM scored s, least_score l WHERE s.score >= l.score AND l.score > 0
    UNION
    SELECT o.source_id, o.ordinal FROM others o, least_score l
    WHERE l.score > 0 AND (%(document_ids)s::uuid[] IS NULL OR o.source_id = ANY(%(document_ids)s))
), with_common AS (
    SELECT w.weight, w.tells, w.average, NULL::int AS at, p.source_id, p.ordinal, p.count, p.length
    FROM passages_with(ARRAY(SELECT c.key FROM common c, least_score l WHERE l.score = 0)) p JOIN common w USING (key)
    WHERE %(document_ids)s::uuid[] IS NULL OR p.source_id = ANY(%(document_ids)s)
    UNION ALL
    SELECT h.*, p.source_id, p.ordinal, coalesce(p.counts[h.at], 1), p.length
    FROM candidates c CROSS JOIN LATERAL (
        SELECT * FROM search_postings i WHERE i.source_id = c.source_id AND i.ordinal = c.ordinal OFFSET 0) p
    CROSS JOIN LATERAL (
        SELECT w.weight, w.tells, w.average, array_position(p.terms, w.key) AS at FROM common w OFFSET 0) h
    WHERE h.at > 0
), found AS MATERIALIZED (
    SELECT source_id, ordinal, sum(score) AS score FROM (
        SELECT s.source_id, s.ordinal, s.tells, s.score FROM scored s, least_score l WHERE s.score >= l.score
        UNION ALL
        SELECT s.source_id, s.ordinal, s.tells, s.score FROM others JOIN scored s USING (source_id, ordinal), least_score l
        WHERE s.score < l.score
        UNION ALL
        SELECT source_id, ordinal, tells,
            weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average)) FROM with_common
    ) s GROUP BY 1, 2 HAVING bool_or(tells) OR NOT %(must_tell)s
), best AS (
    (SELECT source_id, ordinal, score FROM found ORDER BY score DESC, source_id, ordinal LIMIT %(pool)s)
    UNION
    SELECT f.source_id, f.ordinal, f.score FROM others JOIN found f USING (source_id, ordinal)
)
SELECT coalesce(c.chunk_id, b.source_id) AS id, c.chunk_id IS NOT NULL AS is_chunk, b.score, NULL AS language,
    NULL AS term, NULL AS weight, NULL AS tells
FROM best b LEFT JOIN document_chunks c ON c.document_id = b.source_id AND c.ordinal = b.ordinal
UNION ALL
SELECT NULL, NULL, NULL, language, term, weight, tells FROM weights;

-- name: similarities
-- Of passages and of the nearest fact of each.
SELECT c.chunk_id AS id, 1 - (c.embedding::{space} <=> %(vector)s::{space}) AS of_passage,
    (SELECT 1 - min(q.embedding::{space} <=> %(vector)s::{space}) FROM all_questions q
        WHERE q.chunk_id = c.chunk_id AND q.embed_model = %(model)s) AS of_fact
FROM document_chunks c WHERE c.chunk_id = ANY(%(ids)s) AND c.embed_model = %(model)s
UNION ALL
SELECT question_id, 1 - (embedding::{space} <=> %(vector)s::{space}), NULL
FROM all_questions WHERE question_id = ANY(%(ids)s) AND document_id IS NULL AND embed_model = %(model)s;

-- name: similarities_next
SELECT c.chunk_id AS id, 1 - (n.vector::{space} <=> %(vector)s::{space}) AS of_passage,
    (SELECT 1 - min(m.vector::{space} <=> %(vector)s::{space})
        FROM all_questions q JOIN next_vectors m ON m.owner_id = q.question_id AND m.embed_model = %(model)s
        WHERE q.chunk_id = c.chunk_id) AS of_fact
FROM document_chunks c JOIN next_vectors n ON n.owner_id = c.chunk_id AND n.embed_model = %(model)s
WHERE c.chunk_id = ANY(%(ids)s)
UNION ALL
SELECT q.question_id, 1 - (n.vector::{space} <=> %(vector)s::{space}), NULL
FROM all_questions q JOIN next_vectors n ON n.owner_id = q.question_id AND n.embed_model = %(model)s
WHERE q.question_id = ANY(%(ids)s) AND q.document_id IS NULL;

-- name: facts_with_words
-- Facts by their own words and similarity: of these passages, and those that were found by their vectors.
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(languages)s::text[], %(terms)s::text[], %(weights)s::float8[], %(tells)s::boolean[])
        AS a (language, term, weight, tells)
), candidates AS MATERIALIZED (
    SELECT q.question_id, q.chunk_id, fact_text(q.question, q.answer, q.statement) AS text,
        s.language
    FROM all_questions q JOIN search_sources s ON s.source_id = coalesce(q.document_id, q.question_id)
    WHERE q.realm_id = %(realm_id)s
        AND (q.chunk_id = ANY(%(passage_ids)s::uuid[]) OR q.question_id = ANY(%(besides)s::uuid[]))
)
SELECT c.question_id AS id, c.chunk_id AS passage_id, coalesce(w.score, 0)::float8 AS score
FROM candidates c LEFT JOIN LATERAL (
    SELECT sum(a.weight * t.count * 2.2 / (t.count + 1.2)) AS score
    FROM words_of(c.text, reading_of(c.language, true), true) t
    JOIN asked a ON a.term = t.term AND a.language = c.language HAVING bool_or(a.tells) OR NOT %(must_tell)s) w ON true;

-- name: fact_similarities
SELECT question_id AS id, 1 - (embedding::{space} <=> %(vector)s::{space}) AS of_passage
FROM all_questions WHERE question_id = ANY(%(ids)s) AND embed_model = %(model)s;

-- name: fact_similarities_next
SELECT owner_id AS id, 1 - (vector::{space} <=> %(vector)s::{space}) AS of_passage
FROM next_vectors WHERE owner_id = ANY(%(ids)s) AND embed_model = %(model)s;

-- name: hits
-- What was found, in full. A search without a vector, or by one of another model, has no similarity to tell.
SELECT 'fact' AS kind, q.question_id AS id, q.chunk_id AS passage_id, q.question, q.answer, q.statement,
    joined_quotes(q.evidence) AS evidence, q.evidence AS spans, q.evidence_page AS page, q.evidence_match AS match, q.generator,
    d.document_id, d.filename, also_named(d.document_id, d.filename) AS also_named, d.page_unit, c.heading_path,
    -- a chunk may have several headings: those of the evidence are the last before it
    up_to_line(c.text, q.evidence_char_from - c.char_from) AS up_to_evidence,
    CASE WHEN q.embed_model = %(model)s THEN 1 - (q.embedding <=> %(vector)s::halfvec) END AS similarity,
    shared_words(%(text)s, fact_text(q.question, q.answer, q.statement),
        coalesce(s.language, q.language)) AS words
FROM all_questions q
LEFT JOIN documents d ON d.document_id = q.document_id
LEFT JOIN document_chunks c ON c.chunk_id = q.chunk_id
LEFT JOIN search_sources s ON s.source_id = coalesce(q.document_id, q.question_id)
WHERE q.question_id = ANY(%(ids)s)
UNION ALL
SELECT 'passage', c.chunk_id, c.chunk_id, NULL, NULL, NULL, c.text, NULL,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END, 'exact', NULL, d.document_id, d.filename,
    also_named(d.document_id, d.filename), d.page_unit, c.heading_path, NULL,
    CASE WHEN c.embed_model = %(model)s THEN 1 - (c.embedding <=> %(vector)s::halfvec) END,
    shared_words(%(text)s, c.text, d.words_language)
FROM document_chunks c JOIN documents d ON d.document_id = c.document_id
WHERE c.chunk_id = ANY(%(ids)s);

-- name: sources_of
-- Of what was found, and of the facts under it: where it is from, and what it says.
SELECT q.question_id AS id, q.chunk_id AS passage_id, q.document_id, d.filename, q.evidence_page AS page,
    joined_quotes(q.evidence) AS evidence, q.answer
FROM all_questions q LEFT JOIN documents d USING (document_id)
WHERE q.question_id = ANY(%(ids)s) OR %(with_facts)s AND q.chunk_id = ANY(%(ids)s)
UNION ALL
SELECT c.chunk_id, NULL, c.document_id, d.filename,
    CASE WHEN d.page_unit IS DISTINCT FROM 'document' THEN c.page_from END, c.text, NULL
FROM document_chunks c JOIN documents d USING (document_id) WHERE c.chunk_id = ANY(%(ids)s);

-- name: waiting_sources
-- Documents that wait for a person and have most of the question's words in one fact, or nearly all in one passage.
SELECT d.document_id, d.filename, j.job_id, max(t.words) AS words
FROM upload_jobs j JOIN documents d USING (document_id)
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT q.language FROM staged_questions q
        WHERE q.document_id = d.document_id AND q.language <> ''
        GROUP BY q.language ORDER BY count(*) DESC, q.language LIMIT 1), '') AS language) l
CROSS JOIN LATERAL (
    SELECT shared_words(%(text)s, fact_text(q.question, q.answer, q.statement), l.language) AS words
    FROM staged_questions q WHERE q.document_id = d.document_id AND q.status IN ('pending', 'approved')
    UNION ALL
    -- a long passage has many words
    SELECT shared_words(%(text)s, c.text, l.language) * 2 / 3
    FROM staged_chunks c WHERE c.document_id = d.document_id) t
WHERE j.realm_id = %(realm_id)s AND j.state = 'awaiting_review'
    AND NOT EXISTS (SELECT FROM upload_jobs u WHERE u.document_id = j.document_id AND u.created_at > j.created_at)
    -- what is published of a document that is scanned again is searched as it is
    AND d.published_at IS NULL
GROUP BY d.document_id, d.filename, j.job_id
HAVING max(t.words) >= %(least)s
ORDER BY max(t.words) DESC, d.filename LIMIT %(limit)s;
