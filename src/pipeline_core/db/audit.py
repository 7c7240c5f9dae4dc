"""The audit trail in PostgreSQL."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.lifecycle import EventType


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Something of a document that is about to leave the pipeline; ``by`` is who takes it."""

    document_id: DocumentId
    realm_id: RealmId
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


SETTINGS_LOCK_CLASS = 7717
"""First key of the advisory lock under which settings are compared; the second is 0."""


class Audit:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take_out(self, taken: TakenOut, *, once_in_s: float = 0) -> bool:
        """Leave the event; False if the same was taken by the same person less than ``once_in_s`` seconds ago."""
        written = self._session.execute(
            "take_out",
            document_id=taken.document_id,
            realm_id=taken.realm_id,
            type=taken.type,
            code=taken.code,
            payload=json_text({"by": taken.by, **taken.details}),
            once_in_s=once_in_s,
        )
        return written > 0

    def lock_settings(self) -> None:
        """Of several processes that start at once, one after the other compares, to the end of the transaction."""
        self._session.execute("lock_settings", lock_class=SETTINGS_LOCK_CLASS)

    def settings_of(self, installation: Installation) -> Mapping[str, str] | None:
        """The settings last recorded there, else on another machine with that home and part; None if there are none."""
        rows = self._session.all("recorded_settings", **asdict(installation))
        return dict(rows[0]["settings"]) if rows else None

    def keep_settings(self, installation: Installation, settings: Mapping[str, str]) -> None:
        """From now on these are the ones to compare with."""
        self._session.execute("keep_settings", **asdict(installation), settings=json_text(settings))

    def tell_settings(self, installation: Installation, changes: Mapping[str, Mapping[str, str | None]]) -> None:
        """Leave the event ``settings_changed``; each change has ``before`` and ``after``, None: the default."""
        self._session.execute("tell_settings", payload=json_text({**asdict(installation), "changes": changes}))
