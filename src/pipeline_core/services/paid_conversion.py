"""A parsing service behind the Converter port: each content is paid for once, whoever asks and whatever is killed.

The job is written down before it is begun and carries our tag there, its name is written down before it is polled,
and its result is kept. So whoever comes next goes on from wherever it is: looks for the tag, polls, or reads.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import structlog

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import AnswerLostError, PipelineError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.parsing import ParseJob, ParsePlan, ParseResult, ParseState, StartedJob
from pipeline_core.domain.spending import PlannedCall
from pipeline_core.domain.traces import describe_error
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.parsing import ParseService
from pipeline_core.services.paid_calls import PaidCalls, waits

log = structlog.stdlib.get_logger(__name__)
# a reservation outlives its worker for so long, because the job does
_WINDOW_S = 26 * 3600.0
_TRIES = 3


class PaidConverter:
    """Converts by a service that charges; files that it adds nothing to are converted by ``local``."""

    def __init__(self, service: ParseService, local: Converter, calls: PaidCalls) -> None:
        self.service, self._local, self._calls = service, local, calls
        self.name, self.version = service.name, f"{service.version}+{local.version}"

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        """Convert, paying at most once; a job that others have under way is waited for.

        Raises:
            DocumentError: the file is at fault, or the service refused it or failed on it.
            ParkedError: the job is still under way at its deadline, or a budget does not cover it.
            TransientError, ServiceRefusedError: the service is away, or does not take the key.
        """
        plan = self.service.plan(data, filename=filename)
        if plan is None:
            return self._local.convert(data, filename=filename, mime=mime)
        sleep = waits(self.service.deadline_s)
        while True:
            token, job = self._begin(plan)
            if job is not None:
                job = self._carry_out(job, plan, token) if token else job
                if job.failure is not None:
                    raise job.failure
                return self.service.converted(job.pages, plan)
            sleep()

    def _begin(self, plan: ParsePlan) -> tuple[UUID | None, ParseJob | None]:
        """The job as it stands, with the token of our claim if it is for us to go on with it.

        (None, None): somebody else is at it.
        """
        run_id = self._calls.budgets.run_id
        with self._calls.open_uow() as uow:
            token, ours = self._calls.claim(uow, [plan.key], deadline_s=self.service.call_s)
            # looked for under the claim: whoever had it before has saved and committed
            job = uow.parse_jobs.find(plan.key)
            if job is not None and _is_known(job, run_id):
                uow.parse_jobs.used(plan.key)
                uow.spending.release([plan.key], token=token)
                uow.commit()
                return None, job
            if not ours:
                return None, None
            if job is not None and job.state is ParseState.FAILED:
                uow.parse_jobs.forget(job)
                job = None
            job = job or self._open(uow, plan, run_id)
            uow.commit()
        return token, job

    def _open(self, uow: UnitOfWork, plan: ParsePlan, run_id: UUID) -> ParseJob:
        """Set the cost aside and write the job down, before anything is sent."""
        tag, payer = uuid4(), self._calls.payer()
        call = PlannedCall("conversion", self.service.model, payer, plan.pages or plan.max_pages, plan.most, plan.key)
        accounts = self._calls.budgets.accounts(payer.realm_id, datetime.now(UTC))
        call_id = uow.spending.reserve(call, accounts, run_id=run_id, worker=f"batch:{tag}", lease_s=_WINDOW_S)
        job = ParseJob(plan.key, self.service.name, tag, call_id, run_id)
        uow.parse_jobs.open(job)
        return job

    def _carry_out(self, job: ParseJob, plan: ParsePlan, token: UUID) -> ParseJob:
        """Go on from wherever the job is, to its end; then the claim is given back, whatever came of it."""
        start = time.monotonic()
        try:
            if job.service_job_id is None:
                job = self._started(job, plan)
            left = self.service.deadline_s - job.age_s - (time.monotonic() - start)
            result = self.service.wait(str(job.service_job_id), plan, seconds=max(0.0, left))
            ended = self._ended(job, result)
        finally:
            self._calls.insist(lambda uow: uow.spending.release([plan.key], token=token))
        self._delete_file(job)
        return ended

    def _delete_file(self, job: ParseJob) -> None:
        """Documents do not stay at the service; that one does (until its own retention) is no reason to fail."""
        if job.service_file_id is None:
            return
        try:
            self.service.delete_file(job.service_file_id)
        except PipelineError as error:
            log.warning("parse_file_not_deleted", file_id=job.service_file_id, error=describe_error(error))

    def _started(self, job: ParseJob, plan: ParsePlan) -> ParseJob:
        """Begin the job, unless an earlier attempt that was cut off did: then it is found by its tag."""
        # a job that was opened by this very call has no age: nobody can have sent it
        names = self._find(job) if job.age_s else None
        for attempt in range(_TRIES):
            if names is not None:
                break
            try:
                names = self.service.start(plan, job.tag)
            except AnswerLostError:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(self.service.pause_s)
                names = self._find(job)
            except PipelineError as error:
                self._never_began(job, error.code)
                raise
        if names is None:
            raise AnswerLostError("It is unknown whether the job has begun.", where=plan.filename)
        begun = names
        self._calls.insist(lambda uow: uow.parse_jobs.started(job, begun))
        return replace(job, state=ParseState.RUNNING, service_job_id=begun.job_id, service_file_id=begun.file_id)

    def _find(self, job: ParseJob) -> StartedJob | None:
        job_id = self.service.find(job.tag, age_s=job.age_s)
        return None if job_id is None else StartedJob(job_id)

    def _never_began(self, job: ParseJob, outcome: str) -> None:
        def save(uow: UnitOfWork) -> None:
            uow.parse_jobs.forget(job)
            uow.spending.settle(job.call_id, Usage(), outcome=outcome)

        self._calls.insist(save)

    def _ended(self, job: ParseJob, result: ParseResult) -> ParseJob:
        """Keep what came of it and settle its cost; where nobody says what it cost, all that was set aside."""
        error = result.error
        run_id = self._calls.budgets.run_id

        def save(uow: UnitOfWork) -> None:
            ended = (
                uow.parse_jobs.done(job, result.pages)
                if error is None
                else uow.parse_jobs.failed(job, error, run_id=run_id)
            )
            if not ended:
                return
            outcome = error.code if error else "converted"
            if result.usage is None:
                uow.spending.abandon(job.call_id, outcome=outcome)
            else:
                uow.spending.settle(job.call_id, result.usage, outcome=outcome)

        self._calls.insist(save)
        return replace(job, pages=result.pages, failure=error)


def _is_known(job: ParseJob, run_id: UUID) -> bool:
    """Return True if the job's end is the answer: a failure is one for the run that saw it; the next one asks anew."""
    return job.state is ParseState.DONE or (job.state is ParseState.FAILED and job.run_id == run_id)
