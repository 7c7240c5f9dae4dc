"""kill -9 as each stage records its results, without the command and Prefect; the next process ends with the same rows.

With them, at fewer points, and in `make chaos` at more: tests/e2e/test_killed.py.
"""

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.ports.workers import Computed
from pipeline_core.settings import load_settings
from tests.support.database import copied_database
from tests.support.killing import POINTS, RECORDED, blocked_at, rows, wait_until_blocked
from tests.support.killing import corpus as corpus
from tests.support.through import needs_work, receive, through

T = TypeVar("T")


class InThisProcess:
    """Computes where it is asked: a process of its own takes a second to start."""

    def warm(self, computations: int) -> None: ...

    def run(self, computations: Sequence[Callable[[], T]]) -> list[Computed[T]]:
        return [Computed(computation(), 0.0) for computation in computations]


def run(url: str, home: Path, corpus: Path) -> None:
    """What ``pipeline run`` does with the files of the folder."""
    settings = load_settings(
        home=home, database_url=url, retry_base_s=0.05, duplicate_threshold=1.0, publish_from=0.0, stage_workers=1
    )
    app = Pipeline(settings, workers=InThisProcess())
    try:
        through(app, needs_work(app, receive(app, *sorted(corpus.iterdir()))))
    finally:
        app.close()


class Running:
    """``run`` in a process that is forked from one that has the libraries loaded."""

    def __init__(self, *arguments: object) -> None:
        self._process = get_context("forkserver").Process(target=run, args=arguments)
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def communicate(self) -> str:
        return "it ended by itself"

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


@pytest.fixture(scope="module")
def undisturbed(
    postgres_url: str, template_database: str, corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The rows of a run that nobody disturbed."""
    with copied_database(postgres_url, template_database) as url:
        run(url, tmp_path_factory.mktemp("undisturbed") / "home", corpus)
        with psycopg.connect(url) as connection:
            found = rows(connection)
    assert len(found["documents"]) == 3
    assert found["all_questions"]
    assert all("'done', " in job and "'published'" in job for job in found["upload_jobs"])
    return found


@pytest.mark.parametrize(
    ("table", "condition"),
    [*POINTS, *(pytest.param(*point, id=code, marks=pytest.mark.chaos) for point, code in RECORDED)],
)
def test_killed_and_run_again(
    database_url: str, corpus: Path, undisturbed: dict[str, Any], tmp_path: Path, table: str, condition: str
) -> None:
    home = tmp_path / "home"
    with blocked_at(database_url, table, condition) as connection:
        process = Running(database_url, home, corpus)
        wait_until_blocked(connection, process)
        process.kill()

    run(database_url, home, corpus)

    with psycopg.connect(database_url) as connection:
        assert rows(connection) == undisturbed
