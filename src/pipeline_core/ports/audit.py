"""Port: the audit trail, beside the events that moves of jobs leave by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.domain.lifecycle import EventType


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Something of a document that is about to leave the pipeline; ``by`` is who takes it."""

    document_id: DocumentId
    user_id: UserId
    type: EventType
    code: str
    by: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Installation:
    """A machine, the home there, and the part that runs: ``work`` or ``service``."""

    host: str
    home: str
    part: str


class Audit(Protocol):
    def take_out(self, taken: TakenOut, *, once_in_s: float = 0) -> bool:
        """Leave the event; False if the same was taken by the same person less than ``once_in_s`` seconds ago."""
        ...

    def lock_settings(self) -> None:
        """Of several processes that start at once, one after the other compares, to the end of the transaction."""
        ...

    def settings_of(self, installation: Installation) -> Mapping[str, str] | None:
        """What was last recorded there, else at another machine with that home and part; None: nothing was."""
        ...

    def keep_settings(self, installation: Installation, settings: Mapping[str, str]) -> None:
        """From now on these are the ones to compare with."""
        ...

    def tell_settings(self, installation: Installation, changes: Mapping[str, Mapping[str, str | None]]) -> None:
        """Leave the event ``settings_changed``; each change has ``before`` and ``after``, None: the default."""
        ...
