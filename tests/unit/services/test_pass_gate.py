"""A gate is passed by those that go on; a failure is recorded on the document's own job."""

from collections.abc import Collection

import pytest

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import NoTextError, PipelineError, StatementTimeoutError
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.pass_gate import PassGate
from pipeline_core.stages.base import Gate, StageContext
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase
from tests.support.jobs import document_id, held_job, work_batch
from tests.support.stage_context import stage_context


def _gate(errors: dict[int, PipelineError], waits: Collection[int] = ()) -> Gate:
    """A gate at which these documents fail and those wait."""

    def passed(_ctx: StageContext, _open_uow: OpenUnitOfWork, batch: WorkBatch) -> WorkBatch:
        for number, error in errors.items():
            if document_id(number) in batch.document_ids:
                raise error
        return batch.keep(set(batch.document_ids) - {document_id(number) for number in waits})

    return Gate("matching", passed)


def test_those_that_wait_for_a_person_do_not_go_on() -> None:
    database = FakeDatabase({"jobs.overtaken": []})
    passed = PassGate(stage_context(), database)(_gate({}, waits={2}), work_batch(1, 2, 3))
    assert passed == work_batch(1, 3)
    assert database.given("jobs.overtaken") == [{"document_ids": [document_id(2)]}]


def test_a_failure_is_recorded_and_the_others_go_on() -> None:
    database = FakeDatabase({"jobs.held": [held_job(2)], **NOTHING_REVIVED})
    assert PassGate(stage_context(), database)(_gate({2: NoTextError()}), work_batch(1, 2)) == work_batch(1)
    assert database.given("stages.fail")[0]["stage"] is StageName.VALIDATION
    assert database.names[-1] == "commit"


def test_a_document_alone_that_is_to_be_tried_again_raises_once_that_is_recorded() -> None:
    database = FakeDatabase({"jobs.held": [held_job(1)]})
    with pytest.raises(StatementTimeoutError):
        PassGate(stage_context(), database)(_gate({1: StatementTimeoutError()}), work_batch(1))
    assert database.names[-1] == "commit"


def test_a_document_alone_that_is_dead_raises_nothing() -> None:
    database = FakeDatabase({"jobs.held": [held_job(1)], **NOTHING_REVIVED})
    assert PassGate(stage_context(), database)(_gate({1: NoTextError()}), work_batch(1)) == work_batch()
