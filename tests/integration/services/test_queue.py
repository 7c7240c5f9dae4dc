"""The queue: fair between users, bounded, and a lost worker's jobs wait again where they were."""

import threading
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.queries import load
from pipeline_core.db.queue import QUEUE_LOCK_CLASS
from pipeline_core.domain.errors import DatabaseUnavailableError, LeaseLostError, RefusedError, ServiceUnavailableError
from pipeline_core.domain.ids import DocumentId, RealmId, user_id_for
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services import queue as queue_module
from pipeline_core.services.failures import record_failures
from pipeline_core.stages.registry import BY_NAME
from tests.support.database import register
from tests.support.servers import wait_until
from tests.support.through import needs_work, publish, receive, upload

ANN, BOB, CAT = (user_id_for(name) for name in ("ann", "bob", "cat"))
MakePipeline = Callable[..., Pipeline]


@pytest.fixture(autouse=True)
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server may have started a moment ago."""
    monkeypatch.setattr(queue_module, "RESTART_GRACE_S", 0.0)


def put(app: Pipeline, realm_id: RealmId, count: int, *, priority: int = 0) -> list[DocumentId]:
    with app.open_uow() as uow:
        ids = [document.document_id for document in register(uow, realm_id, count)]
        uow.commit()
    if priority:
        app.queue.set_priority(ids, priority, by="test")
    return ids


def owners(app: Pipeline, batch: WorkBatch) -> list[RealmId]:
    with app.open_uow() as uow:
        rows = uow.session.connection.execute("SELECT document_id, realm_id FROM documents").fetchall()
    names = dict(rows)
    return [names[document_id] for document_id in batch.document_ids]


def column(app: Pipeline, name: str, document_id: DocumentId) -> Any:
    with app.open_uow() as uow:
        query = f"SELECT {name} FROM upload_jobs WHERE document_id = %s"
        [row] = uow.session.connection.execute(query.encode(), [document_id]).fetchall()
    return row[0]


def execute(app: Pipeline, statement: str, *values: object) -> None:
    with app.open_uow() as uow:
        uow.session.connection.execute(statement.encode(), values)
        uow.commit()


def test_users_take_turns_however_much_one_of_them_has(app: Pipeline) -> None:
    put(app, ANN, 300)
    put(app, BOB, 2)
    put(app, CAT, 1)

    assert owners(app, app.queue.take(6)) == [ANN, BOB, CAT, ANN, BOB, ANN]
    # Ann has three running by now: who has less comes first
    put(app, BOB, 2)
    assert Counter(owners(app, app.queue.take(2))) == {BOB: 1, ANN: 1}


def test_the_oldest_of_a_user_comes_first_and_each_job_once(app: Pipeline) -> None:
    older, newer = put(app, ANN, 3), put(app, ANN, 3)

    taken = [app.queue.take(2).document_ids for _ in range(4)]
    assert {*taken[0], *taken[1][:1]} == set(older)
    assert {*taken[1][1:], *taken[2]} == set(newer)
    assert taken[3] == ()


def test_a_higher_priority_goes_first(app: Pipeline) -> None:
    usual, urgent, idle = put(app, ANN, 2), put(app, BOB, 1, priority=10), put(app, CAT, 1, priority=-10)

    ids = app.queue.take(10).document_ids
    assert (ids[0], set(ids[1:3]), ids[3]) == (urgent[0], set(usual), idle[0])


def test_what_waits_is_shown_in_the_order_in_which_it_is_taken(app: Pipeline) -> None:
    """Whatever is running, and whatever is not due yet."""
    put(app, ANN, 5)
    late = put(app, ANN, 1, priority=99)
    put(app, BOB, 2)
    put(app, CAT, 2, priority=-3)
    put(app, BOB, 1, priority=40)
    execute(app, "UPDATE upload_jobs SET parked_until = now() + interval '1 hour' WHERE document_id = %s", late[0])
    assert len(app.queue.take(3).document_ids) == 3
    shown = app.queue.waiting()
    assert [job.document_id for job in app.queue.waiting(limit=2)] == [job.document_id for job in shown[:2]]
    assert (shown[-1].document_id, shown[-1].priority, shown[-1].due_in_s > 3000) == (late[0], 99, True)
    assert {job.due_in_s for job in shown[:-1]} == {0.0}
    assert [job.document_id for job in shown[:-1]] == list(app.queue.take(100).document_ids)
    assert [job.realm_id for job in app.queue.waiting(realm_id=BOB)] == []


def test_a_priority_out_of_range_is_refused_and_one_of_running_jobs_left(app: Pipeline) -> None:
    [document_id] = put(app, ANN, 1)
    with pytest.raises(RefusedError, match="-100"):
        app.queue.set_priority([document_id], 101, by="test")
    app.queue.take(1)
    assert app.queue.set_priority([document_id], 5, by="test") == []


def test_a_user_has_at_most_so_many_running(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"running_per_user": 2})
    put(app, ANN, 5)
    put(app, BOB, 1)

    first = app.queue.take(10)
    assert Counter(owners(app, first)) == {ANN: 2, BOB: 1}
    assert app.queue.take(10).document_ids == ()
    with app.open_uow() as uow:
        job = uow.jobs.held(first.lease, first.document_ids)[0]
        record_failures(uow, app.settings, StageName.INGEST, {job.document_id: RefusedError("no")}, lease=first.lease)
        uow.commit()
    assert owners(app, app.queue.take(10)) == [ANN]


def test_of_many_claims_at_once_each_job_goes_to_one_and_no_limit_is_overrun(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"running_per_user": 20})
    put(app, ANN, 100)
    put(app, BOB, 100)
    taken: list[DocumentId] = []
    together = threading.Barrier(4)

    def drain() -> None:
        together.wait()
        while ids := app.queue.take(3).document_ids:
            taken.extend(ids)

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 40
    assert {depth.realm_id: (depth.queued, depth.working) for depth in app.queue.depth()} == {
        ANN: (80, 20),
        BOB: (80, 20),
    }


def test_what_waits_for_its_retry_is_not_due(app: Pipeline) -> None:
    [document_id] = put(app, ANN, 1)
    batch = app.queue.take(1)
    with app.open_uow() as uow:
        [job] = uow.jobs.held(batch.lease, batch.document_ids)
        record_failures(
            uow, app.settings, StageName.INGEST, {job.document_id: ServiceUnavailableError("busy")}, lease=batch.lease
        )
        uow.commit()
    execute(app, "UPDATE upload_jobs SET retry_at = now() + interval '1 hour'")
    assert app.queue.take(1).document_ids == ()
    execute(app, "UPDATE upload_jobs SET retry_at = now()")
    assert app.queue.take(1).document_ids == (document_id,)


@pytest.fixture
def silent(make_pipeline: MakePipeline) -> Pipeline:
    """A worker that renews nothing: cut off from the database, or stopped."""
    app = make_pipeline()
    app.worker.hold = lambda _lease: None  # type: ignore[attr-defined,method-assign]
    return app


def test_an_expired_lease_is_taken_back_without_a_try(app: Pipeline, silent: Pipeline) -> None:
    [document_id] = put(app, ANN, 1)
    silent.queue.take(1)
    assert app.queue.reap().freed == []
    execute(app, "UPDATE upload_jobs SET lease_expires_at = now() - interval '1 second'")

    assert app.queue.reap().freed == [document_id]
    assert [column(app, name, document_id) for name in ("state", "stage", "retry_count", "lost_leases")] == [
        "retryable", "queued", 0, 1,
    ]  # fmt: skip
    assert column(app, "last_error ->> 'code'", document_id) == "worker_lost"
    assert app.queue.take(1).document_ids == (document_id,)


def test_a_dead_workers_jobs_are_taken_back_at_once(app: Pipeline, make_pipeline: MakePipeline) -> None:
    [document_id] = put(app, ANN, 1)
    other = make_pipeline()
    other.queue.take(1)
    assert app.queue.reap().freed == []
    other.close()  # its session ends, as soon as the server has noticed, and its lease does not
    assert wait_until(lambda: app.queue.reap().freed == [document_id], within_s=10)


def test_after_a_restart_of_the_database_workers_are_given_time(
    app: Pipeline, make_pipeline: MakePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app, ANN, 1)
    other = make_pipeline()
    other.queue.take(1)
    other.close()
    monkeypatch.setattr(queue_module, "RESTART_GRACE_S", 3600.0)
    assert app.queue.reap().freed == []


def test_a_job_that_costs_worker_after_worker_is_dead_lettered(make_pipeline: MakePipeline, silent: Pipeline) -> None:
    app = make_pipeline(changes={"max_lost_leases": 2})
    [document_id] = put(app, ANN, 1)
    for _ in range(3):
        assert silent.queue.take(1).document_ids == (document_id,)
        execute(app, "UPDATE upload_jobs SET lease_expires_at = now() - interval '1 second'")
        reaped = app.queue.reap()
    assert reaped.dead_lettered == [document_id]
    assert column(app, "state", document_id) == "deadletter"
    assert column(app, "last_error ->> 'code'", document_id) == "workers_lost"


def test_progress_forgets_the_workers_that_were_lost(app: Pipeline, silent: Pipeline) -> None:
    [document_id] = needs_work(app, receive(app, upload()))
    silent.queue.take(1)
    execute(app, "UPDATE upload_jobs SET lease_expires_at = now() - interval '1 second'")
    app.queue.reap()
    batch = app.queue.take(1)
    assert column(app, "lost_leases", document_id) == 1
    app.run_stage(BY_NAME[StageName.INGEST], batch)
    assert column(app, "lost_leases", document_id) == 0


def test_one_lost_lease_does_not_stop_what_else_failed(app: Pipeline) -> None:
    """A document that failed, and was taken over meanwhile, is its new holder's; the other goes its way."""
    ids = put(app, ANN, 2)
    batch = app.queue.take(2)
    with app.open_uow() as uow:
        jobs = uow.jobs.held(batch.lease, batch.document_ids)
    execute(app, "UPDATE upload_jobs SET lease_token = gen_random_uuid() WHERE document_id = %s", ids[0])
    with app.open_uow() as uow:
        failed = {job.document_id: ServiceUnavailableError("busy") for job in jobs}
        retry = record_failures(uow, app.settings, StageName.INGEST, failed, lease=batch.lease).retry
        uow.commit()
    assert set(retry) == {ids[1]}


