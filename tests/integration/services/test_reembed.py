"""Changing the embedding model: beside the live one, resumable, nothing lost, switched in one transaction."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import (
    ConfigurationError,
    DataRejectedError,
    EmbeddingModelChangedError,
    RecallTooLowError,
    ReembeddingError,
    RefusedError,
)
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import Reviewer
from pipeline_core.stages.registry import BY_NAME
from tests.support.fakes import HashEmbedder
from tests.support.killing import blocked_at, wait_until_blocked
from tests.support.published import rows
from tests.support.synthetic import publish_questions, unit
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]
OLD, NEW = "wordllama-256", "wordllama-64"
QUESTION = "When does the pressure relief valve open?"
ATTIC = MANUAL.replace("boiler", "attic fan").replace("Boiler", "Attic fan")


@pytest.fixture
def app(make_pipeline: MakePipeline) -> Pipeline:
    # near-duplicates would wait for a person
    return make_pipeline(changes={"duplicate_threshold": 1.0})


def models(app: Pipeline) -> dict[str, set[tuple[str, int]]]:
    """The models in production, and the length of their vectors."""
    return {
        table: set(rows(app, f"SELECT DISTINCT embed_model, vector_dims(embedding) FROM {table}"))
        for table in ("document_chunks", "all_questions")
    }


def only(name: str, dims: int) -> dict[str, set[tuple[str, int]]]:
    return {"document_chunks": {(name, dims)}, "all_questions": {(name, dims)}}


def indexes(app: Pipeline) -> list[str]:
    return [
        definition
        for (definition,) in rows(app, "SELECT indexdef FROM pg_indexes WHERE strpos(indexname, '_hnsw_') > 0")
    ]


def best(app: Pipeline) -> tuple[str, str]:
    hit = app.search(app.realm_id, QUESTION, limit=1)[0]
    return hit["kind"], hit["statement"]


def test_production_changes_from_one_model_to_the_other(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"vector_index_rows": 1})
    documents = publish(app, upload("manual.md"))
    app.ensure_vector_indexes()
    assert len(indexes(app)) == 2
    found, stages = best(app), rows(app, "SELECT stage_name, runs FROM document_processing_stages ORDER BY 1")

    switched = app.reembed(NEW)

    assert (switched.chunks, switched.questions) == (rows(app, "SELECT count(*) FROM document_chunks")[0][0], 4)
    assert switched.recall_at_10 == 1.0
    assert models(app) == only(NEW, 64)
    assert rows(app, "SELECT embed_model FROM embedding_models WHERE is_active") == [(NEW,)]
    assert rows(app, "SELECT count(*) FROM next_vectors") == [(0,)]
    assert all(f"halfvec({64})" in definition and NEW in definition for definition in indexes(app))
    assert len(indexes(app)) == 2
    assert best(app) == found
    # no stage ran, and none has to
    assert rows(app, "SELECT stage_name, runs FROM document_processing_stages ORDER BY 1") == stages
    received = receive(app, upload("manual.md"))
    assert needs_work(app, received) == []
    assert list(received.documents) == documents
    # and back: what was embedded once is in the cache
    assert app.reembed(OLD).questions == 4
    assert models(app) == only(OLD, 256)


def test_search_works_all_the_way_through(app: Pipeline) -> None:
    publish(app, upload("manual.md"))
    found, old = best(app), app.ctx.embedder
    model = app.reembed.begin(NEW)
    app.reembed.fill(model)
    assert best(app) == found
    # the new vectors can be looked at before the switch
    vector = app.embedders.named(NEW).embed([QUESTION]).vectors[0]
    beside = app.views.search(app.realm_id, QUESTION, vector, model=NEW, is_next=True, limit=1)
    assert beside[0]["statement"] == found[1]
    # a question of one model never meets vectors of another
    with pytest.raises(EmbeddingModelChangedError):
        app.views.search(app.realm_id, QUESTION, vector, model=NEW)
    app.reembed.switch(model, None)
    with pytest.raises(EmbeddingModelChangedError):
        app.views.search(app.realm_id, QUESTION, old.embed([QUESTION]).vectors[0], model=old.model)
    assert best(app) == found
    app.reembed.clean()
    assert best(app) == found


def test_a_search_that_the_switch_overtakes_is_asked_again(app: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(app, upload("manual.md"))
    found, old = best(app), app.embedders.named(OLD)
    embed = old.embed

    def overtaken(texts: Any) -> Any:
        vectors = embed(texts)
        monkeypatch.undo()
        app.reembed(NEW)
        return vectors

    monkeypatch.setattr(old, "embed", overtaken)
    assert best(app) == found
    assert models(app) == only(NEW, 64)


def test_what_is_published_meanwhile_is_switched_too(app: Pipeline) -> None:
    publish(app, upload("manual.md"))
    model = app.reembed.begin(NEW)
    app.reembed.fill(model)
    [late] = publish(app, upload("attic.md", ATTIC))
    waiting = receive(app, upload("third.md", MANUAL.replace("oiler", "uffer")))
    batch, _ = through(app, needs_work(app, waiting), until=StageName.EMBEDDER)

    app.reembed.switch(model, None)

    assert models(app) == only(NEW, 64)
    assert app.views.export(app.realm_id, late)["facts"]
    # embedded before the switch, published after it
    report = app.run_stage(BY_NAME[StageName.INGESTOR], batch)
    assert report.ran == list(waiting.documents)
    assert models(app) == only(NEW, 64)
    assert app.views.counts(app.realm_id)["documents"] == 3


def test_a_publication_that_the_switch_overtakes_is_tried_again(app: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch comes between the last look at the active model and the transaction that publishes."""
    publish(app, upload("manual.md"))
    received = receive(app, upload("attic.md", ATTIC))
    ids = needs_work(app, received)
    store, put_many = app.store, app.store.put_many

    def overtaken(objects: Sequence[tuple[str, bytes]]) -> Any:
        if any(key.endswith(".ingestion.json") for key, _ in objects):
            monkeypatch.undo()
            app.reembed(NEW)
        return put_many(objects)

    monkeypatch.setattr(store, "put_many", overtaken)
    _, reports = through(app, ids)
    assert [error.code for error in reports[StageName.INGESTOR].retry.values()] == ["embedding_model_changed"]
    through(app, ids)
    assert models(app) == only(NEW, 64)
    assert app.views.counts(app.realm_id)["documents"] == 2


