"""Who works on a job: one worker at a time, until it is done, dead, or silent for too long."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.database import Database
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.db.worker import Worker
from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import LeaseLostError
from pipeline_core.domain.ids import DocumentId, JobId, LeaseToken
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import DEAD_LETTER, RETRY_LATER, JobState
from pipeline_core.stages.base import Stage, StageContext, StageResult
from pipeline_core.stages.registry import STAGES
from tests.support.database import copied_database, register
from tests.support.through import needs_work, receive, through, upload
from tests.support.walker import ANN, MOVES

SERVICE = "upload_pipeline_service"


@pytest.fixture(scope="module")
def url(postgres_url: str, template_database: str) -> Iterator[str]:
    with copied_database(postgres_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
def database(url: str) -> Iterator[Database]:
    database = Database(url, role=SERVICE)
    yield database
    database.close()


@pytest.fixture
def start_worker(url: str) -> Iterator[Callable[..., Worker]]:
    """Starts workers, each with its session lock and its thread that renews leases."""
    started: list[Worker] = []

    def start(lease_s: float = 60) -> Worker:
        started.append(Worker(url, role=SERVICE, lease_s=lease_s))
        return started[-1]

    yield start
    for worker in started:
        worker.close()


def new_documents(database: Database, count: int = 1) -> list[Document]:
    with UnitOfWork(database, lease_s=60) as uow:
        documents = register(uow, ANN, count)
        uow.commit()
    return documents


def claim(
    database: Database, documents: list[Document], worker: Worker, *, lease_s: float = 60
) -> tuple[LeaseToken, set[DocumentId]]:
    lease = LeaseToken(uuid4())
    ids = [document.document_id for document in documents]
    with UnitOfWork(database, lease_s=lease_s) as uow:
        taken = uow.jobs.claim(ids, worker=worker.name, lease=lease, lease_s=lease_s, flow_run_id=None)
        uow.commit()
    return lease, taken


def job_row(database: Database, document: Document, columns: str = "*") -> tuple[Any, ...]:
    with UnitOfWork(database, lease_s=60) as uow:
        query = f"SELECT {columns} FROM upload_jobs WHERE document_id = %s"
        [row] = uow.session.connection.execute(query.encode(), [document.document_id]).fetchall()
    return tuple(row)


def test_of_two_workers_at_once_each_document_goes_to_one(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    workers = [start_worker() for _ in range(4)]
    for _ in range(5):
        documents = new_documents(database, 40)
        together = threading.Barrier(len(workers))
        taken: list[set[DocumentId]] = []

        def take(worker: Worker, documents: list[Document], together: threading.Barrier) -> None:
            together.wait()
            taken.append(claim(database, documents, worker)[1])  # noqa: B023

        threads = [threading.Thread(target=take, args=(w, documents, together)) for w in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sum(map(len, taken)) == len(documents)
        assert set[DocumentId]().union(*taken) == {document.document_id for document in documents}


def test_a_live_worker_keeps_its_job(database: Database, start_worker: Callable[..., Worker]) -> None:
    documents = new_documents(database)
    lease, _ = claim(database, documents, start_worker())

    assert claim(database, documents, start_worker())[1] == set()
    assert job_row(database, documents[0], "lease_token") == (lease,)


def test_a_dead_workers_job_is_taken_over_at_once(
    url: str, database: Database, start_worker: Callable[..., Worker]
) -> None:
    """Its session lock ends with its connection, long before its lease does."""
    documents = new_documents(database)
    first, second = start_worker(), start_worker()
    claim(database, documents, first, lease_s=3600)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' "
            "AND objid = (hashtext(%s)::bigint & 4294967295)::oid",
            [first.name],
        )

    lease, taken = claim(database, documents, second)
    assert taken == {documents[0].document_id}
    assert job_row(database, documents[0], "claimed_by, lease_token") == (second.name, lease)
    with psycopg.connect(url) as connection:
        [(code, severity)] = connection.execute(
            "SELECT code, severity FROM upload_pipeline.events WHERE job_id = %s ORDER BY event_id DESC LIMIT 1",
            [documents[0].job_id],
        ).fetchall()
    assert (code, severity) == ("taken_over", "warning")


def test_an_expired_lease_is_taken_over_even_from_a_live_worker(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    documents = new_documents(database)
    claim(database, documents, start_worker(), lease_s=0)

    assert claim(database, documents, start_worker())[1] == {documents[0].document_id}


@pytest.mark.parametrize("move", [MOVES["job_validated"], RETRY_LATER, DEAD_LETTER], ids=lambda move: move.code)
def test_a_stale_lease_moves_nothing(database: Database, start_worker: Callable[..., Worker], move: Any) -> None:
    documents = new_documents(database)
    stale, _ = claim(database, documents, start_worker(), lease_s=0)
    claim(database, documents, start_worker())
    before = job_row(database, documents[0])

    payload = {documents[0].job_id: {"error": {}, "wait_s": 0}}
    with pytest.raises(LeaseLostError), UnitOfWork(database, lease_s=60) as uow:
        uow.jobs.move(move, payload, lease=stale)
    with UnitOfWork(database, lease_s=60) as uow:
        assert uow.jobs.held(stale, [documents[0].document_id]) == []
    assert job_row(database, documents[0]) == before


def test_a_stale_lease_is_told_so_wherever_the_job_is_by_now(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    [document] = documents = new_documents(database)
    stale, _ = claim(database, documents, start_worker(), lease_s=0)
    lease, _ = claim(database, documents, start_worker())
    with UnitOfWork(database, lease_s=60) as uow:
        uow.jobs.move(MOVES["job_validated"], {document.job_id: {}}, lease=lease)
        uow.commit()

    with pytest.raises(LeaseLostError), UnitOfWork(database, lease_s=60) as uow:
        uow.jobs.move(MOVES["job_validated"], {document.job_id: {}}, lease=stale)


def test_a_worker_takes_its_own_job_again_when_its_lease_has_ended(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    documents, worker = new_documents(database), start_worker()
    claim(database, documents, worker, lease_s=0)

    assert claim(database, documents, worker)[1] == {documents[0].document_id}


def test_a_task_that_is_tried_again_still_has_its_document(app: Pipeline) -> None:
    """The slow lane's task asks with the batch that it was given, however often it is tried."""
    [document_id] = needs_work(app, receive(app, upload()))
    batch = WorkBatch(LeaseToken(uuid4()), (document_id,))

    assert app.claim.again(batch).document_ids == (document_id,)
    assert app.claim.again(batch).document_ids == (document_id,)


