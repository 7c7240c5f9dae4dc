"""What documents say otherwise than others, looked for again as these are published.

Documents of one run are validated before any of them is published: what contradicts another of them is in production
only now.
"""

from collections.abc import Sequence

from pipeline_core.domain.jobs import HeldJob
from pipeline_core.ports.unit_of_work import UnitOfWork
from pipeline_core.validation.report import compared_again


def compare_with_published(uow: UnitOfWork, jobs: Sequence[HeldJob]) -> None:
    """Bring the findings of published jobs up to date with production, and those of the jobs that wait in validation
    review, which a person is to read.

    To be called in the transaction that publishes, behind its swap and under its lock of matching: of two documents
    that are published at one moment the second sees the first. What is found stops nothing. It is the same however
    often this is called.
    """
    if not jobs:
        return
    validated = uow.jobs.validated([job.job_id for job in jobs], [job.document.user_id for job in jobs])
    differing = uow.staging.differing([document_id for document_id, _ in validated.values()])
    changed = {
        job_id: report
        for job_id, (document_id, results) in validated.items()
        if (report := compared_again(results, differing[document_id])) != results
    }
    if changed:
        uow.jobs.add_to_validation_results(changed)
