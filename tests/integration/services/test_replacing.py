"""What takes another's place: a newer version of a file, and a fact that a person prefers. Of the two, one is read."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import AlreadyDecidedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.stages.registry import BY_NAME
from tests.support.published import EACH_LOSS, EVERY_LOSS, FACT, decide, drain, in_production, staged, standing, text_of
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]


def waits_for_a_lock(app: Pipeline) -> bool:
    with psycopg.connect(app.database_url) as connection:
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('advisory', 'transactionid')"
        return connection.execute(query).fetchone() != (0,)


def test_of_two_versions_swapped_at_once_one_is_published(
    make_pipeline: MakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second version is placed and published while the first one's swap is open, in another session."""
    one, other = make_pipeline(), make_pipeline()
    received = receive(one, upload("m.md", MANUAL, "file:///m.md"))
    batch, _ = through(one, needs_work(one, received), until=StageName.EMBEDDER)
    newer = upload("m.md", MANUAL.replace("12 months", "6 months"), "file:///m.md")
    swapped, seen = Event(), Event()
    commit = UnitOfWork.commit

    def held_open(uow: UnitOfWork) -> None:
        query = "SELECT count(*) FROM documents WHERE published_at IS NOT NULL"
        if uow.session.connection.execute(query).fetchone() == (1,) and not swapped.is_set():
            swapped.set()
            assert seen.wait(20)
        commit(uow)

    monkeypatch.setattr(UnitOfWork, "commit", held_open)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one.run_stage, BY_NAME[StageName.INGESTOR], batch)
        assert swapped.wait(20)
        second = pool.submit(publish, other, newer)
        deadline = time.monotonic() + 20
        while not second.done() and not waits_for_a_lock(one) and time.monotonic() < deadline:
            time.sleep(0.02)
        seen.set()
        first.result()
        [document_id] = second.result()
    assert [said for _, said in in_production(one) if "serviced" in said] == [
        "Safety: The boiler must be serviced once every 6 months by a certified engineer."
    ]
    assert standing(one, document_id) == ("done", "ingested", "published")


def two_rules(app: Pipeline) -> tuple[DocumentId, DocumentId]:
    """Two documents whose facts look alike; the second waits for a decision about it."""
    [first] = publish(app, upload("a.md", text_of("Rules", EVERY_LOSS), "file:///a.md"))
    [second] = publish(app, upload("b.md", text_of("Rules", EACH_LOSS), "file:///b.md"))
    return first, second


@pytest.mark.parametrize("from_stage", [None, StageName.CHUNKER, StageName.FACT_GENERATOR, StageName.EMBEDDER])
def test_a_replaced_fact_does_not_come_back(app: Pipeline, from_stage: StageName | None) -> None:
    first, second = two_rules(app)
    decide(app, second, Resolution.REPLACE_EXISTING)
    assert in_production(app) == [("b.md", EACH_LOSS)]
    assert staged(app, EVERY_LOSS) == [("a.md", "duplicate")]
    for document_id in (first, second, first):
        app.retry(document_id, from_stage=from_stage, by="test")
        drain(app)
        assert in_production(app) == [("b.md", EACH_LOSS)]


def test_what_was_still_staged_is_replaced_too(make_pipeline: MakePipeline) -> None:
    manual = make_pipeline(changes={"workflow": "manual"})
    first, second = two_rules(manual)
    decide(manual, second, Resolution.REPLACE_EXISTING)
    decide(manual, first)
    assert in_production(manual) == [("b.md", EACH_LOSS)]
    assert standing(manual, first) == ("done", "ingested", "published")


def test_of_two_facts_of_one_document_the_one_that_replaces_is_published(make_pipeline: MakePipeline) -> None:
    manual = make_pipeline(changes={"workflow": "manual"})
    [both] = publish(manual, upload("a.md", text_of("Rules", EVERY_LOSS, EACH_LOSS)))
    decide(manual, both, Resolution.REPLACE_EXISTING)
    assert len(in_production(manual)) == 1
    exported = manual.views.export(manual.realm_id, both)
    [output] = [file for file in exported["files"] if file["file_type"] == "ingestion_json"]
    listed = json.loads(manual.store.get(output["file_path"]))["facts"]
    assert listed == [str(fact["question_id"]) for fact in exported["facts"]]


def test_a_replaced_fact_is_published_again_when_its_successor_goes(app: Pipeline) -> None:
    _, second = two_rules(app)
    decide(app, second, Resolution.REPLACE_EXISTING)
    publish(app, upload("b.md", text_of("Hours", "The office opens its doors to visitors at nine."), "file:///b.md"))
    drain(app)
    assert ("a.md", EVERY_LOSS) in in_production(app)


def test_a_replacement_is_an_event_of_the_document_that_lost_its_fact(app: Pipeline) -> None:
    first, second = two_rules(app)
    decide(app, second, Resolution.REPLACE_EXISTING)
    with psycopg.connect(app.database_url) as connection:
        found = connection.execute(
            "SELECT document_id, type, payload -> 'before' ->> 'statement' FROM upload_pipeline.events "
            "WHERE code = 'replaced_by_question'"
        ).fetchall()
    assert found == [(first, "withdrawn", EVERY_LOSS)]


