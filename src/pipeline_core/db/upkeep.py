"""Removal of old rows, and the planner's statistics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from pipeline_core.db.connection import SCHEMA, connect
from pipeline_core.db.errors import translated
from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.ids import DocumentId, RealmId


@dataclass(frozen=True, slots=True)
class Purged:
    """A dead document that was removed with everything staged for it; its events stay."""

    document_id: DocumentId
    realm_id: RealmId
    filename: str


OBJECTS_LOCK = 771454
"""Shared by backups while they copy objects; whoever removes objects has it alone while he asks which are nobody's."""


class Upkeep:
    def __init__(self, session: Session) -> None:
        self._session = session

    def purge_dead(self, older_than_days: int, limit: int) -> list[Purged]:
        """Remove documents of which nothing was ever published and whose job has been dead for so long."""
        return self._session.rows(Purged, "purge_dead", days=older_than_days, limit=limit)

    def unnamed(self, keys: Sequence[str]) -> list[str]:
        """The object keys that no row names."""
        return self._session.column("unnamed_objects", keys=list(keys))

    def prune_events(self, after: int, most: int, *, work_days: int, audit_days: int) -> tuple[int, int | None]:
        """Of the next ``most`` events after this one, remove those that are old enough; 0 days keep for ever.

        Returns how many went, and the last that was looked at; None at the end of what may be old enough.
        """
        [row] = self._session.all("prune_events", after=after, most=most, work_days=work_days, audit_days=audit_days)
        return row["removed"], row["last_seen"]

    def prune_memory(self, days: int, most: int) -> int:
        """Remove up to ``most`` rows of each kind that left production before so many days; returns their number."""
        [removed] = self._session.column("prune_memory", days=days, most=most)
        return int(removed)

    def tell_pruned(self, code: str, payload: Mapping[str, int]) -> None:
        """Leave an event about what retention removed."""
        self._session.execute("tell_pruned", code=code, payload=json_text(payload))

    def history_sizes(self) -> dict[str, int]:
        """Bytes of the tables that grow with time, and of the whole ``database``."""
        return self._session.mapping("history_sizes")

    def note_flow_run(self, flow: str) -> None:
        """The flow of a schedule was begun now."""
        self._session.execute("note_flow_run", flow=flow)

    def are_objects_held(self) -> bool:
        """True if a backup is copying objects: none may be removed then, as the backup may name it.

        If not, no backup begins before the transaction ends; one that begins later names nothing that is unnamed now.
        """
        [row] = self._session.all("try_objects", lock=OBJECTS_LOCK)
        return not row["is_ours"]


def analyze(url: str) -> list[str]:
    """Bring the planner's statistics of every table up to date; returns the tables' names.

    Connects as the login itself: PostgreSQL passes over, with a warning, tables that it does not own.

    Raises:
        DatabaseUnavailableError: the database did not answer.
    """
    with translated(), connect(url, autocommit=True) as connection:
        owned = connection.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' "
            "AND pg_has_role(c.relowner, 'USAGE') ORDER BY 1",
            (SCHEMA,),
        ).fetchall()
        for (name,) in owned:
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(SCHEMA, name)))
    return [name for (name,) in owned]
