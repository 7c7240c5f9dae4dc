"""Port: what the rows say that there is, for whoever holds it against what there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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


class Agreement(Protocol):
    def documents(self, after: DocumentId | None, limit: int) -> list[DocumentId]:
        """The next documents in the order of their ids."""
        ...

    def count(self) -> int:
        """How many documents there are."""
        ...

    def sample(self, count: int) -> list[DocumentId]:
        """So many documents by chance."""
        ...

    def named(self, document_ids: Sequence[DocumentId]) -> list[NamedObject]:
        """Every object of these documents that is to be in the store."""
        ...

    def places(self, document_id: DocumentId) -> list[str]:
        """Where its file stands now (URIs)."""
        ...

    def disagreements(self, document_ids: Sequence[DocumentId]) -> list[Disagreement]:
        """Where the ledger, production and its vectors do not say the same of documents that are at rest."""
        ...
