"""No fact is lost because another said the same: when that other goes, it is published itself."""

from collections.abc import Collection, Sequence
from uuid import uuid4

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.ids import BatchId, CorrelationId, DocumentId, RealmId
from pipeline_core.domain.lifecycle import APPROVE_MATCHES, JobStage
from pipeline_core.review.banks import match_bank, settle_banks
from pipeline_core.review.scope import SYSTEM


def revive_orphans(uow: UnitOfWork, realm_ids: Sequence[RealmId], published: Sequence[DocumentId] = ()) -> None:
    """Queue again the documents with facts whose exact duplicate is gone; let questions of banks wait again.

    Documents that waited for a person only because of what is gone go on.

    To be called in the transaction in which facts leave production, are rejected, or end unpublished; after the
    locks of jobs and before any wait for others (see ``Staging.lock_matching``).

    Where the reason is that documents were ``published`` instead, whoever published them can ask which others it has
    to finish.
    """
    users = set(realm_ids)
    uow.staging.lock_matching(list(users))
    for realm_id in users:
        settle_banks(uow, [realm_id], revive(uow, realm_id, published))


def revive(uow: UnitOfWork, realm_id: RealmId, published: Sequence[DocumentId] = ()) -> set[BatchId]:
    """The same for one user; returns the banks concerned, which are the caller's to settle."""
    uow.staging.lock_matching([realm_id])
    concerned: set[BatchId] = set()
    # what comes back may leave another out by a pair that stands: to the end, which comes as each pass settles pairs
    while revived := uow.batches.revive_orphans(realm_id):
        for batch_id, ids in revived.items():
            match_bank(uow, batch_id, realm_id, ids)
        concerned |= revived.keys()
    banks, documents = uow.staging.settle_gone_pairs(realm_id)
    told = {"published": [str(document_id) for document_id in published]}
    if documents:
        go_on(uow, documents, by=SYSTEM, reason="what its facts resembled was replaced or withdrawn", **told)
    jobs = uow.staging.revive_orphans([realm_id])
    if jobs:
        targets = dict.fromkeys(jobs, JobStage.FACTS_STAGED)
        uow.jobs.restart(
            targets,
            code="exact_duplicate_gone",
            by=SYSTEM,
            correlation_id=CorrelationId(uuid4()),
            details=told,
        )
    return concerned | banks


def go_on(
    uow: UnitOfWork, document_ids: Collection[DocumentId], *, by: str, reason: str, **told: object
) -> tuple[DocumentId, ...]:
    """Approve those of the documents that waited for nothing but what is decided by now; returns them."""
    jobs = uow.reviews.decided_elsewhere(list(document_ids))
    payload = {"by": by, "reason": reason, **told}
    uow.jobs.move(APPROVE_MATCHES, dict.fromkeys(jobs.values(), payload), lease=None)
    return tuple(jobs)


def compare_again(uow: UnitOfWork, document_ids: Sequence[DocumentId]) -> None:
    """Have documents that are not in production compared again, as others may say by now what they say.

    Their jobs must be restarted at ``no_later_than_compared`` in the same transaction, after this call.
    """
    uow.staging.lock_matching_of(document_ids)
    uow.staging.compare_again(document_ids)


def no_later_than_compared(stage: JobStage) -> JobStage:
    """The stage, or where facts are compared if that comes before it."""
    return min(stage, JobStage.FACTS_STAGED, key=lambda one: one.row.position)
