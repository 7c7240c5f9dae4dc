"""What the rows say that there is, from PostgreSQL."""

from collections.abc import Sequence

from pipeline_core.db.session import Session
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.ports.agreement import Disagreement, NamedObject


class PostgresAgreement:
    def __init__(self, session: Session) -> None:
        self._session = session

    def documents(self, after: DocumentId | None, limit: int) -> list[DocumentId]:
        return [row["document_id"] for row in self._session.all("documents_after", after=after, limit=limit)]

    def count(self) -> int:
        [row] = self._session.all("count_documents")
        return int(row["documents"])

    def sample(self, count: int) -> list[DocumentId]:
        return [row["document_id"] for row in self._session.all("any_documents", count=count)]

    def named(self, document_ids: Sequence[DocumentId]) -> list[NamedObject]:
        return [
            NamedObject(
                row["document_id"],
                row["filename"],
                row["what"],
                StageName(row["stage_name"]) if row["stage_name"] else None,
                row["key"],
                row["size"],
                row["sha256"],
            )
            for row in self._session.all("named_objects", document_ids=list(document_ids))
        ]

    def places(self, document_id: DocumentId) -> list[str]:
        return [row["source_uri"] for row in self._session.all("places_now", document_id=document_id)]

    def disagreements(self, document_ids: Sequence[DocumentId]) -> list[Disagreement]:
        return [Disagreement(**row) for row in self._session.all("disagreements", document_ids=list(document_ids))]
