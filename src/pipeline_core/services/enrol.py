"""Enrolling an older table of documents: each text is stored and taken in, as if it had been uploaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_core.db.older_documents import OlderRow, ReadOlder
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import OriginalMissingError, PipelineError
from pipeline_core.domain.ids import DocumentId, RealmId, text_sha256
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.services.intake import Intake, Upload
from pipeline_core.services.retry import Retry


@dataclass(slots=True)
class Enrolled:
    """Outcome for the rows.

    ``restored`` had been enrolled by the SQL script and had no bytes in the store; ``restarted`` had failed by that.
    """

    new: list[DocumentId] = field(default_factory=list)
    known: int = 0
    same_content: int = 0
    without_content: int = 0
    restored: int = 0
    restarted: list[DocumentId] = field(default_factory=list)
    refused: list[tuple[str, PipelineError]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EnrolDocuments:
    """Enrols the rows of a table, as often as wanted: what is enrolled stays as it is."""

    intake: Intake
    """Has each document wait for a person in matching review."""
    open_uow: OpenUnitOfWork
    read: ReadOlder

    def __call__(self, table: str, *, realm_id: RealmId, by: str) -> Enrolled:
        """Take in every row that has content; each document waits for a person in matching review.

        A row whose content has changed since becomes a new document in the old one's place.

        Raises:
            RefusedError: there is no such table, or it lacks a column.
            StoreUnavailableError, DatabaseUnavailableError: what was enrolled so far stays; run it again.
        """
        enrolled, seen = Enrolled(), set[DocumentId]()
        for rows in self.read(table):
            filled = [row for row in rows if row.content]
            enrolled.without_content += len(rows) - len(filled)
            uploads = [Upload(row.filename, _bytes(row), f"table:{table}/{row.key}") for row in filled]
            received = self.intake.receive(uploads, realm_id=realm_id)
            enrolled.refused += received.refused
            # of rows with the same content the first one describes it
            of_document = {received.by_content.get(text_sha256(row.content or "")): row for row in reversed(filled)}
            first = {key: of_document[key] for key in received.documents if key not in seen}
            seen |= first.keys()
            enrolled.same_content += len(filled) - len(received.refused) - len(first)
            new = {key: row for key, row in first.items() if key in received.new}
            known = {key: row for key, row in first.items() if key not in received.new}
            enrolled.new += new
            enrolled.known += len(known)
            self._describe(new)
            enrolled.restored += len(received.mended & known.keys())
            self._restart(list(known), enrolled, by)
        return enrolled

    def _describe(self, new: Mapping[DocumentId, OlderRow]) -> None:
        """Give documents the times of their row, and what it was kept under as their collection."""
        if new:
            with self.open_uow() as uow:
                uow.documents.describe(new)
                uow.commit()

    def _restart(self, known: Sequence[DocumentId], enrolled: Enrolled, by: str) -> None:
        """Start again what had failed for want of its bytes, which intake has put into the store."""
        if not known:
            return
        with self.open_uow() as uow:
            summaries = uow.documents.find(known)
        for document_id in known:
            if _lacked_its_original(summaries[document_id]):
                Retry(self.open_uow)(document_id, from_stage=None, by=by)
                enrolled.restarted.append(document_id)


def _bytes(row: OlderRow) -> bytes:
    return (row.content or "").encode()


def _lacked_its_original(summary: JobSummary) -> bool:
    error = summary.last_error or {}
    return summary.state is JobState.DEADLETTER and error.get("code") == OriginalMissingError.code
