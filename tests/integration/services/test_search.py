"""Searching what is published: complete whatever the indexes hold, by meaning, by words and by both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from pgvector import Vector

from pipeline_core.adapters.facts.extractive import extract
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db import vector_indexes
from pipeline_core.db.searching import Query, Ranking, search, search_by_each_mode
from pipeline_core.db.session import Session
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import Expected
from pipeline_core.domain.facts import Generated
from pipeline_core.domain.ids import RealmId, user_id_for
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.search import Hit
from pipeline_core.domain.search import FLOORS, SearchMode, answers
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.terminal.models import read_questions
from tests.support.database import copied_database
from tests.support.paths import ROOT
from tests.support.rows import row_of
from tests.support.synthetic import publish_questions, unit
from tests.support.through import MANUAL, publish, upload

MakePipeline = Callable[..., Pipeline]
MODEL, DIMS = EmbeddingModel("wordllama-64", 64), 64
CROWD, FEW, HANDFUL = user_id_for("crowd"), user_id_for("few"), user_id_for("handful")


@pytest.fixture(scope="module")
def crowded_url(postgres_url: str, template_database: str) -> Any:
    """One user with 6,000 vectors near the question, others with 80 and 7 that are far from it; all indexed."""
    with copied_database(postgres_url, template_database) as url:
        near = question() + 0.2 * unit(6000, DIMS, seed=1)
        publish_questions(url, CROWD, near / np.linalg.norm(near, axis=1, keepdims=True), model=MODEL.name)
        publish_questions(url, FEW, unit(80, DIMS, seed=2), model=MODEL.name, words="rare")
        publish_questions(url, HANDFUL, unit(7, DIMS, seed=3), model=MODEL.name)
        vector_indexes.ensure(url, MODEL, min_rows=1000)
        yield url


def question() -> np.ndarray[Any, Any]:
    return unit(1, DIMS, seed=0)[0]


@pytest.fixture
def crowded(make_pipeline: MakePipeline, crowded_url: str) -> Pipeline:
    return make_pipeline(changes={"database_url": crowded_url})


def exact(url: str, realm_id: RealmId, limit: int) -> list[UUID]:
    query = (
        "SELECT question_id FROM upload_pipeline.all_questions WHERE realm_id = %s "
        "ORDER BY embedding <=> %s::halfvec LIMIT %s"
    )
    with psycopg.connect(url) as connection:
        connection.execute("SET enable_indexscan = off")
        return [row for (row,) in connection.execute(query, (realm_id, str(question().tolist()), limit)).fetchall()]


def test_the_index_is_used(crowded_url: str) -> None:
    """Else the tests below would prove nothing."""
    with psycopg.connect(crowded_url, options="-c search_path=upload_pipeline,public") as connection:
        plan = connection.execute(
            f"EXPLAIN SELECT question_id FROM all_questions WHERE realm_id = %s AND embed_model = '{MODEL.name}' "
            f"ORDER BY embedding::halfvec({DIMS}) <=> %s::halfvec({DIMS}) LIMIT 50",
            (CROWD, str(question().tolist())),
        ).fetchall()
    assert "hnsw" in str(plan)


@pytest.fixture
def by_index(crowded: Pipeline) -> Iterator[Session]:
    """A session whose planner takes the index on vectors wherever it can."""
    with crowded.database.lend() as connection:
        for other in ("sort", "bitmapscan", "seqscan"):
            connection.execute(f"SET LOCAL enable_{other} = off".encode())
        yield Session(connection)


@pytest.mark.parametrize(("realm_id", "rows"), [(FEW, 80), (HANDFUL, 7)], ids=["few", "handful"])
def test_a_user_among_many_rows_of_another_is_not_starved(
    crowded: Pipeline, crowded_url: str, by_index: Session, realm_id: RealmId, rows: int
) -> None:
    """An index scan sees the crowd's rows first: without care it would come back with none of this user's."""
    limit = min(rows, 50)
    query = Query(realm_id, "q", question(), MODEL.name, "fact", None, SearchMode.VECTOR, False)
    forced = search(by_index, query, Ranking(), limit=limit)
    chosen = crowded.views.search(
        realm_id, "q", question(), model=MODEL.name, limit=limit, kind="fact", mode=SearchMode.VECTOR
    )
    assert [hit["id"] for hit in forced] == [hit["id"] for hit in chosen] == exact(crowded_url, realm_id, limit)


def test_an_index_scan_alone_would_starve_them(by_index: Session) -> None:
    """What the test above guards against is real."""
    params = {"realm_id": FEW, "model": MODEL.name, "document_ids": None, "vector": Vector(question()), "pool": 50}
    by_index.connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    assert len(by_index.all("near_facts", dims=DIMS, **params)) < 50


def test_the_crowd_itself_is_found_by_the_index(crowded: Pipeline, crowded_url: str) -> None:
    hits = crowded.views.search(CROWD, "q", question(), model=MODEL.name, limit=50, kind="fact", mode=SearchMode.VECTOR)
    assert len({hit["id"] for hit in hits} & set(exact(crowded_url, CROWD, 50))) >= 45


def test_documents_are_chosen_before_anything_is_ranked(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"duplicate_threshold": 1.0, "vector_index_rows": 1})
    documents = publish(
        app, *(upload(f"{name}.md", MANUAL.replace("oiler", name)) for name in ("oven", "stove", "chimney"))
    )
    app.ensure_vector_indexes()
    for document_id in documents:
        for mode in SearchMode:
            hits = app.search(app.realm_id, "relief valve", limit=20, document_ids=[document_id], mode=mode)
            assert {hit["document_id"] for hit in hits} == {document_id}
    everywhere = app.search(app.realm_id, "relief valve", limit=20)
    assert {hit["document_id"] for hit in everywhere} == set(documents)
    assert app.search(app.realm_id, "relief valve", document_ids=[]) == []
    assert {hit["kind"] for hit in app.search(app.realm_id, "relief valve", kind="passage")} == {"passage"}


def test_each_mode_finds_what_it_goes_by(make_pipeline: MakePipeline) -> None:
    app = make_pipeline()
    publish(app, upload("manual.md"))
    words = app.search(app.realm_id, "thermostat", mode=SearchMode.TEXT)
    assert words
    assert all("thermostat" in hit["evidence"] for hit in words)
    assert words[0]["similarity"] is None
    assert app.search(app.realm_id, "temperature regulator", mode=SearchMode.TEXT) == []
    meant = app.search(app.realm_id, "temperature regulator", mode=SearchMode.VECTOR, kind="fact")
    assert len(meant) == 4
    assert [hit["score"] for hit in meant] == sorted((hit["score"] for hit in meant), reverse=True)


class Counting(Session):
    """Counts how often it waits for the server."""

    waits = 0

    def all(self, name: str, /, **params: Any) -> list[dict[str, Any]]:
        self.waits += 1
        return super().all(name, **params)

    def each(self, name: str, every: Sequence[Mapping[str, Any]], /, *, dims: int | None = None) -> Any:
        self.waits += len(every) != 1
        return super().each(name, every, dims=dims)


@pytest.mark.parametrize("kind", [None, "passage", "fact"])
def test_many_questions_are_asked_at_once_and_find_what_each_finds(app: Pipeline, kind: str | None) -> None:
    publish(app, upload("manual.md"))
    texts = ["How often is the boiler serviced?", "relief valve 3 bar", "nothing of this kind zzyzx", ""] * 16
    vectors = app.evaluate.embedders.active().embed(texts).vectors
    model = app.evaluate.embedders.active().model
    queries = [
        Query(app.realm_id, text, vector, model, kind, None, SearchMode.HYBRID, is_next=False)
        for text, vector in zip(texts, vectors, strict=True)
    ]
    with app.database.lend() as connection:
        session = Counting(connection)
        together = search_by_each_mode(session, queries, Ranking(), limit=10)
        of_all = session.waits
        assert together == [search_by_each_mode(session, [query], Ranking(), limit=10)[0] for query in queries]
    assert any(found[SearchMode.HYBRID] for found in together)
    # by itself each waits some eight times
    assert of_all <= 12 if kind != "fact" else of_all < len(queries) * 3


def test_the_labelled_questions_of_the_examples(make_pipeline: MakePipeline) -> None:
    """The figures of docs/evaluation.md do not get worse unnoticed."""
    app = make_pipeline(changes={"duplicate_threshold": 1.0})
    publish(app, *(path for path in sorted((ROOT / "examples/documents").iterdir()) if "bulletin" not in path.name))
    labelled = list(read_questions(ROOT / "examples/evaluation/questions.jsonl"))
    result = app.evaluate(app.realm_id, labelled).as_json()["modes"]
    assert result["hybrid"]["questions"] == len(labelled) == 48
    assert result["hybrid"]["hit@10"] >= 0.80
    assert result["hybrid"]["mrr@10"] >= 0.66
    # one question of 48 is 0.02: facts come and go, and with them the nearest of a passage
    assert result["hybrid"]["mrr@10"] > max(result[mode]["mrr@10"] for mode in ("vector", "text")) - 0.02
    assert result["vector"]["hit@10"] >= 0.80
    assert result["text"]["mrr@10"] >= 0.60
    # the shorter model, filled beside the live one, before any switch
    shorter = app.reembed.begin("wordllama-64")
    app.reembed.fill(shorter)
    beside = app.evaluate(app.realm_id, labelled, model="wordllama-64").as_json()
    assert beside["model"] == "wordllama-64"
    assert beside["modes"]["text"] == result["text"]
    assert beside["modes"]["vector"] != result["vector"]
    assert beside["modes"]["vector"]["hit@10"] >= 0.75
    app.reembed.switch(shorter, None)
    assert app.evaluate(app.realm_id, labelled).as_json() == beside


class Asking:
    """Asks a question about each fact that the default generator finds."""

    name, version, context_chars = "asking", "1", 0
    params: Mapping[str, object] = {}

    def generate(self, chunks: Sequence[ChunkInput]) -> list[Generated | Exception]:
        facts = [extract(chunk, 6).candidates for chunk in chunks]
        return [
            Generated(tuple(replace(fact, question=f"Is it so? {fact.statement}", answer="Yes.") for fact in found))
            for found in facts
        ]


def test_approved_questions_find_their_documents_not_themselves(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(generator=Asking())
    with pytest.raises(RefusedError, match="No published fact"):
        app.evaluate.from_approved(app.realm_id)
    publish(app, upload("manual.md"))
    bank = app.staging.stage_bank(b"Q: Who is the caretaker?\nA: Mrs Huber.\n", "bank.md", by=Reviewer(app.realm_id))
    assert bank.batch is not None
    app.staging.approve_questions(bank.batch.batch_id, by=Reviewer(app.realm_id))
    app.staging.import_approved(bank.batch.batch_id, by=Reviewer(app.realm_id))
    result = app.evaluate.from_approved(app.realm_id)
    assert result.skipped == 1
    asked = len(app.views.published_questions(app.realm_id, after=None, limit=100))
    assert asked > 0
    assert {score.questions for score in result.scores.values()} == {asked}
    assert result.scores[SearchMode.HYBRID].as_json()["hit@5"] == 1.0
    assert app.evaluate.from_approved(app.realm_id, limit=1).scores[SearchMode.TEXT].questions == 1


def test_questions_are_read_as_they_are_asked(app: Pipeline) -> None:
    """However many there are, only a few are held."""
    publish(app, upload("manual.md"))
    read = 0

    def endless() -> Any:
        nonlocal read
        while True:
            read += 1
            yield Expected("When does the valve open?", "manual.md")
            if read == 130:
                raise InterruptedError

    with pytest.raises(InterruptedError):
        app.evaluate(app.realm_id, endless())
    assert read == 130


def test_a_model_that_is_not_filled_finds_nothing(app: Pipeline, tmp_path: Path) -> None:
    publish(app, upload("manual.md"))
    asked = [Expected("When does the valve open?", "manual.md")]
    assert app.evaluate(app.realm_id, asked, model="wordllama-128").scores[SearchMode.VECTOR].hits[10] == 0
    with pytest.raises(RefusedError, match="no embedding model"):
        app.evaluate(app.realm_id, asked, model="wordllama-1")


def test_a_fact_is_found_under_its_own_headings(app: Pipeline) -> None:
    """Not those at the beginning of its chunk, which has several short sections."""
    publish(app, upload(text=MANUAL))
    [hit] = app.search(app.realm_id, "At which pressure does the relief valve open?", limit=1, kind="fact")
    assert "3 bar" in hit["statement"]
    assert hit["heading_path"] == ["Boiler manual", "Safety"]
    [passage] = app.search(app.realm_id, "boiler", limit=1, kind="passage")
    assert passage["heading_path"] == ["Boiler manual"]
    assert passage.keys() == hit.keys()


_UNSPACED = """# Rules

