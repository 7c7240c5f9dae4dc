"""The database as a file, by pg_dump and pg_restore."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from pipeline_core.db import postgres_programs as programs
from pipeline_core.db.connection import SCHEMA, connect
from pipeline_core.db.errors import place, translated
from pipeline_core.db.jobs import WORKER_LOCK_CLASS
from pipeline_core.db.migrate import migrate
from pipeline_core.db.queries import load
from pipeline_core.db.schema_age import applied, files
from pipeline_core.db.session import json_text
from pipeline_core.db.upkeep import OBJECTS_LOCK
from pipeline_core.domain.errors import BackupFailedError, DatabaseNotMigratedError


class NamedKey(NamedTuple):
    """An object that a row names, with the sha256 (hex) that it is to have."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Dumped:
    """The contents of a dump: the migrations that were applied, and the number of rows of each table."""

    schema: list[str]
    rows: dict[str, int]


_CONTENT = ("documents", "upload_batches", "events", "fact_cache", "embedding_cache", "paid_calls", "webhook_endpoints")
"""Tables of which a row says that somebody has used the database; others have the rules that migrations bring."""
_KEYS_AT_A_TIME = 2000
_SERVICE = "upload_pipeline_service"


@dataclass(frozen=True, slots=True)
class Held:
    """No object that a row named is removed as long as this is held."""

    connection: psycopg.Connection[Any]

    def check(self) -> None:
        """Raise BackupFailedError if the session that held it has ended meanwhile."""
        try:
            self.connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise BackupFailedError(
                "The database was away while objects were copied: some may have been removed meanwhile."
            ) from error


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the database, whatever is written meanwhile. To be closed before anything slow begins."""

    connection: psycopg.Connection[Any]
    url: str
    role: str | None

    def named(self) -> Iterator[NamedKey]:
        """Every object that a row names, by key."""
        with self.connection.cursor(name="named_keys") as cursor:
            cursor.itersize = _KEYS_AT_A_TIME
            cursor.execute(load()["named_keys"].encode())
            for key, sha256 in cursor:
                yield NamedKey(key, sha256)

    def dump(self, file: Path) -> Dumped:
        """Write the whole schema with its rows into a new file.

        Raises:
            BackupFailedError: what the tool that does it said.
        """
        [(snapshot, version)] = self.connection.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version_num')::int / 10000"
        ).fetchall()
        conninfo, environment = programs.connection(self.url)
        role = [f"--role={self.role}"] if self.role else []
        command = [
            str(programs.program("pg_dump", version)), "--format=custom", f"--schema={SCHEMA}", "--no-owner",
            "--no-password", f"--snapshot={snapshot}", *role, f"--dbname={conninfo}",
        ]  # fmt: skip
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            done = subprocess.run(
                command, env=environment, stdout=out, stderr=subprocess.PIPE, text=True, errors="replace", check=False
            )
            programs.check("pg_dump", done.returncode, done.stderr)
            out.flush()
            os.fsync(descriptor)
        return Dumped(sorted(applied(self.connection) or ()), _rows(self.connection))


@dataclass(frozen=True, slots=True)
class DatabaseBackups:
    """Works with the embedded database and with one of your own, as whoever owns the tables, or is a member of the
    service role for a backup."""

    url: str

    @contextmanager
    def hold_objects(self) -> Iterator[Held]:
        """Have nobody remove objects meanwhile; ends with this process, however that ends."""
        with translated(), connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock_shared(%s)", [OBJECTS_LOCK])
            try:
                yield Held(connection)
            finally:
                # the end of the session would do it, a moment later
                with suppress(psycopg.Error):
                    connection.execute("SELECT pg_advisory_unlock_shared(%s)", [OBJECTS_LOCK])

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with translated(), connect(self.url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            if not applied(connection):
                raise DatabaseNotMigratedError(where=place(self.url))
            yield Snapshot(connection, self.url, _see_all(connection))

    def known_schema(self) -> list[str]:
        """The migrations that this software knows, in order."""
        return list(files())

    def prepare(self) -> None:
        """Bring the database's schema up to date, so that it has what a restore builds on."""
        migrate(self.url)

    def rows(self) -> Mapping[str, int]:
        """The rows of the tables that are empty until somebody uses the database."""
        with translated(), connect(self.url) as connection:
            return {name: count for name, count in _rows(connection).items() if name in _CONTENT}

    def workers(self) -> int:
        """The number of connected workers."""
        with translated(), connect(self.url) as connection:
            [(count,)] = connection.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s::oid AND granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                [WORKER_LOCK_CLASS],
            ).fetchall()
        return int(count)

    def restore(self, file: Path, dumped: Dumped, erasures: Sequence[Mapping[str, Any]] = ()) -> None:
        """Put a dump in the place of everything that the schema holds, in one transaction.

        With it come these erasures, for which nobody sees anything until they are carried out again.

        Raises:
            BackupFailedError: what the tool that does it said, or the rows are not those that were dumped; nothing
                has changed.
        """
        with translated(), connect(self.url) as connection:
            [(version,)] = connection.execute("SELECT current_setting('server_version_num')::int / 10000").fetchall()
            before, after = _around(connection, dumped, erasures)
        conninfo, environment = programs.connection(self.url)
        contents = _contents(file, version)
        psql = [
            str(programs.program("psql", 0)), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1",
            "--set=VERBOSITY=terse", f"--dbname={conninfo}", "--output=/dev/null",
        ]  # fmt: skip
        read = [
            str(programs.program("pg_restore", version)),
            "--file=-",
            "--no-owner",
            "--use-list=/dev/stdin",
            str(file),
        ]
        done = None
        with subprocess.Popen(
            psql, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True, errors="replace"
        ) as into:
            assert into.stdin
            # psql that has ended says itself why; what was sent without the COMMIT of the end is rolled back
            with suppress(BrokenPipeError):
                _write(into.stdin, before)
                done = subprocess.run(
                    read, input=contents, stdout=into.stdin, stderr=subprocess.PIPE, text=True, errors="replace",
                    check=False,
                )  # fmt: skip
                if done.returncode == 0:
                    _write(into.stdin, after)
            said = into.communicate()[1]
        programs.check("psql", into.returncode, said)
        if done:
            programs.check("pg_restore", done.returncode, done.stderr)


