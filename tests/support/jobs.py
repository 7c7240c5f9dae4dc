"""Documents and jobs for unit tests, by number; what is not given is as in a document that nobody touched."""

from typing import Any
from uuid import UUID

from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import CorrelationId, DocumentId, JobId, LeaseToken, RealmId
from pipeline_core.domain.jobs import HeldJob, JobSummary, WorkBatch
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome

REALM = RealmId(UUID(int=7))
LEASE = LeaseToken(UUID(int=8))
RUN = CorrelationId(UUID(int=9))


def document_id(number: int) -> DocumentId:
    return DocumentId(UUID(int=0xD0C000 + number))


def job_id(number: int) -> JobId:
    return JobId(UUID(int=0x10B000 + number))


def document(number: int, **given: Any) -> Document:
    own = {
        "document_id": document_id(number),
        "realm_id": REALM,
        "job_id": job_id(number),
        "filename": f"{number}.md",
        "mime": "text/markdown",
        "bytes_len": 10,
        "file_sha256": f"{number:064x}",
        "raw_path": f"documents/{document_id(number)}/original/{number}.md",
    }
    return Document(**own | given)


def held_job(number: int, stage: JobStage = JobStage.QUEUED, **given: Any) -> HeldJob:
    """A job under the lease of this worker."""
    own = {
        "document": document(number),
        "retry_count": 0,
        "correlation_id": RUN,
        "workflow": "auto",
        "matches_approved": False,
        "overridden": False,
        "criticals": 0,
    }
    return HeldJob(**own | given, stage=stage)


def summary(number: int, state: JobState = JobState.DONE, **given: Any) -> JobSummary:
    """A document with its newest job: published, unless another state is given."""
    is_done = state is JobState.DONE
    own = {
        "document_id": document_id(number),
        "job_id": job_id(number),
        "filename": f"{number}.md",
        "stage": JobStage.INGESTED if is_done else JobStage.QUEUED,
        "outcome": Outcome.PUBLISHED if is_done else None,
        "is_published": is_done,
        "config_sha256": "config" if is_done else None,
        "workflow": "auto",
        "last_error": None,
    }
    return JobSummary(**own | given, state=state)


def work_batch(*numbers: int) -> WorkBatch:
    return WorkBatch(LEASE, tuple(document_id(number) for number in numbers))
