"""Checks of the database for `pipeline doctor`: each returns its finding or raises what is wrong."""

from pipeline_core.db.connection import connect
from pipeline_core.db.database import Database
from pipeline_core.db.errors import place
from pipeline_core.db.migrate import pending
from pipeline_core.db.requirements import not_ready, unmet
from pipeline_core.domain.errors import DatabaseNotMigratedError
from pipeline_core.domain.wording import counted


def server(url: str) -> str:
    """Return the server's version and place.

    Raises:
        PipelineError: it does not answer, or lacks something that the pipeline needs.
    """
    # as the login itself: the role may have to be made yet
    with connect(url) as connection:
        [(version, has_schema)] = connection.execute(
            "SELECT current_setting('server_version'), to_regnamespace('upload_pipeline') IS NOT NULL"
        ).fetchall()
        # a schema that is there needs no right to make it
        if lacking := [one for one in unmet(connection) if not (one.is_right and has_schema)]:
            raise not_ready(lacking, where=place(url))
    return f"PostgreSQL {version} at {place(url)}"


def migrations(url: str) -> str:
    """Return that the schema is up to date.

    Raises:
        DatabaseNotMigratedError: migrations are missing.
    """
    if missing := pending(url):
        raise DatabaseNotMigratedError(
            f"{counted(len(missing), 'migration is', 'migrations are')} missing, from {missing[0]}."
        )
    return "up to date"


def role(database: Database) -> str:
    """Return the role that workers take on."""
    with database.lend() as connection:
        [(name,)] = connection.execute("SELECT current_user").fetchall()
    return f"workers are {name}"
