"""The words of what is published: exact in the transaction that publishes, in the language of the document."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.migrate import migrate
from pipeline_core.db.queries import load
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.search import SearchMode
from tests.support.through import MANUAL, publish, upload

MakePipeline = Callable[..., Pipeline]

_GERMAN = """# Hausordnung

Der Hausmeister liest die Zählerstände am Ende jedes Quartals ab.

Die Kündigungsfristen betragen drei Monate und beginnen am Monatsersten.

Haustiere dürfen nur mit schriftlicher Erlaubnis der Verwaltung gehalten werden.
"""
_FRENCH = """# Règlement intérieur

Le gardien relève les compteurs à la fin de chaque trimestre.

Les animaux domestiques doivent être autorisés par écrit par le syndic.
"""


def rows(app: Pipeline, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(
        app.settings.database_url or "", options="-c search_path=upload_pipeline,public"
    ) as connection:
        return connection.execute(query.encode(), values).fetchall()


def kept(app: Pipeline) -> list[tuple[Any, ...]]:
    """Every word, in which passages and how often."""
    return rows(app, "SELECT source_id, ordinal, realm_id, length, terms, counts FROM search_postings ORDER BY 1, 2")


def is_kept(app: Pipeline, word: str, language: str = "en") -> bool:
    keys = "ARRAY(SELECT DISTINCT word_key(words_seed(realm_id, %s), %s) FROM documents)"
    return rows(app, f"SELECT FROM passages_with({keys})", language, word) != []


def read_anew(app: Pipeline) -> list[tuple[Any, ...]]:
    """The same, computed from what is published now."""
    rows(app, "SELECT index_words(ARRAY(SELECT source_id FROM search_sources))")
    rows(app, "SELECT index_words(ARRAY(SELECT DISTINCT document_id FROM document_chunks))")
    return kept(app)


@pytest.mark.parametrize(
    ("text", "language", "asked", "found"),
    [
        (_GERMAN, "de", "Kündigungsfrist", "Kündigungsfristen"),
        (_GERMAN, "de", "Haustier", "Haustiere"),
        (_FRENCH, "fr", "un animal domestique autorisé", "animaux"),
        (_FRENCH, "fr", "compteur", "compteurs"),
    ],
)
def test_words_are_found_in_the_language_of_the_document(
    app: Pipeline, text: str, language: str, asked: str, found: str
) -> None:
    publish(app, upload("rules.md", text), upload("manual.md", MANUAL))
    assert set(rows(app, "SELECT language FROM search_sources")) == {("en",), (language,)}
    hits = app.search(app.realm_id, asked, mode=SearchMode.TEXT)
    assert found in hits[0]["evidence"]
    assert hits[0]["filename"] == "rules.md"


def test_stop_words_alone_find_nothing(app: Pipeline) -> None:
    publish(app, upload("manual.md", MANUAL))
    assert app.search(app.realm_id, "Is it of the?", mode=SearchMode.TEXT) == []
    assert app.search(app.realm_id, "Is it of the valve?", mode=SearchMode.TEXT) != []


def test_what_is_replaced_and_withdrawn_takes_its_words_along(app: Pipeline) -> None:
    place = "file:///manual.md"
    publish(app, upload("manual.md", MANUAL, place), upload("other.md", _GERMAN))
    first = kept(app)
    assert first == read_anew(app)
    assert is_kept(app, "thermostat")

    publish(app, upload("manual.md", MANUAL.replace("thermostat", "aquastat"), place))

    assert not is_kept(app, "thermostat")
    assert is_kept(app, "aquastat")
    assert kept(app) == read_anew(app)
    sources = rows(app, "SELECT source_id FROM search_sources ORDER BY 1")
    assert sources == rows(app, "SELECT DISTINCT document_id FROM document_chunks ORDER BY 1")

    app.reembed("wordllama-64")
    assert kept(app) == read_anew(app)

    rows(app, "DELETE FROM documents WHERE published_at IS NOT NULL RETURNING 1")
    assert kept(app) == []
    assert rows(app, "SELECT FROM search_sources") == []


def test_what_is_packed_is_what_the_passages_say(app: Pipeline) -> None:
    """Each word of each passage, how often it is there and how long the passage is; words of a row of their own too."""
    long = "\n\n".join(
        f"## Part {number}\n\nThe valve number {number} of the boiler opens at {number} bar. " + f"Word{number} " * 300
        for number in range(12)
    )
    publish(app, upload("manual.md", long), upload("rules.md", _GERMAN))
    said = rows(
        app,
        """SELECT c.document_id, c.ordinal, w.term, w.count, sum(w.count) OVER (PARTITION BY c.chunk_id)::int,
            word_key(words_seed(c.realm_id, d.words_language), w.term)
        FROM document_chunks c JOIN documents d USING (document_id) CROSS JOIN LATERAL words_of(
            concat_ws(E'\\n', array_to_string(c.heading_path, ' '), c.text), reading_of(d.words_language, true),
            true) w""",
    )
    assert len({row[1] for row in said}) > 3
    assert max(row[3] for row in said) > 100
    expected = sorted((key, source, ordinal, count, length) for source, ordinal, _, count, length, key in said)
    asked = "SELECT key, source_id, ordinal, count, length FROM passages_with(ARRAY(SELECT DISTINCT unnest(%s::int[])))"
    assert sorted(rows(app, asked, [key for key, *_ in expected])) == expected
    [(source, key)] = [(row[0], row[5]) for row in said if row[2] == "hausmeist"]
    assert [row[1] for row in rows(app, asked, [key])] == [source]


def test_a_bank_is_found_by_its_words_and_by_its_own_rows(app: Pipeline) -> None:
    publish(app, upload("manual.md", MANUAL))
    bank = app.staging.stage_bank(b"Q: Who is the caretaker?\nA: Mrs Huber.\n", "bank.md", by=Reviewer(app.realm_id))
    assert bank.batch is not None
    app.staging.approve_questions(bank.batch.batch_id, by=Reviewer(app.realm_id))
    app.staging.import_approved(bank.batch.batch_id, by=Reviewer(app.realm_id))
    for mode in SearchMode:
        hit = app.search(app.realm_id, "Who is the caretaker?", mode=mode)[0]
        assert (hit["kind"], hit["answer"], hit["facts"]) == ("fact", "Mrs Huber.", [])
    assert app.search(app.realm_id, "caretaker", kind="passage", mode=SearchMode.TEXT) == []
    [fact] = app.search(app.realm_id, "caretaker", kind="fact", mode=SearchMode.TEXT)
    assert fact["answer"] == "Mrs Huber."
    rows(app, "DELETE FROM all_questions WHERE document_id IS NULL RETURNING 1")
    assert app.search(app.realm_id, "caretaker", mode=SearchMode.TEXT) == []


_FREQUENT = """
CREATE OR REPLACE FUNCTION frequent_words(keys int[]) RETURNS TABLE (key int, passages float8) LANGUAGE sql AS $$
    SELECT key, count(*)::float8 FROM passages_with(keys) GROUP BY key HAVING count(*) >= {}
