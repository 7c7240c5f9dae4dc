"""A reviewer's desk in PostgreSQL: the list of facts, who else is there, what can be undone."""

from uuid import UUID

from pipeline_core.db.session import Session
from pipeline_core.domain.changes import Change
from pipeline_core.domain.ids import DocumentId, QuestionId, RealmId
from pipeline_core.domain.rows.desk import ListedFact, Looking


class Desk:
    def __init__(self, session: Session) -> None:
        self._session = session

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
