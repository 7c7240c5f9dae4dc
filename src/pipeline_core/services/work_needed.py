"""Finding out what is left to do for documents, and queueing again what was done under other settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import KEPT_OUT, JobStage, JobState, Outcome, Profile, StageName
from pipeline_core.duplicates.detection import comparison_config
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.review.orphans import compare_again, no_later_than_compared
from pipeline_core.services.lost_outputs import (
    Lost,
    begin_at_lost,
    can_start_again,
    failed_for_objects,
    lost_by_listing,
)
from pipeline_core.stages.base import StageContext
from pipeline_core.stages.registry import BY_NAME, pipeline_config, stage_configs

Contexts = Mapping[Profile, StageContext]
"""Context of the stages by the profile of a job."""


@dataclass(slots=True)
class WorkNeeded:
    """Documents that must run, and the reasons why others need not."""

    run: list[DocumentId] = field(default_factory=list)
    unchanged: list[DocumentId] = field(default_factory=list)
    waiting: list[DocumentId] = field(default_factory=list)
    dead: list[DocumentId] = field(default_factory=list)
    rejected: list[DocumentId] = field(default_factory=list)
    withdrawn: list[DocumentId] = field(default_factory=list)

    def left(self) -> dict[str, int]:
        """Count the documents that need not run, by reason."""
        counts = {
            "unchanged": len(self.unchanged),
            "waiting for a person": len(self.waiting),
            "failed before": len(self.dead),
            "rejected before": len(self.rejected),
            "withdrawn before": len(self.withdrawn),
        }
        return {why: count for why, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class FindWork:
    """Sorts documents by what is left to do for them."""

    store: ObjectStore
    contexts: Contexts
    open_uow: OpenUnitOfWork

    def __call__(self, document_ids: Sequence[DocumentId], *, correlation_id: CorrelationId) -> WorkNeeded:
        """Sort the documents by what is left to do, and queue again what was done under other settings.

        A published document is left alone unless a stage's version or settings changed since; then it starts
        again at the first such stage. One that stands now where a published one did is published again, in its place.
        One of which the store has lost what a stage left, or that failed for want of an object, starts again there.
        """
        needed = WorkNeeded()
        lost = self._lost(document_ids)
        configs = {profile: pipeline_config(ctx) for profile, ctx in self.contexts.items()}
        with self.open_uow() as uow:
            found, why = _to_do_again(uow, document_ids, configs, lost)
            if why:
                uow.staging.lock_matching_of(list(why))
                # asked again under the lock: somebody may have started one of them meanwhile
                found, why = _to_do_again(uow, document_ids, configs, lost)
                targets = restart_targets(uow, [found[document_id] for document_id in why], self.contexts, lost)
                for code in sorted(set(why.values())):
                    jobs = [found[document_id].job_id for document_id, reason in why.items() if reason == code]
                    these = {job_id: targets[job_id] for job_id in jobs}
                    uow.jobs.restart(these, code=code, by="intake", correlation_id=correlation_id)
                uow.commit()
        again = why.keys()
        for document_id in document_ids:
            restarted = replace(found[document_id], state=JobState.QUEUED, outcome=None)
            _sort(restarted if document_id in again else found[document_id], needed)
        return needed

    def _lost(self, document_ids: Sequence[DocumentId]) -> Lost:
        """Stages of which the store has lost what they left, of documents that can start again."""
        with self.open_uow() as uow:
            resting = [one.document_id for one in uow.documents.find(document_ids).values() if can_start_again(one)]
            named = uow.agreement.named(resting)
        return lost_by_listing(self.store, named)


def restart_targets(
    uow: UnitOfWork, stale: Sequence[JobSummary], contexts: Contexts, lost: Lost
) -> dict[JobId, JobStage]:
    """Find the job stage at which each job starts again.

    That is the first stage with another configuration now, else publication; but no later than the stage whose outputs
    are lost, or than the one that failed. Documents that are not in production are compared again first: by now others
    may say the same.
    """
    dead = {s.document_id for s in stale if s.state is JobState.DEADLETTER}
    # what people approved of a dead one stands, unless something was compared since
    compared = set(uow.staging.compared_since(list(dead))) if dead else set()
    anew = {s.document_id for s in stale if not s.is_published and s.document_id not in dead - compared}
    compare_again(uow, list(anew))
    first: dict[DocumentId, StageName] = {}
    for profile, ctx in contexts.items():
        ids = [s.document_id for s in stale if s.profile is profile]
        first |= uow.documents.stale_stages(ids, stage_configs(ctx))
        anew |= uow.documents.stale_comparisons(ids, comparison_config(ctx.settings))
    targets: dict[JobId, JobStage] = {}
    for s in stale:
        start = BY_NAME[first.get(s.document_id, StageName.INGESTOR)].restarts_at
        if s.document_id in dead:
            start = min(start, s.stage, key=lambda one: one.row.position)
        if s.document_id in lost:
            start = min(start, begin_at_lost(uow, s.document_id, lost[s.document_id]), key=lambda o: o.row.position)
        # a rejected job never came as far as what it could be published from
        is_early = s.document_id in anew or s.outcome in KEPT_OUT
        targets[s.job_id] = no_later_than_compared(start) if is_early else start
    return targets


def _to_do_again(
    uow: UnitOfWork, document_ids: Sequence[DocumentId], configs: Mapping[Profile, str], lost: Lost
) -> tuple[dict[DocumentId, JobSummary], dict[DocumentId, str]]:
    """Return the documents' jobs, and an event code that says why for those at rest that have to start again."""
    found = uow.documents.find(document_ids)
    displacing = uow.documents.displacing(document_ids)
    why: dict[DocumentId, str] = {}
    for document_id, summary in found.items():
        if can_start_again(summary) and (document_id in lost or failed_for_objects(summary)):
            why[document_id] = "outputs_lost" if document_id in lost else "objects_restored"
        if summary.state is not JobState.DONE or document_id in why:
            continue
        if summary.outcome in KEPT_OUT:
            if _is_kept(summary) and document_id in displacing:
                why[document_id] = "place_taken"
        elif summary.config_sha256 != configs[summary.profile]:
            why[document_id] = "settings_changed"
        elif document_id in displacing or not summary.is_published:
            why[document_id] = "place_taken"
    return found, why


_LISTS: dict[JobState, Callable[[WorkNeeded], list[DocumentId]]] = {
    JobState.QUEUED: lambda needed: needed.run,
    JobState.WORKING: lambda needed: needed.run,
    JobState.RETRYABLE: lambda needed: needed.run,
    JobState.AWAITING_REVIEW: lambda needed: needed.waiting,
    JobState.DEADLETTER: lambda needed: needed.dead,
    JobState.DONE: lambda needed: needed.unchanged,
}
"""Group of a document by the state of its job; a rejected one that is not published has a group of its own."""


def _sort(summary: JobSummary, needed: WorkNeeded) -> None:
    if summary.state is JobState.DONE and summary.outcome is Outcome.WITHDRAWN:
        needed.withdrawn.append(summary.document_id)
    elif summary.state is JobState.DONE and summary.outcome is Outcome.REJECTED and not _is_kept(summary):
        needed.rejected.append(summary.document_id)
    else:
        _LISTS[summary.state](needed).append(summary.document_id)


def _is_kept(summary: JobSummary) -> bool:
    """Return True for a published document whose newest job is a deep scan: rejecting that leaves it published."""
    return summary.is_scan and summary.is_published
