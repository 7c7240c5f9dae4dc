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

    def are_objects_held(self) -> bool:
        """Whether a backup copies objects just now: none is to be removed then, as it may be one that it names.

        If not, no backup begins before the transaction ends; one that begins later names nothing that is unnamed now.
        """
        ...

    def unnamed(self, keys: Sequence[str]) -> list[str]:
        """Those of the object keys that no row names."""
        ...
