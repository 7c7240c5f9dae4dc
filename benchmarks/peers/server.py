"""PostgreSQL of the whole run, and a database of its own for each program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from benchmarks.peers.figures import Stored
from benchmarks.peers.table import Peer
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate

_RELATIONS = """
SELECT table_.relname, index_.relname, pg_relation_size(index_.oid)
FROM pg_index
JOIN pg_class AS index_ ON index_.oid = indexrelid
JOIN pg_class AS table_ ON table_.oid = indrelid
JOIN pg_namespace ON pg_namespace.oid = table_.relnamespace AND nspname = %(schema)s
UNION ALL
SELECT relname, '', pg_table_size(pg_class.oid)
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = %(schema)s
WHERE relkind = 'r'
"""


class Server:
    """The embedded server of a home made for the run."""

    def __init__(self, home: Path) -> None:
        self._server = EmbeddedPostgres(home / "postgres")

    def close(self) -> None:
        self._server.close()

    @contextmanager
    def database(self, peer: Peer, name: str) -> Iterator["Database"]:
        """A new database, which is dropped at the end; ours has its schema, which is not measured."""
        with psycopg.connect(self._server.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made = Database(peer, urlsplit(self._server.url)._replace(path=f"/{name}").geturl())
        try:
            made.prepare()
            yield made
        finally:
            with psycopg.connect(self._server.url, autocommit=True) as connection:
                # so that the next program does not wait for what this one left to be written
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
                connection.execute("CHECKPOINT")


class Database:
    """One program's database."""

    def __init__(self, peer: Peer, url: str) -> None:
        # urlsplit drops the empty host of a server that listens on a socket only
        self.url = url if "@" in url else url.replace("postgresql:/", "postgresql://postgres@/", 1)
        self._peer, self._empty = peer, 0

    def prepare(self) -> None:
        if not self._peer.environment:
            migrate(self.url)
        self._empty = self._size()

    def stored(self) -> Stored:
        """What can be read, and how large it is once it is cleaned up after."""
        self.execute("VACUUM")
        peer = self._peer
        return Stored(
            self.number(peer.documents),
            self.number(peer.chunks),
            self._size() - self._empty,
            self.number(peer.repeated),
        )

    def readable(self) -> tuple[int, int]:
        """Documents and chunks that can be read now; none where there is no table yet."""
        try:
            return self.number(self._peer.documents), self.number(self._peer.chunks)
        except psycopg.errors.UndefinedTable:
            return 0, 0

    def finds(self, text: str) -> int:
        """The number of chunks with this text."""
        return self.number(self._peer.finding, text)

    def relations(self) -> list[tuple[str, str, int]]:
        """Table, index (empty: the table itself) and bytes, the largest first."""
        schema = "public" if self._peer.environment else "upload_pipeline"
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(_RELATIONS, {"schema": schema}).fetchall()
        return sorted(((str(table), str(index), int(size)) for table, index, size in rows), key=lambda row: -row[2])

    def _size(self) -> int:
        return self.number("SELECT pg_database_size(current_database())")

    def number(self, statement: str, *values: object) -> int:
        with psycopg.connect(self.url) as connection:
            [(number,)] = connection.execute(statement, values or None).fetchall()  # type: ignore[arg-type]
            return int(number)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]
