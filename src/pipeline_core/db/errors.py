"""The database's errors in the pipeline's words."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as sqlstate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from pipeline_core.domain.errors import (
    BeingErasedError,
    ConfigurationError,
    DatabaseNotMigratedError,
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    DataRejectedError,
    IllegalMoveError,
    LeaseLostError,
    PipelineError,
    RefusedError,
    StatementTimeoutError,
)

_LIFECYCLE = (
    "upload_jobs_",
    "documents_deep_scan_move",
    "staged_questions_move",
    "upload_batches_move",
    "parse_jobs_move",
)
_LEASE = "job_lease"
_ERASING = "erasures_under_way"
_NOT_MIGRATED = (
    sqlstate.UndefinedTable,
    sqlstate.UndefinedColumn,
    sqlstate.UndefinedFunction,
    sqlstate.UndefinedObject,
    sqlstate.InvalidSchemaName,
)
NOT_READY = sqlstate.InsufficientPrivilege | sqlstate.FeatureNotSupported | sqlstate.UndefinedFile
"""What PostgreSQL says where a right, an extension or an extension's files are lacking."""
_LAST_ADMIN = "realm_members_last_admin"
_ROW_SECURITY = "ExecWithCheckOptions"
"""Where PostgreSQL refuses a row that is another user's, with the same SQLSTATE as for a right that lacks."""


def translate(error: psycopg.Error) -> PipelineError:
    """Translate an error of psycopg: try again, migrate, missing right, illegal move, or rows refused."""
    text = first_line(error)
    constraint = error.diag.constraint_name or ""
    if constraint == _LAST_ADMIN:
        return RefusedError("A realm keeps at least one admin.", action="Make somebody else an admin first.")
    if constraint == _ERASING:
        return BeingErasedError()
    if constraint == _LEASE:
        return LeaseLostError(where=text)
    if isinstance(error, sqlstate.CheckViolation) and constraint.startswith(_LIFECYCLE):
        return IllegalMoveError(f"The database refused the move: {text}.", where=constraint)
    if isinstance(error, _NOT_MIGRATED):
        return DatabaseNotMigratedError(f"The database lacks what this version needs: {text}.")
    if isinstance(error, NOT_READY) and error.diag.source_function != _ROW_SECURITY:
        return DatabaseNotReadyError(
            f"The database login, or the server, lacks what the work needs: {text}.",
            action="The login must be a member of upload_pipeline_service, and the server have pgvector and "
            "pg_trgm: `pipeline doctor` says what is missing.",
        )
    if isinstance(error, sqlstate.ReadOnlySqlTransaction):
        return DatabaseUnavailableError(
            f"The database accepts no changes at present: {text}.",
            action="Check that UPLOAD_PIPELINE_DATABASE_URL leads to the primary server; then try again.",
        )
    if isinstance(error, sqlstate.QueryCanceled):
        return StatementTimeoutError(f"The database cancelled a statement: {text}.")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        # includes serialization failures, deadlocks, cut connections, shutdowns and full disks
        return DatabaseUnavailableError(f"The database did not finish the work: {text}.")
    return DataRejectedError(f"The database refused the rows: {text}.", where=constraint or None)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into the pipeline's own."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error) from error


def no_connection(error: psycopg.Error, url: str, role: str) -> PipelineError:
    """The error for a connection that failed; it names the database, never the password."""
    where, text = place(url), first_line(error)
    if isinstance(error, psycopg.ProgrammingError):
        return ConfigurationError(
            f"UPLOAD_PIPELINE_DATABASE_URL cannot be used: {text}.",
            action="Set postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded.",
        )
    # there is no SQLSTATE before a connection stands; the role's name is in the message in every language
    if role and role in text and f"{role}@" not in url:
        return DatabaseNotMigratedError(
            f"The login cannot become the role {role}: {text}.",
            where=where,
            action=f"`pipeline migrate` makes the role; then, if it must: GRANT {role} TO the login.",
        )
    return DatabaseUnavailableError(
        f"No connection to the database: {text}.",
        where=where,
        action="Check that PostgreSQL runs there and that UPLOAD_PIPELINE_DATABASE_URL is right; then try again.",
    )


def all_in_use(url: str) -> DatabaseUnavailableError:
    """The error for a connection that did not come free in time."""
    return DatabaseUnavailableError(
        "All of this process's connections to the database are in use.",
        where=place(url),
        action="Try again; lower UPLOAD_PIPELINE_CONCURRENCY if it happens often.",
    )


def place(url: str) -> str:
    """``host:port/database`` of a database URL, without who logs in and how."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return "a URL that cannot be read"
    host = parsed.host or parsed.query.get("host") or "local socket"
    host = host if isinstance(host, str) else ",".join(host)
    return f"{host}{f':{parsed.port}' if parsed.port else ''}/{parsed.database or ''}"


def first_line(error: BaseException) -> str:
    """The first line of the message, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
