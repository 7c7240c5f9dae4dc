"""The Python API: submit documents, wait, look, decide, search.

    with Client() as pipeline:
        submitted = pipeline.submit(["policy.pdf"])
        for document in pipeline.wait(submitted.document_ids):
            print(document.filename, document.state, document.percent)
        for hit in pipeline.search("When is the premium due?"):
            print(hit.statement, hit.evidence)

It is configured as everything else is (``UPLOAD_PIPELINE_…``) and does what the command line does, by the same
services. Errors are those of ``pipeline_core.domain.errors``; each says what to do.
"""

from pipeline_core.client.banks import Banks
from pipeline_core.client.erasing import Erasing
from pipeline_core.client.evidence import Evidence
from pipeline_core.client.feed import Feed
from pipeline_core.client.knowledge import Knowledge
from pipeline_core.client.operating import Operating
from pipeline_core.client.queue import Queueing, QueueState
from pipeline_core.client.results import (
    DocumentStatus,
    Found,
    Submitted,
)
from pipeline_core.client.retrying import Retrying
from pipeline_core.client.sources import Sources
from pipeline_core.client.versions import Versioned
from pipeline_core.domain.rows.documents import DocumentFile
from pipeline_core.domain.rows.search import FoundFact, Hit, WaitingSource
from pipeline_core.review.decisions import Decision, Resolution
from pipeline_core.services.intake import Upload
from pipeline_core.services.source_schedules import SourceSaid

__all__ = [
    "Client", "Decision", "DocumentFile", "DocumentStatus", "Found", "FoundFact", "Hit", "QueueState", "Resolution",
    "SourceSaid", "Submitted", "Upload", "WaitingSource",
]  # fmt: skip


class Client(Sources, Retrying, Banks, Queueing, Knowledge, Feed, Operating, Evidence, Versioned, Erasing):
    """The pipeline of this process, for one user. Use it as a context manager, or ``close`` it.

    Its methods are grouped by file: documents, processing, retrying, review, banks, queue, knowledge, operating,
    evidence, versions, sources, erasing.
    """
