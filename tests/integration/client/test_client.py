"""The Python API on real parts; the launcher runs the flow's steps in this process, without Prefect."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client, Decision, Resolution, Upload
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    ChangedMeanwhileError,
    NotFoundError,
    RefusedError,
    StatusRefusedError,
    StillRunningError,
)
from pipeline_core.domain.ids import DocumentId, user_id_for
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import JobState, Outcome, StageName
from pipeline_core.domain.review import Reviewer
from tests.support.banks import BANK
from tests.support.folders import write
from tests.support.paths import ROOT
from tests.support.through import MANUAL, through

BULLETIN = ROOT / "examples" / "documents" / "policyholder-bulletin.md"


class DirectLauncher:
    """Does the work at once, and remembers what it was asked."""

    def __init__(self, app: Pipeline) -> None:
        self.app, self.asked = app, list[tuple[list[DocumentId], str | None]]()

    def request(self, document_ids: Sequence[DocumentId], *, key: str | None = None) -> list[UUID]:
        self.asked.append((list(document_ids), key))
        through(self.app, document_ids)
        return []

    def process(self, document_ids: Sequence[DocumentId]) -> None:
        self.request(document_ids)

    def run(self, entrypoint: str, **parameters: Any) -> None:
        """The steps of ``import-batch``."""
        assert entrypoint == "pipeline_core.flows.import_batch.import_batch"
        batch_id = parameters["batch_id"]
        by = Reviewer(self.app.realm_id, parameters["reviewer"], user_id=parameters["user_id"])
        self.app.staging.importer.embed(batch_id, by=by)
        self.app.staging.import_approved(batch_id, by=by)

    def close(self) -> None: ...


@pytest.fixture
def launcher(app: Pipeline) -> DirectLauncher:
    launcher = DirectLauncher(app)
    app.__dict__["launcher"] = launcher
    return launcher


@pytest.fixture
def client(app: Pipeline, launcher: DirectLauncher) -> Iterator[Client]:
    with Client(app=app) as client:
        yield client


def test_a_document_from_file_to_answer(client: Client, tmp_path: Path) -> None:
    (tmp_path / "manual.md").write_text(MANUAL)
    submitted = client.submit([str(tmp_path / "manual.md")])
    [document] = client.wait(submitted.document_ids, timeout_s=10)
    assert (document.state, document.outcome, document.percent) == (JobState.DONE, Outcome.PUBLISHED, 100)
    assert document.is_at_rest
    assert document == client.status("manual.md") == client.status(document.document_id)

    hit = client.search("How often must the boiler be serviced?", limit=1)[0]
    assert hit.evidence is not None
    assert "12 months" in hit.evidence
    assert (hit.filename, hit.document_id) == ("manual.md", document.document_id)
    nothing = client.search("Who won the 1998 world cup?")
    assert (nothing, nothing.waiting) == ([], [])
    assert len(client.search("Who won the 1998 world cup?", nearest=True)) > 0
    assert len(client.export("manual.md")["facts"]) > 0
    assert client.details("manual.md")["stages"][0]["stage_name"] == "ingest"


def test_what_is_unchanged_is_left_alone_and_what_cannot_be_taken_is_named(
    client: Client, launcher: DirectLauncher
) -> None:
    client.submit([Upload("manual.md", MANUAL.encode())])
    again = client.submit([Upload("manual.md", MANUAL.encode()), Upload("empty.md", b"")])
    assert (again.started, again.left) == ([], {"unchanged": 1})
    assert [(name, error.code) for name, error in again.refused] == [("empty.md", "empty_file")]
    assert len(launcher.asked) == 1


def test_without_a_start_documents_wait_in_the_queue(client: Client, launcher: DirectLauncher, app: Pipeline) -> None:
    submitted = client.submit([Upload("manual.md", MANUAL.encode())], start=False, priority=7)
    assert launcher.asked == []
    with pytest.raises(StillRunningError, match=r"manual\.md"):
        client.wait(submitted.document_ids, timeout_s=0)
    with pytest.raises(RefusedError, match="100"):
        client.submit([Upload("other.md", b"# Other")], start=False, priority=700)
    assert [status.filename for status in client.statuses()] == ["manual.md"], "what is refused is not taken in"
    assert app.queue.take(1).document_ids == tuple(submitted.document_ids)


def test_tags_and_a_collection_are_kept(client: Client, tmp_path: Path) -> None:
    upload = Upload("manual.md", MANUAL.encode())
    client.submit([upload], start=False, tags=["home", " "], collection=" Claims ")
    [document_id] = client.submit([upload], start=False, tags=["flood"]).document_ids
    status = client.status(document_id)
    assert (sorted(status.tags), status.collection) == (["flood", "home"], "Claims")
    with pytest.raises(RefusedError, match="at most 100 characters"):
        client.submit([upload], tags=["x" * 101])


def test_reviewing(client: Client) -> None:
    client.submit([BULLETIN])
    [waiting] = client.waiting()
    assert (waiting.state, waiting.critical_findings > 0) == (JobState.AWAITING_REVIEW, True)
    with pytest.raises(RefusedError):
        client.decide(waiting.job_id, Decision.APPROVE, duplicates=Resolution.KEEP_BOTH)
    decided = client.decide(waiting.job_id, Decision.OVERRIDE, reason="checked against the printed bulletin")
    assert decided.goes_on
    assert client.status(waiting.document_id).outcome is Outcome.PUBLISHED
    assert client.waiting() == []
    with pytest.raises(AlreadyDecidedError):
        client.decide(waiting.job_id, Decision.REJECT)


def test_a_bank_from_file_to_answer(client: Client, tmp_path: Path) -> None:
    (tmp_path / "bank.md").write_text(BANK)
    staged = client.stage_bank(tmp_path / "bank.md")
    assert (staged.new, client.banks()[0]["file_name"]) == (len(staged.bank.entries), "bank.md")
    bank = client.bank("bank.md")
    first, *others = client.facts(bank)
    assert client.edit(bank, first.question_id, {"topic": "Theft"}, reason="where it belongs").changed
    with pytest.raises(ChangedMeanwhileError):
        client.decide_facts(
            bank, QuestionStatus.REJECTED, [first.question_id], expected={first.question_id: first.seen}
        )
    client.decide_facts(bank, QuestionStatus.APPROVED)
    client.resolve(bank, Resolution.KEEP_BOTH)
    assert {question.status for question in client.import_bank(bank)} == {QuestionStatus.IMPORTED}
    assert client.recount_bank(bank).imported == 1 + len(others)
    assert [entry.code for entry in client.history(bank)][-1] == "batch_imported"
    assert client.search(first.question or "", limit=1)[0].answer == first.answer
    with pytest.raises(NotFoundError):
        client.bank("no.md")


def test_the_queue_marks_and_files(client: Client, app: Pipeline) -> None:
    text = MANUAL.encode()
    [document_id] = client.submit([Upload("manual.md", text)], start=False).document_ids
    assert client.set_priority([document_id], 7) == [document_id]
    [job] = client.queue().waiting
    assert (job.document_id, job.priority) == (document_id, 7)
    assert client.run_now([document_id]) == [document_id]
    assert client.queue().waiting == []
    original = next(file for file in client.files(document_id) if file.stage is StageName.INGEST)
    assert client.download(document_id, original.stage, original.name) == text
    with pytest.raises(NotFoundError):
        client.download(document_id, original.stage, "../" + original.name)
    [change] = client.mark("maybe", ["manual.md"])
    assert (change.filename, change.staging_status) == ("manual.md", "Maybe")
    with pytest.raises(StatusRefusedError):
        client.mark("maybe", ["manual.md", "nothing.md"])
    assert client.deep_scan() == []
    assert client.document_costs("manual.md")["calls"] == []
    assert client.verify().found == []


def test_a_mark_is_recorded_under_the_name_that_was_given(client: Client, app: Pipeline) -> None:
    [document_id] = client.submit([Upload("manual.md", MANUAL.encode())], start=False).document_ids
    client.introduce("Ann")
    client.mark("maybe", [document_id])
    with app.open_uow() as uow:
        found = uow.session.connection.execute("SELECT payload ->> 'by' FROM events WHERE code = 'staging_status_set'")
        assert found.fetchall() == [("Ann",)]


def test_retrying_from_a_stage(client: Client, launcher: DirectLauncher) -> None:
    client.submit([Upload("manual.md", MANUAL.encode())])
    document = client.retry("manual.md", from_stage=StageName.FACT_GENERATOR)
    assert document.outcome is Outcome.PUBLISHED
    assert client.retry("manual.md", start=False).state is JobState.QUEUED
    assert len(launcher.asked) == 2


def test_another_users_documents_are_not_there(client: Client, app: Pipeline) -> None:
    client.submit([Upload("manual.md", MANUAL.encode())])
    with Client(user_id=user_id_for("somebody else"), app=app) as other:
        assert other.statuses() == []
        assert other.search("boiler") == []
        for call in (other.status, other.details, other.retry, other.export):
            with pytest.raises(NotFoundError):
                call("manual.md")


def test_a_client_closes_what_it_opened_and_another_can_be_opened(
    make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Pipeline] = []

    def wire(_settings: Any) -> Pipeline:
        made.append(make_pipeline())
        return made[-1]

    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "Pipeline", wire)
    for _ in range(2):
        with Client() as client:
            assert client.statuses() == []
    assert len(made) == 2


def test_the_examples_of_the_readme(
    app: Pipeline, make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """The first decides nothing; the second decides about one document; the query reads what was published."""
    readme = (ROOT / "README.md").read_text("utf-8")
    look, decide = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    [query] = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(ROOT)

    def wire(_settings: Any) -> Pipeline:
        made = make_pipeline()
        made.__dict__["launcher"] = DirectLauncher(made)
        return made

    monkeypatch.setattr(bootstrap, "Pipeline", wire)
    bootstrap.pipeline.cache_clear()
    exec(look, {})
    said = capsys.readouterr().out
    assert "underwriting-guide.md done 100 %" in said
    assert "policyholder-bulletin.md waits: The document contradicts itself" in said
    assert "24 hours" in said
    with psycopg.connect(app.settings.database_url) as connection:
        rows = connection.execute(query).fetchall()
    assert [row for row in rows if "24 hours" in row[0]]
    with Client(app=app) as client:
        assert [one.filename for one in client.waiting()] == ["policyholder-bulletin.md"]
        exec(decide, {})
        assert client.details("policyholder-bulletin.md")["events"][-1]
        assert client.status("policyholder-bulletin.md").phase == 2


def test_a_sync_waits_for_documents_that_a_worker_has_taken(app: Pipeline, client: Client, tmp_path: Path) -> None:
    """As a run does: a worker of ``pipeline up`` may be quicker than the sync that queued them."""
    write(tmp_path, {"a.md": MANUAL, "b.md": "# B\n\nThe beta boiler must be serviced every 12 months.\n"})
    client.add_source("docs", str(tmp_path))
    taken, asked = list[WorkBatch](), Event()

    def take(_synced: object) -> None:
        ids = [row["document_id"] for row in app.views.jobs(app.realm_id, states=["queued"])]
        taken.append(app.claim(ids[:1]))

    def finish() -> None:
        assert asked.wait(30)
        app.run_through(taken[0])

    worker = Thread(target=finish)
    worker.start()
    synced = client.sync_source("docs", on_progress=take, on_work=lambda _: asked.set())
    worker.join()
    assert len(synced.to_run) == 2
    assert {row.outcome for row in client.rows(synced.to_run)} == {"published"}
