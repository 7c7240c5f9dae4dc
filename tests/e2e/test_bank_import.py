"""The import of a question bank when things go wrong: retries, a refusal of the database, kill -9 at any moment."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.ports.embedder import Embedded
from tests.e2e.conftest import STEADY, CommandLine
from tests.support.database import copied_database
from tests.support.fakes import HashEmbedder
from tests.support.killing import blocked_at, wait_until_blocked

BANK = """# Harbour

Q: Who pays for the harbour?
A: The town.

Q: When is the lighthouse lit?
A: From dusk to dawn.

Q: What may a crane lift at most?
A: 40 tonnes.
"""


class BusyEmbedder(HashEmbedder):
    """Away for some calls."""

    away = 0
    calls = 0

    def embed(self, texts: Sequence[str]) -> Embedded:
        self.calls += 1
        if self.away > 0:
            self.away -= 1
            raise ServiceUnavailableError("The embedder is away.")
        return super().embed(texts)


@pytest.fixture
def embedder() -> BusyEmbedder:
    return BusyEmbedder()


@pytest.fixture
def wired(make_pipeline: Any, embedder: BusyEmbedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    app = make_pipeline(embedder=embedder, changes={"duplicate_mode": "baseline", "retry_base_s": 0.1})
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


@pytest.fixture
def approved(wired: Pipeline) -> BatchId:
    staged = wired.staging.stage_bank(BANK.encode(), "bank.md", by=Reviewer(wired.realm_id))
    assert staged.batch is not None
    wired.staging.approve_questions(staged.batch.batch_id, by=Reviewer(wired.realm_id))
    return staged.batch.batch_id


def codes(app: Pipeline, batch_id: BatchId) -> list[str]:
    return [event.code for event in app.review.history(OfBatch(batch_id), app.realm_id)]


@pytest.mark.chaos
def test_an_embedder_that_comes_back(
    prefect_api_url: str, wired: Pipeline, approved: BatchId, embedder: BusyEmbedder
) -> None:
    """Prefect tries the task again; every attempt is recorded, and the questions are imported once."""
    from pipeline_core.flows.import_batch import import_batch

    embedder.away = 2
    state = import_batch(batch_id=approved, return_state=True)
    assert (state.name, state.message) == ("Completed", "3 imported, 0 imported before, 0 failed with a reason")
    assert codes(wired, approved)[-3:] == ["import_failed", "import_failed", "batch_imported"]
    assert embedder.calls == 3
    questions = wired.staging.get_batch_questions(approved, realm_id=wired.realm_id)
    assert {(q.status.value, q.import_error) for q in questions} == {("imported", None)}


def test_an_embedder_that_stays_away(
    prefect_api_url: str, wired: Pipeline, approved: BatchId, embedder: BusyEmbedder
) -> None:
    """The run fails after the last retry; what is approved stays so with the reason, and the next run imports it."""
    from pipeline_core.flows.import_batch import import_batch

    embedder.away = 100
    state = import_batch(batch_id=approved, return_state=True)
    assert state.type.value == "FAILED"
    assert embedder.calls == 1 + wired.settings.max_retries
    [row] = wired.staging.batches(realm_id=wired.realm_id)
    assert (row["approved"], row["imported"], row["status"]) == (3, 0, "reviewed")
    questions = wired.staging.get_batch_questions(approved, realm_id=wired.realm_id)
    assert all("The embedder is away." in (q.import_error or "") for q in questions)
    embedder.away = 0
    assert import_batch(batch_id=approved, return_state=True).name == "Completed"


def rows(url: str) -> dict[str, Any]:
    """What must not depend on what happened on the way."""
    content = {
        "staged_questions": "question_id, status, question, answer, import_error",
        "all_questions": "question_id, question, answer, embed_model",
        "upload_batches": "batch_id, status, file_name",
        "upload_batch_counts": "questions_approved, questions_imported, questions_pending",
    }
    with psycopg.connect(url) as connection:
        found: dict[str, Any] = {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM upload_pipeline.{table}").fetchall()))
            for table, columns in content.items()
        }
        events = connection.execute(
            "SELECT code, count(*) FROM upload_pipeline.events WHERE payload ? 'batch_id' GROUP BY code"
        ).fetchall()
    return {**found, "events": dict(events)}


@pytest.fixture(scope="module")
def undisturbed(
    postgres_url: str, template_database: str, prefect_api_url: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The rows of an import that nobody disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "bank.md").write_text(BANK)
    with copied_database(postgres_url, template_database) as url:
        cli = CommandLine.over(url, prefect_api_url, folder, **STEADY)
        assert cli.json("import-questions", "bank.md", "--approve-all")["batch"]["imported"] == 3
        found = rows(url)
    assert len(found["all_questions"]) == 3
    assert set(found["events"].values()) == {1}
    return found


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        pytest.param("events", "NEW.code = 'questions_staged'", id="questions_staged", marks=pytest.mark.chaos),
        pytest.param("embedding_cache", "true", id="embedding", marks=pytest.mark.chaos),
        pytest.param("all_questions", "true", id="inside-the-import"),
    ],
)
def test_killed_and_imported_again(
    cli: CommandLine, tmp_path: Path, database_url: str, undisturbed: dict[str, Any], table: str, condition: str
) -> None:
    (tmp_path / "bank.md").write_text(BANK)
    command = ("import-questions", "bank.md", "--approve-all")
    with blocked_at(database_url, table, condition) as connection:
        process = cli.start(*command)
        wait_until_blocked(connection, process)
        process.kill()
        process.wait()
    cli(*command)
    assert rows(database_url) == undisturbed


def test_an_import_that_fails_is_an_error(cli: CommandLine, tmp_path: Path, database_url: str) -> None:
    """It does not wait for a person: what is approved stays so, and the same command imports it."""
    (tmp_path / "bank.md").write_text(BANK)
    command = ("import-questions", "bank.md", "--approve-all")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("""
            CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no more room' USING ERRCODE = 'check_violation'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON upload_pipeline.all_questions
            FOR EACH ROW EXECUTE FUNCTION public.refuse()""")
        process = cli.start(*command, "--json")
        out, err = process.communicate(timeout=100)
        assert (process.returncode, out) == (1, "")
        assert '"code":"data_rejected"' in err
        assert "no more room" in err
        assert err.count("\n") == 1, err
        shown = cli.json("batches", "bank.md")
        assert (shown["approved"], shown["imported"], shown["status"]) == (3, 0, "reviewed")
        assert "no more room" in shown["questions"][0]["import_error"]
        connection.execute("DROP TRIGGER refuse ON upload_pipeline.all_questions")
    assert cli.json(*command)["batch"]["imported"] == 3
