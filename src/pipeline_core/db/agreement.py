"""The objects that rows name, and documents whose rows disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.db.session import Session
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An object that a row names. ``stage`` made it (None: an original, or a text of an earlier run); ``size`` is in
    bytes, where the row says it."""

    document_id: DocumentId
    filename: str
    what: str
    stage: StageName | None
    key: str
    size: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two counts of one document that are to be the same: of ``what`` there are to be ``expected``."""

    document_id: DocumentId
    filename: str
    what: str
    expected: int
    found: int


class Agreement:
    def __init__(self, session: Session) -> None:
        self._session = session

    def documents(self, after: DocumentId | None, limit: int) -> list[DocumentId]:
        """The next documents in the order of their ids."""
        return self._session.column("documents_after", after=after, limit=limit)

    def count(self) -> int:
        """The number of documents."""
        [documents] = self._session.column("count_documents")
        return int(documents)

    def sample(self, count: int) -> list[DocumentId]:
        """So many documents by chance."""
        return self._session.column("any_documents", count=count)

    def named(self, document_ids: Sequence[DocumentId]) -> list[NamedObject]:
        """Every object of these documents that is to be in the store."""
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

    def sources(self, document_id: DocumentId) -> list[str]:
        """Return the URIs of the document's current sources."""
        return self._session.column("sources_now", document_id=document_id)

    def disagreements(self, document_ids: Sequence[DocumentId]) -> list[Disagreement]:
        """Differences between the ledger, production and its vectors, for documents at rest."""
        return self._session.rows(Disagreement, "disagreements", document_ids=list(document_ids))
