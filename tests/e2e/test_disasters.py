"""Workers killed, stopped or cut off, a database or a Prefect server restarted: every job ends done exactly once."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from pipeline_core import bootstrap
from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.migrate import migrate
from pipeline_core.domain.errors import DatabaseUnavailableError
from pipeline_core.settings import Settings, load_settings
from tests.e2e.prestarted import Prestarted
from tests.support.killing import LOCK, blocked_at
from tests.support.paths import ROOT
from tests.support.servers import OwnServer, folder_for_postgres
from tests.support.through import MANUAL, needs_work, receive, upload

DRAIN = "from pipeline_core.flows.process_queue import process_queue; process_queue(return_state=True)"
DRAIN_ON = """
import time
from pipeline_core.flows.process_queue import process_queue
from pipeline_core.bootstrap import pipeline

while pipeline().queue.depth():
    try:
        process_queue(return_state=True)
    except Exception as error:  # a run that loses its server fails; the schedule starts the next
        print(type(error).__name__, error, flush=True)
        time.sleep(1)
"""
LEASE_S = 2.0


@pytest.fixture
def wired(
    settings: Settings, prefect_api_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Pipeline]]:
    """Makes the pipeline of this process: short leases, batches of two, nothing waits for a person."""
    made: list[Pipeline] = []

    def wire(**changes: object) -> Pipeline:
        usual = {"lease_s": LEASE_S, "batch_size": 2, "duplicate_threshold": 1.0, "retry_base_s": 0.5}
        app = Pipeline(settings.model_copy(update={**usual, **changes}))
        made.append(app)
        bootstrap.pipeline.cache_clear()
        monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
        monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
        return app

    yield wire
    bootstrap.pipeline.cache_clear()
    for app in made:
        app.close()


@contextmanager
def worker(app: Pipeline, prefect_api_url: str, script: str = DRAIN) -> Iterator[Prestarted]:
    """A process that drains the queue."""
    s = app.settings
    environment = {
        **os.environ,
        "PREFECT_API_URL": prefect_api_url,
        "UPLOAD_PIPELINE_HOME": str(s.home),
        "UPLOAD_PIPELINE_DATABASE_URL": app.database_url,
        "UPLOAD_PIPELINE_LEASE_S": str(s.lease_s),
        "UPLOAD_PIPELINE_BATCH_SIZE": str(s.batch_size),
        "UPLOAD_PIPELINE_DUPLICATE_THRESHOLD": "1.0",
        "UPLOAD_PIPELINE_RETRY_BASE_S": str(s.retry_base_s),
    }
    process = Prestarted([], environment, ROOT, script=script)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def put(app: Pipeline, number: int) -> None:
    files = (upload(f"{n}.md", f"{MANUAL}\nRoom {n} has its own key number 9{n}.\n") for n in range(number))
    assert len(needs_work(app, receive(app, *files))) == number


def assert_each_done_once(app: Pipeline, number: int) -> None:
    """Published, by one transaction each, whole and without leftovers."""
    rows = app.views.jobs(app.realm_id)
    assert [row["outcome"] for row in rows] == ["published"] * number, rows
    with psycopg.connect(app.database_url, options="-c search_path=upload_pipeline,public") as connection:

        def one(query: str) -> Any:
            return connection.execute(query.encode()).fetchall()

        assert one("SELECT count(*) FROM events WHERE code = 'published' GROUP BY job_id") == [(1,)] * number
        assert one("SELECT count(*) FROM document_vector_buffer") == [(0,)]
        assert one("SELECT count(*) FROM upload_jobs WHERE retry_count > 3") == [(0,)]
        [(staged, published)] = one("SELECT (SELECT count(*) FROM staged_chunks), count(*) FROM document_chunks")
        assert staged == published >= number


def wait_for(what: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come to this"
        time.sleep(0.05)


def drain_until_done(app: Pipeline, number: int) -> None:
    """What a schedule does: run after run, until all is done."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from pipeline_core.flows.process_queue import process_queue

    def done() -> bool:
        return sum(row["state"] == "done" for row in app.views.jobs(app.realm_id)) == number

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        for _ in range(30):
            with suppress(DatabaseUnavailableError):
                process_queue(return_state=True)
                if done():
                    return
            time.sleep(0.3)
    raise AssertionError([(row["filename"], row["state"], row["last_error"]) for row in app.views.jobs(app.realm_id)])


@pytest.mark.chaos
def test_one_worker_killed_one_stopped_beyond_its_lease_one_left(
    wired: Callable[..., Pipeline], prefect_api_url: str
) -> None:
    """The stopped one stands in a transaction, with its rows locked; when it goes on it can write nothing."""
    app = wired()
    put(app, 3)
    with (
        worker(app, prefect_api_url) as killed,
        worker(app, prefect_api_url) as stopped,
        blocked_at(app.database_url, "events", "NEW.code = 'chunked'") as blocker,
    ):
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        wait_for(lambda: blocker.execute(waiting, (LOCK,)).fetchone() == (2,))
        killed.kill()
        stopped.send_signal(signal.SIGSTOP)
        blocker.execute("SELECT pg_advisory_unlock_all()")
        time.sleep(LEASE_S)
        drain_until_done(app, 3)
        stopped.send_signal(signal.SIGCONT)
        said = stopped.communicate(timeout=60)
    assert stopped.returncode == 0, said
    assert_each_done_once(app, 3)
    with app.open_uow() as uow:
        query = b"SELECT count(*) FROM events WHERE code = 'worker_lost'"
        assert uow.session.connection.execute(query).fetchone() == (3,)


def test_a_database_restarted_while_runs_are_under_way(wired: Callable[..., Pipeline]) -> None:
    with folder_for_postgres() as folder:
        server = OwnServer(folder / "data")
        migrate(server.url)
        app = wired(database_url=server.url, batch_size=1)
        put(app, 4)
        restarted = threading.Event()

        def restart() -> None:
            with psycopg.connect(server.url, autocommit=True) as connection:
                query = "SELECT count(*) FROM upload_pipeline.upload_jobs WHERE state = 'done'"
                wait_for(lambda: connection.execute(query).fetchone() != (0,))
            server.halt()
            server.start()
            restarted.set()

        thread = threading.Thread(target=restart)
        thread.start()
        drain_until_done(app, 4)
        thread.join()
        assert restarted.is_set()
        assert_each_done_once(app, 4)
        app.close()
        server.close()


@pytest.mark.chaos
def test_a_prefect_server_killed_and_started_again_while_runs_are_under_way(
    wired: Callable[..., Pipeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    app = wired(batch_size=1)
    put(app, 8)
    launchers = [PrefectLauncher(load_settings(home=tmp_path / "server", prefect_port=4394))]
    launchers[0].wait()
    url = f"{launchers[0].ui_url()}/api"
    try:
        with worker(app, url, script=DRAIN_ON) as process:
            wait_for(lambda: any(row["state"] == "done" for row in app.views.jobs(app.realm_id)))
            pid = int((tmp_path / "server" / "prefect" / "server").read_text().split()[0])
            server = psutil.Process(pid)
            server.kill()
            psutil.wait_procs([server], timeout=10)
            launchers.append(PrefectLauncher(load_settings(home=tmp_path / "server", prefect_port=4394)))
            launchers[1].wait()
            assert f"{launchers[1].ui_url()}/api" == url
            said = process.communicate(timeout=150)
        assert process.returncode == 0, said
    finally:
        for launcher in launchers:
            launcher.close()
    assert_each_done_once(app, 8)
