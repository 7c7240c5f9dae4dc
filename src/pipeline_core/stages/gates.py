"""The two gates at which a document may wait for a person: matching review (phase 2) and validation review (4)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline_core.domain.jobs import HeldJob, WorkBatch
from pipeline_core.domain.lifecycle import PARK_MATCHING, PARK_VALIDATION, JobStage
from pipeline_core.duplicates.comparing import detect
from pipeline_core.duplicates.detection import Detection
from pipeline_core.stages.base import Gate, StageContext

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork


_BEFORE_MATCHING = frozenset({JobStage.FACTS_STAGED, JobStage.MATCHING_REVIEW})


def _matching(ctx: StageContext, open_uow: "OpenUnitOfWork", batch: WorkBatch) -> WorkBatch:
    """Compare the batch's facts; documents with undecided near-duplicates, or in a manual workflow, wait.

    For near-duplicates within one document none waits: lists, tables and repeated sections are full of them, and a
    person could not tell more than that the author wrote both. Those between documents may be the same knowledge
    twice, or its correction.
    So do those with a fact that is sure enough to be asked about and not sure enough to be published unseen, and so
    does a deep scan that would add a fact to what is published, or withdraw one.
    A document that a person has approved goes through.
    """
    detection = Detection(ctx.settings, ctx.embedders)
    near_duplicates = detection.prepare(open_uow, lambda uow: uow.staging.to_match(batch.document_ids))
    with open_uow() as uow:
        held = uow.jobs.held(batch.lease, batch.document_ids)
        here = [job for job in held if job.stage in _BEFORE_MATCHING]
        ids = [job.document_id for job in here]
        scanned = [job.document_id for job in here if job.is_scan]
        if ids:
            detect(uow.staging, ids, near_duplicates, scanned=scanned)
            uow.stages.compared(ids, detection.config)
        # of these a person looks at the document only if something of it has to be decided
        unasked = [job.document_id for job in here if job.workflow != "manual" and not job.is_scan]
        uow.staging.keep_both_within(unasked)
        undecided = uow.staging.undecided(ids)
        to_decide = uow.staging.to_decide(ids)
        changes = uow.deep_scans.changes(scanned)
        changed = {document_id for document_id, change in changes.items() if change.added or change.withdrawn}
        waiting = [
            job
            for job in here
            if not job.matches_approved
            and (job.workflow == "manual" or job.document_id in undecided.keys() | to_decide.keys() | changed)
        ]
        payloads = {
            job.job_id: {
                "undecided_pairs": undecided.get(job.document_id, 0),
                "facts_to_decide": to_decide.get(job.document_id, 0),
                **(changes[job.document_id].as_json() if job.document_id in changed else {}),
            }
            for job in waiting
        }
        uow.staging.open_missing_batches([job.document for job in waiting])
        uow.jobs.move(PARK_MATCHING, payloads, lease=batch.lease)
        uow.commit()
    return _without(batch, held, waiting)


def _validation(_ctx: StageContext, open_uow: "OpenUnitOfWork", batch: WorkBatch) -> WorkBatch:
    """Documents with critical findings that nobody has overridden wait; all facts of the others are approved."""
    with open_uow() as uow:
        held = uow.jobs.held(batch.lease, batch.document_ids)
        here = [job for job in held if job.stage in (JobStage.VALIDATING, JobStage.VALIDATION_REVIEW)]
        # what is approved here may be left out at this moment, by whoever publishes its copy
        uow.staging.lock_matching_of([job.document_id for job in here])
        waiting = [job for job in here if job.criticals and not job.overridden]
        payloads = {job.job_id: {"critical_findings": job.criticals} for job in waiting}
        uow.staging.open_missing_batches([job.document for job in waiting])
        uow.jobs.move(PARK_VALIDATION, payloads, lease=batch.lease)
        _approve(uow, [job for job in here if job not in waiting])
        uow.commit()
    return _without(batch, held, waiting)


def _approve(uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> None:
    reasons = {False: "no critical finding", True: "validation overridden"}
    for overridden, notes in reasons.items():
        ids = [job.document_id for job in jobs if (job.overridden and job.criticals > 0) is overridden]
        if ids:
            uow.staging.approve_pending(ids, by=None, notes=notes)
            uow.staging.settle_replaced_within(ids)


def _without(batch: WorkBatch, held: Sequence[HeldJob], waiting: Sequence[HeldJob]) -> WorkBatch:
    return batch.keep({job.document_id for job in held} - {job.document_id for job in waiting})


MATCHING = Gate("matching-gate", _matching)
VALIDATION = Gate("validation-gate", _validation)
