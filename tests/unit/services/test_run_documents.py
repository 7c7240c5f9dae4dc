"""Files are taken in and run to the end; what is left alone is counted, and what was revived runs once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.errors import DatabaseUnavailableError, EmptyFileError, ServiceUnavailableError
from pipeline_core.domain.ids import CorrelationId, DocumentId
from pipeline_core.services.intake import Received
from pipeline_core.services.run_documents import NoDisplay, RunDocuments, finish_what_others_have
from pipeline_core.services.work_needed import WorkNeeded
from tests.support.fake_database import in_turn
from tests.support.jobs import REALM, RUN, document_id

FILES = [Path("a.md"), Path("b.md")]


class _Intake:
    """Takes groups in as a test says; documents of odd number must run."""

    def __init__(self, *groups: Received, revived: Callable[..., Mapping[DocumentId, CorrelationId]] | None = None,
                 away: int = 0) -> None:  # fmt: skip
        self._groups, self._revived, self._away = groups, revived or (lambda *_: {}), away

    def receive_groups(self, files: object, **_: object) -> Iterator[Received]:
        return iter(self._groups)

    def work_needed(self, document_ids: Sequence[DocumentId], *, correlation_id: CorrelationId) -> WorkNeeded:
        if self._away:
            self._away -= 1
            raise DatabaseUnavailableError
        run = [one for one in document_ids if one.int % 2]
        return WorkNeeded(run=run, unchanged=[one for one in document_ids if one not in run])

    def revived(self, realm_id: object, published: Sequence[DocumentId]) -> Mapping[DocumentId, CorrelationId]:
        return self._revived(realm_id, published)


class _Launcher:
    def __init__(self, error: Exception | None = None) -> None:
        self.events: list[Any] = []
        self._error = error

    def start(self) -> None:
        self.events.append("start")

    def wait(self) -> None:
        self.events.append("wait")
        if self._error:
            raise self._error

    def ui_url(self) -> str | None:
        return None

    def process(self, document_ids: Sequence[DocumentId]) -> None:
        self.events.append(list(document_ids))


class _Holds:
    def __init__(self, events: list[Any]) -> None:
        self._events = events

    def try_now(self, document_ids: Sequence[DocumentId]) -> None:
        self._events.append("try now")


def _received(*numbers: int, run: CorrelationId = RUN) -> Received:
    documents = {document_id(number): f"{number}.md" for number in numbers}
    return Received(documents=documents, correlation_id=run)


def _run(intake: _Intake, launcher: _Launcher | None = None) -> tuple[RunDocuments, list[Any]]:
    launcher = launcher or _Launcher()
    return RunDocuments(intake, intake.work_needed, launcher, _Holds(launcher.events)), launcher.events  # type: ignore[arg-type]


def test_only_what_must_run_is_run_and_the_rest_is_counted() -> None:
    run, events = _run(_Intake(_received(1, 2), _received(3, 1)))
    result = run(FILES, realm_id=REALM, display=NoDisplay())
    assert result.document_ids == [document_id(1), document_id(2), document_id(3)]
    assert result.ran == [document_id(1), document_id(3)]
    assert dict(result.left) == {"unchanged": 1}
    # the orchestrator starts while the rest is taken in
    assert events == ["start", "start", "wait", "try now", [document_id(1), document_id(3)]]


def test_without_work_no_orchestrator_is_started() -> None:
    run, events = _run(_Intake(_received(2)))
    assert run(FILES, realm_id=REALM, display=NoDisplay()).ran == []
    assert events == []


def test_what_was_refused_or_copied_is_told() -> None:
    received = _received(1)
    received.refused.append(("b.md", EmptyFileError()))
    received.copies.append(("c.md", "1.md"))
    received.mended.add(document_id(1))
    result = _run(_Intake(received))[0].take_in(FILES, realm_id=REALM)
    assert [name for name, _ in result.refused] == ["b.md"]
    assert (result.copies, result.stored_again) == ([("c.md", "1.md")], [document_id(1)])


def test_a_look_that_the_database_cut_off_is_repeated() -> None:
    result = _run(_Intake(_received(1), away=1))[0].take_in(FILES, realm_id=REALM)
    assert result.ran == [document_id(1)]


def test_an_orchestrator_that_does_not_answer_leaves_the_jobs_queued() -> None:
    run, events = _run(_Intake(_received(1)), _Launcher(ServiceUnavailableError()))
    with pytest.raises(ServiceUnavailableError):
        run(FILES, realm_id=REALM, display=NoDisplay())
    assert events == ["start", "wait"]


def test_what_a_run_revives_is_run_once_by_its_correlation_id() -> None:
    story = CorrelationId(UUID(int=77))

    def revived(_realm: object, published: Sequence[DocumentId]) -> dict[DocumentId, CorrelationId]:
        # it stays queued, whatever is run: somebody else has taken it up
        return {document_id(5): story} if document_id(1) in published else {}

    run, events = _run(_Intake(_received(1), revived=revived))
    result = run(FILES, realm_id=REALM, display=NoDisplay())
    assert events[-2:] == [[document_id(1)], [document_id(5)]]
    assert (result.ran, result.document_ids) == ([document_id(1), document_id(5)],) * 2
    assert result.correlation_ids == [RUN, story]


class _Queue:
    def __init__(self, *taken: dict[DocumentId, bool]) -> None:
        self._taken = in_turn(*taken)

    def taken(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, bool]:
        return self._taken()  # type: ignore[no-any-return]


def test_documents_of_a_lost_run_are_processed_here() -> None:
    processed: list[Any] = []
    queue = _Queue({document_id(1): False, document_id(2): True}, {})
    finish_what_others_have(queue, processed.append, [document_id(1), document_id(2)], Event())  # type: ignore[arg-type]
    assert processed == [[document_id(2)]]


def test_waiting_for_others_ends_when_the_process_is_told_to_stop() -> None:
    stopping = Event()
    stopping.set()
    with pytest.raises(KeyboardInterrupt):
        finish_what_others_have(_Queue({document_id(1): False}), lambda _: None, [document_id(1)], stopping)  # type: ignore[arg-type]
