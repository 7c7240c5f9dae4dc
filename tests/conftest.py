"""Real parts for every test: a PostgreSQL server and a migrated template database for the session."""

import gc
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import structlog
from psycopg import sql

# what is imported and collected stays: to look through it again and again took a fifth of the time that it takes
gc.disable()

# Before anything reads the environment: a user's own settings must not reach the tests.
for _name in [name for name in os.environ if name.startswith(("UPLOAD_PIPELINE_", "PREFECT_"))]:
    del os.environ[_name]

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate
from pipeline_core.settings import Settings, load_settings
from tests.support.database import copied_database
from tests.support.servers import folder_for_postgres

# how long an example takes says how busy the machine is
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# drawn in a frame, with the values of every call, the traceback of one logged error takes seconds
structlog.get_config()["processors"][-1].exception_formatter = structlog.dev.plain_traceback


def pytest_collection_finish() -> None:
    """From here on, tests make what can be freed."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """With several processes that have whole files each (``--dist loadfile``): our own order."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.distribution import WaitingBesideComputing

    return WaitingBesideComputing(config, log)


def _with_database(url: str, name: str) -> str:
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the whole session."""
    # not under pytest's own folder: that is closed to the user that PostgreSQL runs as when tests run as root
    with folder_for_postgres() as folder:
        server = EmbeddedPostgres(folder / "data")
        with psycopg.connect(server.url, autocommit=True) as connection:
            # these databases live for seconds
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            # its log is kept in memory too
            connection.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
            connection.execute("SELECT pg_reload_conf()")
        yield server.url
        server.close()


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> str:
    """The name of a migrated database to copy."""
    name = "template_pipeline"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(_with_database(postgres_url, name))
    return name


@pytest.fixture
def database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """A migrated database of this test's own."""
    with copied_database(postgres_url, template_database) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    # what a test finds is published, however sure it is; what is left out: test_policy
    return load_settings(home=tmp_path / "home", database_url=database_url, retry_base_s=0.05, publish_from=0.0)


@pytest.fixture(scope="session")
def workers() -> Iterator[WorkerProcesses]:
    """Worker processes that all pipelines of the session share: they take most of a second to start."""
    made = WorkerProcesses(load_settings(stage_workers=2))
    yield made
    made.close()


_OF_CONVERSION = ("convert_timeout_s", "convert_memory_mb", "convert_workers", "max_pages", "keep_hidden", "ocr",
                  "ocr_pages", "tessdata_path")  # fmt: skip


@pytest.fixture(scope="session")
def usual_settings() -> Settings:
    """The defaults."""
    return load_settings()


@pytest.fixture(scope="session")
def usual_converter(usual_settings: Settings) -> Iterator[LocalConverter]:
    """One whose processes all pipelines of the session share that convert by the settings' defaults."""
    made = LocalConverter(usual_settings)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_adapters(workers: WorkerProcesses, usual_converter: LocalConverter) -> dict[str, Any]:
    """Both, for pipelines that are made by hand with the settings' defaults."""
    return {"workers": workers, "local": usual_converter}


@pytest.fixture
def make_pipeline(
    settings: Settings, workers: WorkerProcesses, usual_settings: Settings, usual_converter: LocalConverter
) -> Iterator[Callable[..., Pipeline]]:
    """Makes pipelines on this test's database; adapters and settings can be given instead of the usual ones."""
    made: list[Pipeline] = []

    def make(*, changes: dict[str, object] | None = None, **adapters: object) -> Pipeline:
        own = settings.model_copy(update=changes or {})
        given: dict[str, Any] = {"workers": workers, **adapters}
        if all(getattr(own, name) == getattr(usual_settings, name) for name in _OF_CONVERSION):
            given.setdefault("local", usual_converter)
        made.append(Pipeline(own, **given))
        return made[-1]

    yield make
    for pipeline in reversed(made):
        pipeline.close()


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """The pipeline as it is wired by default."""
    return make_pipeline()


@pytest.fixture
def manual(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """Each of its documents waits in matching review; of ``app``, on the same database, none without a reason."""
    return make_pipeline(changes={"workflow": "manual"})


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Ports on which nobody listens."""

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return find


@pytest.fixture(scope="session")
def postgres_url_connection(postgres_url: str, template_database: str) -> Iterator[psycopg.Connection]:
    """A connection for questions that leave no trace."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        yield connection
