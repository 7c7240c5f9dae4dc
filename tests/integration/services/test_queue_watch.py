"""Hearing of what is queued by PostgreSQL's own means, and asking for runs: a real database, runs that are counted."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import scalar_row

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.queue_bell import CHANNEL, QueueBell
from pipeline_core.domain.errors import DatabaseUnavailableError
from pipeline_core.domain.faults import EVERYTHING_NEEDS
from pipeline_core.domain.ids import RealmId, user_id_for
from pipeline_core.domain.lifecycle import INTERRUPT
from pipeline_core.services import queue as queue_module
from tests.support.database import register
from tests.support.queue_runs import Runs
from tests.support.servers import wait_until
from tests.support.two_users import API, SERVICE

ANN, BOB = user_id_for("ann"), user_id_for("bob")
MakePipeline = Callable[..., Pipeline]


def put(app: Pipeline, count: int = 1, realm_id: RealmId = ANN) -> None:
    with app.open_uow() as uow:
        register(uow, realm_id, count)
        uow.commit()


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody at the database with no part in the pipeline's code."""
    with psycopg.connect(database_url, autocommit=True, row_factory=scalar_row) as connection:
        connection.execute("SET search_path = upload_pipeline, public")
        yield connection


@pytest.fixture
def bell(app: Pipeline) -> Iterator[QueueBell]:
    """One that listens: the first wait answers at once, as nobody knows what was missed."""
    bell = QueueBell(app.database_url, role=SERVICE)
    assert bell.wait(60)
    assert not bell.wait(0)
    yield bell
    bell.close()


def test_many_rows_of_one_transaction_ring_once(app: Pipeline, owner: psycopg.Connection[Any]) -> None:
    owner.execute(f"LISTEN {CHANNEL}")
    put(app, 300)
    assert len(list(owner.notifies(timeout=1, stop_after=2))) == 1


@pytest.mark.parametrize(
    ("statement", "rings"),
    [
        ("UPDATE upload_jobs SET priority = 5", True),
        ("UPDATE upload_jobs SET parked_until = now() + interval '1 day'", True),
        ("UPDATE upload_jobs SET held_for = NULL", True),
        # a worker takes it
        (
            "UPDATE upload_jobs SET state = 'working', claimed_by = 'w', claimed_at = now(),"
            " lease_token = gen_random_uuid(), lease_expires_at = now()",
            False,
        ),
        (
            "INSERT INTO upload_batches (batch_id, uploaded_by, realm_id, file_name)"
            " SELECT gen_random_uuid(), realm_id, realm_id, 'bank.md' FROM upload_jobs",
            True,
        ),
        (
            "INSERT INTO upload_batches (batch_id, document_id, uploaded_by, realm_id, file_name)"
            " SELECT gen_random_uuid(), document_id, realm_id, realm_id, 'a.md' FROM upload_jobs",
            False,
        ),
    ],
)
def test_what_rings(
    app: Pipeline, bell: QueueBell, owner: psycopg.Connection[Any], statement: str, rings: bool
) -> None:
    put(app)
    assert bell.wait(5)
    owner.execute(statement.encode())
    assert bell.wait(5 if rings else 0.2) is rings


def test_what_is_given_back_or_tried_again_rings(app: Pipeline, bell: QueueBell) -> None:
    put(app)
    assert bell.wait(5)
    batch = app.queue.take(1)
    assert not bell.wait(0.2)
    with app.open_uow() as uow:
        [held] = uow.jobs.held(batch.lease, batch.document_ids)
        uow.jobs.move(INTERRUPT, {held.job_id: {"error": {"code": "x"}, "wait_s": 40.0}}, lease=batch.lease)
        uow.commit()
    assert bell.wait(5)
    pressure = app.queue.pressure()
    assert (pressure.due, bool(pressure)) == (0, False)
    assert pressure.next_s == pytest.approx(40, abs=5)


def test_the_apis_role_rings(app: Pipeline, bell: QueueBell) -> None:
    with app.for_user(ANN).open_uow() as uow:
        assert uow.session.connection.execute("SELECT current_user").fetchone()[0] == API
        register(uow, ANN)
        uow.commit()
    assert bell.wait(5)


def test_a_line_that_is_lost_is_made_again(app: Pipeline, bell: QueueBell, owner: psycopg.Connection[Any]) -> None:
    listening = f"SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN {CHANNEL}' AND datname = current_database()"
    [pid] = owner.execute(listening.encode()).fetchall()
    owner.execute("SELECT pg_terminate_backend(%s)", (pid,))
    put(app)
    with pytest.raises(DatabaseUnavailableError):
        bell.wait(10)
    # what was queued meanwhile was missed: whoever waits looks
    assert bell.wait(10)
    put(app)
    assert bell.wait(5)
    assert owner.execute(listening.encode()).fetchall() != [pid]


