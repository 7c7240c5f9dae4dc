"""Nobody is asked in vain: what waits for a person ends when its place holds newer bytes that have come as far."""

from collections.abc import Collection

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import SUPERSEDE_WAITING, Outcome
from pipeline_core.review.orphans import revive_orphans


def supersede_waiting(open_uow: OpenUnitOfWork, document_ids: Collection[DocumentId]) -> None:
    """End what waits in vain at the places of documents that have come to wait themselves, or were published.

    To be called behind that, in a transaction of its own, as it writes about other documents than those that are in
    work. If the newer document fails later, this one has had its time; until then it stands.
    """
    with open_uow() as uow:
        found = uow.jobs.overtaken(list(document_ids))
    if not found:
        return
    with open_uow() as uow:
        # before it is looked for again: bytes that come back to their place meanwhile are not ended
        uow.documents.lock_places([one.document_id for one in found])
        ended = uow.jobs.overtaken(list(document_ids))
        payloads = {one.job_id: {"newer": str(one.newer_id)} for one in ended}
        uow.jobs.move(SUPERSEDE_WAITING, payloads, lease=None, outcome=Outcome.SUPERSEDED)
        if ended:
            revive_orphans(uow, sorted({one.realm_id for one in ended}), list(document_ids))
        uow.commit()
