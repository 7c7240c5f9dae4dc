"""Phase 6 is complete: what was published was exported, or a person acknowledges it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import NotFoundError, NotPublishedError
from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.jobs import PublishedJob
from pipeline_core.domain.lifecycle import ACKNOWLEDGE, Outcome


class How(StrEnum):
    """The way in which phase 6 was completed."""

    DOWNLOAD = "download"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A job whose phase 6 is complete; ``is_new`` is False if it was so before."""

    job_id: JobId
    document_id: DocumentId
    completed_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Completes jobs, each once a publication, and leaves the event ``acknowledged``. ``by`` is who, for the record."""

    open_uow: OpenUnitOfWork
    by: str

    def __call__(self, job_id: JobId, *, realm_id: RealmId) -> Acknowledged:
        """Complete a published job. Doing it again changes nothing.

        Raises:
            NotFoundError: the realm has no such job.
            NotPublishedError: nothing of it is published, or not any more.
        """
        with self.open_uow() as uow:
            job = _the(uow, realm_id, job_id)
            is_new = job.completed_at is None
            if is_new:
                if job.outcome is not Outcome.PUBLISHED or job.published_at is None:
                    raise NotPublishedError(f"{job.filename} is not published.")
                self._complete(uow, [job], How.ACKNOWLEDGE)
                job = _the(uow, realm_id, job_id)
            uow.commit()
        return Acknowledged(job.job_id, job.document_id, cast("datetime", job.completed_at), is_new)

    def downloaded(self, document_id: DocumentId, published_at: datetime | None, *, realm_id: RealmId) -> bool:
        """Record that what was published then has arrived; False if that does not stand any more."""
        with self.open_uow() as uow:
            jobs = uow.production.to_acknowledge(realm_id, document_id=document_id)
            stand = [job for job in jobs if job.published_at is not None and job.published_at == published_at]
            self._complete(uow, [job for job in stand if job.completed_at is None], How.DOWNLOAD)
            uow.commit()
        return bool(stand)

    def _complete(self, uow: UnitOfWork, jobs: list[PublishedJob], how: How) -> None:
        payloads = {job.job_id: {"by": self.by, "how": how, "published_at": job.published_at} for job in jobs}
        uow.jobs.move(ACKNOWLEDGE, payloads, lease=None)


def _the(uow: UnitOfWork, realm_id: RealmId, job_id: JobId) -> PublishedJob:
    jobs = uow.production.to_acknowledge(realm_id, job_id=job_id)
    if not jobs:
        raise NotFoundError(f"There is no job {job_id}.")
    return jobs[0]