_WRITES = {
    "stage row": "UPDATE document_processing_stages SET runs = runs + 1 WHERE document_id = %(document_id)s",
    "output": "INSERT INTO stage_output_files SELECT document_id, realm_id, 'chunker', 'ingestion_json', file_path, "
    "file_size, mime_type, checksum FROM stage_output_files WHERE document_id = %(document_id)s LIMIT 1",
    "output again": "UPDATE stage_output_files SET file_size = 1 WHERE document_id = %(document_id)s",
    "staged chunk": "UPDATE staged_chunks SET fact_count = fact_count WHERE document_id = %(document_id)s",
    "production": "INSERT INTO document_chunks SELECT gen_random_uuid(), document_id, realm_id, ordinal + 1000, text, "
    "heading_path, page_from, page_to, char_from, char_to, token_count, content_sha256, chunker_name, "
    "chunker_version, embedding, embed_model, embed_version FROM document_chunks "
    "WHERE document_id = %(document_id)s",
    "staged chunk gone": "DELETE FROM staged_chunks WHERE document_id = %(document_id)s",
}


def test_the_database_refuses_what_a_zombie_writes(app: Pipeline) -> None:
    """Whatever a worker forgot to compare, under a lost lease or under none: the statement itself is refused."""
    [document_id] = publish(app, upload())
    app.retry(document_id, from_stage=StageName.FACT_GENERATOR, by="test")
    lost = app.queue.take(1)
    values = {"document_id": document_id}
    with app.open_uow() as uow:
        assert uow.jobs.held(lost.lease, [document_id])
        for write in _WRITES.values():
            assert uow.session.connection.execute(write.encode(), values).rowcount > 0, write
    execute(app, "UPDATE upload_jobs SET lease_token = gen_random_uuid() WHERE document_id = %s", document_id)

    for write, says_its_lease in product(_WRITES.values(), (True, False)):
        with pytest.raises(LeaseLostError), app.open_uow() as uow:  # noqa: PT012
            if says_its_lease:
                uow.jobs.held(lost.lease, [document_id])
            uow.session.connection.execute(write.encode(), values)


