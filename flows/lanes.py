"""The frame of a run around its stages: its name, the slow lane, and its final state."""

import contextvars
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar
from uuid import UUID, uuid4

from prefect import runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from pipeline_core import tasks
from pipeline_core.adapters.prefect_launcher import reaching_prefect
from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.errors import DatabaseUnavailableError, explain
from pipeline_core.domain.ids import DocumentId, LeaseToken
from pipeline_core.domain.jobs import WorkBatch, is_parked, missing_part
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.rows.jobs import Progress

T = TypeVar("T")
SLOW_LANE_THREADS = 8
_LOOK_S = 0.25


def run_name() -> str:
    """The run's name: the document, or the first and how many more."""
    ids = [DocumentId(UUID(str(d))) for d in runtime.flow_run.parameters["document_ids"]]
    names = {row.document_id: row.filename for row in insisting(lambda: pipeline().views.progress(ids[:1]))}
    first = names.get(ids[0], "unknown document") if ids else "no documents"
    return first if len(ids) < 2 else f"{first} + {len(ids) - 1} more"


def side_by_side(work: Callable[[WorkBatch], WorkBatch], batches: Sequence[WorkBatch]) -> None:
    """Take each batch through by itself, a few at a time; one that fails does not hold the others."""
    if not batches:
        return

    def one(batch: WorkBatch) -> None:
        with pipeline().claim.released(batch), reaching_prefect():
            _through(work, batch)

    with ThreadPoolExecutor(min(SLOW_LANE_THREADS, len(batches))) as pool:
        # each thread gets a copy of the flow run's context: its tasks belong to the same run
        futures = [pool.submit(contextvars.copy_context().run, one, batch) for batch in batches]
    for future in futures:
        future.result()


def _through(work: Callable[[WorkBatch], WorkBatch], batch: WorkBatch) -> None:
    """Take the batch through; of a document that failed for good its own rows tell, and the run by its state."""
    with suppress(tasks.DocumentFailedError):
        work(batch)


def batch_lane(work: Callable[[WorkBatch], WorkBatch], batch: WorkBatch) -> None:
    """Take a batch through; on a cluster in parts, side by side. What is still held at an error is given back.

    One part's error is raised when the others have come to their end.
    """
    with pipeline().claim.released(batch), reaching_prefect():
        parts = tasks.parts(batch)
        if len(parts) == 1:
            _through(work, batch)
            return
        with ThreadPoolExecutor(len(parts)) as pool:
            futures = [pool.submit(contextvars.copy_context().run, _through, work, part) for part in parts]
        for future in futures:
            future.result()


def insisting(read: Callable[[], T]) -> T:
    """Ask again where the database was lost meanwhile: a new connection to it is waited for."""
    for _ in range(pipeline().settings.max_retries):
        with suppress(DatabaseUnavailableError):
            return read()
    return read()


def slow_lane(work: Callable[[WorkBatch], WorkBatch], document_ids: Sequence[DocumentId]) -> bool:
    """Take those that are to be tried again through, each alone; returns whether there were any."""
    waiting = insisting(lambda: pipeline().claim.to_retry(document_ids))
    side_by_side(work, [WorkBatch(LeaseToken(uuid4()), (document_id,)) for document_id in waiting])
    return bool(waiting)


def batch_lane_and_held(
    work: Callable[[WorkBatch], WorkBatch], batch: WorkBatch, document_ids: Sequence[DocumentId]
) -> None:
    """Take the batch through, then those of the documents that wait for a missing part, as long as it may soon be back:
    first one of them, then the others."""
    holds = pipeline().holds
    # found before: what the batch itself shows to be back is released meanwhile
    held = insisting(lambda: holds.held(document_ids))
    batch_lane(work, batch)
    also = insisting(lambda: holds.held(document_ids))
    held = insisting(lambda: holds.left(list(dict.fromkeys([*held, *also])), batch.document_ids))
    while held and holds.wait(held):
        batch = tasks.claim(held)
        if batch.document_ids:
            batch_lane(work, batch)
        else:
            # somebody else tries whether the part is back
            time.sleep(_LOOK_S)
        held = holds.left(held, batch.document_ids)


def outcome_of(document_ids: Sequence[UUID]) -> State:
    """The state in which the run ends, by where its documents came to rest."""
    rows = insisting(lambda: pipeline().views.progress([DocumentId(d) for d in document_ids]))
    states = Counter(row.state for row in rows)
    places = Counter(_place(row) for row in rows)
    words = ", ".join(f"{count} {place}" for place, count in places.items())
    if states[JobState.DEADLETTER] == len(rows) > 0:
        return Failed(message=words)
    if states[JobState.AWAITING_REVIEW]:
        return Completed(name="AwaitingReview", message=words)
    if places["held"]:
        return Completed(name="Held", message=words + ": " + _why_held(rows))
    if places["parked"]:
        return Completed(name="Parked", message=words)
    if states[JobState.DEADLETTER]:
        return Completed(name="CompletedWithDeadLetters", message=words)
    return Completed(message=words)


def _place(row: Progress) -> str:
    if missing_part(row):
        return "held"
    if row.is_stopped:
        return "stopped"
    return "parked" if is_parked(row) else str(row.state).replace("_", " ")


def _why_held(rows: Sequence[Progress]) -> str:
    """The parts that are missing, each with what is said of it."""
    whys = {part: explain(row.last_error or {}).message for row in rows if (part := missing_part(row))}
    return " ".join(f"the {part} is missing. {why}" for part, why in whys.items())
