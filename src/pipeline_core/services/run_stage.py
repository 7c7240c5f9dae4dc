"""The shell around every stage: reuse by checksum, persistence, retries, dead letters, events, progress.

For one stage and one batch: a short transaction finds what must run and marks it begun; the slow work runs without
any transaction, each document by itself; files go to the object store; a second transaction records everything
that was achieved. A document that fails takes nothing from the others.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePath
from typing import Generic

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import (
    LeaseLostError,
    LedgerError,
    ParkedError,
    PipelineError,
    StagedRowsChangedError,
    TransientError,
)
from pipeline_core.domain.faults import EVERYTHING_NEEDS, Fault, fault_of, part_of
from pipeline_core.domain.ids import DocumentId, LeaseToken, sha256_hex
from pipeline_core.domain.jobs import HeldJob, StageRow, WorkBatch, WrittenFile
from pipeline_core.domain.lifecycle import STOP, EventType
from pipeline_core.domain.object_keys import stage_key
from pipeline_core.domain.spending import Payer, paid_by
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.workers import Workers
from pipeline_core.review.banks import settle_banks
from pipeline_core.review.orphans import revive_orphans
from pipeline_core.services.failures import record_failures
from pipeline_core.services.holds import Holds
from pipeline_core.services.isolation import Failures, each, isolate
from pipeline_core.services.outages import Outages
from pipeline_core.services.published_findings import compare_published, compare_waiting
from pipeline_core.services.superseding import supersede_waiting
from pipeline_core.stages.base import (
    AnyStage,
    Computation,
    D,
    OutputFile,
    R,
    Saved,
    Stage,
    StageContext,
    StageInput,
    StageResult,
    Swapped,
    fingerprint,
)
from pipeline_core.stages.registry import pipeline_config

log = structlog.stdlib.get_logger(__name__)
_READ_AGAIN = 5
"""Times that what a stage read may change under it before that counts as a failed try."""


@dataclass(slots=True)
class StageReport:
    """Outcome of one stage for a work batch. ``batch`` holds the documents that go on."""

    batch: WorkBatch
    ran: list[DocumentId] = field(default_factory=list)
    reused: list[DocumentId] = field(default_factory=list)
    retry: dict[DocumentId, TransientError] = field(default_factory=dict)
    parked: dict[DocumentId, ParkedError] = field(default_factory=dict)
    dead: dict[DocumentId, PipelineError] = field(default_factory=dict)
    held: dict[DocumentId, PipelineError] = field(default_factory=dict)
    """Documents that wait for a part of the installation."""


@dataclass(frozen=True, slots=True)
class _Task(Generic[D]):
    job: HeldJob
    item: StageInput[D]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Plan(Generic[D]):
    """Jobs that must run, jobs whose work is found done, and jobs that are past this stage."""

    run: list[_Task[D]]
    reuse: list[HeldJob]
    past: list[HeldJob]
    failed: Failures
    config: str


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Outcome of one try at a stage, whatever the stage fetches and makes."""

    planned: Sequence[HeldJob]
    """Jobs that were to run."""
    reused: Sequence[HeldJob]
    past: Sequence[HeldJob]
    saved: Sequence[Saved[object]]
    failed: Failures