def test_a_document_replaces_a_question_of_a_bank(make_pipeline: MakePipeline) -> None:
    """The bank says so, and moves to where its questions put it."""
    app = make_pipeline(changes={"workflow": "manual"})
    bank = app.staging.stage_bank(
        f"Q: {EVERY_LOSS[:-1]}?\nA: {EVERY_LOSS}\n".encode(), "bank.md", by=Reviewer(app.realm_id)
    )
    assert bank.batch is not None
    batch = bank.batch.batch_id
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    [question] = app.staging.get_batch_questions(batch, realm_id=app.realm_id)
    [document_id] = publish(app, upload("b.md", text_of("Rules", EACH_LOSS)))
    with app.open_uow() as uow:
        [fact] = uow.staging.questions([document_id])[document_id]
        uow.session.connection.execute(  # type: ignore[attr-defined]
            "INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, "
            "existing_is_staged, similarity_score, method) "
            "VALUES (gen_random_uuid(), %s, %s, %s, false, 0.9, 'trigram') ON CONFLICT DO NOTHING",
            (app.realm_id, fact.question_id, question.question_id),
        )
        uow.commit()
    decide(app, document_id, Resolution.REPLACE_EXISTING)
    with psycopg.connect(app.database_url) as connection:
        published = connection.execute("SELECT question_id FROM upload_pipeline.all_questions").fetchall()
    assert published == [(fact.question_id,)]
    [row] = app.staging.get_batch_questions(batch, realm_id=app.realm_id)
    assert (row.status, row.duplicate_of) == ("duplicate", fact.question_id)
    [status] = [found["status"] for found in app.staging.batches(realm_id=app.realm_id) if found["batch_id"] == batch]
    assert status == "reviewed"


def test_people_and_runs_at_once_never_wait_for_one_another_in_a_circle(make_pipeline: MakePipeline) -> None:
    """Each worker publishes, replaces and rejects what the others publish, replace and reject."""
    apps = [make_pipeline() for _ in range(3)]

    def work(number: int) -> None:
        app = apps[number]
        for turn in range(3):
            texts = (text_of(f"Rules {number}", EVERY_LOSS), text_of(f"Rules {number} {turn}", EACH_LOSS))
            for text in texts:
                [document_id] = publish(app, upload(f"{number}.md", text, f"file:///{number}.md"))
                if standing(app, document_id)[0] == "awaiting_review":
                    with suppress(AlreadyDecidedError):  # another's decision may have settled its pairs
                        decide(app, document_id, Resolution.REPLACE_EXISTING)

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(work, number) for number in range(3)]:
            future.result()
    drain(apps[0])
    with psycopg.connect(apps[0].database_url) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(query).fetchone() == (0,)
    said = [statement for _, statement in in_production(apps[0])]
    assert len(said) == len(set(said))


def test_the_record_of_a_publication_lists_what_was_published(make_pipeline: MakePipeline) -> None:
    """Of two documents published together, one replaces a fact of the other: its record does not list that fact."""
    app = make_pipeline(changes={"workflow": "manual"})
    [first] = publish(app, upload("a.md", text_of("Alpha", EVERY_LOSS, FACT)))
    [second] = publish(app, upload("b.md", text_of("Beta", EACH_LOSS)))
    for document_id in (first, second):
        app.review.decide(
            document_id, Request(Decision.APPROVE, Reviewer(app.realm_id), duplicates=Resolution.REPLACE_EXISTING)
        )
    through(app, [first, second])
    assert [said for _, said in in_production(app)] == [FACT, EACH_LOSS]
    for document_id in (first, second):
        exported = app.views.export(app.realm_id, document_id)
        [path] = [file["file_path"] for file in exported["files"] if file["file_type"] == "ingestion_json"]
        assert json.loads(app.ctx.store.get(path))["facts"] == [str(fact["question_id"]) for fact in exported["facts"]]


def test_nobody_is_asked_about_a_near_duplicate_that_was_replaced(make_pipeline: MakePipeline) -> None:
    """A bank's question waits beside a fact of a document; the document's next version says something else."""
    app = make_pipeline(changes={"duplicate_mode": "baseline", "duplicate_threshold": 0.7})
    publish(app, upload("a.md", text_of("Rules", EACH_LOSS), "file:///a.md"))
    bank = app.staging.stage_bank(f"Q: {EVERY_LOSS}\nA: Yes.\n".encode(), "bank.md", by=Reviewer(app.realm_id))
    assert bank.batch is not None
    [pair] = bank.pairs
    assert (pair.resolution, pair.proposed) == ("pending", "keep_both")
    assert pair.flags
    publish(app, upload("a.md", text_of("Rules", FACT), "file:///a.md"))
    [settled] = app.review.pairs(OfBatch(bank.batch.batch_id), app.realm_id)
    assert (settled.resolution, settled.reason) == ("not_duplicate", "what it resembles was replaced or withdrawn")
    assert "near_duplicates_gone" in [
        event.code for event in app.review.history(OfBatch(bank.batch.batch_id), app.realm_id)
    ]
    [row] = app.staging.batches(realm_id=app.realm_id, named="bank.md")
    assert row["undecided"] == 0