def test_renewal_does_not_wait_for_a_job_that_is_being_moved(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    """Waiting for it, in another order than the move's, would be a deadlock."""
    documents, worker = new_documents(database, 2), start_worker()
    lease, _ = claim(database, documents, worker)
    with UnitOfWork(database, lease_s=60) as mover, UnitOfWork(database, lease_s=60) as uow:
        mover.jobs.move(MOVES["job_validated"], {documents[0].job_id: {}}, lease=lease)

        uow.session.connection.execute("SET LOCAL lock_timeout = '1s'")
        assert uow.session.execute("renew_leases", worker=worker.name, leases=[lease], lease_s=60) == 1


def test_of_a_batch_of_which_one_lease_is_lost_nothing_moves(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    documents = new_documents(database, 3)
    stale, _ = claim(database, documents, start_worker(), lease_s=0)
    claim(database, documents[1:2], start_worker())
    before = [job_row(database, document) for document in documents]

    payloads: dict[JobId, dict[str, Any]] = {document.job_id: {} for document in documents}
    with pytest.raises(LeaseLostError) as lost, UnitOfWork(database, lease_s=60) as uow:
        uow.jobs.move(MOVES["job_validated"], payloads, lease=stale)
    assert str(documents[1].job_id) in str(lost.value)
    assert [job_row(database, document) for document in documents] == before


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_work_done_under_a_lost_lease_is_not_saved(app: Pipeline, stage: Stage) -> None:
    """Another worker takes the job while the stage is at work; what the first one made is thrown away."""
    [document_id] = needs_work(app, receive(app, upload()))
    before = STAGES[: STAGES.index(stage)]
    if before:
        batch, _ = through(app, [document_id], until=before[-1].name)
        batch = app.pass_gate(stage.before, batch) if stage.before else batch
    else:
        batch = app.claim([document_id])
    saved: list[object] = []

    def run(ctx: StageContext, document: Document, data: Any) -> StageResult:
        result = stage.run(ctx, document, data)
        _take_away(app, document)
        saved.append(_everything_but_the_job(app))
        return result

    report = app.run_stage(replace(stage, run=run), batch)

    assert (report.ran, report.retry, report.dead, report.batch.document_ids) == ([], {}, {}, ())
    assert [_everything_but_the_job(app)] == saved


def _take_away(app: Pipeline, document: Document) -> None:
    """Another worker's claim, as after a lease that expired."""
    with app.open_uow() as uow:
        uow.session.connection.execute(
            "UPDATE upload_jobs SET claimed_by = 'other', lease_token = gen_random_uuid() WHERE document_id = %s",
            [document.document_id],
        )
        uow.commit()


def _everything_but_the_job(app: Pipeline) -> dict[str, list[str]]:
    with app.open_uow() as uow:
        connection = uow.session.connection
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'upload_pipeline' "
            "AND table_type = 'BASE TABLE'"
        ).fetchall()
        return {
            name: sorted(row[0] for row in connection.execute(f"SELECT t::text FROM {name} t".encode()))
            for (name,) in tables
        }


def test_a_job_with_a_retry_ahead_says_when_it_is_due(database: Database, start_worker: Callable[..., Worker]) -> None:
    documents = new_documents(database)
    lease, _ = claim(database, documents, start_worker())
    with UnitOfWork(database, lease_s=60) as uow:
        uow.jobs.move(RETRY_LATER, {documents[0].job_id: {"error": {}, "wait_s": 30}}, lease=lease)
        [(wait_s, failures)] = uow.jobs.due_in([documents[0].document_id]).values()
        uow.commit()

    assert 29 < wait_s <= 30
    assert failures == 1
    assert job_row(database, documents[0], "state, lease_token") == (JobState.RETRYABLE, None)


def test_only_leases_that_are_held_are_renewed(database: Database, start_worker: Callable[..., Worker]) -> None:
    worker, other = start_worker(), start_worker()
    documents = new_documents(database, 3)
    held, _ = claim(database, documents[:1], worker)
    claim(database, documents[1:2], worker)
    of_another, _ = claim(database, documents[2:], other)
    before = [job_row(database, document, "lease_expires_at") for document in documents]

    with UnitOfWork(database, lease_s=60) as uow:
        leases = [held, of_another, uuid4()]
        assert uow.session.execute("renew_leases", worker=worker.name, leases=leases, lease_s=120) == 1
        uow.commit()
    after = [job_row(database, document, "lease_expires_at") for document in documents]
    assert after[0] > before[0]
    assert after[1:] == before[1:]


def test_a_worker_renews_what_it_holds_until_it_drops_it(
    database: Database, start_worker: Callable[..., Worker]
) -> None:
    worker, other = start_worker(lease_s=0.3), start_worker()
    documents = new_documents(database, 2)
    for document, hold in zip(documents, (True, False), strict=True):
        lease, _ = claim(database, [document], worker, lease_s=0.3)
        if hold:
            worker.hold(lease)
    threading.Event().wait(0.6)

    assert claim(database, documents, other)[1] == {documents[1].document_id}
    worker.drop(job_row(database, documents[0], "lease_token")[0])
    threading.Event().wait(0.6)
    assert claim(database, documents, other)[1] == {documents[0].document_id}
