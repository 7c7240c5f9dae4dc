"""Rate limits in PostgreSQL: one statement a hit, by the database's clock."""

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pipeline_core.db.connection import lend
from pipeline_core.db.queries import load
from pipeline_core.db.session import Session
from pipeline_core.domain.errors import DatabaseUnavailableError
from pipeline_core.domain.sliding_window import retry_after


class PostgresRateLimits:
    """Counts in the table ``rate_limits``, which every process shares."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # one statement, and nothing around it: a hit is counted once and for all
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")

    def hit(self, key: str, *, limit: int, window_s: int) -> float | None:
        arguments = {"key": key, "most": limit, "window_s": window_s}
        try:
            with self._at_once.connect() as connection:
                row = connection.exec_driver_sql(load()["hit_rate_limit"], arguments).one()
        except (DBAPIError, PoolTimeoutError) as error:
            raise DatabaseUnavailableError("The limits cannot be counted: the database does not answer.") from error
        if row.taken:
            return None
        return retry_after(row.hits_before, row.hits_now, row.elapsed_s, limit=limit, window_s=window_s)

    def check(self) -> None:
        try:
            with self._at_once.connect() as connection:
                connection.exec_driver_sql("SELECT 1 FROM rate_limits LIMIT 1")
        except (DBAPIError, PoolTimeoutError) as error:
            raise DatabaseUnavailableError("The limits cannot be counted: the database does not answer.") from error

    def prune(self) -> None:
        """Forget windows that are over; needs the service role.

        Raises:
            PipelineError: what the database raised.
        """
        with lend(self._engine) as connection:
            Session(connection).execute("prune_rate_limits")
            connection.commit()
