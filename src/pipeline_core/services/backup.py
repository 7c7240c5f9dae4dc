"""Backing up database and store as they were at one moment, while work goes on.

The database is dumped as of one snapshot, and then every object that this snapshot names is copied. Objects are never
changed in place (their keys name their content) and rows are written after them, so what the snapshot names is there
and is what it was; the lock that is held meanwhile keeps upkeep from removing what later rows no longer name.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import orjson
import structlog

from pipeline_core.db.backups import DatabaseBackups, NamedKey
from pipeline_core.domain.errors import ChecksumMismatchError, ObjectNotFoundError, RefusedError
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services import pending_results
from pipeline_core.services.backup_files import BackupFolder, Manifest, Stored

log = structlog.stdlib.get_logger(__name__)
_THREADS = 8
_SLICE = 500
_IN_MEMORY = 4 * 1024 * 1024

OnProgress = Callable[[str], None]


@dataclass(slots=True)
class Copied:
    """Objects and bytes copied so far, and the keys of objects that the store did not have."""

    objects: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Backup:
    """Writes backups into folders."""

    store: ObjectStore
    database: DatabaseBackups
    open_folder: Callable[[Path], ObjectStore]
    software: str

    def __call__(self, path: Path, on_progress: OnProgress = lambda _: None) -> Manifest:
        """Back up into a new folder; returns what it holds.

        Objects that the store lacks are named in the manifest: a backup of what is left is worth having.

        Raises:
            RefusedError: the folder is there and not empty.
            BackupFailedError, StoreUnavailableError, DatabaseUnavailableError: what is in the folder is no backup.
        """
        folder, began = BackupFolder(path), datetime.now(UTC)
        _refuse_within(path, self.store.url)
        with self.database.hold_objects() as held, folder.begun() as lines:
            target, copied = self.open_folder(folder.objects), Copied()
            # before the database: an answer that is saved meanwhile is in one of the two
            answers = [NamedKey(key, "") for key in self.store.list(pending_results.PREFIX)]
            self._copy(answers, target, lines, copied, on_progress)
            copied.missing.clear()
            on_progress("dumping the database")
            with self.database.snapshot() as snapshot:
                dumped = snapshot.dump(folder.dump)
                _spill(snapshot.named(), folder.named)
            # no transaction is open while objects are copied
            self._copy(_spilled(folder.named), target, lines, copied, on_progress)
            folder.named.unlink()
            held.check()
        manifest = Manifest(
            self.software, began, datetime.now(UTC), dumped, folder.dump.stat().st_size, file_sha256(folder.dump),
            file_sha256(folder.list), copied.objects, copied.bytes, copied.missing,
        )  # fmt: skip
        folder.write(manifest)
        log.info("backed_up", count=copied.objects, rows=sum(dumped.rows.values()))
        return manifest

    def _copy(
        self, named: Iterable[NamedKey], target: ObjectStore, lines: BinaryIO, copied: Copied, on_progress: OnProgress
    ) -> None:
        keys = iter(named)
        with ThreadPoolExecutor(_THREADS) as pool:
            while part := list(islice(keys, _SLICE)):
                for item, stored in zip(part, pool.map(lambda one: copy(self.store, target, one), part), strict=True):
                    if stored is None:
                        copied.missing.append(item.key)
                        continue
                    lines.write(orjson.dumps(stored) + b"\n")
                    copied.objects += 1
                    copied.bytes += stored.size
                on_progress(f"{copied.objects:,} objects copied, {copied.bytes / 1e6:,.0f} MB")
        lines.flush()


def copy(source: ObjectStore, target: ObjectStore, item: NamedKey) -> Stored | None:
    """Copy one object, held against its checksum on the way; None if the source has it not, or has it changed."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spooled:
        file = cast("BinaryIO", spooled)
        try:
            source.get_file(item.key, file, sha256=item.sha256 or None)
        except (ObjectNotFoundError, ChecksumMismatchError):
            return None
        stored = target.put_file(item.key, file)
    return Stored(stored.key, stored.size, stored.sha256)


def file_sha256(path: Path) -> str:
    """sha256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_within(path: Path, store_url: str) -> None:
    """A backup below the store that it is of would be lost with it, and be taken for objects."""
    if f"{path.resolve().as_uri()}/".startswith(f"{store_url.rstrip('/')}/"):
        raise RefusedError(
            "The folder is inside the object store.",
            where=str(path),
            action="Name a folder elsewhere, on another disk.",
        )


def _spill(named: Iterator[NamedKey], path: Path) -> None:
    with path.open("wb") as file:
        path.chmod(0o600)
        for item in named:
            file.write(orjson.dumps([*item]) + b"\n")


def _spilled(path: Path) -> Iterator[NamedKey]:
    with path.open("rb") as lines:
        for line in lines:
            yield NamedKey(*orjson.loads(line))