def test_publishing_waits_for_the_switch(make_pipeline: MakePipeline) -> None:
    """Who publishes while publishing is paused is through when the pause ends, with what is active then."""
    app, other = (make_pipeline(changes={"duplicate_threshold": 1.0}) for _ in range(2))
    publish(app, upload("manual.md"))
    model = app.reembed.begin(NEW)
    with app.reembed.locks.publishing_paused():
        thread = threading.Thread(target=publish, args=(other, upload("attic.md", ATTIC)))
        thread.start()
        thread.join(timeout=1.5)
        assert thread.is_alive()
        assert other.views.counts(other.realm_id)["documents"] == 1
        app.reembed.fill(model)
    thread.join(timeout=30)
    assert not thread.is_alive()
    app.reembed.switch(model, None)
    assert models(app) == only(NEW, 64)
    assert app.views.counts(app.realm_id)["documents"] == 2


def test_an_import_that_the_switch_overtakes_is_tried_again(app: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(app, upload("manual.md"))
    bank = app.staging.stage_bank(b"Q: Who is the caretaker?\nA: Mrs Huber.\n", "bank.md", by=Reviewer(app.realm_id))
    assert bank.batch is not None
    app.staging.approve_questions(bank.batch.batch_id, by=Reviewer(app.realm_id))
    importer, held = app.staging.importer, type(app.staging.importer)._embed

    def overtaken(self: Any, *args: Any, **named: Any) -> Any:
        monkeypatch.undo()
        failed = held(self, *args, **named)
        app.reembed(NEW)
        return failed

    monkeypatch.setattr(type(importer), "_embed", overtaken)
    with pytest.raises(EmbeddingModelChangedError):
        app.staging.import_approved(bank.batch.batch_id, by=Reviewer(app.realm_id))
    assert len(app.staging.import_approved(bank.batch.batch_id, by=Reviewer(app.realm_id)).imported) == 1
    assert models(app) == only(NEW, 64)


def test_an_edited_question_gets_the_vector_of_its_new_words(app: Pipeline) -> None:
    publish(app, upload("manual.md"))
    model = app.reembed.begin(NEW)
    app.reembed.fill(model)
    with app.open_uow() as uow:
        uow.session.connection.execute("UPDATE all_questions SET statement = statement || ' Really.'")
        uow.commit()
    app.reembed.switch(model, None)
    said = "fact_text(question, answer, statement)"
    texts = rows(app, f"SELECT {said}, embedding FROM all_questions ORDER BY question_id")
    vectors = app.embedders.named(NEW).embed([text for text, _ in texts]).vectors
    assert [vector.to_list() for _, vector in texts] == [
        pytest.approx(row.tolist(), rel=1e-3, abs=1e-6) for row in vectors
    ]


CHILD = """
import sys
from pipeline_core.bootstrap import pipeline
app = pipeline()
app.reembed("wordllama-64")
app.close()
"""
POINTS = [
    pytest.param("next_vectors", "INSERT", "NEW.owner_kind = 'chunk'", id="the-first-vectors", marks=pytest.mark.chaos),
    pytest.param("next_vectors", "INSERT", "NEW.owner_kind = 'question'", id="half-filled"),
    pytest.param("embedding_models", "UPDATE", "NEW.is_active", id="the-switch-begins", marks=pytest.mark.chaos),
    pytest.param("all_questions", "UPDATE", "true", id="inside-the-switch"),
    pytest.param("next_vectors", "DELETE", "true", id="cleaning-up", marks=pytest.mark.chaos),
]


@pytest.mark.parametrize(("table", "change", "condition"), POINTS)
def test_killed_and_begun_again(
    make_pipeline: MakePipeline, database_url: str, tmp_path: Path, table: str, change: str, condition: str
) -> None:
    app = make_pipeline(changes={"reembed_batch": 1, "vector_index_rows": 1})
    publish(app, upload("manual.md"), upload("attic.md", ATTIC))
    before = rows(app, "SELECT question_id, answer FROM all_questions ORDER BY 1")
    environment = {
        **os.environ,
        "UPLOAD_PIPELINE_HOME": str(tmp_path / "home"),
        "UPLOAD_PIPELINE_DATABASE_URL": database_url,
        "UPLOAD_PIPELINE_REEMBED_BATCH": "1",
        "UPLOAD_PIPELINE_VECTOR_INDEX_ROWS": "1",
    }
    with blocked_at(database_url, table, condition, change=change) as connection:
        process = subprocess.Popen([sys.executable, "-c", CHILD], env=environment, text=True)
        wait_until_blocked(connection, process)
        assert best(app)
        process.send_signal(signal.SIGKILL)
        process.wait()
    seen = models(app)
    assert seen in (only(OLD, 256), only(NEW, 64))
    assert best(app)
    filled = rows(app, "SELECT owner_id, xmin::text FROM next_vectors") if seen == only(OLD, 256) else []

    # found by the same steps as at first; what was filled is not filled again
    model = app.reembed.begin(NEW)
    app.reembed.fill(model)
    assert set(filled) <= set(rows(app, "SELECT owner_id, xmin::text FROM next_vectors"))
    app.reembed(NEW)

    assert models(app) == only(NEW, 64)
    assert rows(app, "SELECT question_id, answer FROM all_questions ORDER BY 1") == before
    assert rows(app, "SELECT count(*) FROM next_vectors") == [(0,)]
    assert len(indexes(app)) == 2
    assert all(NEW in definition for definition in indexes(app))


def test_an_index_that_finds_too_little_is_refused(make_pipeline: MakePipeline, database_url: str) -> None:
    publish_questions(database_url, user_id_for("local"), unit(3000, 256, seed=1), model=OLD)
    strict = {"vector_index_rows": 100, "search_ef": 10, "reembed_sample": 300, "reembed_min_recall": 1.0}
    app = make_pipeline(embedder=HashEmbedder(), changes=strict)
    with pytest.raises(RecallTooLowError, match="ten nearest"):
        app.reembed("hash-64")
    assert rows(app, "SELECT DISTINCT embed_model FROM all_questions") == [(OLD,)]
    assert rows(app, "SELECT embed_model FROM embedding_models WHERE is_active") == [(OLD,)]
    # mended: nothing is embedded again
    embedder = HashEmbedder()
    mended = make_pipeline(embedder=embedder, changes={**strict, "search_ef": 400, "reembed_min_recall": 0.9})
    recall = mended.reembed("hash-64").recall_at_10
    assert recall is not None
    assert recall >= 0.9
    assert embedder.texts_embedded == 0


def test_the_switch_may_take_longer_than_a_statement(make_pipeline: MakePipeline, database_url: str) -> None:
    app = make_pipeline(changes={"statement_timeout_s": 0.5})
    publish(app, upload("manual.md"))
    model = app.reembed.begin(NEW)
    app.reembed.fill(model)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION public.slowly() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END';"
            "CREATE TRIGGER slowly BEFORE UPDATE ON upload_pipeline.all_questions "
            "FOR EACH ROW EXECUTE FUNCTION public.slowly()"
        )
    assert app.reembed.switch(model, None).questions == 4


