"""A database that newer software has migrated: whatever starts on it refuses, and leaves it as it is."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client, Upload
from pipeline_core.db.connection import connect
from pipeline_core.db.migrate import migrate, pending
from pipeline_core.db.schema_age import files
from pipeline_core.domain.errors import (
    DatabaseBusyError,
    DatabaseNewerError,
    DatabaseNotMigratedError,
)
from pipeline_core.domain.ids import RealmId
from pipeline_core.settings import load_settings
from tests.e2e.prestarted import Prestarted
from tests.support.paths import ROOT
from tests.support.through import MANUAL

NEWER = "9999_known_to_nobody_yet"
API, SERVICE = "upload_pipeline_api", "upload_pipeline_service"


def mark(url: str, name: str) -> None:
    """As software does that has a migration of this name."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO upload_pipeline.schema_migrations (name) VALUES (%s)", [name])


def forget(url: str, name: str) -> None:
    """As before this migration."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM upload_pipeline.schema_migrations WHERE name = %s", [name])


@pytest.fixture
def newer(database_url: str) -> str:
    """With one job in its queue."""
    with Client(app=Pipeline(load_settings(database_url=database_url))) as client:
        client.submit([Upload("manual.md", MANUAL.encode())], start=False)
        client._app.close()
    mark(database_url, NEWER)
    # a process looks once: another spelling is another process here
    return f"{database_url}&application_name=newer"


@pytest.fixture
def pipeline(newer: str, tmp_path: Path) -> Iterator[Pipeline]:
    made = Pipeline(load_settings(home=tmp_path / "home", database_url=newer))
    yield made
    made.close()


WAYS_IN: dict[str, Callable[[Pipeline], object]] = {
    "a query": lambda p: p.views.counts(p.realm_id),
    "a unit of work": lambda p: p.open_uow().__enter__(),
    "a worker": lambda p: p.worker,
    "a claim": lambda p: p.claim([]),
    "the API": lambda p: p.for_user(RealmId(p.realm_id)).views.counts(p.realm_id),
    "the API's start": lambda p: p.refuse_newer_database(),
    "the client": lambda p: Client(app=p).statuses(),
    "a migration": lambda p: migrate(p.database_url),
    "the list of migrations": lambda p: pending(p.database_url),
    "statistics": lambda p: p.refresh_statistics(),
}


@pytest.mark.parametrize("way_in", WAYS_IN.values(), ids=WAYS_IN)
def test_no_way_leads_in(pipeline: Pipeline, database_url: str, way_in: Callable[[Pipeline], object]) -> None:
    with pytest.raises(DatabaseNewerError, match=NEWER) as refused:
        way_in(pipeline)
    assert "upgrading.md" in refused.value.what_to_do
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT state, claimed_by, retry_count FROM upload_pipeline.upload_jobs").fetchall()
    assert found == [("queued", None, 0)]


COMMANDS = ("doctor", "status", "migrate", "up", "api", "upkeep", "run manual.md")


def test_every_command_exits_with_5(newer: str, tmp_path: Path) -> None:
    (tmp_path / "manual.md").write_text(MANUAL)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "UPLOAD_PIPELINE_HOME": str(tmp_path / "home"),
        "UPLOAD_PIPELINE_DATABASE_URL": newer,
        "PREFECT_API_URL": "http://127.0.0.1:9/api",
    }
    started = {command: Prestarted(command.split(), environment, tmp_path) for command in COMMANDS}
    for command, process in started.items():
        out, err = process.communicate(timeout=90)
        assert process.returncode == 5, f"{command}: {out}{err}"
        assert NEWER in " ".join((out + err).split()), command


@pytest.mark.parametrize("role", ["", SERVICE, API])
def test_whoever_may_read_the_names_is_told(database_url: str, role: str) -> None:
    mark(database_url, NEWER)
    with pytest.raises(DatabaseNewerError, match=NEWER):
        connect(f"{database_url}&application_name=as_{role or 'login'}", role=role)


def test_an_older_database_is_migrated(database_url: str) -> None:
    last = max(files())
    forget(database_url, last)
    assert pending(database_url) == [last]
    for role in (SERVICE, API):
        with pytest.raises(DatabaseNotMigratedError, match=f"older than this software.*{last}"):
            connect(f"{database_url}&application_name=older", role=role)


def test_a_migration_does_not_wait_for_ever(database_url: str) -> None:
    """Whoever waits for a lock holds up everybody behind it: it gives up, says who had it, and can be done again."""
    [lacking] = [name for name in files() if name.endswith("_grant_rights")]
    forget(database_url, lacking)
    with psycopg.connect(f"{database_url}&application_name=a_long_report") as reader:
        reader.execute("LOCK TABLE upload_pipeline.upload_jobs, upload_pipeline.documents, upload_pipeline.events")
        with pytest.raises(DatabaseBusyError, match="a_long_report") as busy:
            migrate(database_url, lock_s=0.2)
    assert "pipeline migrate" in busy.value.what_to_do
    assert pending(database_url) == [lacking]
