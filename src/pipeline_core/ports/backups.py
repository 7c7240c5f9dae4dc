"""Port: the database as a file, and back again."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol


class NamedKey(NamedTuple):
    """An object that a row names, with the sha256 (hex) that it is to have."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Dumped:
    """What a dump holds: the migrations that were applied, and the rows of each table."""

    schema: list[str]
    rows: dict[str, int]


class Snapshot(Protocol):
    """One moment of the database, whatever is written meanwhile. To be closed before anything slow begins."""

    def named(self) -> Iterator[NamedKey]:
        """Every object that a row names, by key."""
        ...

    def dump(self, file: Path) -> Dumped:
        """Write the whole schema with its rows into a new file.

        Raises:
            BackupFailedError: what the tool that does it said.
        """
        ...


class Held(Protocol):
    """No object that a row named is removed as long as this is held."""

    def check(self) -> None:
        """Raise BackupFailedError if the session that held it has ended meanwhile."""
        ...


class DatabaseBackups(Protocol):
    def hold_objects(self) -> AbstractContextManager[Held]:
        """Have nobody remove objects meanwhile; ends with this process, however that ends."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]: ...

    def known_schema(self) -> list[str]:
        """The migrations that this software knows, in order."""
        ...

    def prepare(self) -> None:
        """Bring the database's schema up to date, so that it has what a restore builds on."""
        ...

    def rows(self) -> Mapping[str, int]:
        """The rows of the tables that are empty until somebody uses the database."""
        ...

    def workers(self) -> int:
        """How many workers are connected."""
        ...

    def restore(self, file: Path, dumped: Dumped) -> None:
        """Put a dump in the place of everything that the schema holds, in one transaction.

        Raises:
            BackupFailedError: what the tool that does it said, or the rows are not those that were dumped; nothing
                has changed.
        """
        ...
