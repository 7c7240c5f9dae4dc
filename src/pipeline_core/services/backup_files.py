"""A backup on the disk: a folder with the database's dump, the objects, a list of them, and a manifest.

The manifest is written last: a folder without one is no backup.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from pydantic import TypeAdapter, ValidationError

from pipeline_core.db.backups import Dumped
from pipeline_core.domain.errors import RefusedError

FORMAT = 1
MANIFEST = "backup.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of a backup: size in bytes, sha256 in hex."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of a backup. ``missing`` lists objects that rows name and that the store lacked or had changed."""

    software: str
    began_at: datetime
    ended_at: datetime
    database: Dumped
    dump_bytes: int
    dump_sha256: str
    list_sha256: str
    objects: int
    objects_bytes: int
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    def as_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


_MANIFEST = TypeAdapter(Manifest)
_TAKEN = ("A backup needs a folder of its own; this one is not empty.", "Name a folder that does not exist yet.")
_UNFINISHED = (
    "This backup did not finish, or is still being made.",
    "Remove it if nobody is making it, or name a folder that does not exist yet.",
)


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """Paths of the parts of a backup."""

    path: Path

    @property
    def dump(self) -> Path:
        return self.path / "database.dump"

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    @property
    def list(self) -> Path:
        return self.path / "objects.jsonl"

    @property
    def named(self) -> Path:
        """List of the objects to copy; removed once they are copied."""
        return self.path / "named.tmp"

    @property
    def _unfinished(self) -> set[str]:
        return {part.name for part in (self.dump, self.objects, self.list, self.named)}

    def make(self) -> None:
        """A folder that nobody else can enter.

        Raises:
            RefusedError: there is something already, or it cannot be made.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if there := {one.name for one in self.path.iterdir()}:
                message, action = _UNFINISHED if there <= self._unfinished else _TAKEN
                raise RefusedError(message, where=str(self.path), action=action)
            self.path.chmod(0o700)
            self.objects.mkdir(mode=0o700)
        except OSError as error:
            raise RefusedError(f"The folder cannot be created: {error.strerror}.", where=str(self.path)) from error

    @contextmanager
    def begun(self) -> Iterator[BinaryIO]:
        """Make it; what is written to the file goes into the list of objects.

        Raises:
            RefusedError: as ``make``.
        """
        self.make()
        with self.list.open("wb") as lines:
            self.list.chmod(0o600)
            yield lines

    def write(self, manifest: Manifest) -> None:
        """Make it a backup: from now on it is whole."""
        write_private(self.path / MANIFEST, manifest.as_json())

    def read(self) -> Manifest:
        """The manifest.

        Raises:
            RefusedError: this is no backup, an unfinished one, or one of a later kind.
        """
        try:
            row = orjson.loads((self.path / MANIFEST).read_bytes())
            if not isinstance(row, dict):
                raise ValueError("it is not a JSON object")
        except FileNotFoundError:
            raise RefusedError(
                f"This is not a backup, or one that did not finish: it has no {MANIFEST}.",
                where=str(self.path),
                action="Name a folder that `pipeline backup` has finished.",
            ) from None
        except (OSError, ValueError) as error:
            raise RefusedError(f"{MANIFEST} cannot be read: {error}.", where=str(self.path)) from error
        return _manifest(row, self.path)

    def stored(self) -> Iterator[Stored]:
        """Every object of it."""
        with self.list.open("rb") as lines:
            for line in lines:
                yield Stored(**orjson.loads(line))


def write_private(path: Path, data: bytes) -> None:
    """A file that nobody else can read, whole and on the disk when this returns."""
    unfinished = path.with_name(f".{path.name}.tmp")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _manifest(row: dict[str, Any], path: Path) -> Manifest:
    if row.get("format") != FORMAT:
        raise RefusedError(
            f"The backup has format {row.get('format')!r}; this version reads format {FORMAT}.",
            where=str(path),
            action="Restore it with the version of the pipeline that made it, or a later one.",
        )
    try:
        return _MANIFEST.validate_python(row)
    except ValidationError as error:
        first = error.errors()[0]
        what = ".".join(map(str, first["loc"]))
        raise RefusedError(f"{MANIFEST} cannot be used: {what}: {first['msg']}.", where=str(path)) from error
