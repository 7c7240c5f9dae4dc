"""The shell around a stage: work that is found done is reused, the rest is run, stored, and recorded at once."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import Any

import pytest

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import (
    BudgetExhaustedError,
    DatabaseUnavailableError,
    NoTextError,
    ObjectNotFoundError,
    PipelineError,
    ServiceUnavailableError,
    StagedRowsChangedError,
    StatementTimeoutError,
)
from pipeline_core.domain.ids import DocumentId, LeaseToken, sha256_hex
from pipeline_core.domain.jobs import HeldJob, StageRow
from pipeline_core.domain.lifecycle import EventType, JobStage, StageName
from pipeline_core.domain.spending import current_payer
from pipeline_core.ports.workers import Computed
from pipeline_core.services.holds import Holds
from pipeline_core.services.outages import Outages
from pipeline_core.services.run_stage import RunStage, StageReport
from pipeline_core.settings import Settings
from pipeline_core.stages.base import (
    OutputFile,
    Saved,
    Stage,
    StageContext,
    StageInput,
    StageResult,
    Swapped,
    fingerprint,
)
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase, in_turn
from tests.support.jobs import LEASE, REALM, document_id, held_job, job_id, work_batch
from tests.support.memory_store import MemoryObjectStore
from tests.support.stage_context import stage_context

HERE = JobStage.PARSE_VALIDATED
OUTPUT = OutputFile("chunks_json", ".chunks.json", b"[]", "application/json")
Run = Callable[[StageContext, Document, str], Any]


class _Workers:
    """Computes at once, in this process."""

    def warm(self, computations: int) -> None: ...

    def run(self, computations: Sequence[Callable[[], Any]]) -> list[Computed[Any] | PipelineError]:
        found: list[Computed[Any] | PipelineError] = []
        for compute in computations:
            try:
                found.append(Computed(compute(), 1.5))
            except PipelineError as error:
                found.append(error)
        return found


class _Shell:
    """A stage of its own in the place of the chunker, in its shell, over jobs that stand before it."""

    def __init__(self, *numbers: int, jobs: Sequence[HeldJob] | None = None, **answers: Any) -> None:
        self.jobs = list(jobs) if jobs is not None else [held_job(number, HERE) for number in numbers]
        self.saved: list[list[DocumentId]] = []
        self.inputs: dict[DocumentId, StageInput[str] | PipelineError] = {}
        self.store, self.outages = MemoryObjectStore(), Outages()
        self.database = FakeDatabase(
            {
                "jobs.held": lambda _lease, ids: [job for job in self.jobs if job.document_id in ids],
                "stages.rows": {job.document_id: StageRow("pending", None, None) for job in self.jobs},
                **NOTHING_REVIVED,
                **answers,
            }
        )
        settings = Settings(chunk_max_chars=1000)
        self.context = stage_context(settings, self.store)
        self.shell = RunStage(
            self.context, self.database, _Workers(), Holds(settings, self.database, Event()), self.outages
        )

    def stage(self, run: Run | None = None, **given: Any) -> Stage[str, str]:
        def done(_ctx: StageContext, document: Document, data: str) -> StageResult[str]:
            assert not self.database.is_open, "no transaction is open during the slow part"
            return StageResult(data, (OUTPUT,), {"chunks": 3, "list": []})

        def fetch(_ctx: StageContext, _uow: UnitOfWork, jobs: Sequence[HeldJob]) -> Any:
            one = StageInput(("checksum",), "data")
            return {job.document_id: self.inputs.get(job.document_id, one) for job in jobs}

        def save(_ctx: StageContext, _uow: UnitOfWork, done: Sequence[Saved[str]]) -> None:
            self.saved.append([item.document.document_id for item in done])

        own: dict[str, Any] = {"threads": lambda _settings: 1, "save": save}
        return Stage(name=StageName.CHUNKER, version="1", fetch=fetch, run=run or done, **own | given)

    def __call__(self, stage: Stage[str, str] | None = None) -> StageReport:
        return self.shell(stage or self.stage(), work_batch(*range(1, 10)).keep({job.document_id for job in self.jobs}))

    def moves(self) -> list[str]:
        return [given["move"].code for given in self.database.given("jobs.move") if given["payloads"]]


def _failing(errors: dict[int, Exception]) -> Run:
    of = {document_id(number): error for number, error in errors.items()}

    def run(_ctx: StageContext, document: Document, data: str) -> StageResult[str]:
        if document.document_id in of:
            raise of[document.document_id]
        return StageResult(data)

    return run


def test_documents_are_run_stored_and_recorded_at_once() -> None:
    shell = _Shell(1, 2)
    report = shell()
    assert (report.ran, report.reused, report.batch) == ([document_id(1), document_id(2)], [], work_batch(1, 2))
    assert shell.saved == [[document_id(1), document_id(2)]]
    names = [name for name in shell.database.names if name not in ("jobs.held", "jobs.move")]
    assert names == [
        "stages.rows", "stages.begin", "commit", "stages.put_outputs", "stages.complete", "stages.progress", "commit",
    ]  # fmt: skip
    assert shell.moves() == ["chunking", "chunks_buffered", "chunked"]
    [(key, data)] = [(key, data) for key, data in shell.store.objects.items() if str(document_id(1)) in key]
    assert (data, key.endswith("1.chunks.json")) == (b"[]", True)
    written = shell.database.given("stages.put_outputs")[0]["files"]
    assert {(file.file_type, file.checksum, file.size) for file in written} == {("chunks_json", sha256_hex(b"[]"), 2)}
    assert len(written) == 2


def test_the_report_has_its_time_and_the_event_only_what_is_plain() -> None:
    shell = _Shell(1)
    shell()
    [(_, _, report, _)] = shell.database.given("stages.complete")[0]["rows"]
    assert report["chunks"] == 3
    assert report["seconds"] >= 0
    payload = shell.database.given("jobs.move")[-2]["payloads"][job_id(1)]
    assert set(payload) == {"chunks", "seconds"}


def test_work_on_the_same_inputs_is_reused() -> None:
    shell = _Shell(1, 2)
    stage = shell.stage()
    key = fingerprint(stage.config_sha256(shell.context), ("checksum",))
    shell.database.answers["stages.rows"] = {
        document_id(1): StageRow("completed", key, None),
        document_id(2): StageRow("completed", "of other inputs", None),
    }
    report = shell(stage)
    assert (report.ran, report.reused) == ([document_id(2)], [document_id(1)])
    assert report.batch == work_batch(1, 2)
    [confirmed] = shell.database.given("stages.confirm")
    assert confirmed["document_ids"] == [document_id(1)]
    reused = [given["move"] for given in shell.database.given("jobs.move") if job_id(1) in given["payloads"]]
    assert {move.event for move in reused} == {EventType.STAGE_REUSED}


def test_a_stage_that_is_not_reusable_runs_again() -> None:
    shell = _Shell(1)
    stage = shell.stage(reusable=False)
    key = fingerprint(stage.config_sha256(shell.context), ("checksum",))
    shell.database.answers["stages.rows"] = {document_id(1): StageRow("completed", key, None)}
    assert shell(stage).ran == [document_id(1)]


def test_jobs_that_are_past_the_stage_go_by_it_and_those_before_stay() -> None:
    jobs = [held_job(1, JobStage.CHUNKED), held_job(2, JobStage.QUEUED), held_job(3, HERE)]
    report = _Shell(jobs=jobs)()
    assert (report.ran, report.batch) == ([document_id(3)], work_batch(1, 3))


def test_a_stage_that_is_switched_off_is_skipped_on_record() -> None:
    jobs = [held_job(1, HERE), held_job(2, JobStage.CHUNKED)]
    shell = _Shell(jobs=jobs)
    report = shell(shell.stage(is_enabled=lambda _settings: False))
    assert (report.batch, report.ran) == (work_batch(1, 2), [])
    [skipped] = shell.database.given("stages.skip")
    assert ([job.document_id for job in skipped["jobs"]], skipped["reason"]) == ([document_id(1)], "switched off")
    assert shell.database.names[-1] == "commit"


@pytest.mark.parametrize(
    ("error", "goes_to"),
    [
        (NoTextError(), "dead"),
        (StatementTimeoutError(), "retry"),
        (BudgetExhaustedError(), "parked"),
        (ZeroDivisionError(), "dead"),
        (ServiceUnavailableError(where="api.example"), "held"),
    ],
)
def test_a_document_that_fails_takes_nothing_from_the_others(error: Exception, goes_to: str) -> None:
    shell = _Shell(1, 2)
    report = shell(shell.stage(_failing({2: error})))
    assert (report.ran, report.batch) == ([document_id(1)], work_batch(1))
    assert list(getattr(report, goes_to)) == [document_id(2)]


def test_a_document_without_its_input_fails_before_it_is_begun() -> None:
    shell = _Shell(1, 2)
    shell.inputs[document_id(2)] = ObjectNotFoundError("no markdown")
    report = shell()
    assert (list(report.dead), report.ran) == ([document_id(2)], [document_id(1)])
    assert shell.database.given("stages.begin") == [{"stage": StageName.CHUNKER, "document_ids": [document_id(1)]}]


def test_a_document_whose_stage_is_not_on_record_fails() -> None:
    shell = _Shell(1)
    shell.database.answers["stages.rows"] = {}
    assert shell().dead[document_id(1)].message == "There is no record of the stage chunker."


def test_a_computation_is_done_by_the_workers() -> None:
    def compute(data: str) -> StageResult[str]:
        return StageResult(data, report={"chunks": 1})

    def fail() -> StageResult[str]:
        raise NoTextError

    def run(_ctx: StageContext, document: Document, data: str) -> Any:
        return partial(compute, data) if document.document_id == document_id(1) else partial(fail)

    shell = _Shell(1, 2)
    report = shell(shell.stage(run))
    assert (report.ran, list(report.dead)) == ([document_id(1)], [document_id(2)])
    [(_, _, recorded, _)] = shell.database.given("stages.complete")[0]["rows"]
    # of a computation its own time counts, and not how long it waited
    assert recorded["seconds"] == 1.5


def test_what_a_document_costs_is_paid_by_its_realm() -> None:
    payers: list[Any] = []

    def run(_ctx: StageContext, document: Document, data: str) -> StageResult[str]:
        payers.append(current_payer(REALM))
        return StageResult(data)

    shell = _Shell(1)
    shell(shell.stage(run))
    assert [(payer.realm_id, payer.document_id, payer.stage) for payer in payers] == [
        (REALM, document_id(1), StageName.CHUNKER)
    ]


def test_nothing_is_written_under_a_lease_that_was_lost() -> None:
    shell = _Shell(1)
    held = [[held_job(1, HERE)], [], []]
    shell.database.answers["jobs.held"] = in_turn(*held)
    report = shell()
    assert (report.ran, report.batch, report.retry, report.dead) == ([], work_batch(), {}, {})
    assert (shell.saved, "stages.complete" in shell.database.names) == ([], False)


def test_rows_that_are_refused_are_tried_document_by_document() -> None:
    shell = _Shell(1, 2)

    def save(_ctx: StageContext, _uow: UnitOfWork, done: Sequence[Saved[str]]) -> None:
        if any(item.document.document_id == document_id(2) for item in done):
            raise NoTextError

    report = shell(shell.stage(save=save))
    assert (report.ran, list(report.dead)) == ([document_id(1)], [document_id(2)])


@pytest.mark.parametrize(("times", "ran"), [(1, True), (5, True), (6, False)])
def test_what_changed_while_it_was_read_is_read_again_a_few_times(times: int, ran: bool) -> None:
    errors = [StagedRowsChangedError() for _ in range(times)]

    def save(_ctx: StageContext, _uow: UnitOfWork, _done: Sequence[Saved[str]]) -> None:
        if errors:
            raise errors.pop()

    shell = _Shell(1)
    report = shell(shell.stage(save=save))
    assert (report.ran, list(report.retry)) == (([document_id(1)], []) if ran else ([], [document_id(1)]))


def test_a_service_that_serves_others_makes_a_failure_the_documents_own() -> None:
    shell = _Shell(1, 2)

    def run(_ctx: StageContext, document: Document, data: str) -> StageResult[str]:
        if document.document_id == document_id(2):
            raise ServiceUnavailableError(where="api.example")
        shell.outages.answered("api.example")
        return StageResult(data)

    report = shell(shell.stage(run))
    assert (list(report.retry), list(report.held)) == ([document_id(2)], [])


def test_jobs_that_waited_for_a_part_release_the_others() -> None:
    shell = _Shell(jobs=[held_job(1, HERE, held_for="api.example")], **{"missing_parts.recover": [document_id(7)]})
    shell()
    assert shell.database.given("missing_parts.recover") == [{"parts": ["api.example"]}]


def test_a_stage_that_wrote_nothing_says_nothing_of_the_store() -> None:
    shell = _Shell(jobs=[held_job(1, HERE, held_for="object store")])
    shell(shell.stage(_failing({})))
    assert "missing_parts.recover" not in shell.database.names


@pytest.mark.parametrize(
    ("stop_after", "goes_on", "stops"), [(StageName.CHUNKER, False, True), (StageName.EMBEDDER, True, False)]
)
def test_a_job_stops_behind_the_stage_that_was_asked_for(stop_after: StageName, goes_on: bool, stops: bool) -> None:
    shell = _Shell(jobs=[held_job(1, HERE, stop_after=stop_after)])
    report = shell()
    assert report.ran == [document_id(1)]
    assert (report.batch.document_ids != ()) is goes_on
    assert ("stopped" in shell.moves()) is stops


@pytest.mark.parametrize(("is_required", "ran"), [(True, True), (False, False)])
def test_a_job_of_which_a_later_stage_was_asked_goes_by_what_it_does_not_need(is_required: bool, ran: bool) -> None:
    shell = _Shell(jobs=[held_job(1, HERE, stop_after=StageName.EMBEDDER)])
    report = shell(shell.stage(is_required=is_required))
    assert ([document_id(1)] == report.ran, report.batch) == (ran, work_batch(1))


def test_a_publication_comes_behind_all_that_is_recorded_and_its_consequences_behind_it() -> None:
    shell = _Shell(
        1, **{"jobs.overtaken": [], "jobs.in_validation_review": [], "jobs.validated": {}, "staging.differing": {}}
    )
    published: list[tuple[LeaseToken, list[DocumentId]]] = []

    def publish(uow: UnitOfWork, done: Sequence[Saved[str]], lease: LeaseToken, _config: str) -> Swapped:
        published.append((lease, [item.document.document_id for item in done]))
        assert "stages.complete" in shell.database.names
        assert "staging.revive_orphans" not in shell.database.names
        return Swapped([item.job for item in done], set())

    shell(shell.stage(publish=publish))
    assert published == [(LEASE, [document_id(1)])]
    names = shell.database.names
    assert names.index("jobs.validated") < names.index("staging.revive_orphans")
    # documents that wait are compared when the publication is committed
    assert names.index("jobs.in_validation_review") > names.index("commit", names.index("staging.revive_orphans"))


def test_a_database_that_is_away_is_raised() -> None:
    shell = _Shell(1, **{"stages.rows": DatabaseUnavailableError()})
    with pytest.raises(DatabaseUnavailableError):
        shell()