@dataclass(frozen=True, slots=True)
class RunStage:
    """Runs one stage for a batch. Call it with the stage and the batch."""

    ctx: StageContext
    open_uow: OpenUnitOfWork
    workers: Workers
    holds: Holds
    outages: Outages

    def __call__(self, stage: AnyStage, batch: WorkBatch) -> StageReport:
        """Take every document of the batch through the stage.

        Failures of single documents are recorded on their jobs and reported, not raised.

        Documents whose lease has ended are left to their new holder: nothing is written under it.

        Raises:
            DatabaseUnavailableError: the outcome could not be recorded; calling again is safe.
        """
        if not stage.is_enabled(self.ctx.settings):
            self._skip(stage, batch)
            return StageReport(batch)
        began = time.monotonic()
        attempt = stage.accept(self, batch)
        saved, failed = list(attempt.saved), attempt.failed
        for _ in range(_READ_AGAIN):
            changed = {
                document_id for document_id, error in failed.items() if isinstance(error, StagedRowsChangedError)
            }
            if not changed:
                break
            # somebody published at the same moment: that is no failure, and the present state is read at once
            again = stage.accept(self, batch.keep(changed))
            saved += again.saved
            failed = {key: error for key, error in failed.items() if key not in changed} | again.failed
        if stage.publishes and saved:
            supersede_waiting(self.open_uow, {item.document.document_id for item in saved})
            compare_waiting(self.open_uow, {item.document.realm_id for item in saved})
        report = StageReport(batch)
        if failed:
            at_fault = self._at_fault(stage, failed, began)
            with self.open_uow() as uow:
                gone = record_failures(uow, self.ctx.settings, stage.name, failed, lease=batch.lease, at_fault=at_fault)
                uow.commit()
            report.retry, report.parked, report.dead, report.held = gone.retry, gone.parked, gone.dead, gone.held
        report.ran = [item.job.document_id for item in saved]
        report.reused = [job.document_id for job in attempt.reused]
        self.outages.passed(stage.name, report.ran)
        # what was only read says nothing of whether the store takes anything
        self.holds.recovered([item.job for item in saved if item.files or item.job.held_for != EVERYTHING_NEEDS])
        _log(stage, [*attempt.planned, *attempt.reused], report)
        worked = [*(item.job for item in saved), *attempt.reused]
        going_on = {job.document_id for job in [*worked, *attempt.past] if not _stops(stage, job)}
        report.batch = batch.keep(going_on)
        return report

    def _skip(self, stage: AnyStage, batch: WorkBatch) -> None:
        """Record for the documents that come to it that the stage is switched off."""
        with self.open_uow() as uow:
            jobs = [job for job in uow.jobs.held(batch.lease, batch.document_ids) if job.stage in stage.starts_from]
            if jobs:
                config = stage.config_sha256(self.ctx)
                uow.stages.skip(stage.name, jobs, reason="switched off", config_sha256=config)
            uow.commit()

    def _at_fault(self, stage: AnyStage, failed: Failures, began: float) -> set[DocumentId]:
        """Documents that a service fails for while it serves others."""
        at_fault: set[DocumentId] = set()
        unclear = {document_id: error for document_id, error in failed.items() if fault_of(error) is Fault.EITHER}
        for service in {part_of(error) for error in unclear.values()}:
            ids = [document_id for document_id, error in unclear.items() if part_of(error) == service]
            at_fault |= self.outages.failed(service, ids, stage=stage.name, began=began)
        return at_fault

    def take(self, stage: Stage[D, R], batch: WorkBatch) -> _Attempt:
        """Makes one try at the stage and records what came of it, except for failures."""
        plan = self._plan(stage, batch)
        self.workers.warm(len(plan.run))
        done, failed = self._work(stage, plan)
        saved, rejected = self._finish(stage, batch, plan, done)
        planned = [task.job for task in plan.run]
        return _Attempt(planned, plan.reuse, plan.past, saved, failed | plan.failed | rejected)

    def _plan(self, stage: Stage[D, R], batch: WorkBatch) -> _Plan[D]:
        config = stage.config_sha256(self.ctx)
        plans, failed = isolate(lambda part: self._begin(stage, part, config), batch)
        whole: _Plan[D] = _Plan([], [], [], failed, config)
        for plan in plans:
            whole.run.extend(plan.run)
            whole.reuse.extend(plan.reuse)
            whole.past.extend(plan.past)
            whole.failed.update(plan.failed)
        return whole

    def _begin(self, stage: Stage[D, R], batch: WorkBatch, config: str) -> _Plan[D]:
        plan: _Plan[D] = _Plan([], [], [], {}, config)
        with self.open_uow() as uow:
            held = uow.jobs.held(batch.lease, batch.document_ids)
            here = [job for job in held if job.stage in stage.starts_from]
            rows = uow.stages.rows(stage.name, [job.document_id for job in here])
            todo = [job for job in here if not _goes_by(stage, job, rows.get(job.document_id))]
            plan.past.extend(job for job in held if job.stage.row.position >= stage.done_position)
            plan.past.extend(job for job in here if job not in todo)
            if not todo:
                return plan
            inputs = stage.fetch(self.ctx, uow, todo)
            for job in todo:
                item, row = inputs[job.document_id], rows.get(job.document_id)
                if isinstance(item, PipelineError) or row is None:
                    missing = LedgerError(f"There is no record of the stage {stage.name}.", where=job.document.filename)
                    plan.failed[job.document_id] = item if isinstance(item, PipelineError) else missing
                    continue
                key = fingerprint(plan.config, item.checksums)
                if stage.reusable and row.status == "completed" and row.fingerprint == key:
                    plan.reuse.append(job)
                else:
                    plan.run.append(_Task(job, item, key))
            self._mark_begun(uow, stage, batch.lease, plan)
            uow.commit()
        return plan

    def _mark_begun(self, uow: UnitOfWork, stage: AnyStage, lease: LeaseToken, plan: _Plan[D]) -> None:
        if jobs := [task.job for task in plan.run]:
            if stage.begins:
                uow.jobs.move(stage.begins, {job.job_id: {} for job in jobs}, lease=lease)
            uow.stages.begin(stage.name, [job.document_id for job in jobs])
        if plan.reuse:
            for move in stage.moves:
                reused = replace(move, event=EventType.STAGE_REUSED)
                uow.jobs.move(reused, {job.job_id: {} for job in plan.reuse}, lease=lease)
            uow.stages.confirm(stage.name, [job.document_id for job in plan.reuse], config_sha256=plan.config)
            _stop(uow, stage, plan.reuse, lease)

    def _work(self, stage: Stage[D, R], plan: _Plan[D]) -> tuple[list[Saved[R]], Failures]:
        """The slow part, without a transaction: run the stage, then put its files into the store."""
        failed: Failures = {}

        def run(task: _Task[D]) -> StageResult[R] | Computation[R]:
            start = time.perf_counter()
            document = task.job.document
            with paid_by(Payer(document.realm_id, document.document_id, stage.name)):
                result = stage.run(self.ctx, document, task.item.data)
            return result if isinstance(result, partial) else _timed(result, time.perf_counter() - start)

        threads = stage.threads(self.ctx.settings)
        ran = each(run, plan.run, lambda task: task.job.document_id, failed, threads)
        results = self._compute(ran, failed)
        return self._store(stage, [(task.job, result) for task, result in results], failed), failed

    def _compute(
        self, ran: Sequence[tuple[_Task[D], StageResult[R] | Computation[R]]], failed: Failures
    ) -> list[tuple[_Task[D], StageResult[R]]]:
        """Have the computations among them done by the worker processes."""
        results = [(task, result) for task, result in ran if isinstance(result, StageResult)]
        computations = [(task, result) for task, result in ran if isinstance(result, partial)]
        outcomes = self.workers.run([computation for _, computation in computations])
        for (task, _), outcome in zip(computations, outcomes, strict=True):
            if isinstance(outcome, PipelineError):
                failed[task.job.document_id] = outcome
            else:
                results.append((task, _timed(outcome.value, outcome.seconds)))
        return results

    def _store(
        self, stage: AnyStage, results: Sequence[tuple[HeldJob, StageResult[R]]], failed: Failures
    ) -> list[Saved[R]]:
        """Have the store hold the files of all documents, before any row names them."""
        files = [(job, output) for job, result in results for output in result.outputs]
        stored: dict[DocumentId, dict[str, tuple[str, str]]] = {}
        outcomes = self.ctx.store.put_many([(_key(stage, *file), file[1].data) for file in files])
        for (job, output), outcome in zip(files, outcomes, strict=True):
            if isinstance(outcome, PipelineError):
                failed[job.document_id] = outcome
            else:
                stored.setdefault(job.document_id, {})[output.file_type] = (outcome.key, outcome.sha256)
        return [
            Saved(job, result, stored.get(job.document_id, {}))
            for job, result in results
            if job.document_id not in failed
        ]

    def _finish(
        self, stage: Stage[D, R], batch: WorkBatch, plan: _Plan[D], done: Sequence[Saved[R]]
    ) -> tuple[list[Saved[R]], Failures]:
        """Record all at once; where the rows of one document are refused, each by itself."""
        saved = {item.document.document_id: item for item in done}

        def record(part: WorkBatch) -> list[Saved[R]]:
            items = [saved[document_id] for document_id in part.document_ids]
            self._record(stage, batch.lease, plan, items)
            return items

        recorded, failed = isolate(record, batch.keep(set(saved))) if saved else ([], {})
        return [item for items in recorded for item in items], failed

    def _record(self, stage: Stage[D, R], lease: LeaseToken, plan: _Plan[D], done: Sequence[Saved[R]]) -> None:
        keys = {task.job.document_id: task.fingerprint for task in plan.run}
        ids = [item.document.document_id for item in done]
        with self.open_uow() as uow:
            if len(uow.jobs.held(lease, ids)) < len(ids):
                raise LeaseLostError
            stage.save(self.ctx, uow, done)
            uow.stages.put_outputs(stage.name, _written(done), lease=lease)
            uow.stages.complete(
                stage.name,
                [(item.document.document_id, keys[item.document.document_id], item.result.report, item.result.usage)
                 for item in done],
                config_sha256=plan.config,
            )  # fmt: skip
            uow.stages.progress(stage.name, ids)
            for move in stage.ends:
                uow.jobs.move(move, {item.job.job_id: item.payload for item in done}, lease=lease)
            _stop(uow, stage, [item.job for item in done], lease)
            if stage.publish:
                _follow(uow, stage.publish(uow, done, lease, pipeline_config(self.ctx)), done)
            uow.commit()


