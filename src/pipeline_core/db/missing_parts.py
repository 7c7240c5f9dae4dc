"""Missing parts of the installation in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.faults import EVERYTHING_NEEDS
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.rows.queue import MissingPart


class Passage(NamedTuple):
    """Limits of a claim while parts are missing: nothing that waits for one of ``missing``, nothing at all where
    ``closed``, but always ``probes``, which try whether a part is back."""

    missing: list[str]
    closed: bool
    probes: list[DocumentId]


FREE = Passage([], closed=False, probes=[])


class MissingParts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[MissingPart]:
        return self._session.rows(MissingPart, "missing_parts")

    def miss(self, errors: Mapping[str, Mapping[str, Any]], *, pause_s: float) -> None:
        """Record why each part is missing; the first try is due after the pause, in seconds."""
        parts = sorted(errors)
        self._session.execute(
            "miss_parts", parts=parts, errors=[json_text(errors[part]) for part in parts], pause_s=pause_s
        )

    def candidates(
        self, parts: Sequence[str], *, document_ids: Sequence[DocumentId] | None, realm_id: RealmId | None
    ) -> dict[str, DocumentId]:
        """For each of the parts whose try is due, a job that waits, among these."""
        return self._session.mapping(
            "probe_candidates",
            parts=list(parts),
            everything=EVERYTHING_NEEDS,
            document_ids=None if document_ids is None else list(document_ids),
            realm_id=realm_id,
        )

    def begin_probes(self, parts: Sequence[str], *, base_s: float, most_s: float) -> list[str]:
        """The parts that are ours to try now; the pause until the next try doubles, up to ``most_s`` seconds."""
        return self._session.column("begin_probes", parts=sorted(parts), base_s=base_s, most_s=most_s)

    def probe_now(self, parts: Sequence[str]) -> None:
        """The next try is due at once, as somebody asks for it."""
        self._session.execute("probe_now", parts=sorted(parts))

    def drop_idle(self) -> None:
        """Forget parts that no job waits for, once their try is due."""
        self._session.execute("drop_idle_parts")

    def recover(self, parts: Sequence[str]) -> list[DocumentId]:
        """These parts are back: what waited for them goes on."""
        self._session.execute("recover_parts", parts=sorted(parts))
        return self._session.column("release_jobs", parts=sorted(parts))

    def hold(self, part: str, document_ids: Sequence[DocumentId]) -> None:
        """Queued jobs of these documents wait for the part."""
        self._session.execute("hold_unclaimed", part=part, document_ids=list(document_ids))

    def waiting(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, str | None]:
        """The queued ones of the documents, each with the part that it waits for, if any."""
        return self._session.mapping("held_jobs_of", document_ids=list(document_ids))
