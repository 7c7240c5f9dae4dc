"""A database that is away, stops in the middle, or was never migrated: one clear error, and nothing is done twice."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db import vector_indexes
from pipeline_core.db.database import Database
from pipeline_core.db.migrate import migrate, pending
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.db.views import Views
from pipeline_core.db.worker import Worker
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import DatabaseNotMigratedError, DatabaseUnavailableError, PipelineError
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.launcher import Launcher
from pipeline_core.ports.object_store import ObjectStore, StoredObject
from pipeline_core.services.cut_off import again_if_cut_off
from pipeline_core.services.run_documents import RunDocuments
from pipeline_core.settings import load_settings
from tests.support.servers import OwnServer, folder_for_postgres
from tests.support.through import needs_work, receive, upload

SERVICE = "upload_pipeline_service"
USER = user_id_for("ann")


@pytest.fixture
def nobody_listens() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"postgresql://ann:hunter2@127.0.0.1:{probe.getsockname()[1]}/documents"


def _unit_of_work(url: str) -> object:
    with UnitOfWork(Database(url, role=SERVICE), lease_s=60) as uow:
        return uow.jobs.due_in([])


WAYS_IN: list[Callable[[str], object]] = [
    _unit_of_work,
    lambda url: Views(Database(url, role=SERVICE)).counts(USER),
    lambda url: Worker(url, role=SERVICE, lease_s=60),
    lambda url: vector_indexes.ensure(url, EmbeddingModel("m", 3)),
    pending,
    migrate,
]


@pytest.mark.parametrize("way_in", WAYS_IN)
def test_a_database_that_is_away_is_named_without_its_password(
    way_in: Callable[[str], object], nobody_listens: str
) -> None:
    with pytest.raises(DatabaseUnavailableError) as raised:
        way_in(nobody_listens)
    said = str(raised.value)
    assert "127.0.0.1" in said
    assert "/documents" in said
    assert "UPLOAD_PIPELINE_DATABASE_URL" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("role", ["", "no_such_role"])
def test_a_database_without_the_schema_says_to_migrate(postgres_url: str, role: str) -> None:
    url = postgres_url.replace("/postgres?", "/template1?")
    database = Database(url, role=role)
    with pytest.raises(DatabaseNotMigratedError, match="pipeline migrate"):
        Views(database).counts(USER)
    database.close()


def test_a_busy_pool_is_unavailable_not_unforeseen(database_url: str) -> None:
    database = Database(database_url, role=SERVICE, size=1, wait_s=0.05)
    with (
        UnitOfWork(database, lease_s=60),
        pytest.raises(DatabaseUnavailableError, match="connections"),
        UnitOfWork(database, lease_s=60),
    ):
        pass
    database.close()


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    """A server that the test may stop."""
    with folder_for_postgres() as folder:
        server = OwnServer(folder / "data")
        migrate(server.url)
        yield server
        server.close()


def test_while_work_is_under_way_a_database_that_comes_back_is_waited_for(
    own_server: OwnServer, tmp_path: Path
) -> None:
    app = Pipeline(load_settings(home=tmp_path, database_url=own_server.url, retry_base_s=0.5))
    try:
        assert app.views.counts(app.realm_id)["documents"] == 0
        own_server.halt()
        with pytest.raises(DatabaseUnavailableError):
            app.views.counts(app.realm_id)
        app.be_patient()
        back = threading.Timer(1.0, own_server.start)
        back.start()
        assert app.views.counts(app.realm_id)["documents"] == 0
        back.join()
    finally:
        app.close()


class HaltingStore:
    """While the first original is put away, the database goes down, and is back a second later."""

    def __init__(self, store: ObjectStore, server: OwnServer) -> None:
        self._store, self._server = store, server
        self.halted = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def put_many(self, objects: Sequence[tuple[str, bytes]]) -> Sequence[StoredObject | PipelineError]:
        self.halted += 1
        if self.halted == 1:
            self._server.halt()
            threading.Timer(1.0, self._server.start).start()
        return self._store.put_many(objects)


def test_while_files_are_taken_in_a_database_that_comes_back_is_waited_for(
    own_server: OwnServer, tmp_path: Path
) -> None:
    settings = load_settings(home=tmp_path, database_url=own_server.url, retry_base_s=0.5)
    store = HaltingStore(LocalObjectStore(tmp_path / "objects"), own_server)
    app = Pipeline(settings, store=store)
    try:
        assert app.views.counts(app.realm_id)["documents"] == 0
        app.be_patient()
        result = RunDocuments(app.intake, app.find_work, cast("Launcher", None), app.holds).take_in(
            [upload()], realm_id=app.realm_id
        )
        assert (store.halted, result.refused) == (1, [])
        assert result.ran == result.document_ids == [row["document_id"] for row in app.views.jobs(app.realm_id)]
    finally:
        app.close()


def test_what_is_cut_off_in_the_middle_is_done_once_more() -> None:
    tries: list[int] = []

    def work() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseUnavailableError("The database went away.")
        return len(tries)

    assert again_if_cut_off(work) == 2
    with pytest.raises(DatabaseUnavailableError):
        again_if_cut_off(lambda: Views(Database("postgresql://127.0.0.1:1/none", role="")).counts(USER))


class HaltingConverter:
    """While the first document is converted, the database goes down."""

    def __init__(self, converter: Converter, server: OwnServer) -> None:
        self.name, self.version = converter.name, converter.version
        self._converter, self._halts = converter, [server.halt]

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        if self._halts:
            self._halts.pop()()
        return self._converter.convert(data, filename=filename, mime=mime)


def test_stopped_in_the_middle_of_a_stage_the_job_completes_once(own_server: OwnServer, tmp_path: Path) -> None:
    """The outcome of a conversion cannot be recorded; when the server is back, calling again is all it takes."""
    settings = load_settings(home=tmp_path, database_url=own_server.url)
    local = Pipeline(settings)
    app = Pipeline(settings, converter=HaltingConverter(local.converter, own_server))
    try:
        ids = needs_work(app, receive(app, upload()))
        batch = app.claim(ids)
        with pytest.raises(DatabaseUnavailableError):
            app.run_through(batch)
        with pytest.raises(DatabaseUnavailableError):
            app.views.jobs(app.realm_id)
        own_server.start()
        _, reports = app.run_through(batch)
        assert {name for name, report in reports.items() if report.ran == ids} == set(StageName) - {StageName.INGEST}
        [row] = app.views.jobs(app.realm_id)
        assert (row["state"], row["outcome"]) == ("done", "published")
        with psycopg.connect(own_server.url) as connection:
            [(published,)] = connection.execute(
                "SELECT count(*) FROM upload_pipeline.events WHERE type = 'finalized'"
            ).fetchall()
        assert published == 1
    finally:
        app.close()
        local.close()
