"""Missing parts of the installation in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.faults import EVERYTHING_NEEDS
from pipeline_core.domain.ids import DocumentId, UserId
from pipeline_core.ports.missing_parts import MissingPart


class PostgresMissingParts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[MissingPart]:
        return [MissingPart(**row) for row in self._session.all("missing_parts")]

    def miss(self, errors: Mapping[str, Mapping[str, Any]], *, pause_s: float) -> None:
        parts = sorted(errors)
        self._session.execute(
            "miss_parts", parts=parts, errors=[json_text(errors[part]) for part in parts], pause_s=pause_s
        )

    def candidates(
        self, parts: Sequence[str], *, document_ids: Sequence[DocumentId] | None, user_id: UserId | None
    ) -> dict[str, DocumentId]:
        rows = self._session.all(
            "probe_candidates",
            parts=list(parts),
            everything=EVERYTHING_NEEDS,
            document_ids=None if document_ids is None else list(document_ids),
            user_id=user_id,
        )
        return {row["part"]: row["document_id"] for row in rows}

    def begin_probes(self, parts: Sequence[str], *, base_s: float, most_s: float) -> list[str]:
        rows = self._session.all("begin_probes", parts=sorted(parts), base_s=base_s, most_s=most_s)
        return [row["part"] for row in rows]

    def probe_now(self, parts: Sequence[str]) -> None:
        self._session.execute("probe_now", parts=sorted(parts))

    def drop_idle(self) -> None:
        self._session.execute("drop_idle_parts")

    def recover(self, parts: Sequence[str]) -> list[DocumentId]:
        self._session.execute("recover_parts", parts=sorted(parts))
        return [row["document_id"] for row in self._session.all("release_jobs", parts=sorted(parts))]

    def hold(self, part: str, document_ids: Sequence[DocumentId]) -> None:
        self._session.execute("hold_unclaimed", part=part, document_ids=list(document_ids))

    def waiting(self, document_ids: Sequence[DocumentId]) -> dict[DocumentId, str | None]:
        rows = self._session.all("held_jobs_of", document_ids=list(document_ids))
        return {row["document_id"]: row["held_for"] for row in rows}
