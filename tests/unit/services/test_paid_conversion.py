"""A parsing job is written down before it is begun, found again by its tag, and paid for once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.documents import Converted, PageMap
from pipeline_core.domain.errors import (
    AnswerLostError,
    BudgetExhaustedError,
    ConversionFailedError,
    ParkedError,
    PipelineError,
    RateLimitedError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.filetypes import PDF
from pipeline_core.domain.parsing import ParsedPage, ParseJob, ParsePlan, ParseResult, ParseState, StartedJob
from pipeline_core.services.paid_conversion import PaidConverter
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.paid import CALL, RUN_ID, paid_calls

TAG = UUID(int=0x7A6)
PLAN = ParsePlan("key", b"bytes", "a.pdf", PDF, 3, 10, Usage(cost_usd=1.0), 3, Usage(cost_usd=0.3))
PAGES = (ParsedPage(1, "# One"),)
DONE = ParseResult(PAGES, Usage(cost_usd=0.2))
FAILED = ConversionFailedError("page 1 is torn")


def _job(state: ParseState = ParseState.STARTING, **given: Any) -> ParseJob:
    return ParseJob("key", "parser", TAG, CALL, **{"run_id": RUN_ID, "age_s": 5.0} | given, state=state)


class _Service:
    """A service that answers as a test says; ``asked`` are the calls that reached it."""

    name, version, model, deadline_s, call_s, pause_s = "parser", "1", "parser-1", 60.0, 90.0, 0.0

    def __init__(self, result: ParseResult | PipelineError = DONE, *, known: str | None = None,
                 start: Sequence[StartedJob | PipelineError] = (StartedJob("job", "file"),)) -> None:  # fmt: skip
        self._result, self._known, self._start = result, known, in_turn(*start)
        self.asked: list[str] = []

    def plan(self, data: bytes, *, filename: str) -> ParsePlan | None:
        return None if filename.endswith(".md") else PLAN

    def find(self, tag: UUID, *, age_s: float) -> str | None:
        self.asked.append("find")
        return self._known

    def start(self, plan: ParsePlan, tag: UUID) -> StartedJob:
        self.asked.append("start")
        started = self._start()
        assert isinstance(started, StartedJob)
        return started

    def wait(self, job_id: str, plan: ParsePlan, *, seconds: float) -> ParseResult:
        self.asked.append(f"wait for {job_id}")
        assert seconds <= self.deadline_s
        if isinstance(self._result, PipelineError):
            raise self._result
        return self._result

    def delete_file(self, file_id: str) -> None:
        self.asked.append(f"delete {file_id}")
        raise RateLimitedError("it stays until it is old")

    def converted(self, pages: Sequence[ParsedPage], plan: ParsePlan) -> Converted:
        return Converted("".join(str(page.markdown) for page in pages), PageMap(()), self.name)


class _Local:
    name, version = "local", "2"

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        return Converted("by local", PageMap(()), self.name)


def _converter(service: _Service, **answers: Any) -> tuple[PaidConverter, FakeDatabase]:
    calls, database, _ = paid_calls(
        {"parse_jobs.find": None, "parse_jobs.done": True, "parse_jobs.failed": True, **answers}
    )
    return PaidConverter(service, _Local(), calls), database


def _convert(converter: PaidConverter, filename: str = "a.pdf") -> str:
    return converter.convert(b"bytes", filename=filename, mime="").markdown


def test_files_that_the_service_adds_nothing_to_are_converted_here() -> None:
    converter, database = _converter(_Service())
    assert _convert(converter, "a.md") == "by local"
    assert database.names == []
    assert (converter.name, converter.version) == ("parser", "1+2")


def test_a_job_is_written_down_with_its_cost_before_it_is_begun() -> None:
    service = _Service()
    converter, database = _converter(service)
    assert _convert(converter) == "# One"
    # nobody can have sent a job that was opened just now, so it is not looked for
    assert service.asked == ["start", "wait for job", "delete file"]
    names = database.names
    order = [
        "spending.reserve",
        "parse_jobs.open",
        "commit",
        "parse_jobs.started",
        "parse_jobs.done",
        "spending.settle",
    ]
    assert [names.index(name) for name in order] == sorted(names.index(name) for name in order)
    call = database.given("spending.reserve")[0]["call"]
    assert (call.service, call.items, call.most, call.cache_key) == ("conversion", 3, PLAN.most, "key")
    [settled] = database.given("spending.settle")
    assert (settled["usage"], settled["outcome"]) == (DONE.usage, "converted")
    assert names[-2:] == ["spending.release", "commit"]


def test_a_finished_job_is_read_and_not_paid_again() -> None:
    service = _Service()
    converter, database = _converter(service, **{"parse_jobs.find": _job(ParseState.DONE, pages=PAGES)})
    assert _convert(converter) == "# One"
    assert service.asked == []
    assert {"parse_jobs.used", "spending.release"} <= set(database.names)


def test_a_failure_is_the_answer_for_the_run_that_saw_it() -> None:
    failed = _job(ParseState.FAILED, failure=FAILED)
    converter, _ = _converter(_Service(), **{"parse_jobs.find": failed})
    with pytest.raises(ConversionFailedError, match="page 1 is torn"):
        _convert(converter)


def test_another_run_asks_anew_after_a_failure() -> None:
    failed = _job(ParseState.FAILED, failure=FAILED, run_id=UUID(int=1))
    service = _Service()
    converter, database = _converter(service, **{"parse_jobs.find": failed})
    assert _convert(converter) == "# One"
    assert database.names.index("parse_jobs.forget") < database.names.index("parse_jobs.open")


@pytest.mark.parametrize(
    ("job", "known", "asked"),
    [
        (_job(ParseState.RUNNING, service_job_id="theirs"), None, ["wait for theirs"]),
        (_job(), "found", ["find", "wait for found"]),
        (_job(), None, ["find", "start", "wait for job", "delete file"]),
    ],
)
def test_whoever_comes_next_goes_on_from_where_the_job_is(job: ParseJob, known: str | None, asked: list[str]) -> None:
    service = _Service(known=known)
    converter, database = _converter(service, **{"parse_jobs.find": job})
    assert _convert(converter) == "# One"
    assert service.asked == asked
    assert "spending.reserve" not in database.names


def test_a_job_whose_start_was_lost_is_looked_for_and_begun_again() -> None:
    service = _Service(start=[AnswerLostError(), StartedJob("job")])
    converter, _ = _converter(service)
    assert _convert(converter) == "# One"
    assert service.asked == ["start", "find", "start", "wait for job"]


def test_a_job_that_nobody_can_find_is_given_up_after_three_tries_and_stays_open() -> None:
    service = _Service(start=[AnswerLostError()] * 3)
    converter, database = _converter(service)
    with pytest.raises(AnswerLostError):
        _convert(converter)
    assert service.asked.count("start") == 3
    assert "spending.settle" not in database.names
    assert database.names[-2:] == ["spending.release", "commit"]


def test_a_job_that_was_refused_costs_nothing_and_is_forgotten() -> None:
    converter, database = _converter(_Service(start=[RateLimitedError()]))
    with pytest.raises(RateLimitedError):
        _convert(converter)
    assert "parse_jobs.forget" in database.names
    [settled] = database.given("spending.settle")
    assert (settled["usage"], settled["outcome"]) == (Usage(), "rate_limited")


def test_a_job_that_is_under_way_at_its_deadline_stays_open() -> None:
    converter, database = _converter(_Service(ParkedError("still at it")))
    with pytest.raises(ParkedError):
        _convert(converter)
    assert "spending.settle" not in database.names
    assert database.names[-2:] == ["spending.release", "commit"]


def test_a_job_that_failed_is_recorded_and_raised() -> None:
    converter, database = _converter(_Service(ParseResult(usage=Usage(cost_usd=0.1), error=FAILED)))
    with pytest.raises(ConversionFailedError):
        _convert(converter)
    assert database.given("parse_jobs.failed")[0]["error"] is FAILED
    assert database.given("spending.settle")[0]["outcome"] == "conversion_failed"


def test_a_job_whose_cost_nobody_says_costs_all_that_was_set_aside() -> None:
    converter, database = _converter(_Service(ParseResult(PAGES, usage=None)))
    _convert(converter)
    assert database.given("spending.abandon") == [{"call_id": CALL, "outcome": "converted"}]


def test_a_job_that_somebody_else_has_ended_is_not_paid_again() -> None:
    converter, database = _converter(_Service(), **{"parse_jobs.done": False})
    _convert(converter)
    assert "spending.settle" not in database.names


def test_a_job_that_others_have_under_way_is_waited_for() -> None:
    service = _Service()
    jobs = in_turn(_job(ParseState.RUNNING), _job(ParseState.DONE, pages=PAGES))
    converter, _ = _converter(service, **{"spending.claim": set(), "parse_jobs.find": jobs})
    assert _convert(converter) == "# One"
    assert service.asked == []


def test_what_a_budget_does_not_cover_is_not_begun() -> None:
    service = _Service()
    converter, database = _converter(service, **{"spending.reserve": BudgetExhaustedError()})
    with pytest.raises(BudgetExhaustedError):
        _convert(converter)
    assert (service.asked, "commit" in database.names) == ([], False)