$$
"""


@pytest.mark.parametrize("pool", [2, 5])
@pytest.mark.parametrize(
    "asked", ["the valve of the boiler", "the pump is at the door", "of the and", "a valve", "der valve und Verwaltung"]
)
def test_the_best_are_the_same_where_frequent_words_are_looked_up_for_candidates_alone(
    app: Pipeline, asked: str, pool: int
) -> None:
    words = ("valve", "pump", "boiler", "door", "roof", "cellar", "garden")
    said = ["".join(f"The {words[n * k % 7]} is at the {words[k % 5]}. " for k in range(n % 4 + 1)) for n in range(16)]
    texts = [f"# {words[n % 7]}\n\n{text}" for n, text in enumerate(said)]
    publish(app, *(upload(f"{n}.md", text) for n, text in enumerate([*texts, _GERMAN])))
    [(some,)] = rows(app, "SELECT array_agg(chunk_id) FROM (SELECT chunk_id FROM document_chunks ORDER BY 1 LIMIT 3) c")
    params = {"realm_id": app.realm_id, "text": asked, "common": 500, "pool": pool, "besides": some}
    found = []
    with psycopg.connect(
        app.settings.database_url or "", options="-c search_path=upload_pipeline,public"
    ) as connection:
        for least, must_tell in product((1_000, 8, 3), (False, True)):
            connection.execute(_FREQUENT.format(least).encode())
            given = {**params, "must_tell": must_tell, "document_ids": None}
            best = connection.execute(load()["passages_with_words"].encode(), given).fetchall()
            # of two that score alike either may be the last
            found.append(sorted(round(row[2], 9) for row in best if row[0] is not None))
    assert found[2:4] == found[4:] == found[:2]
    assert len(found[0]) >= pool


def test_words_that_a_server_reads_otherwise_are_read_anew(app: Pipeline) -> None:
    """As after its hashes or its stems changed with an upgrade, or on another machine."""
    publish(app, upload("manual.md", MANUAL), upload("rules.md", _GERMAN))
    whole = kept(app)
    rows(app, "UPDATE search_postings SET terms = ARRAY(SELECT 1 + unnest(terms)) RETURNING 1")
    assert app.search(app.realm_id, "Haustiere", mode=SearchMode.TEXT) == []
    assert migrate(app.settings.database_url or "") == []
    assert kept(app) == whole
    assert rows(app, "SELECT FROM unread_sources") == []


def test_documents_of_one_user_are_published_at_once_without_waiting_for_each_other(
    make_pipeline: MakePipeline,
) -> None:
    """The second is published whole while the first one's transaction, of the same words, is still open."""
    app = make_pipeline(changes={"duplicate_threshold": 1.0})
    documents = [upload(f"{name}.md", MANUAL.replace("Boiler", name)) for name in ("Oven", "Stove")]
    publish(app, *documents)
    with psycopg.connect(
        app.settings.database_url or "", options="-c search_path=upload_pipeline,public -c statement_timeout=5s"
    ) as connection:
        first, second = [row[0] for row in connection.execute("SELECT source_id FROM search_sources").fetchall()]
        connection.execute("SELECT index_words(%s)", ([first],))
        with ThreadPoolExecutor(1) as other:
            other.submit(rows, app, "SELECT index_words(%s)", [second]).result(timeout=5)
    assert kept(app) == read_anew(app)


