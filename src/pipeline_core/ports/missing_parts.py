"""Port: parts of the installation that were found missing, and the jobs that wait for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from pipeline_core.domain.ids import DocumentId, UserId


class Passage(NamedTuple):
    """What a claim may take while parts are missing: nothing that waits for one of ``missing``, nothing at all where
    ``closed``, but always ``probes``: they try whether a part is back."""

    missing: list[str]
    closed: bool
    probes: list[DocumentId]


FREE = Passage([], closed=False, probes=[])


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part, why it is taken to be missing, how many jobs are ``held`` for it, and when the next of them tries."""

    part: str
    error: dict[str, Any]
    since: datetime
    tries: int
    probe_in_s: float
    held: int


class MissingParts(Protocol):
    def all(self) -> list[MissingPart]: ...

    def miss(self, errors: Mapping[str, Mapping[str, Any]], *, pause_s: float) -> None:
        """Record why each part is missing; the first try is due after the pause, in seconds."""
        ...

    def candidates(
        self, parts: Sequence[str], *, document_ids: Sequence[DocumentId] | None, user_id: UserId | None
    ) -> dict[str, DocumentId]:
        """For each of the parts whose try is due, a job that waits, among these."""
        ...

    def begin_probes(self, parts: Sequence[str], *, base_s: float, most_s: float) -> list[str]:
        """The parts that are ours to try now; the pause until the next try doubles, up to ``most_s`` seconds."""
        ...

    def probe_now(self, parts: Sequence[str]) -> None:
        """The next try is due at once, as somebody asks for it."""
        ...

    def drop_idle(self) -> None:
        """Forget parts that no job waits for, once their try is due."""
        ...

    def recover(self, parts: Sequence[str]) -> list[DocumentId]:
        """These parts are back: what waited for them goes on."""
        ...

    def hold(self, part: str, document_ids: Sequence[DocumentId]) -> None:
        """Queued jobs of these documents wait for the part."""
        ...

    def waiting(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, str | None]:
        """Which of the documents are queued, and the part that each waits for, if any."""
        ...
