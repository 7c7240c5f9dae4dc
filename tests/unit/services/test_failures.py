"""Each failed job goes where its error sends it: retry, queue, hold or dead letter."""

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from pipeline_core.domain.errors import (
    BudgetExhaustedError,
    ConfigurationError,
    DatabaseUnavailableError,
    LeaseLostError,
    NoTextError,
    PipelineError,
    RateLimitedError,
    RetriesExhaustedError,
    ServiceUnavailableError,
    StatementTimeoutError,
    UnexpectedError,
)
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.failures import Failed, backoff_s, record_failures
from pipeline_core.settings import Settings
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase
from tests.support.jobs import LEASE, REALM, document_id, held_job, job_id

STAGE = StageName.CHUNKER


def _record(
    failed: dict[int, PipelineError], *, at_fault: set[int] | None = None, retry_count: int = 0
) -> tuple[Failed, FakeDatabase]:
    jobs = [held_job(number, retry_count=retry_count) for number in failed]
    database = FakeDatabase({"jobs.held": jobs, **NOTHING_REVIVED})
    with database() as uow:
        gone = record_failures(
            uow,
            Settings(),
            STAGE,
            {document_id(number): error for number, error in failed.items()},
            lease=LEASE,
            at_fault=None if at_fault is None else {document_id(number) for number in at_fault},
        )
    return gone, database


def _moves(database: FakeDatabase) -> dict[str, Any]:
    return {given["move"].code: given["payloads"] for given in database.given("jobs.move") if given["payloads"]}


@pytest.mark.parametrize(
    ("error", "retry_count", "goes_to", "move"),
    [
        (NoTextError(), 0, "dead", "dead_letter"),
        (StatementTimeoutError(), 0, "retry", "retry_later"),
        (StatementTimeoutError(), 2, "retry", "retry_later"),
        (StatementTimeoutError(), 3, "dead", "dead_letter"),
        # the database was away: no try is counted, however many there were
        (DatabaseUnavailableError(), 3, "retry", "interrupted"),
        (BudgetExhaustedError(), 0, "parked", "parked"),
        (RateLimitedError(where="api.example"), 3, "held", "held"),
        (ConfigurationError("no key"), 0, "held", "held"),
        # nobody can say of a service without a name that it serves others
        (ServiceUnavailableError(), 0, "retry", "retry_later"),
    ],
)
def test_an_error_sends_a_job_to_one_place(error: PipelineError, retry_count: int, goes_to: str, move: str) -> None:
    gone, database = _record({1: error}, retry_count=retry_count)
    where = {name: list(getattr(gone, name)) for name in ("retry", "parked", "dead", "held")}
    assert {name for name, ids in where.items() if ids} == {goes_to}
    assert where[goes_to] == [document_id(1)]
    assert list(_moves(database)) == [move]


@pytest.mark.parametrize(("at_fault", "goes_to"), [(None, "retry"), ({1}, "retry"), (set(), "held")])
def test_a_service_that_serves_others_makes_it_the_documents_fault(at_fault: set[int] | None, goes_to: str) -> None:
    gone, _ = _record({1: ServiceUnavailableError(where="api.example")}, at_fault=at_fault)
    assert list(getattr(gone, goes_to)) == [document_id(1)]


@pytest.mark.parametrize(("retry_count", "seconds"), [(0, 3.0), (1, 6.0), (2, 12.0)])
def test_the_wait_doubles_with_each_try(retry_count: int, seconds: float) -> None:
    assert backoff_s(retry_count, 3.0) == seconds
    _, database = _record({1: StatementTimeoutError()}, retry_count=retry_count)
    assert _moves(database)["retry_later"][job_id(1)]["wait_s"] == seconds


def test_spent_retries_name_the_last_error_and_its_code() -> None:
    gone, database = _record({1: StatementTimeoutError("too slow", where="1.md")}, retry_count=3)
    error = gone.dead[document_id(1)]
    assert isinstance(error, RetriesExhaustedError)
    assert error.message == "chunker failed 4 times, last: too slow"
    stored = _moves(database)["dead_letter"][job_id(1)]["error"]
    assert (stored["code"], stored["cause"], stored["stage"]) == ("retries_exhausted", "statement_timeout", "chunker")


def test_a_job_that_somebody_else_holds_is_left_alone() -> None:
    database = FakeDatabase({"jobs.held": []})
    with database() as uow:
        gone = record_failures(uow, Settings(), STAGE, {document_id(1): NoTextError()}, lease=LEASE)
    assert gone == Failed({}, {}, {}, {})
    assert _moves(database) == {}


def test_a_conflict_of_a_job_that_is_still_ours_is_tried_again() -> None:
    gone, _ = _record({1: LeaseLostError("moved")})
    assert gone.retry[document_id(1)].message == "The run was disturbed: moved"


def test_a_budget_says_until_when_the_job_waits() -> None:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    _, database = _record({1: BudgetExhaustedError(until=until), 2: BudgetExhaustedError()})
    payloads = _moves(database)["parked"]
    assert [payloads[job_id(n)]["until"] for n in (1, 2)] == ["2026-12-01T00:00:00+00:00", None]


def test_the_stage_is_recorded_before_the_lease_is_given_up_and_orphans_are_revived_last() -> None:
    _, database = _record({1: NoTextError("images only"), 2: StatementTimeoutError("too slow")})
    assert database.given("stages.fail") == [
        {"stage": STAGE, "rows": [(document_id(2), "too slow", False), (document_id(1), "images only", True)]}
    ]
    names = database.names
    assert names.index("stages.fail") < names.index("jobs.move") < names.index("staging.revive_orphans")
    assert database.given("staging.lock_matching")[0] == {"realm_ids": [REALM]}


def test_without_a_dead_letter_nothing_of_others_is_revived() -> None:
    _, database = _record({1: StatementTimeoutError()})
    assert "staging.revive_orphans" not in database.names


@pytest.mark.parametrize("error", [BudgetExhaustedError("spent"), DatabaseUnavailableError("spent")])
def test_what_is_no_failure_is_parked_with_its_reason_while_the_lease_is_held(error: PipelineError) -> None:
    _, database = _record({1: error})
    assert database.given("stages.park") == [{"stage": STAGE, "messages": {document_id(1): "spent"}}]
    moved = next(n for n, call in enumerate(database.calls) if call.name == "jobs.move" and call.given["payloads"])
    assert database.names.index("stages.park") < moved
    assert "stages.fail" not in database.names


def test_a_defect_leaves_its_traceback_in_the_log_once() -> None:
    defect = UnexpectedError("ZeroDivisionError: division by zero")
    with capture_logs() as logs:
        _record({1: defect, 2: UnexpectedError(defect.message), 3: NoTextError()})
    [line] = [one for one in logs if one["event"] == "unforeseen_error"]
    assert (line["documents"], line["document_id"], line["exc_info"]) == (2, str(document_id(1)), defect)