def _key(stage: AnyStage, job: HeldJob, output: OutputFile) -> str:
    name = PurePath(job.document.filename).stem + output.suffix
    return stage_key(job.document_id, stage.name, sha256_hex(output.data), name)


def _goes_by(stage: AnyStage, job: HeldJob, row: StageRow | None) -> bool:
    """Return True for a job of which another stage was asked for and that does not need this one."""
    if job.stop_after in (None, stage.name):
        return False
    is_done = row is not None and row.status == "completed" and job.stage is stage.moves[-1].to_stage
    return is_done or not stage.is_required


def _stops(stage: AnyStage, job: HeldJob) -> bool:
    """Return True for a job that ends its run after this stage; after a publication it ends anyway."""
    return job.stop_after is stage.name and not stage.publishes


def _stop(uow: UnitOfWork, stage: AnyStage, jobs: Sequence[HeldJob], lease: LeaseToken) -> None:
    uow.jobs.move(STOP, {job.job_id: {} for job in jobs if _stops(stage, job)}, lease=lease)


def _follow(uow: UnitOfWork, swapped: Swapped, done: Sequence[Saved[R]]) -> None:
    """Carry the consequences of a publication to other documents and banks, in its transaction and after its swap."""
    users = [item.document.realm_id for item in done]
    compare_published(uow, swapped.current)
    settle_banks(uow, users, swapped.banks)
    revive_orphans(uow, users, [item.job.document_id for item in done])


def _log(stage: AnyStage, worked: Sequence[HeldJob], report: StageReport) -> None:
    """A line for the batch, and one for each failure, with the correlation ids that the events carry."""
    if worked:
        correlations = {str(job.correlation_id) for job in worked}
        log.info(
            "stage_done", stage=stage.name.value, ran=len(report.ran), reused=len(report.reused),
            correlation_ids=sorted(correlations),
        )  # fmt: skip
    for outcome, errors in (
        ("retry", report.retry),
        ("parked", report.parked),
        ("held", report.held),
        ("dead_letter", report.dead),
    ):
        for document_id, error in errors.items():
            log.warning(
                "stage_failed", stage=stage.name.value, outcome=outcome, error=describe_error(error),
                document_id=str(document_id),
            )  # fmt: skip


def _timed(result: StageResult[R], seconds: float) -> StageResult[R]:
    return replace(result, report={**result.report, "seconds": round(seconds, 4)})


def _written(done: Sequence[Saved[R]]) -> list[WrittenFile]:
    return [
        WrittenFile(
            item.document,
            output.file_type,
            *item.files[output.file_type],
            len(output.data),
            output.mime,
            output.metadata,
        )
        for item in done
        for output in item.result.outputs
    ]
