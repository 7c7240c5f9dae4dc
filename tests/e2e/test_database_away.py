"""The command line while the database is away, comes and goes, or has no schema."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from pipeline_core.db.migrate import migrate
from tests.e2e.conftest import CommandLine
from tests.support.killing import blocked_at, wait_until_blocked
from tests.support.servers import OwnServer, folder_for_postgres
from tests.support.through import MANUAL


@pytest.fixture
def with_database(tmp_path: Path) -> Callable[[str], CommandLine]:
    """A command line on the database of this URL."""

    def make(url: str) -> CommandLine:
        home = {"UPLOAD_PIPELINE_HOME": str(tmp_path / "home"), "UPLOAD_PIPELINE_DATABASE_URL": url}
        return CommandLine({**os.environ, **home}, tmp_path)

    return make


def test_a_database_that_is_away_is_one_clear_line(with_database: Callable[[str], CommandLine], tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        cli = with_database(f"postgres://ann:hunter2@127.0.0.1:{probe.getsockname()[1]}/documents")
        (tmp_path / "manual.md").write_text(MANUAL)
        for command in (["status"], ["run", "manual.md"], ["migrate"]):
            said = cli(*command, code=1)
            assert "Error: No connection to the database" in said
            assert len(said.strip().splitlines()) == 2, said
            assert "hunter2" not in said
        checks = {check["name"]: check for check in cli.json("doctor", code=5)["checks"]}
    assert checks["database"]["result"] == "failed"
    assert "127.0.0.1" in checks["database"]["detail"]
    assert "UPLOAD_PIPELINE_DATABASE_URL" in checks["database"]["fix"]
    assert checks["object store"]["result"] == "ok"


def test_a_database_without_the_schema_is_told_from_one_that_is_away(
    with_database: Callable[[str], CommandLine], postgres_url: str
) -> None:
    cli = with_database(postgres_url.replace("/postgres?", "/template1?"))
    assert "pipeline migrate" in cli("status", code=5)
    checks = {check["name"]: check for check in cli.json("doctor", code=5)["checks"]}
    assert checks["database"]["result"] == "ok"
    assert checks["migrations"]["result"] == "failed"
    assert "pipeline migrate" in checks["migrations"]["fix"]


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    with folder_for_postgres() as folder:
        server = OwnServer(folder / "data")
        migrate(server.url)
        yield server
        server.close()


def test_a_run_outlives_its_databases_restart(
    with_database: Callable[[str], CommandLine], own_server: OwnServer, prefect_api_url: str, tmp_path: Path
) -> None:
    """PostgreSQL is stopped in the middle of a stage's transaction, and started again: Prefect tries the task again."""
    cli = with_database(own_server.url)
    cli.environment |= {
        "PREFECT_API_URL": prefect_api_url,
        "UPLOAD_PIPELINE_LAUNCH": "here",
        "UPLOAD_PIPELINE_RETRY_BASE_S": "1",
    }
    (tmp_path / "manual.md").write_text(MANUAL)
    with suppress(psycopg.OperationalError), blocked_at(own_server.url, "events", "NEW.code = 'chunked'") as held:
        process = cli.start("run", str(tmp_path / "manual.md"))
        wait_until_blocked(held, process)
        own_server.halt()  # and with it the lock that held the run up
    own_server.start()
    _, said = process.communicate(timeout=90)
    assert process.returncode == 0, said
    with psycopg.connect(own_server.url) as reader:
        job = reader.execute("SELECT state, outcome FROM upload_pipeline.upload_jobs")
        assert job.fetchall() == [("done", "published")]
        ended = reader.execute("SELECT count(*) FROM upload_pipeline.events WHERE type = 'finalized'")
        assert ended.fetchone() == (1,)