每月租金为六百四十元,由承租人在每月五日之前支付。

賃借人は毎月五日までに家賃を支払わなければならない。

임차인은 매월 5일까지 임대료를 지불해야 합니다.

ผู้เช่าต้องชำระค่าเช่าภายในวันที่ห้าของทุกเดือน

The ＡＰＩ keeps 10⁷ records in the ﾃﾞｰﾀ store of each tenant.
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("承租人", "承租人"),
        ("租", "承租人"),
        ("家賃", "家賃"),
        ("임차인", "임차인은"),
        ("임대료", "임대료를"),
        ("ค่าเช่า", "ค่าเช่า"),
        ("API", "ＡＰＩ"),
        ("データ", "ﾃﾞｰﾀ"),
        ("tenant 家賃", "家賃"),
        ("107", None),
        ("!?", None),
    ],
)
def test_words_are_found_in_scripts_without_spaces(unspaced: Pipeline, words: str, found: str | None) -> None:
    hits = unspaced.search(unspaced.realm_id, words, mode=SearchMode.TEXT)
    assert [hit["similarity"] for hit in hits] == [None] * len(hits)
    said = [hit["evidence"] for hit in hits]
    assert any(found in text for text in said) if found else said == []


@pytest.fixture
def unspaced(app: Pipeline) -> Pipeline:
    publish(app, upload("rules.md", _UNSPACED))
    return app


