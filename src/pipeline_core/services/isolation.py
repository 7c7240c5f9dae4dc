"""One document's trouble is nobody else's: work on many at once that turns to each by itself where it must."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline_core.domain.errors import ConfigurationError, DatabaseUnavailableError, PipelineError
from pipeline_core.domain.faults import foreseen
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import WorkBatch

T = TypeVar("T")
R = TypeVar("R")
Failures = dict[DocumentId, PipelineError]


def isolate(work: Callable[[WorkBatch], R], batch: WorkBatch) -> tuple[list[R], Failures]:
    """Do the work, one transaction, for the batch; where that fails, for each of its documents alone.

    Returns the results and the errors of the documents at fault.

    Raises:
        DatabaseUnavailableError, ConfigurationError: no document is at fault, and none would fare better.
    """
    try:
        return [work(batch)], {}
    except (DatabaseUnavailableError, ConfigurationError):
        raise
    except Exception as error:
        if batch.alone:
            return [], {batch.document_ids[0]: foreseen(error)}
    results: list[R] = []
    failed: Failures = {}
    for document_id in batch.document_ids:
        done, refused = isolate(work, batch.keep({document_id}))
        results += done
        failed |= refused
    return results, failed


def each(
    work: Callable[[T], R],
    items: Sequence[T],
    document_of: Callable[[T], DocumentId],
    failed: Failures,
    threads: int,
) -> list[tuple[T, R]]:
    """Do the work for each item, keeping order; an item that fails goes to ``failed`` and harms no other."""

    def guarded(item: T) -> R | PipelineError:
        try:
            return work(item)
        except Exception as error:
            return foreseen(error)

    if threads > 1 and len(items) > 1:
        with ThreadPoolExecutor(min(threads, len(items))) as pool:
            outcomes = list(pool.map(guarded, items))
    else:
        outcomes = [guarded(item) for item in items]
    good = []
    for item, outcome in zip(items, outcomes, strict=True):
        if isinstance(outcome, PipelineError):
            failed[document_of(item)] = outcome
        else:
            good.append((item, outcome))
    return good
