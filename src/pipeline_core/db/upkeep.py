"""What is removed in the end, from PostgreSQL; and the planner's statistics."""

from collections.abc import Mapping, Sequence

from psycopg import sql

from pipeline_core.db.engine import SCHEMA, connect
from pipeline_core.db.errors import translated
from pipeline_core.db.session import Session, json_text
from pipeline_core.ports.upkeep import Purged

OBJECTS_LOCK = 771454
"""Shared by backups while they copy objects; whoever removes objects has it alone while he asks which are nobody's."""


class PostgresUpkeep:
    def __init__(self, session: Session) -> None:
        self._session = session

    def purge_dead(self, older_than_days: int, limit: int) -> list[Purged]:
        return [Purged(**row) for row in self._session.all("purge_dead", days=older_than_days, limit=limit)]

    def unnamed(self, keys: Sequence[str]) -> list[str]:
        return [row["key"] for row in self._session.all("unnamed_objects", keys=list(keys))]

    def prune_events(self, after: int, most: int, *, work_days: int, audit_days: int) -> tuple[int, int | None]:
        [row] = self._session.all("prune_events", after=after, most=most, work_days=work_days, audit_days=audit_days)
        return row["removed"], row["last_seen"]

    def tell_pruned(self, code: str, payload: Mapping[str, int]) -> None:
        self._session.execute("tell_pruned", code=code, payload=json_text(payload))

    def history_sizes(self) -> dict[str, int]:
        return {row["name"]: row["bytes"] for row in self._session.all("history_sizes")}

    def note_flow_run(self, flow: str) -> None:
        self._session.execute("note_flow_run", flow=flow)

    def are_objects_held(self) -> bool:
        [row] = self._session.all("try_objects", lock=OBJECTS_LOCK)
        return not row["is_ours"]


def analyze(url: str) -> list[str]:
    """Bring the planner's statistics of every table up to date; answers with the tables' names.

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
