"""Exit codes: what each one says, and which error or outcome leads to which."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from pipeline_core.domain.errors import ConfigurationError, ConflictError, DocumentError, PipelineError, RefusedError
from pipeline_core.domain.jobs import InQueue, is_parked, missing_part
from pipeline_core.domain.sources import Change, RunOutcome

if TYPE_CHECKING:
    from pipeline_core.domain.rows.batches import ListedBatch
    from pipeline_core.domain.search import Answer


class Exit(IntEnum):
    """Exit codes of the commands."""

    OK = 0
    ERROR = 1
    USAGE = 2
    WAITING = 3
    FAILED = 4
    CONFIGURATION = 5
    NOTHING_FOUND = 6
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.OK: "success",
    Exit.ERROR: "the pipeline or a service failed; completed work is kept",
    Exit.USAGE: "the request cannot be carried out",
    Exit.WAITING: "something waits for a person",
    Exit.FAILED: "a document, file or question failed, was refused, or is not finished",
    Exit.CONFIGURATION: "a setting is wrong, or a required part is missing",
    Exit.NOTHING_FOUND: "a search found no answer",
    Exit.INTERRUPTED: "stopped by Ctrl-C or a signal; completed work is kept",
}
"""The table that help, README and docs/operating.md print. Commands that only show something exit with 0."""

_OF_ERRORS: tuple[tuple[type[PipelineError], Exit], ...] = (
    (ConfigurationError, Exit.CONFIGURATION),
    (RefusedError, Exit.USAGE),
    (ConflictError, Exit.USAGE),
    (DocumentError, Exit.FAILED),
    (PipelineError, Exit.ERROR),
)
_BEFORE_FAILED = (Exit.CONFIGURATION, Exit.ERROR)
"""Where a file was not taken for one of these, the file is not to blame: it comes before what failed."""
_UNFINISHED = frozenset({"retryable", "working", "queued"})


def of_error(error: PipelineError) -> Exit:
    """The first row that fits."""
    return next(code for kind, code in _OF_ERRORS if isinstance(error, kind))


def of_jobs(rows: Sequence[InQueue], *, refused: Sequence[PipelineError] = (), ran: bool = True) -> Exit:
    """The worst of what happened to documents, and to files that were not taken.

    ``ran`` says whether the documents were to come to rest.
    """
    whys = {of_error(error) for error in refused}
    if at_fault := [code for code in _BEFORE_FAILED if code in whys]:
        return at_fault[0]
    if any(missing_part(row) for row in rows):
        return Exit.ERROR
    states = {"awaiting_review" if is_parked(row) else str(row.state) for row in rows}
    if refused or "deadletter" in states or (ran and states & _UNFINISHED):
        return Exit.FAILED
    return Exit.WAITING if "awaiting_review" in states else Exit.OK


def of_sync(outcome: RunOutcome, plan: Mapping[str, int], rows: Sequence[InQueue], *, ran: bool) -> Exit:
    """Return the code of a sync: files that another try may bring count as documents that failed do.

    What is left out by a rule, or refused as it is, is listed, and no failure: else no sync would ever succeed.
    """
    code = of_jobs(rows, ran=ran)
    if code is Exit.OK and plan.get(Change.UNSEEN):
        return Exit.FAILED
    return Exit.WAITING if code is Exit.OK and outcome is RunOutcome.WAITING else code


def of_answer(answer: "Answer") -> Exit:
    """Return the code of a search: hits, none, or none yet because a waiting document may have the answer."""
    if answer.hits:
        return Exit.OK
    return Exit.WAITING if answer.waiting else Exit.NOTHING_FOUND


def of_batch(row: "ListedBatch", *, failed: int = 0) -> Exit:
    """Return the code for a batch; ``failed`` counts its entries that could not be read or imported."""
    if failed:
        return Exit.FAILED
    return Exit.WAITING if row.pending or row.undecided or row.approved > row.imported else Exit.OK
