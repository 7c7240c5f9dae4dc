"""Random walks of a job through the real moves; after every step the database is where a simple model is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import dict_row

from pipeline_core.db.database import Database
from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import ConflictError, IllegalMoveError, LeaseLostError
from pipeline_core.domain.ids import CorrelationId, LeaseToken, user_id_for
from pipeline_core.domain.lifecycle import (
    DEAD_LETTER,
    INTERRUPT,
    OVERRIDE_VALIDATION,
    PARK_MATCHING,
    PARK_VALIDATION,
    RETRY_LATER,
    REVIEW_STAGES,
    JobStage,
    JobState,
    Move,
)
from pipeline_core.stages.registry import ALL_MOVES
from tests.support.database import copied_database, register
from tests.support.examples import examples
from tests.support.job_model import OUTCOMES, JobModel

LIVE, OTHER, DEAD, GONE = "live", "other", "dead", "gone"
PAYLOADS: dict[str, dict[str, Any]] = {
    RETRY_LATER.code: {"error": {"message": "try again"}, "wait_s": 3.0},
    INTERRUPT.code: {"error": {"message": "stopped"}, "wait_s": 0.0},
    DEAD_LETTER.code: {"error": {"message": "no use"}},
    OVERRIDE_VALIDATION.code: {"reason": "checked by hand"},
}
TO = {move.to_stage: move for move in ALL_MOVES if JobState.AWAITING_REVIEW not in move.from_states}
MARCH = [TO[stage] for stage in JobStage if stage in TO and stage not in REVIEW_STAGES]
"""From the first stage to the last without a halt."""
AT = {move.to_stage: number for number, move in enumerate(MARCH, start=1)}
STARTS = [
    *(MARCH[:number] for number in range(len(MARCH) + 1)),
    *[[*MARCH[: AT[JobStage.FACTS_STAGED]], PARK_MATCHING]] * 4,
    *[[*MARCH[: AT[JobStage.VALIDATING]], PARK_VALIDATION]] * 8,
    *[MARCH[: AT[JobStage.INGESTING]]] * 4,
]


class JobWalk(RuleBasedStateMachine):
    """One job and its model."""

    database: Database
    reader: psycopg.Connection[Any]

    @initialize(moves=st.sampled_from(STARTS))
    def begin(self, moves: list[Move]) -> None:
        """A new job, claimed and taken some way along, so that walks begin everywhere."""
        with self._uow() as uow:
            [document] = register(uow, user_id_for("ann"))
            uow.commit()
        self.document_id, self.job_id = document.document_id, document.job_id
        self.job = JobModel()
        self.claim(LIVE)
        for move in moves:
            if self.job.stage is JobStage.VALIDATING:
                self.validate(2 if move is PARK_VALIDATION else 0)
            self._try(move, self.job.lease)
            self.the_database_is_where_the_model_is()

    @rule(worker=st.sampled_from([LIVE, OTHER, DEAD, GONE]))
    def claim(self, worker: str) -> None:
        abandoned = self.job.worker in (DEAD, GONE) and self.job.worker != worker
        lease = LeaseToken(uuid4())
        with self._uow() as uow:
            ids = [self.document_id]
            taken = uow.jobs.claim(ids, worker=worker, lease=lease, lease_s=60, flow_run_id=None)
            uow.commit()

        assert bool(taken) is (self.job.state in (JobState.QUEUED, JobState.RETRYABLE) or abandoned)
        if taken:
            self.job.claimed(worker, lease)

    @precondition(lambda self: not self.job.is_finished)
    @rule(steps=st.integers(2, 6), criticals=st.sampled_from([0, 2]), data=st.data())
    def go_on(self, steps: int, criticals: int, data: st.DataObject) -> None:
        """Whatever leads ahead from here, a few times."""
        for _ in range(steps):
            if self.job.state in (JobState.QUEUED, JobState.RETRYABLE):
                self.claim(LIVE)
            elif self.job.stage is JobStage.VALIDATING and self.job.criticals is None:
                self.validate(criticals)
            elif ahead := self.job.ahead():
                self._try(data.draw(st.sampled_from(ahead)), self.job.lease)
            self.the_database_is_where_the_model_is()

    @precondition(lambda self: self.job.fitting())
    @rule(move=st.sampled_from([RETRY_LATER, RETRY_LATER, INTERRUPT, DEAD_LETTER]))
    def fail(self, move: Move) -> None:
        self._try(move, self.job.lease)

    @rule(move=st.sampled_from(ALL_MOVES), lease=st.sampled_from(["held", "stale", "none"]))
    def try_anything(self, move: Move, lease: str) -> None:
        self._try(move, {"held": self.job.lease, "stale": LeaseToken(uuid4()), "none": None}[lease])

    @rule(move=st.sampled_from(ALL_MOVES))
    def leave_without_commit(self, move: Move) -> None:
        if move in self.job.fitting() and not self.job.gate_is_closed(move):
            before = self._stored()
            with self._uow() as uow:
                self._move(uow, move, self.job.lease)
            assert self._stored() == before

    @precondition(lambda self: (self.job.state, self.job.stage) == (JobState.WORKING, JobStage.VALIDATING))
    @rule(criticals=st.sampled_from([0, 0, 2]))
    def validate(self, criticals: int) -> None:
        with self._uow() as uow:
            uow.jobs.set_validation_results({self.job_id: {"critical": criticals}})
            uow.commit()
        self.job.criticals = criticals

    @rule(wanted=st.sampled_from(list(JobStage)))
    def restart(self, wanted: JobStage) -> None:
        if self.job.can_restart(wanted):
            self._restart(wanted)
            self.job.restarted(wanted, "retried")
        else:
            with self._refused(IllegalMoveError):
                self._restart(wanted)

    @invariant()
    def the_database_is_where_the_model_is(self) -> None:
        row, codes = self._stored()
        job = self.job
        assert (row["state"], row["stage"], row["phase"]) == (job.state, job.stage, job.stage.row.phase)
        assert (row["lease_token"], row["claimed_by"]) == (job.lease, job.worker)
        assert (row["retry_count"], row["outcome"]) == (job.retries, job.outcome)
        assert {n for n in range(1, 7) if row[f"stage{n}_completed_at"] is not None} == job.completed
        results = row["stage3_validation_results"]
        assert (results and results["critical"]) == job.criticals
        assert (row["stage4_override_reason"] is not None) is job.overridden
        assert codes == job.log

    def _uow(self) -> UnitOfWork:
        return UnitOfWork(self.database, lease_s=60)

    def _try(self, move: Move, lease: LeaseToken | None) -> None:
        fits = move in self.job.fitting()
        if not fits or lease != self.job.lease:
            lost = fits and lease is not None
            with self._refused(LeaseLostError if lost else ConflictError):
                self._do(move, lease)
        elif self.job.gate_is_closed(move):
            with self._refused(IllegalMoveError, where="upload_jobs_gate_check"):
                self._do(move, lease)
        else:
            self._do(move, lease)
            self.job.moved(move)

    def _do(self, move: Move, lease: LeaseToken | None) -> None:
        with self._uow() as uow:
            self._move(uow, move, lease)
            uow.commit()
        self._event_came_with_it()

    def _move(self, uow: UnitOfWork, move: Move, lease: LeaseToken | None) -> None:
        payloads = {self.job_id: PAYLOADS.get(move.code, {})}
        uow.jobs.move(move, payloads, lease=lease, outcome=OUTCOMES.get(move.code))

    def _restart(self, stage: JobStage) -> None:
        with self._uow() as uow:
            again = CorrelationId(uuid4())
            uow.jobs.restart({self.job_id: stage}, code="retried", by="test", correlation_id=again)
            uow.commit()
        self._event_came_with_it()

    @contextmanager
    def _refused(self, error: type[ConflictError], *, where: str | None = None) -> Iterator[None]:
        """Expect the error, and that neither job nor events have changed."""
        before = self._stored()
        with pytest.raises(error) as caught:
            yield
        assert where in (None, caught.value.where)
        assert self._stored() == before

    def _stored(self) -> tuple[dict[str, Any], list[str]]:
        """The whole row of the job, and the codes of its events."""
        cursor = self.reader.cursor(row_factory=dict_row)
        [row] = cursor.execute("SELECT * FROM upload_jobs WHERE job_id = %s", [self.job_id]).fetchall()
        events = "SELECT code FROM events WHERE job_id = %s ORDER BY event_id"
        return row, [code for (code,) in self.reader.execute(events, [self.job_id]).fetchall()]

    def _event_came_with_it(self) -> None:
        query = (
            "SELECT e.xmin = j.xmin FROM events e JOIN upload_jobs j USING (job_id) "
            "WHERE job_id = %s ORDER BY event_id DESC LIMIT 1"
        )
        assert self.reader.execute(query, [self.job_id]).fetchone() == (True,), "not in the same transaction"


@pytest.fixture
def walk(postgres_url: str, template_database: str) -> Iterator[type[JobWalk]]:
    """The machine on a database where the workers ``live`` and ``other`` hold their locks."""
    with (
        copied_database(postgres_url, template_database) as url,
        psycopg.connect(url, autocommit=True) as reader,
    ):
        reader.execute("SET search_path = upload_pipeline, public")
        for name in (LIVE, OTHER):
            reader.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [WORKER_LOCK_CLASS, name])
        database = Database(url, role="upload_pipeline_service")
        yield type("JobWalkOnDatabase", (JobWalk,), {"database": database, "reader": reader})
        database.close()


def test_random_walks(walk: type[JobWalk]) -> None:
    limits = settings(max_examples=examples(50), stateful_step_count=20, deadline=None, database=None)
    run_state_machine_as_test(walk, settings=limits)  # type: ignore[no-untyped-call]
