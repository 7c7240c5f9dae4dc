"""Files in, at rest out: intake, find what is left to do, run that, and nothing else."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.domain.jobs import is_parked, missing_part
from pipeline_core.domain.labels import NO_LABELS, Labels
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.wished import NOTHING_WISHED, Wished
from pipeline_core.domain.wording import counted, listed
from pipeline_core.ports.launcher import Launcher
from pipeline_core.services.cut_off import again_if_cut_off
from pipeline_core.services.holds import Holds
from pipeline_core.services.intake import Intake, Upload
from pipeline_core.services.queue import Queue
from pipeline_core.services.wishes import ChoiceKept
from pipeline_core.services.work_needed import FindWork

_LOOK_S = 0.1
_UNFINISHED = (JobState.QUEUED, JobState.RETRYABLE, JobState.WORKING)


class Display(Protocol):
    """Somebody who wants to see how it goes."""

    note: str

    def watch(self, document_ids: Sequence[DocumentId]) -> None: ...


@dataclass(slots=True)
class NoDisplay:
    """Shows nothing."""

    note: str = ""

    def watch(self, document_ids: Sequence[DocumentId]) -> None:
        """Nobody looks."""


@dataclass(slots=True)
class RunResult:
    """``document_ids`` in the order of the files, revived ones last; what ran; what was left, or refused, and why.

    ``copies`` are files whose content is another's: their name, and the other's. ``choices_kept`` is what known
    documents keep though another choice was given.
    """

    document_ids: list[DocumentId] = field(default_factory=list)
    ran: list[DocumentId] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[str, PipelineError]] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)
    correlation_ids: list[CorrelationId] = field(default_factory=list)
    choices_kept: list[ChoiceKept] = field(default_factory=list)
    stored_again: list[DocumentId] = field(default_factory=list)
    """Known documents whose original the store had lost or changed."""

    def as_json(self, rows: Sequence[DocumentJob], skipped: Sequence[Path]) -> dict[str, Any]:
        return {
            "ran": len(self.ran),
            "left": dict(self.left),
            "refused": [{"file": name, **error.as_json()} for name, error in self.refused],
            "skipped": [str(path) for path in skipped],
            "stored_again": len(self.stored_again),
            "choices_kept": [one.as_json() for one in self.choices_kept],
            "copies": [{"file": name, "same_as": other} for name, other in self.copies],
            "correlation_ids": [str(correlation_id) for correlation_id in self.correlation_ids],
            "documents": rows,
        }

    def summary(self, rows: Sequence[DocumentJob], skipped: Sequence[Path]) -> str:
        """One line: what was done, and under which correlation id to find it in events and logs.

        ``rows`` say where the documents stand: what ran and waits in the queue again was not processed.
        """
        ran = set(self.ran)
        waiting = Counter(why for row in rows if row.document_id in ran and (why := _why_waiting(row)))
        parts = [f"{len(self.ran) - waiting.total()} processed"]
        parts += [f"{count} {why}" for why, count in (waiting + self.left).items()]
        if self.stored_again:
            parts.append(f"{counted(len(self.stored_again), 'lost original')} stored again")
        if self.refused:
            parts.append(f"{len(self.refused)} refused")
        if skipped:
            names = listed([path.name for path in skipped])
            parts.append(f"{counted(len(skipped), 'file')} of other types skipped ({names})")
        return ", ".join(parts) + "  ·  correlation " + ", ".join(str(c)[:8] for c in self.correlation_ids[:3])


def _why_waiting(row: DocumentJob) -> str | None:
    if missing_part(row):
        return "held"
    if is_parked(row):
        return "parked"
    return "not finished" if row.state in _UNFINISHED else None


def finish_what_others_have(
    queue: Queue, process: Callable[[Sequence[DocumentId]], None], document_ids: Sequence[DocumentId], stopping: Event
) -> None:
    """Return when none of the documents is in work any more.

    A run of the queue may have taken some while the others were at work here: they come to rest there. Those of a run
    that was lost are processed here.

    Raises:
        KeyboardInterrupt: ``stopping`` was set.
    """
    while taken := queue.taken(document_ids):
        if lost := [document_id for document_id, is_lost in taken.items() if is_lost]:
            process(lost)
        elif stopping.wait(_LOOK_S):
            raise KeyboardInterrupt


@dataclass(frozen=True, slots=True)
class RunDocuments:
    """Takes files in and brings them to rest through the launcher."""

    intake: Intake
    find_work: FindWork
    launcher: Launcher
    holds: Holds

    def take_in(
        self,
        files: Iterable[Path | Upload],
        *,
        realm_id: RealmId,
        on_work: Callable[[RunResult], None] = lambda _: None,
        wished: Wished = NOTHING_WISHED,
        labels: Labels = NO_LABELS,
    ) -> RunResult:
        """Take the files in and find what is left to do; ``on_work`` hears of it, a group of files at a time.

        A file that cannot be taken is in ``refused``; it harms no other.
        """
        result = RunResult()
        seen: set[DocumentId] = set()
        for received in self.intake.receive_groups(files, realm_id=realm_id, wished=wished, labels=labels):
            ids = [document_id for document_id in received.documents if document_id not in seen]
            seen.update(ids)
            needed = again_if_cut_off(partial(self.find_work, ids, correlation_id=received.correlation_id))
            result.document_ids += ids
            result.ran += needed.run
            result.refused += received.refused
            result.copies += received.copies
            result.choices_kept += received.choices_kept
            result.stored_again += received.mended
            result.correlation_ids.append(received.correlation_id)
            result.left.update(needed.left())
            if needed.run:
                on_work(result)
        return result

    def __call__(
        self,
        files: Sequence[Path],
        *,
        realm_id: RealmId,
        display: Display,
        wished: Wished = NOTHING_WISHED,
        labels: Labels = NO_LABELS,
    ) -> RunResult:
        """Take the files in, and run those documents that need it.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer; the jobs stay queued.
        """
        display.note = f"taking in {counted(len(files), 'file')}"

        def begin(so_far: RunResult) -> None:
            self.launcher.start()
            display.watch(so_far.ran)

        result = self.take_in(files, realm_id=realm_id, on_work=begin, wished=wished, labels=labels)
        if result.ran:
            display.note = "starting Prefect"
            self.launcher.wait()
            display.note = self.launcher.ui_url() or ""
            self.holds.try_now(result.ran)
            self.launcher.process(result.ran)
            self._finish_revived(result, realm_id, display)
        return result

    def _finish_revived(self, result: RunResult, realm_id: RealmId, display: Display) -> None:
        """Run those whose exact duplicate this run withdrew, and those that they revive, until none is left.

        A revival has a correlation id of its own and is run once: what somebody else has taken up stays theirs.
        """
        while revived := {
            document_id: correlation_id
            for document_id, correlation_id in self.intake.revived(realm_id, result.ran).items()
            if correlation_id not in result.correlation_ids
        }:
            result.correlation_ids += dict.fromkeys(revived.values())
            result.document_ids += [document_id for document_id in revived if document_id not in result.document_ids]
            result.ran += [document_id for document_id in revived if document_id not in result.ran]
            display.watch(result.ran)
            self.launcher.process(list(revived))


def process_with_revived(
    process: Callable[[list[DocumentId]], None],
    revived: Callable[[RealmId, Sequence[DocumentId]], Mapping[DocumentId, CorrelationId]],
    realm_id: RealmId,
    document_ids: Sequence[DocumentId],
    on_work: Callable[[Sequence[DocumentId]], None],
) -> list[DocumentId]:
    """Run documents, and those whose exact duplicate that withdraws, until none is left; return all that ran.

    A revival, known by its correlation id, is run once.
    """
    ran, finished = list(document_ids), set[CorrelationId]()
    process(list(ran))
    while new := {id_: story for id_, story in revived(realm_id, ran).items() if story not in finished}:
        finished |= set(new.values())
        ran += [document_id for document_id in new if document_id not in ran]
        on_work(ran)
        process(list(new))
    return ran