def test_the_pressure_is_what_a_claim_would_take(make_pipeline: MakePipeline, owner: psycopg.Connection[Any]) -> None:
    app = make_pipeline(changes={"running_per_user": 2})
    assert not app.queue.pressure()
    put(app, 5)
    put(app, 1, BOB)
    assert (app.queue.pressure().due, app.queue.pressure(realm_id=BOB).due) == (3, 1)
    taken = app.queue.take(10)
    assert len(taken.document_ids) == 3
    # Ann has as many running as she may
    pressure = app.queue.pressure()
    assert (pressure.due, pressure.lost, pressure.claimed_at is None) == (0, 0, False)
    owner.execute("UPDATE upload_jobs SET parked_until = now() + interval '1 hour' WHERE state = 'queued'")
    owner.execute(
        "UPDATE upload_jobs SET parked_until = now() + interval '30 s' WHERE job_id IN"
        " (SELECT job_id FROM upload_jobs WHERE state = 'queued' LIMIT 1)"
    )
    assert app.queue.pressure().next_s == pytest.approx(30, abs=5)


def test_lost_workers_and_question_banks_are_pressure(
    app: Pipeline, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(app, 2)
    app.queue.take(2)
    assert not app.queue.pressure()
    owner.execute(
        "UPDATE upload_jobs SET lease_expires_at = now() - interval '1 s', claimed_at = now() - interval '90 s'"
    )
    assert app.queue.pressure().lost == 2
    app.queue.reap()
    pressure = app.queue.pressure()
    assert (pressure.due, pressure.lost, pressure.untaken_s < 5) == (2, 0, True)
    app.queue.take(2)
    # a worker whose session is gone is lost before its lease ends
    owner.execute("UPDATE upload_jobs SET claimed_by = 'somebody else'")
    monkeypatch.setattr(queue_module, "RESTART_GRACE_S", 0.0)
    assert app.queue.pressure().lost == 2
    app.queue.reap()
    owner.execute("UPDATE upload_jobs SET retry_at = now() + interval '1 hour'")
    assert not app.queue.pressure()
    owner.execute(
        "INSERT INTO upload_batches (batch_id, uploaded_by, realm_id, file_name)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'bank.md')"
    )
    assert app.queue.pressure().banks == 1


def test_what_waits_for_a_missing_part_is_no_pressure_until_its_next_try(
    app: Pipeline, owner: psycopg.Connection[Any]
) -> None:
    put(app, 3)
    owner.execute("INSERT INTO missing_parts (part, error, probe_at) VALUES ('facts', '{}', now() + interval '40 s')")
    owner.execute(
        "UPDATE upload_jobs SET held_for = 'facts', last_error = '{\"part\": \"facts\"}' WHERE job_id IN"
        " (SELECT job_id FROM upload_jobs LIMIT 2)"
    )
    pressure = app.queue.pressure()
    assert (pressure.due, pressure.next_s) == (1, pytest.approx(40, abs=5))
    # one of them tries, not all
    owner.execute("UPDATE missing_parts SET probe_at = now()")
    assert app.queue.pressure().due == 2
    # what everything needs holds those up as well that wait for nothing
    owner.execute(
        "INSERT INTO missing_parts (part, error, probe_at) VALUES (%s, '{}', now() + interval '20 s')",
        (EVERYTHING_NEEDS,),
    )
    pressure = app.queue.pressure()
    assert (pressure.due, pressure.next_s) == (1, pytest.approx(20, abs=5))
    owner.execute("DELETE FROM missing_parts")
    assert app.queue.pressure().due == 3


@pytest.fixture
def watched(app: Pipeline) -> Iterator[tuple[Runs, list[threading.Thread]]]:
    """Three that watch one queue, as `pipeline up`, the API and `pipeline upkeep` would, on one orchestrator."""
    runs, stopping = Runs(), threading.Event()
    guard = threading.Lock()

    class OneServer(Runs):
        """As Prefect's own server, it makes one run of equal keys."""

        def seen(self) -> Any:
            with guard:
                return runs.seen()

        def ask_beside(self, seen: Any) -> None:
            with guard:
                if seen.key == runs.stands.key:
                    runs.ask_beside(seen)

    threads = [
        threading.Thread(target=app.watch_queue(OneServer()).run, args=(stopping,), daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    yield runs, threads
    stopping.set()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)


def test_a_queue_that_was_filled_by_sql_is_found_within_seconds_and_once(
    app: Pipeline, watched: tuple[Runs, list[threading.Thread]], owner: psycopg.Connection[Any]
) -> None:
    runs, _ = watched
    time.sleep(0.3)
    assert runs.asked == []
    put(app, 250)
    assert wait_until(lambda: bool(runs.asked), 5)
    time.sleep(0.7)
    assert len(runs.asked) == 1
    # a worker has it: there is more than its batch, so the other worker gets one, and there is no third
    runs.begin()
    assert wait_until(lambda: len(runs.asked) == 2, 10)
    runs.begin()
    time.sleep(0.7)
    assert len(runs.asked) == 2


def test_what_falls_due_later_is_asked_for_then(
    app: Pipeline, watched: tuple[Runs, list[threading.Thread]], owner: psycopg.Connection[Any]
) -> None:
    runs, _ = watched
    with app.open_uow() as uow:
        register(uow, ANN)
        uow.session.connection.execute("UPDATE upload_jobs SET parked_until = now() + interval '2500 ms'")
        uow.commit()
    began = time.monotonic()
    time.sleep(0.8)
    assert runs.asked == []
    assert wait_until(lambda: bool(runs.asked), 8)
    assert time.monotonic() - began > 1
