"""kill -9 at any moment, then the same command again: the same rows as an undisturbed run, none lost, none twice."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.e2e.conftest import STEADY, CommandLine
from tests.support.database import copied_database
from tests.support.killing import BEGUN, POINTS, RECORDED, blocked_at, rows, until_ended, wait_until_blocked
from tests.support.killing import corpus as corpus
from tests.support.through import MANUAL


@pytest.fixture(scope="module")
def undisturbed(
    postgres_url: str,
    template_database: str,
    prefect_api_url: str,
    corpus: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """The rows of a run that nobody disturbed."""
    with copied_database(postgres_url, template_database) as url:
        cli = CommandLine.over(url, prefect_api_url, tmp_path_factory.mktemp("undisturbed"), **STEADY)
        assert cli.json("run", str(corpus))["ran"] == 3
        with psycopg.connect(url) as connection:
            found = rows(connection)
    assert len(found["documents"]) == 3
    assert found["all_questions"]
    assert found["document_vector_buffer"] == []
    return found


"""In every run of the tests without the command and Prefect: tests/integration/stages/test_killed_stages.py."""


@pytest.mark.parametrize(
    ("table", "condition"),
    [*POINTS, *(pytest.param(*point, id=code, marks=pytest.mark.chaos) for point, code in [*RECORDED, *BEGUN])],
)
def test_killed_and_run_again(
    cli: CommandLine,
    corpus: Path,
    database_url: str,
    undisturbed: dict[str, Any],
    table: str,
    condition: str,
) -> None:
    with blocked_at(database_url, table, condition) as connection:
        process = cli.start("run", str(corpus))
        wait_until_blocked(connection, process)
        process.kill()
        process.wait()

    cli("run", str(corpus))

    with psycopg.connect(database_url) as connection:
        assert rows(connection) == undisturbed


def test_a_reader_sees_the_old_version_or_the_new_one(cli: CommandLine, database_url: str, tmp_path: Path) -> None:
    """While the swap stands open, and after it is killed, production is the old version, whole."""
    file = tmp_path / "manual.md"
    file.write_text(MANUAL)
    cli("run", str(file))
    seen = "SELECT (SELECT count(*) FROM upload_pipeline.document_chunks), count(*) FROM upload_pipeline.all_questions"
    with psycopg.connect(database_url, autocommit=True) as reader:
        before = reader.execute(seen).fetchone()
        assert before is not None
        assert before > (0, 0)
        file.write_text(
            MANUAL.replace("12 months", "6 months") + "\nThe chimney is swept every 9 months by the owner.\n"
        )
        with blocked_at(database_url, "all_questions", "true") as connection:
            process = cli.start("run", str(file))
            wait_until_blocked(connection, process)
            assert reader.execute(seen).fetchone() == before
            process.kill()
            process.wait()
        assert reader.execute(seen).fetchone() == before
        cli("run", str(file))
        after = reader.execute(seen).fetchone()
        assert after is not None
        assert after[1] == before[1] + 1
        old = reader.execute("SELECT count(*) FROM upload_pipeline.all_questions WHERE answer LIKE '%12 months%'")
        assert old.fetchone() == (0,)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_stopped_by_a_person(cli: CommandLine, database_url: str, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C gives the documents back: no try is counted, and one line says what happened."""
    (tmp_path / "manual.md").write_text(MANUAL)
    with blocked_at(database_url, "events", "NEW.code = 'chunking'") as connection:
        process = cli.start("run", str(tmp_path / "manual.md"))
        wait_until_blocked(connection, process)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Stopped" in said
    assert "Traceback" not in said
    with psycopg.connect(database_url) as connection:
        job = connection.execute("SELECT state, retry_count, last_error ->> 'code' FROM upload_pipeline.upload_jobs")
        assert job.fetchone() == ("retryable", 0, "interrupted")


@pytest.mark.parametrize("twice", [False, pytest.param(True, marks=pytest.mark.chaos)], ids=["once", "twice"])
def test_stopped_with_several_batches_under_way(
    command_line: Callable[..., CommandLine], corpus: Path, database_url: str, twice: bool
) -> None:
    """The first Ctrl-C waits for the stage that each batch is in; a second one waits for nothing."""
    cli = command_line(**STEADY, batch_size="1")
    with blocked_at(database_url, "events", "NEW.code = 'chunking'") as connection:
        process = cli.start("run", str(corpus))
        wait_until_blocked(connection, process)
        process.send_signal(signal.SIGINT)
        if twice:
            until_ended(process)
        else:
            time.sleep(1)  # a busy process takes its signals when it comes to it, and must have before it may go on
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert ("Stopped at once" if twice else "Stopped") in said
    assert "Traceback" not in said
    with psycopg.connect(database_url) as connection:
        tries = connection.execute("SELECT state, retry_count FROM upload_pipeline.upload_jobs").fetchall()
        assert {state for state, _ in tries} <= {"queued", "retryable", *(["working"] if twice else [])}
        assert {count for _, count in tries} == {0}
    if twice:
        assert {row["state"] for row in cli.json("run", str(corpus))["documents"]} == {"done"}