def test_what_was_filled_can_be_abandoned(app: Pipeline) -> None:
    publish(app, upload("manual.md"))
    model = app.reembed.begin(NEW)
    app.reembed.fill(model)
    assert [row["model"] for row in app.reembed.models()] == [OLD, NEW]
    app.reembed.clean()
    [row] = app.reembed.models()
    assert (row["model"], row["is_active"], row["waiting"]) == (OLD, True, 0)
    assert models(app) == only(OLD, 256)


def test_only_one_at_a_time(make_pipeline: MakePipeline) -> None:
    app, other = make_pipeline(), make_pipeline()
    publish(app, upload("manual.md"))
    with app.reembed.locks.alone(), pytest.raises(ReembeddingError):
        other.reembed(NEW)
    assert other.reembed(NEW).questions == 4


def test_the_database_says_which_embedder_serves(make_pipeline: MakePipeline) -> None:
    publish(make_pipeline(changes={"embedder": "wordllama-128"}), upload("manual.md"))
    other = make_pipeline(changes={"embedder": "wordllama"})
    assert other.ctx.embedder.model == "wordllama-128"
    publish(other, upload("attic.md", ATTIC))
    assert models(other) == only("wordllama-128", 128)
    with pytest.raises(RefusedError, match="no embedding model"):
        other.reembed("wordllama-512")