def test_a_fact_is_under_its_passage_and_pushes_none_away(app: Pipeline) -> None:
    publish(app, upload("manual.md", MANUAL), upload("rules.md", _GERMAN))
    hits = app.search(app.realm_id, "At which pressure does the relief valve open?", limit=10)
    assert [hit["kind"] for hit in hits] == ["passage"] * len(hits)
    assert len({hit["id"] for hit in hits}) == len(hits)
    assert "3 bar" in hits[0]["facts"][0]["evidence"]
    spans = [span["quote"] for fact in hits[0]["facts"] for span in fact["spans"]]
    assert spans
    assert all(quote in hits[0]["evidence"] for quote in spans)
    assert (hits[0]["answer"], hits[0]["question"]) == (
        hits[0]["facts"][0]["answer"],
        hits[0]["facts"][0]["question"],
    )
    [alone] = app.search(app.realm_id, "At which pressure does the relief valve open?", limit=1, kind="passage")
    assert (alone["facts"], alone["answer"]) == ([], None)


def test_what_was_published_before_is_read_in_steps_that_can_be_interrupted(
    app: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(app, *(upload(f"{number}.md", f"# Rule {number}\n\n{_GERMAN}\nRegel {number}.") for number in range(5)))
    whole = kept(app)
    url = app.settings.database_url or ""
    rows(app, "INSERT INTO unread_sources SELECT source_id FROM search_sources RETURNING 1")
    rows(app, "UPDATE documents SET words_language = '' RETURNING 1")
    rows(app, "DELETE FROM search_postings RETURNING 1")
    rows(app, "DELETE FROM search_sources RETURNING 1")
    from pipeline_core.db import search_words

    monkeypatch.setattr(search_words, "_AT_A_TIME", 2)
    read, steps = search_words.language_of, []

    def dies(texts: list[str]) -> str:
        steps.append(len(texts))
        if len(steps) == 4:
            raise InterruptedError
        return read(texts)

    monkeypatch.setattr(search_words, "language_of", dies)
    with pytest.raises(InterruptedError):
        migrate(url)
    assert len(rows(app, "SELECT FROM search_sources")) == 2
    assert migrate(url) == []
    assert kept(app) == whole
    assert rows(app, "SELECT FROM unread_sources") == []