def test_a_search_by_words_uses_its_index(crowded_url: str) -> None:
    with psycopg.connect(crowded_url, options="-c search_path=upload_pipeline,public") as connection:
        connection.execute("ANALYZE search_postings")
        wanted = "EXPLAIN SELECT FROM search_postings WHERE terms @> ARRAY[%s::int]"
        plan = connection.execute(wanted, (7,)).fetchall()
        assert any("search_postings_terms_idx" in line for (line,) in plan)


def test_where_nothing_answers_nothing_is_found(app: Pipeline) -> None:
    publish(app, upload("manual.md", MANUAL))
    asked = app.search.answer(app.realm_id, "Who won the 1998 world cup?")
    assert (asked.hits, asked.floor) == ([], FLOORS["wordllama-256"])
    assert asked.similarity is not None
    assert asked.nearest
    assert asked.waiting == []
    answered = app.search.answer(app.realm_id, "How often must the boiler be serviced?")
    assert all(answers(hit, answered.floor) for hit in answered.hits)
    assert "12 months" in answered.hits[0]["statement"]
    # its words lift a hit that the vectors do not
    assert answers(row_of(Hit, similarity=-0.1, words=1.0), 0.25)
    assert not answers(row_of(Hit, similarity=-0.1, words=0.5), 0.25)
    # one that has none of them must be the nearer
    assert answers(row_of(Hit, similarity=0.3, words=0.1), 0.25)
    assert not answers(row_of(Hit, similarity=0.3, words=0.0), 0.25)
    assert answers(row_of(Hit, similarity=0.46, words=None), 0.25)
    assert answers(row_of(Hit, similarity=-0.1, words=0.0), None)


def test_a_document_that_waits_for_review_is_named(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"workflow": "manual"})
    publish(app, upload("manual.md", MANUAL))
    asked = app.search.answer(app.realm_id, "How often must the boiler be serviced?")
    assert asked.hits == []
    assert [one["filename"] for one in asked.waiting] == ["manual.md"]
    assert app.search.answer(app.realm_id, "Who won the 1998 world cup?").waiting == []
    stranger = user_id_for("somebody else")
    assert app.search.answer(stranger, "How often must the boiler be serviced?").waiting == []


def test_the_floor_can_be_set(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"search_floor": -1.0})
    publish(app, upload("manual.md", MANUAL))
    assert app.search.answer(app.realm_id, "Who won the 1998 world cup?").hits
