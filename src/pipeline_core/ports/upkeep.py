"""Port: what is removed in the end."""

from collections.abc import Mapping, Sequence
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

    def prune_events(self, after: int, most: int, *, work_days: int, audit_days: int) -> tuple[int, int | None]:
        """Of the next ``most`` events after this one, remove those that are old enough; 0 days keep for ever.

        Answers with how many went, and the last that was looked at; None at the end of what may be old enough.
        """
        ...

    def tell_pruned(self, code: str, payload: Mapping[str, int]) -> None:
        """Leave an event about what retention removed."""
        ...

    def history_sizes(self) -> dict[str, int]:
        """Bytes of the tables that grow with time, and of the whole ``database``."""
        ...

    def note_flow_run(self, flow: str) -> None:
        """The flow of a schedule was begun now."""
        ...
