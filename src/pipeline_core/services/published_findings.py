"""Looking for contradictions between documents again as they are published.

Documents of one run are validated before any of them is published: what contradicts another of them is in production
only now.
"""

from collections.abc import Collection, Sequence

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.ids import JobId, RealmId
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.validation.rules import compared_again

_MOST_WAITING = 20
"""Waiting documents that are compared after a publication, so that it costs little however many wait."""


def compare_published(uow: UnitOfWork, jobs: Sequence[HeldJob]) -> None:
    """Bring the findings of published jobs up to date with production. What is found stops nothing.

    To be called in the transaction that publishes, behind its swap and under its lock of matching: of two documents
    that are published at one moment the second sees the first. The outcome is the same however often this is called.
    """
    if jobs:
        _compare(uow, [job.job_id for job in jobs])


def compare_waiting(open_uow: OpenUnitOfWork, realm_ids: Collection[RealmId]) -> None:
    """The same for those that came last to wait in validation review, which a person is to read.

    To be called behind the publication, each in a transaction of its own: nobody waits for it, and it waits for nobody
    with another job in hand. What is not reached by it is compared when it is published, or validated again.
    """
    with open_uow() as uow:
        waiting = uow.jobs.in_validation_review(list(realm_ids), most=_MOST_WAITING)
    for job_id in waiting:
        with open_uow() as uow:
            _compare(uow, [job_id])
            uow.commit()


def _compare(uow: UnitOfWork, job_ids: Sequence[JobId]) -> None:
    validated = uow.jobs.validated(job_ids)
    differing = uow.staging.differing([document_id for document_id, _ in validated.values()])
    changed = {
        job_id: report
        for job_id, (document_id, results) in validated.items()
        if (report := compared_again(results, differing[document_id])) != results
    }
    if changed:
        uow.jobs.set_validation_results(changed)
