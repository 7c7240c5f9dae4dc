"""The batch lane on a local Dask cluster of processes: the same rows as without, made by other processes."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pipeline_core import bootstrap
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError, PipelineError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.settings import Settings, load_settings
from tests.support.killing import rows
from tests.support.through import needs_work, receive, upload


class _NotHere:
    """Stages, where none must run."""

    def __call__(self, *_: object) -> Any:
        raise AssertionError("a stage ran in the flow's own process")


@pytest.fixture
def dask(
    settings: Settings, workers: WorkerProcesses, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str
) -> Iterator[Pipeline]:
    """The pipeline of this process, which only claims; the cluster's processes wire theirs from the environment."""
    given = {"HOME": settings.home, "DATABASE_URL": settings.database_url, "DUPLICATE_THRESHOLD": "1.0"}
    for name, value in {**given, "TASK_RUNNER": "dask", "DASK_WORKERS": "2"}.items():
        monkeypatch.setenv(f"UPLOAD_PIPELINE_{name}", str(value))
    app = Pipeline(load_settings(), workers=workers)
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()
    app.close()


@pytest.fixture
def other_database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """A second migrated database, for the run to compare with."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE compared TEMPLATE {template_database}")
        yield postgres_url.replace("/postgres?", "/compared?")
        connection.execute("DROP DATABASE compared WITH (FORCE)")


def strangers(app: Pipeline, number: int) -> list[DocumentId]:
    """Documents that share no sentence: which of two exact duplicates is published depends on who comes first."""
    texts = [
        f"# Room {n}\n\nRoom {n} has {n + 3} windows and a key of its own. The key of room {n} hangs at the desk {n}.\n"
        for n in range(number)
    ]
    return needs_work(app, receive(app, *(upload(f"{n}.md", text) for n, text in enumerate(texts))))


@pytest.mark.chaos
def test_dask_makes_the_same_rows(
    dask: Pipeline, workers: WorkerProcesses, other_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline_core.flows.process_document import process_document

    dask.__dict__["run_stage"] = _NotHere()
    state = process_document(document_ids=strangers(dask, 4), return_state=True)
    assert (state.name, state.message) == ("Completed", "4 done")

    changes = {"task_runner": "threads", "database_url": other_database_url}
    plain = Pipeline(dask.settings.model_copy(update=changes), workers=workers)
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: plain)
    assert process_document(document_ids=strangers(plain, 4), return_state=True).message == "4 done"
    plain.close()
    contents = []
    for url in (dask.database_url, other_database_url):
        with psycopg.connect(url) as connection:
            contents.append(rows(connection))
    assert contents[0] == contents[1]
    assert len(contents[0]["documents"]) == 4


def test_errors_of_the_domain_survive_the_way_back() -> None:
    """Dask pickles what a task raises; its class still decides what becomes of the document."""
    import cloudpickle  # type: ignore[import-untyped]

    for kind in _leaves(PipelineError):
        try:
            error = kind("told", where="here", action="do")
        except TypeError:
            continue
        back = cloudpickle.loads(cloudpickle.dumps(error))
        assert (type(back), str(back)) == (kind, str(error))


def _leaves(kind: type[PipelineError]) -> Iterator[type[PipelineError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _leaves(below)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    import sys

    from pipeline_core.tasks.cluster import _dask_runner

    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)
    with pytest.raises(ConfigurationError, match="prefect-dask is not installed"):
        _dask_runner(settings)
