"""``pipeline run`` without Prefect: which documents it takes through the stages, and which it leaves alone."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.cli.exits import Exit, of_jobs
from pipeline_core.domain.errors import StoreUnavailableError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import INTERRUPT
from pipeline_core.domain.review import Reviewer
from pipeline_core.ports.object_store import StoredObject
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.services.run_documents import RunDocuments, RunResult, finish_what_others_have
from tests.support.memory_store import MemoryObjectStore
from tests.support.through import needs_work, receive, through, upload

SAME = "Members must report every loss to the service office within thirty days."
MORE = "Members must pay every premium within fourteen days after the due date."
OTHER = "The office opens its doors to visitors at nine o'clock every single morning."
COSTS = (
    "# Costs\n\nThe annual deductible is $500 for each insured member.\n\n"
    "The annual deductible is $750 for each insured member.\n"
)


class Launcher:
    """Takes documents through the stages in this thread, and remembers what it was given."""

    def __init__(self, app: Pipeline) -> None:
        self.app = app
        self.given: list[list[DocumentId]] = []

    def start(self) -> None: ...

    def wait(self) -> None: ...

    def close(self) -> None: ...

    def ui_url(self) -> None: ...

    def run(self, entrypoint: str, **parameters: object) -> None:
        raise NotImplementedError

    def process(self, document_ids: Sequence[DocumentId]) -> None:
        self.given.append(list(document_ids))
        through(self.app, document_ids)


class Nobody:
    note = ""

    def watch(self, document_ids: Sequence[DocumentId]) -> None: ...


def run(app: Pipeline, *files: Path) -> tuple[RunResult, Launcher]:
    launcher = Launcher(app)
    return RunDocuments(app.intake, app.find_work, launcher, app.holds)(
        files, realm_id=app.realm_id, display=Nobody()
    ), launcher


def written(folder: Path, name: str, *paragraphs: str) -> Path:
    path = folder / name
    path.write_text(f"# {name}\n\n" + "\n\n".join(paragraphs) + "\n")
    return path


def answers(app: Pipeline, document_id: DocumentId) -> list[str]:
    return [fact["statement"] for fact in app.views.export(app.realm_id, document_id)["facts"]]


def state(app: Pipeline, document_id: DocumentId) -> str:
    return str(app.views.jobs(app.realm_id, document_ids=[document_id])[0]["state"])


def test_a_run_finishes_the_exact_duplicates_that_it_revived(app: Pipeline, tmp_path: Path) -> None:
    first = written(tmp_path, "first.md", SAME)
    run(app, first)
    result, _ = run(app, written(tmp_path, "second.md", SAME))
    [second] = result.document_ids
    assert answers(app, second) == []

    result, launcher = run(app, written(tmp_path, "first.md", OTHER))

    assert answers(app, second) == [SAME]
    assert launcher.given == [[result.document_ids[0]], [second]]
    assert result.ran == launcher.given[0] + launcher.given[1]
    assert second in result.document_ids
    assert len(result.correlation_ids) == 2


def test_a_document_that_lost_two_exact_duplicates_is_run_once(app: Pipeline, tmp_path: Path) -> None:
    run(app, written(tmp_path, "first.md", SAME), written(tmp_path, "other.md", MORE))
    [second] = run(app, written(tmp_path, "second.md", SAME, MORE))[0].document_ids
    result, launcher = run(app, written(tmp_path, "first.md", OTHER), written(tmp_path, "other.md", "Nothing here."))
    assert launcher.given[-1] == [second]
    assert sorted(answers(app, second)) == sorted([SAME, MORE])
    assert result.ran.count(second) == 1


def test_a_run_leaves_alone_what_others_queued(app: Pipeline, tmp_path: Path) -> None:
    """Another run's documents, and what a decision queued to go on later, are not this run's."""
    [theirs] = needs_work(app, receive(app, upload("theirs.md", OTHER)))
    [decided] = needs_work(app, receive(app, upload("costs.md", COSTS)))
    through(app, [decided])
    app.review.decide(
        decided, Request(Decision.OVERRIDE, Reviewer(app.realm_id, reason="Two policy years, both are right."))
    )
    assert (state(app, theirs), state(app, decided)) == ("queued", "queued")

    run(app, written(tmp_path, "first.md", SAME))
    result, launcher = run(app, written(tmp_path, "first.md", MORE))

    assert [len(given) for given in launcher.given] == [1]
    assert result.ran == result.document_ids
    assert (state(app, theirs), state(app, decided)) == ("queued", "queued")


def test_exact_duplicates_that_another_decision_revived_are_left_alone(app: Pipeline, tmp_path: Path) -> None:
    run(app, written(tmp_path, "first.md", SAME))
    [second] = run(app, written(tmp_path, "second.md", SAME))[0].document_ids
    # somebody else replaces the first document, and has not come to its exact duplicate yet
    [third] = needs_work(app, receive(app, upload("first.md", f"# New\n\n{OTHER}\n", (tmp_path / "first.md").as_uri())))
    through(app, [third])
    assert state(app, second) == "queued"

    _, launcher = run(app, written(tmp_path, "unrelated.md", MORE))

    assert len(launcher.given) == 1
    assert state(app, second) == "queued"


def test_a_store_that_is_away_takes_nothing_and_says_so(make_pipeline: Callable[..., Pipeline], tmp_path: Path) -> None:
    class Away(MemoryObjectStore):
        def put(self, key: str, data: bytes) -> StoredObject:
            raise StoreUnavailableError(
                f"No space for {len(data)} bytes.", where=key, remedy="Free some space on the disk."
            )

    app = make_pipeline(store=Away())
    result, launcher = run(app, written(tmp_path, "a.md", SAME))
    [(_, error)] = result.refused
    assert (result.document_ids, launcher.given, app.views.jobs(app.realm_id)) == ([], [], [])
    assert error.what_to_do.startswith("Free some space on the disk. Try again")
    assert "automatically" not in str(error)
    assert of_jobs([], refused=[error]) is Exit.ERROR


def test_what_the_queue_gave_to_another_run_is_waited_for(make_pipeline: Callable[..., Pipeline]) -> None:
    """`pipeline up` watches the queue while somebody types `pipeline run`."""
    app, other = make_pipeline(), make_pipeline()
    ids = needs_work(app, receive(app, upload("a.md", SAME), upload("b.md", OTHER)))
    launcher, stopping = Launcher(app), Event()
    lease = other.queue.take(2)
    waiting = Thread(target=finish_what_others_have, args=(app.queue, launcher.process, ids, stopping))
    waiting.start()
    waiting.join(0.8)
    assert waiting.is_alive()
    with other.open_uow() as uow:
        held = uow.jobs.held(lease.lease, ids[:1])
        uow.jobs.move(
            INTERRUPT, {job.job_id: {"error": {"code": "x"}, "wait_s": 0.0} for job in held}, lease=lease.lease
        )
        # whoever has the other one falls silent
        uow.session.connection.execute("UPDATE upload_jobs SET lease_expires_at = now() WHERE state = 'working'")
        uow.commit()
    waiting.join(20)
    assert not waiting.is_alive()
    assert launcher.given == [ids[1:]]
    other.queue.take(1)
    stopping.set()
    with pytest.raises(KeyboardInterrupt):
        finish_what_others_have(app.queue, launcher.process, ids, stopping)
