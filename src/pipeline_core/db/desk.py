"""A reviewer's desk in PostgreSQL: the list of facts, who else is there, what can be undone."""

from uuid import UUID

from pipeline_core.db.parking import parked_shown
from pipeline_core.db.session import Session
from pipeline_core.domain.changes import Change
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId, JobId, QuestionId, RealmId
from pipeline_core.domain.rows.desk import DeskJob, ListedFact, Looking
from pipeline_core.domain.rows.details import ParkedShown


class Desk:
    def __init__(self, session: Session) -> None:
        self._session = session

    def job(self, job_id: JobId, realm_id: RealmId) -> DeskJob:
        """The job and its document.

        Raises:
            NotFoundError: the realm has no such job.
        """
        found = self._session.first(DeskJob, "desk_job", job_id=job_id, realm_id=realm_id)
        if found is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return found

    def parked(self, job_id: JobId) -> ParkedShown | None:
        """The decision about it that can be taken back, or that was refused."""
        return parked_shown(self._session, job_id)

    def returned_for(self, job_id: JobId) -> int | None:
        """The number of findings for which it was returned to matching review; None if it was not."""
        returned = self._session.all("view_returned_findings", job_id=job_id)
        return len(returned[0]["findings"] or ()) if returned else None

    def chunk(self, question_id: QuestionId) -> Chunk | None:
        """The chunk that a fact was found in."""
        for row in self._session.all("desk_chunk", question_id=question_id):
            return Chunk(**{**row, "heading_path": tuple(row["heading_path"])})
        return None

    def facts(self, document_id: DocumentId) -> list[ListedFact]:
        """A line for each fact of the document, in the order of the file."""
        return self._session.rows(ListedFact, "desk_facts", document_id=document_id)

    def look(self, document_id: DocumentId, realm_id: RealmId, question_id: QuestionId | None) -> None:
        """Have whoever asks look at the document now, and at this fact of it."""
        self._session.execute("desk_look", document_id=document_id, realm_id=realm_id, question_id=question_id)

    def others(self, document_id: DocumentId) -> list[Looking]:
        """Others who look at the document."""
        return self._session.rows(Looking, "desk_people", document_id=document_id)

    def last_change(self, scope_id: UUID, by: str) -> Change | None:
        """The newest change of this reviewer in a document or bank that stands, and is not an undo."""
        return self._session.first(Change, "last_standing_change", scope_id=scope_id, by=by)
