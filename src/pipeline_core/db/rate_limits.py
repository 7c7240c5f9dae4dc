"""Rate limits in PostgreSQL: one statement a hit, by the database's clock."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline_core.db.database import Database
from pipeline_core.db.session import Session
from pipeline_core.domain.errors import DatabaseUnavailableError, PipelineError
from pipeline_core.domain.sliding_window import retry_after


class PostgresRateLimits:
    """Counts in the table ``rate_limits``, which every process shares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hit(self, key: str, *, limit: int, window_s: int) -> float | None:
        with self._at_once() as session:
            [row] = session.all("hit_rate_limit", key=key, most=limit, window_s=window_s)
        if row["taken"]:
            return None
        return retry_after(row["hits_before"], row["hits_now"], row["elapsed_s"], limit=limit, window_s=window_s)

    def check(self) -> None:
        with self._at_once() as session:
            session.connection.execute("SELECT 1 FROM rate_limits LIMIT 1")

    @contextmanager
    def _at_once(self) -> Iterator[Session]:
        """One statement, and nothing around it: a hit is counted once and for all."""
        try:
            with self._database.lend(autocommit=True) as connection:
                yield Session(connection)
        except PipelineError as error:
            raise DatabaseUnavailableError("The limits cannot be counted: the database does not answer.") from error

    def prune(self) -> None:
        """Forget windows that are over; needs the service role.

        Raises:
            PipelineError: what the database raised.
        """
        with self._database.lend() as connection:
            Session(connection).execute("prune_rate_limits")
            connection.commit()
