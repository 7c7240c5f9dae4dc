"""A connection: in the role that works, with the schema on its search path, to a schema of this software's age."""

from typing import Any

import psycopg

from pipeline_core.db.errors import no_connection, translated
from pipeline_core.db.schema_age import refuse_others

SCHEMA = "upload_pipeline"
CONNECT_TIMEOUT_S = 10
_TUNING = {
    # measured: planning and compiling cost more than these short statements themselves
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "64MB",
}


def connect_options(role: str, *, idle_s: float = 0) -> str:
    """libpq's ``options``: search path, role and tuning of every connection.

    ``idle_s``: a transaction whose client says nothing for so long is ended, with its locks; 0 is never.
    """
    timeout = {"idle_in_transaction_session_timeout": str(int(idle_s * 1000))}
    values = {"search_path": f"{SCHEMA},public,extensions", "role": role, **timeout, **_TUNING}
    return " ".join(f"-c {name}={value}" for name, value in values.items() if value)


def connect(
    url: str,
    *,
    role: str = "",
    autocommit: bool = False,
    statement_timeout_s: float = 0,
    silence_s: int = 0,
    idle_s: float = 0,
) -> psycopg.Connection[Any]:
    """The one way to a connection, for the pool too.

    Args:
        url: ``postgresql://…``, any form that libpq knows.
        role: what it becomes (``SET ROLE``); empty keeps the login's own.
        autocommit: each statement is a transaction.
        statement_timeout_s: a statement that takes longer is ended, seconds; 0 is never.
        silence_s: a line that is cut is given up after about so long, seconds; 0 leaves it to the system.
        idle_s: as ``connect_options``.

    Raises:
        DatabaseUnavailableError: there is none; names the host and the database.
        DatabaseNotMigratedError: the role is missing, or not granted to the login; or migrations are.
        DatabaseNewerError: a newer version of this software has migrated it.
        ConfigurationError: the URL is none.
    """
    options = f"{connect_options(role, idle_s=idle_s)} -c statement_timeout={round(statement_timeout_s * 1000)}"
    try:
        connection = psycopg.connect(
            url,
            options=options,
            connect_timeout=CONNECT_TIMEOUT_S,
            autocommit=autocommit,
            **(_watched(silence_s) if silence_s else {}),
        )
    except psycopg.Error as error:
        raise no_connection(error, url, role) from error
    try:
        with translated():
            refuse_others(connection, url, works=bool(role))
    except BaseException:
        connection.close()
        raise
    return connection


def _watched(silence_s: int) -> dict[str, Any]:
    """libpq's parameters for a line that is looked after; they mean nothing on a Unix socket."""
    return {
        "keepalives_idle": silence_s,
        "keepalives_interval": silence_s,
        "keepalives_count": 2,
        "tcp_user_timeout": silence_s * 1000,
    }