def test_an_embedder_that_is_not_here_is_named(make_pipeline: MakePipeline) -> None:
    publish(make_pipeline(embedder=HashEmbedder()), upload("manual.md"))
    app = make_pipeline()
    with pytest.raises(ConfigurationError, match="hash-64"):
        app.search(app.realm_id, QUESTION)
    assert app.reembed(NEW).questions == 4
    assert best(app)


def test_another_length_is_another_model(make_pipeline: MakePipeline) -> None:
    publish(make_pipeline(embedder=HashEmbedder()), upload("manual.md"))
    longer = HashEmbedder()
    longer.dims = 32
    app = make_pipeline(embedder=longer)
    with pytest.raises(ConfigurationError, match="64 dimensions"):
        app.search(app.realm_id, QUESTION)
    with pytest.raises(ConfigurationError, match="knows it with 64"):
        app.reembed("hash-64")


def test_vectors_too_long_for_an_index_of_full_precision_are_indexed_by_half(make_pipeline: MakePipeline) -> None:
    long = HashEmbedder()
    long.dims = 3072
    app = make_pipeline(embedder=long, changes={"vector_index_rows": 1, "embedder": "wordllama-64"})
    publish(make_pipeline(changes={"embedder": "wordllama-64"}), upload("manual.md"))

    switched = app.reembed("hash-64")

    assert switched.recall_at_10 == 1.0
    assert models(app) == only("hash-64", 3072)
    assert len(indexes(app)) == 2
    assert all("halfvec(3072)" in definition for definition in indexes(app))
    assert best(app)


@pytest.mark.parametrize(
    "change",
    ["embed_model = 'wordllama-64'", "embedding = '[1, 2]'"],
    ids=["another model", "another length"],
)
def test_the_database_refuses_a_mixture(app: Pipeline, change: str) -> None:
    publish(app, upload("manual.md"))
    for table in ("all_questions", "document_chunks"):
        with pytest.raises(DataRejectedError, match="not of the active model"):
            rows(app, f"UPDATE {table} SET {change} RETURNING 1")


def test_where_nothing_is_published_the_model_is_simply_the_active_one(app: Pipeline) -> None:
    switched = app.reembed(NEW)
    assert (switched.chunks, switched.questions) == (0, 0)
    publish(app, upload("manual.md"))
    assert models(app) == only(NEW, 64)
