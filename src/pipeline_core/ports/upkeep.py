"""Port: what is removed in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline_core.domain.ids import DocumentId, UserId


@dataclass(frozen=True, slots=True)
class Purged:
    """A dead document that was removed with everything staged for it; its events stay."""

    document_id: DocumentId
    user_id: UserId
    filename: str


class Upkeep(Protocol):
    def purge_dead(self, older_than_days: int, limit: int) -> list[Purged]:
        """Remove documents of which nothing was ever published and whose job has been dead for so long."""
        ...

    def unnamed(self, keys: Sequence[str]) -> list[str]:
        """Those of the object keys that no row names."""
        ...

    def note_flow_run(self, flow: str) -> None:
        """The flow of a schedule was begun now."""
        ...
