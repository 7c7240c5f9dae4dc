"""Other choices for documents that are there already: applied where they can be, and kept only where they hold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import NotPermittedError, RefusedError
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId, job_id_for
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import KEPT_OUT, JobStage, JobState, Profile, StageName, Workflow
from pipeline_core.domain.realms import Role
from pipeline_core.domain.wished import NOTHING_WISHED, USUAL_PRIORITY, Wished
from pipeline_core.review.orphans import compare_again
from pipeline_core.stages.registry import BY_NAME

_WAITS = "it waits for a person"
_UNDER_WAY = ("it is under way", "Set the new ones again once it has come to rest.")
_NOT_NOW = {
    JobState.QUEUED: _UNDER_WAY,
    JobState.WORKING: _UNDER_WAY,
    JobState.RETRYABLE: _UNDER_WAY,
    JobState.AWAITING_REVIEW: (_WAITS, "Decide on it, then set the new ones again."),
    JobState.DEADLETTER: ("it failed", "Retry it, then set the new ones again."),
    JobState.DONE: ("it was rejected", "Retry it, then set the new ones again."),
}
_IN_QUEUE = (JobState.QUEUED, JobState.RETRYABLE)


@dataclass(frozen=True, slots=True)
class ChoiceKept:
    """A choice that a known document keeps as it is: why, and what to do for another one."""

    document_id: DocumentId
    filename: str
    choice: str
    why: str
    action: str

    @property
    def message(self) -> str:
        return f"{self.filename} keeps its {self.choice}: {self.why}. {self.action}"

    def as_json(self) -> dict[str, str]:
        return {"file": self.filename, "choice": self.choice, "why": self.why, "action": self.action}


def require_may_wish(wished: Wished, role: Role) -> None:
    """Refuse what somebody may not choose over HTTP: to go before others, to have less reviewed, or to spend more.

    Raises:
        RefusedError: the priority is above the usual one, which would put others back.
        NotPermittedError: the workflow or the profile is for reviewers to choose.
    """
    if wished.priority is not None and wished.priority > USUAL_PRIORITY:
        raise RefusedError(
            f"The priority cannot be {wished.priority} here: nobody goes before others.",
            action="From -100 to 0: below 0 it waits until everything else is taken.",
        )
    if role.includes(Role.REVIEWER):
        return
    if wished.workflow is Workflow.AUTOMATIC:
        raise NotPermittedError(
            "The workflow `automatic` is for reviewers to choose.", action="Leave `workflow` out, or give `manual`."
        )
    if wished.profile is Profile.DEEP:
        raise NotPermittedError(
            "The profile `deep` is for reviewers to choose.", action="Leave `profile` out, or ask a reviewer."
        )


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
    over_http: bool = False,
) -> list[ChoiceKept]:
    """Let known documents be processed as is wished now, and queue again those of which facts were judged otherwise.

    Returns what they keep: what a person has in hand, is under way, failed or was rejected is not begun again for it,
    and a choice that is not applied is not stored. ``over_http``: nobody there changes a job that is in the queue.
    """
    if wished == NOTHING_WISHED or not document_ids:
        return []
    uow.staging.lock_matching_of(list(document_ids))
    known = list(uow.documents.find(list(document_ids)).values())
    kept = _set_workflow(uow, known, wished)
    kept += _set_profile(uow, known, wished, over_http=over_http)
    kept += _set_priority(uow, known, wished, by=by, over_http=over_http)
    if wished.thresholds != NOTHING_WISHED:
        kept += _set_thresholds(uow, known, wished.thresholds, by, correlation_id, start_at)
    return kept


def _set_thresholds(
    uow: UnitOfWork,
    known: Sequence[JobSummary],
    wished: Wished,
    by: str,
    correlation_id: CorrelationId,
    start_at: Callable[[Sequence[JobSummary]], Mapping[JobId, JobStage]],
) -> list[ChoiceKept]:
    changed = [one for one in known if one.wished != wished]
    again = [one for one in changed if one.state is JobState.DONE and one.outcome not in KEPT_OUT]
    fresh = [one for one in changed if _is_unjudged(one)]
    uow.documents.wish([one.document_id for one in (*again, *fresh)], wished)
    if again:
        compare_again(uow, [one.document_id for one in again if not one.is_published])
        uow.jobs.restart(start_at(again), code="settings_changed", by=by, correlation_id=correlation_id)
    left = [one for one in changed if one not in again and one not in fresh]
    return [_kept(one, "thresholds", *_NOT_NOW[one.state]) for one in left]


def _set_workflow(uow: UnitOfWork, known: Sequence[JobSummary], wished: Wished) -> list[ChoiceKept]:
    """It holds from the next gate on; what waits for a person waits for that person."""
    if wished.workflow is None:
        return []
    changed = [one for one in known if one.workflow != wished.workflow]
    waiting = [one for one in changed if one.state is JobState.AWAITING_REVIEW]
    uow.documents.set_workflow([one.document_id for one in changed if one not in waiting], wished.workflow)
    return [_kept(one, "workflow", _WAITS, "Decide on it, then set the new one again.") for one in waiting]


def _set_profile(uow: UnitOfWork, known: Sequence[JobSummary], wished: Wished, *, over_http: bool) -> list[ChoiceKept]:
    """A profile is that of a job from its beginning: once that has begun, another one takes another job."""
    changed = [one for one in known if wished.profile not in (None, one.profile)]
    if wished.profile and not over_http:
        fresh = [one.job_id for one in changed if one.state is JobState.QUEUED and _is_first(one)]
        done = uow.jobs.set_profile(fresh, wished.profile) if fresh else set()
        changed = [one for one in changed if one.job_id not in done]
    advice = {
        Profile.STANDARD: "Set its status to Selected for a deep scan.",
        Profile.DEEP: "What was found more thoroughly stays; nothing is to be done.",
    }
    return [
        _kept(one, "profile", f"it was taken in with the profile {one.profile}", advice[one.profile]) for one in changed
    ]


def _set_priority(
    uow: UnitOfWork, known: Sequence[JobSummary], wished: Wished, *, by: str, over_http: bool
) -> list[ChoiceKept]:
    """Only what waits in the queue has a place there; somebody else may have put it there."""
    if wished.priority is None:
        return []
    changed = [one for one in known if one.state in _IN_QUEUE and one.priority != wished.priority]
    if over_http:
        advice = "Ask who runs this installation: `pipeline queue NAME --priority`."
        return [_kept(one, "priority", "it is in the queue already", advice) for one in changed]
    if changed:
        uow.queue.set_priority([one.document_id for one in changed], wished.priority, by=by)
    return []


def _kept(job: JobSummary, choice: str, why: str, action: str) -> ChoiceKept:
    return ChoiceKept(job.document_id, job.filename, choice, why, action)


def _is_first(job: JobSummary) -> bool:
    """Return True for a document's first job that has not begun; a later one may be a scan of what is published."""
    return job.stage is JobStage.QUEUED and job.job_id == job_id_for(job.document_id, 0)


def _is_unjudged(job: JobSummary) -> bool:
    """Return True for a job that has yet to find its facts and is not doing so with the old policy at the moment."""
    is_before = job.stage.row.position < JobStage.FACTS_STAGED.row.position
    return is_before and job.state in (JobState.QUEUED, JobState.RETRYABLE, JobState.DEADLETTER)