def _see_all(connection: psycopg.Connection[Any]) -> str | None:
    """Row security would hide every row from a login that is only a member of the service role, in what is dumped and
    in what is counted: become that role, whose name this returns. None where the login sees all itself."""
    [(sees_all,)] = connection.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchall()
    if sees_all:
        return None
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(_SERVICE)))
    return _SERVICE


def _write(pipe: Any, text: str) -> None:
    pipe.write(text)
    pipe.flush()


def _contents(file: Path, version: int) -> str:
    """The dump's list of contents, without default privileges: those name the login that made them."""
    done = subprocess.run(
        [str(programs.program("pg_restore", version)), "--list", str(file)],
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    programs.check("pg_restore", done.returncode, done.stderr)
    return "\n".join(line for line in done.stdout.splitlines() if " DEFAULT ACL " not in line) + "\n"


def _around(
    connection: psycopg.Connection[Any], dumped: Dumped, erasures: Sequence[Mapping[str, Any]]
) -> tuple[str, str]:
    """Statements to run before the dump's own, and after them."""
    [(privileges,)] = connection.execute(load()["default_privileges"].encode(), {"schema": SCHEMA}).fetchall()
    before = f"BEGIN;\nDROP SCHEMA {SCHEMA} CASCADE;\n"
    counts = sql.SQL(", ").join(
        sql.SQL("({}, (SELECT count(*) FROM {}), {})").format(
            sql.Literal(name), sql.Identifier(SCHEMA, name), sql.Literal(count)
        )
        for name, count in dumped.rows.items()
    )
    compare = sql.SQL(_COMPARE).format(counts).as_string(connection)
    held = _held(connection, erasures) if "erasures" in dumped.rows else ""
    return before, f"{privileges or ''}\n{compare}{held}COMMIT;\n"


def _held(connection: psycopg.Connection[Any], erasures: Sequence[Mapping[str, Any]]) -> str:
    statement = load()["restore_erasures"].rstrip().rstrip(";").replace("%(erasures)s", "{}")
    value = sql.SQL(statement).format(sql.Literal(json_text(erasures)))
    path = f"SET LOCAL search_path = {SCHEMA}, public, extensions;\n"
    return f"{path}{value.as_string(connection)};\n"


_COMPARE = """DO $rows$ DECLARE differing text; BEGIN
    SELECT string_agg(format('%s has %s rows, %s were dumped', t.name, t.found, t.dumped), '; ') INTO differing
    FROM (VALUES {}) AS t (name, found, dumped) WHERE t.found <> t.dumped;
    IF differing IS NOT NULL THEN RAISE EXCEPTION '%', differing; END IF;
END $rows$;
"""


def _rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition ORDER BY 1",
        [SCHEMA],
    ).fetchall()
    counted = {}
    for (name,) in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, name))
        [(counted[name],)] = connection.execute(query).fetchall()
    return counted
