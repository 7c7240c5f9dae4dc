"""Another policy for documents that are there already: applied to what is published, and kept only where it holds."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import KEPT_OUT, JobStage, JobState, StageName
from pipeline_core.domain.policy import NOTHING_WISHED, Wished
from pipeline_core.review.orphans import compare_again
from pipeline_core.stages.registry import BY_NAME

_UNDER_WAY = ("it is under way", "Set the new ones again once it has come to rest.")
_NOT_NOW = {
    JobState.QUEUED: _UNDER_WAY,
    JobState.WORKING: _UNDER_WAY,
    JobState.RETRYABLE: _UNDER_WAY,
    JobState.AWAITING_REVIEW: ("it waits for a person", "Decide on it, then set the new ones again."),
    JobState.DEADLETTER: ("it failed", "Retry it, then set the new ones again."),
    JobState.DONE: ("it was rejected", "Retry it, then set the new ones again."),
}


@dataclass(frozen=True, slots=True)
class PolicyLeft:
    """A document that keeps the thresholds that it has: why, and what to do for other ones."""

    document_id: DocumentId
    filename: str
    why: str
    action: str

    @property
    def message(self) -> str:
        return f"{self.filename} keeps its thresholds: {self.why}. {self.action}"

    def as_json(self) -> dict[str, str]:
        return {"file": self.filename, "why": self.why, "action": self.action}


def at_facts(jobs: Sequence[JobSummary]) -> dict[JobId, JobStage]:
    """Each starts again where its facts are found: not asked for anew, but judged by the new policy."""
    return {job.job_id: BY_NAME[StageName.FACT_GENERATOR].restarts_at for job in jobs}


def wish(
    uow: UnitOfWork,
    document_ids: Collection[DocumentId],
    wished: Wished,
    *,
    by: str,
    correlation_id: CorrelationId,
    start_at: Callable[[Sequence[JobSummary]], Mapping[JobId, JobStage]] = at_facts,
) -> list[PolicyLeft]:
    """Let known documents have another policy, and queue again those of which facts were judged by the old one.

    Returns those that keep theirs: what a person has in hand, is under way, failed or was rejected is not begun
    again for it, and a policy that is not applied is not stored.
    """
    if wished == NOTHING_WISHED or not document_ids:
        return []
    uow.staging.lock_matching_of(list(document_ids))
    changed = [one for one in uow.documents.find(list(document_ids)).values() if one.wished != wished]
    again = [one for one in changed if one.state is JobState.DONE and one.outcome not in KEPT_OUT]
    fresh = [one for one in changed if _is_unjudged(one)]
    uow.documents.wish([one.document_id for one in (*again, *fresh)], wished)
    if again:
        compare_again(uow, [one.document_id for one in again if not one.is_published])
        uow.jobs.restart(start_at(again), code="settings_changed", by=by, correlation_id=correlation_id)
    left = [one for one in changed if one not in again and one not in fresh]
    return [PolicyLeft(one.document_id, one.filename, *_NOT_NOW[one.state]) for one in left]


def _is_unjudged(job: JobSummary) -> bool:
    """Return True for a job that has yet to find its facts and is not doing so with the old policy at the moment."""
    is_before = job.stage.row.position < JobStage.FACTS_STAGED.row.position
    return is_before and job.state in (JobState.QUEUED, JobState.RETRYABLE, JobState.DEADLETTER)