def test_what_a_stage_has_cost_is_written_whoever_holds_it(app: Pipeline) -> None:
    [document_id] = put(app, ANN, 1)
    app.queue.take(1)
    execute(app, "UPDATE document_processing_stages SET cost_usd = 0.5 WHERE document_id = %s", document_id)


def test_a_long_queue_of_one_user_is_not_read_to_the_end(app: Pipeline) -> None:
    """The claim walks the index by user; a sort of the whole queue would grow with it."""
    put(app, ANN, 2000)
    execute(app, "ANALYZE upload_jobs")
    with app.open_uow() as uow:
        plan = "\n".join(
            row[0]
            for row in uow.session.connection.execute(
                ("EXPLAIN " + load()["claim_queue"]).encode(),
                {"limit": 10, "per_user": 0, "worker": "w", "lease": uuid4(), "lease_s": 60.0, "realm_id": None,
                 "flow_run_id": None, "missing": [], "closed": False, "probes": []},
            )
        )  # fmt: skip
    assert "upload_jobs_waiting_idx" in plan
    assert "Seq Scan on upload_jobs j" not in plan


def test_claims_take_turns(app: Pipeline, database_url: str) -> None:
    """While another claim is under way this one waits for it, rather than to find the queue empty."""
    [document_id] = put(app, ANN, 1)
    found: list[Any] = []
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [QUEUE_LOCK_CLASS])
        waiter = threading.Thread(target=lambda: found.append(app.queue.take(1).document_ids))
        waiter.start()
        waiter.join(0.3)
        assert waiter.is_alive()
        connection.commit()
    waiter.join(10)
    assert found == [(document_id,)]


def test_a_database_that_is_away_may_be_back_later(make_pipeline: MakePipeline) -> None:
    """Its error is a transient one, whoever asks: Prefect tries the task again."""
    app = make_pipeline(changes={"database_url": "postgresql://nobody@/none?host=/nowhere"})
    with pytest.raises(DatabaseUnavailableError, match="/nowhere"):
        app.views.counts(ANN)
    with pytest.raises(DatabaseUnavailableError, match="/nowhere"), app.open_uow():
        pass
