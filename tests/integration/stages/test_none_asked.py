"""Plain retrieval (``UPLOAD_PIPELINE_FACT_GENERATOR=none``): passages and vectors, staged, validated and published as
ever, and no facts; the ledger says that none were asked for."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import ChunkId, DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import Reviewer
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.review.marking import Marked, MissedFact
from pipeline_core.terminal.status import print_job
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]
LONG = MANUAL + "\n".join(f"## Part {n}\n\nThe part {n} must be kept in cabinet {n}0.\n" * 12 for n in range(1, 5))
COUNTS = {
    "chunks": "SELECT count(*) FROM document_chunks",
    "vectors": "SELECT count(*) FROM document_chunks WHERE embedding IS NOT NULL",
    "facts": "SELECT count(*) FROM all_questions",
    "staged facts": "SELECT count(*) FROM staged_questions",
    "batches": "SELECT count(*) FROM upload_batches",
    "files of facts": "SELECT count(*) FROM stage_output_files WHERE file_type = 'facts_json'",
}


@pytest.fixture
def plain(make_pipeline: MakePipeline) -> Pipeline:
    return make_pipeline(changes={"fact_generator": "none"})


def counts(app: Pipeline) -> dict[str, int]:
    with app.open_uow() as uow:
        rows = {name: uow.session.connection.execute(query.encode()).fetchone() for name, query in COUNTS.items()}
    return {name: row[0] for name, row in rows.items() if row}


def outcomes(app: Pipeline) -> set[str | None]:
    with app.open_uow() as uow:
        return {row[0] for row in uow.session.connection.execute("SELECT outcome FROM staged_chunks").fetchall()}


def again(app: Pipeline, document_ids: list[DocumentId]) -> None:
    received = receive(app, upload(text=LONG))
    assert list(received.documents) == document_ids
    through(app, needs_work(app, received))


def test_passages_and_vectors_are_published_and_no_facts(plain: Pipeline) -> None:
    publish(plain, upload(text=LONG))
    [row] = plain.views.jobs(plain.realm_id)
    job = plain.views.job(plain.realm_id, row["job_id"])
    assert (job["outcome"], job["facts"], job["findings"]) == ("published", 0, [])
    found = counts(plain)
    assert found.pop("chunks") == found.pop("vectors") == job["chunks"] > 1
    assert set(found.values()) == {0}
    [ledger] = job["ledger"]
    assert (ledger["outcome"], ledger["chunks"]) == ("not_asked", job["chunks"])
    shown = io.StringIO()
    print_job(Console(file=shown, width=400), job)
    assert f"{job['chunks']} chunks without facts, as none were asked for" in shown.getvalue()


def test_a_second_run_has_nothing_to_do(plain: Pipeline) -> None:
    publish(plain, upload(text=LONG))
    assert needs_work(plain, receive(plain, upload(text=LONG))) == []


def test_passages_are_found_as_with_facts(plain: Pipeline, app: Pipeline) -> None:
    [document_id] = publish(plain, upload(text=LONG))

    def hits(asked: Pipeline) -> list[ChunkId]:
        found = asked.search(asked.realm_id, "pressure relief valve", kind="passage", document_ids=[document_id])
        return [hit.passage_id for hit in found]

    without = hits(plain)
    with plain.open_uow() as uow:
        chunks = {row.chunk.chunk_id: row.chunk.text for row in uow.staging.chunks([document_id])[document_id]}
    assert "relief valve" in chunks[without[0]]
    again(app, [document_id])
    assert hits(app) == without


def test_facts_are_made_once_they_are_asked_for_and_go_when_they_are_not(plain: Pipeline, app: Pipeline) -> None:
    document_ids = publish(plain, upload(text=LONG))
    before = counts(plain)
    again(app, document_ids)
    with_facts = counts(app)
    assert with_facts["facts"] > 3
    assert with_facts["files of facts"] == 1
    assert with_facts["chunks"] == before["chunks"]
    assert "not_asked" not in outcomes(app)
    again(plain, document_ids)
    assert counts(plain) | {"batches": 0} == before
    assert outcomes(plain) == {"not_asked"}


def test_the_stage_that_asks_for_nothing_writes_no_chunk_twice(plain: Pipeline) -> None:
    ids = needs_work(plain, receive(plain, upload(text=LONG)))
    through(plain, ids, until=StageName.CHUNKER)
    with plain.open_uow() as uow:
        born = uow.session.connection.execute("SELECT chunk_id, xmin::text FROM staged_chunks ORDER BY 1").fetchall()
    through(plain, ids)
    with plain.open_uow() as uow:
        now = uow.session.connection.execute("SELECT chunk_id, xmin::text FROM staged_chunks ORDER BY 1").fetchall()
    assert now == born


def test_a_person_may_still_add_a_fact_and_it_stays(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"fact_generator": "none", "workflow": "manual"})
    [document_id] = publish(app, upload(text=MANUAL))
    with app.open_uow() as uow:
        chunk = uow.staging.chunks([document_id])[document_id][0].chunk
    said = "The boiler must be serviced once every 12 months by a certified engineer."
    at = chunk.text.index(said)
    missed = MissedFact(chunk.chunk_id, (Marked(at, at + len(said)),))
    app.add_fact(document_id, missed, by=Reviewer(app.realm_id, "Ann", "it was missed"))
    app.review.decide(document_id, Request(Decision.APPROVE, Reviewer(app.realm_id)))
    through(app, [document_id])
    assert counts(app)["facts"] == 1
    # read again, as nothing is asked for
    app.retry(document_id, from_stage=StageName.FACT_GENERATOR, by="test")
    through(app, [document_id])
    assert (counts(app)["staged facts"], outcomes(app)) == (1, {"facts"})
