"""The audit trail in PostgreSQL."""

from collections.abc import Mapping
from dataclasses import asdict

from pipeline_core.db.session import Session, json_text
from pipeline_core.ports.audit import Installation, TakenOut

SETTINGS_LOCK_CLASS = 7717
"""First key of the advisory lock under which settings are compared; the second is 0."""


class PostgresAudit:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take_out(self, taken: TakenOut, *, once_in_s: float = 0) -> bool:
        written = self._session.execute(
            "take_out",
            document_id=taken.document_id,
            user_id=taken.user_id,
            type=taken.type,
            code=taken.code,
            payload=json_text({"by": taken.by, **taken.details}),
            once_in_s=once_in_s,
        )
        return written > 0

    def lock_settings(self) -> None:
        self._session.execute("lock_settings", lock_class=SETTINGS_LOCK_CLASS)

    def settings_of(self, installation: Installation) -> Mapping[str, str] | None:
        rows = self._session.all("recorded_settings", **asdict(installation))
        return dict(rows[0]["settings"]) if rows else None

    def keep_settings(self, installation: Installation, settings: Mapping[str, str]) -> None:
        self._session.execute("keep_settings", **asdict(installation), settings=json_text(settings))

    def tell_settings(self, installation: Installation, changes: Mapping[str, Mapping[str, str | None]]) -> None:
        self._session.execute("tell_settings", payload=json_text({**asdict(installation), "changes": changes}))
