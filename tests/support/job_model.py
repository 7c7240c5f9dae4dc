"""What the lifecycle should do to one job, in a few lines: the model that tests hold the database to."""

from dataclasses import dataclass, field

from pipeline_core.domain.ids import LeaseToken
from pipeline_core.domain.lifecycle import (
    ACKNOWLEDGE,
    APPROVE_MATCHES,
    DEAD_LETTER,
    FINISH,
    HOLD,
    INTERRUPT,
    OVERRIDE_VALIDATION,
    PARK,
    PUT_BACK,
    REJECT_DOCUMENT,
    RETRY_LATER,
    SUPERSEDE,
    SUPERSEDE_WAITING,
    WITHDRAW,
    JobStage,
    JobState,
    Move,
    Outcome,
)
from pipeline_core.stages.registry import ALL_MOVES

OUTCOMES = {
    FINISH.code: Outcome.PUBLISHED,
    PUT_BACK.code: Outcome.PUBLISHED,
    REJECT_DOCUMENT.code: Outcome.REJECTED,
    SUPERSEDE.code: Outcome.SUPERSEDED,
    SUPERSEDE_WAITING.code: Outcome.SUPERSEDED,
    ACKNOWLEDGE.code: Outcome.PUBLISHED,
}


@dataclass
class JobModel:
    """``completed`` are the phases with a completion time; ``criticals`` is None until validation has run."""

    state: JobState = JobState.QUEUED
    stage: JobStage = JobStage.QUEUED
    lease: LeaseToken | None = None
    worker: str | None = None
    retries: int = 0
    completed: set[int] = field(default_factory=set)
    criticals: int | None = None
    overridden: bool = False
    outcome: Outcome | None = None
    log: list[str] = field(default_factory=lambda: ["document_uploaded"])

    @property
    def is_finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.DEADLETTER)

    def fitting(self) -> list[Move]:
        """The moves that start where the job is."""
        # a withdrawal is of what is in production, where no job by itself is
        known = {WITHDRAW, *([ACKNOWLEDGE] if 6 in self.completed else [])}
        return [m for m in ALL_MOVES if self.state in m.from_states and self.stage in m.from_stages and m not in known]

    def ahead(self) -> list[Move]:
        """Those of them that lead somewhere else, and are no failure."""
        failures = (RETRY_LATER, INTERRUPT, DEAD_LETTER, PARK, HOLD)
        return [m for m in self.fitting() if m not in failures and m.to_stage is not self.stage]

    def gate_is_closed(self, move: Move) -> bool:
        """Nothing goes on to generation unvalidated, or past critical findings without a reason."""
        opened = self.overridden or self.criticals == 0
        return move.to_stage is JobStage.EMBEDDING and self.stage.row.phase < 5 and not opened

    def claimed(self, worker: str, lease: LeaseToken) -> None:
        self.log.append("taken_over" if self.state is JobState.WORKING else "claimed")
        self.state, self.worker, self.lease = JobState.WORKING, worker, lease

    def moved(self, move: Move) -> None:
        self.log.append(move.code)
        self.state = move.to_state or self.state
        if self.state is not JobState.WORKING:
            self.lease = self.worker = None
        if move.to_stage not in (None, self.stage):
            self.retries = 0
        if move is RETRY_LATER:
            self.retries += 1
        self.outcome = OUTCOMES.get(move.code)
        self._arrive(move.to_stage or self.stage)
        if move is APPROVE_MATCHES:
            self.completed.add(2)
        if move is ACKNOWLEDGE:
            self.completed.add(6)
        if move is OVERRIDE_VALIDATION:
            self.overridden = True

    def can_restart(self, stage: JobStage) -> bool:
        reached = stage.row.position <= self.stage.row.position
        return self.is_finished and reached and stage is not JobStage.INGESTED

    def restarted(self, stage: JobStage, code: str) -> None:
        self.log.append(code)
        self.state, self.retries, self.outcome = JobState.QUEUED, 0, None
        self._arrive(stage)

    def _arrive(self, stage: JobStage) -> None:
        """Going on completes, or skips, all phases before; going back takes back what is to be done again."""
        phase = stage.row.phase
        if stage.row.position > self.stage.row.position:
            self.completed |= set(range(1, phase))
        elif stage is not self.stage:
            self.completed = {done for done in self.completed if done < phase}
            if phase <= 3:
                self.criticals, self.overridden = None, False
        self.stage = stage
