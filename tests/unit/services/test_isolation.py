"""One document's failure is its own: a batch that fails is done again document by document."""

import pytest

from pipeline_core.domain.errors import ConfigurationError, DatabaseUnavailableError, NoTextError, UnexpectedError
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.services.isolation import Failures, each, isolate
from tests.support.jobs import document_id, work_batch


def test_a_batch_without_a_failure_is_done_at_once() -> None:
    seen: list[WorkBatch] = []
    assert isolate(lambda part: seen.append(part) or len(part.document_ids), work_batch(1, 2, 3)) == ([3], {})
    assert seen == [work_batch(1, 2, 3)]


def test_only_the_document_at_fault_is_left_out() -> None:
    def work(part: WorkBatch) -> int:
        if document_id(2) in part.document_ids:
            raise NoTextError(where="2.md")
        return len(part.document_ids)

    results, failed = isolate(work, work_batch(1, 2, 3))
    assert results == [1, 1]
    assert {one: error.code for one, error in failed.items()} == {document_id(2): "no_text"}


def test_a_defect_is_an_error_of_the_pipeline_and_keeps_its_cause() -> None:
    _, failed = isolate(lambda _: 1 // 0, work_batch(1))
    error = failed[document_id(1)]
    assert isinstance(error, UnexpectedError)
    assert error.message.startswith("ZeroDivisionError: ")
    assert isinstance(error.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("error", [DatabaseUnavailableError(), ConfigurationError("no key")])
def test_what_concerns_every_document_is_raised_at_once(error: Exception) -> None:
    tried: list[WorkBatch] = []

    def work(part: WorkBatch) -> None:
        tried.append(part)
        raise error

    with pytest.raises(type(error)):
        isolate(work, work_batch(1, 2))
    assert tried == [work_batch(1, 2)]


@pytest.mark.parametrize("threads", [1, 3])
def test_items_keep_their_order_and_harm_no_other(threads: int) -> None:
    failed: Failures = {}
    done = each(lambda number: 12 // number, [3, 0, 4, 1], document_id, failed, threads)
    assert done == [(3, 4), (4, 3), (1, 12)]
    assert list(failed) == [document_id(0)]
