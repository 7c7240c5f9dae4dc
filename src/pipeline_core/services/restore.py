"""Putting a backup back: the objects first, so that no row ever names what is not there, then the database at once."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from pipeline_core.db.backups import DatabaseBackups, NamedKey
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.erasing import Step
from pipeline_core.domain.errors import (
    BackupFailedError,
    ChecksumMismatchError,
    DatabaseTooOldError,
    InterruptedRunError,
    ObjectNotFoundError,
    RefusedError,
)
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.services.backup import OnProgress, copy, file_sha256
from pipeline_core.services.backup_files import BackupFolder, Manifest, Stored
from pipeline_core.services.erasure_ledger import PREFIX as LEDGER
from pipeline_core.services.erasure_ledger import ErasureLedger
from pipeline_core.services.orphan_objects import PREFIX as DOCUMENTS

log = structlog.stdlib.get_logger(__name__)
_THREADS = 8
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """Restored rows and objects; ``freed`` jobs were in hand when the backup was made, and wait again; ``erased``
    counts erasures that were carried out again, as they are newer than the backup."""

    manifest: Manifest
    copied: int
    kept: int
    freed: int
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Restore:
    """Restores backups into the database and the store of the settings."""

    store: ObjectStore
    database: DatabaseBackups
    open_folder: Callable[[Path], ObjectStore]
    open_uow: OpenUnitOfWork
    erase_again: Callable[[Step], Sequence[Erasure]]
    """Carries out what was erased after the backup was made, before anybody sees what it put back."""

    def __call__(self, path: Path, *, replace: bool, on_progress: OnProgress = lambda _: None) -> Restored:
        """Restore from the folder. Interrupted, it can be run again: nothing of the database has changed before its
        end, and objects that are there already are not copied again.

        ``replace`` says that what is in the database may go. Objects that the backup does not name stay, and are
        removed as any that no row names.

        Originals and outputs of what was erased since it was made are not copied.

        Raises:
            RefusedError: there is no backup, it is of a later version, something is there already, or workers are
                connected.
            BackupFailedError: a part of it is missing or damaged, or the database did not take it.
        """
        folder = BackupFolder(path)
        manifest = folder.read()
        self._refuse_other_versions(manifest, path)
        self._check_parts(folder, manifest)
        self.database.prepare()
        self._refuse_unless_free(folder, replace=replace)
        ledger = list(ErasureLedger(self.store).entries())
        copied, kept = self._objects(folder, manifest, _erased_after(manifest, ledger), on_progress)
        on_progress("restoring the database")
        self.database.restore(folder.dump, manifest.database, ledger)
        on_progress("bringing the schema up to date")
        self.database.prepare()
        with self.open_uow() as uow:
            uow.erasures.restore(ledger)  # of a schema that knew no erasures
            freed = uow.queue.free_all(InterruptedRunError().as_stored())
            uow.feed.begin_anew()
            uow.commit()
        erased = self.erase_again(on_progress)
        log.info("restored", count=copied + kept, released=len(freed))
        return Restored(manifest, copied, kept, len(freed), len(erased))

    def _refuse_other_versions(self, manifest: Manifest, path: Path) -> None:
        known, found = self.database.known_schema(), manifest.database.schema
        unknown = [name for name in found if name not in known]
        if unknown and set(known) <= set(found):
            raise RefusedError(
                f"The backup is of a later version ({manifest.software}): this one does not know {unknown[0]}.",
                where=str(path),
                action="Install the version that made it, or a later one, and restore with that.",
            )
        if unknown:
            raise RefusedError(
                f"The backup is of an older version ({manifest.software}), whose {unknown[0]} this one does not have.",
                where=str(path),
                action=f"Restore it with the version that made it. {DatabaseTooOldError.action}",
            )

    def _check_parts(self, folder: BackupFolder, manifest: Manifest) -> None:
        """Before anything is touched: the dump and the list are those that the manifest was written for."""
        for file, sha256 in ((folder.dump, manifest.dump_sha256), (folder.list, manifest.list_sha256)):
            if not file.is_file() or file_sha256(file) != sha256:
                raise BackupFailedError(
                    f"{file.name} is missing, or differs from what was written.",
                    where=str(folder.path),
                    action=_ANOTHER,
                )

    def _refuse_unless_free(self, folder: BackupFolder, *, replace: bool) -> None:
        if not replace:
            self._refuse_unless_empty(folder)
        workers = self.database.workers()
        if workers:
            raise RefusedError(
                f"Workers are connected to this database: {workers}.", action="Stop them all, then restore."
            )

    def _refuse_unless_empty(self, folder: BackupFolder) -> None:
        filled = {name: rows for name, rows in self.database.rows().items() if rows}
        if filled:
            name, rows = next(iter(filled.items()))
            raise RefusedError(
                f"The database is not empty: {name} has {rows:,} rows.",
                action="Restore into a new database or home, or give --replace, which loses what is in it.",
            )
        of_backup = {stored.key for stored in folder.stored()}
        other = next((k for k in self.store.list("") if k not in of_backup and not k.startswith(LEDGER)), None)
        if other is not None:
            raise RefusedError(
                f"The object store is not empty: it has {other}, which is not part of this backup.",
                where=self.store.url,
                action="Restore into an empty folder or bucket, or give --replace: existing objects stay, and "
                "upkeep removes those that no row names.",
            )

    def _objects(
        self, folder: BackupFolder, manifest: Manifest, erased: Set[str], on_progress: OnProgress
    ) -> tuple[int, int]:
        """Copy what is not there already and was not erased since, each object held against its checksum; returns how
        many were copied, and how many were there."""
        source, copied, kept = self.open_folder(folder.objects), 0, 0
        there = dict(self.store.sizes(""))
        stored = (item for item in folder.stored() if not _is_of(erased, item.key))
        with ThreadPoolExecutor(_THREADS) as pool:
            while part := list(islice(stored, _SLICE)):
                todo = [item for item in part if not self._has(there, item)]
                lost = _lost(todo, pool.map(lambda item: copy(source, self.store, _named(item)), todo))
                if lost:
                    raise BackupFailedError(
                        f"An object of the backup is missing or has changed: {lost[0]}.",
                        where=str(folder.path),
                        action=_ANOTHER,
                    )
                copied += len(todo)
                kept += len(part) - len(todo)
                on_progress(f"{copied + kept:,} of {manifest.objects:,} objects")
        return copied, kept

    def _has(self, there: dict[str, int], item: Stored) -> bool:
        if there.get(item.key) != item.size:
            return False
        try:
            with Path(os.devnull).open("wb") as nowhere:
                self.store.get_file(item.key, nowhere, sha256=item.sha256)
        except (ObjectNotFoundError, ChecksumMismatchError):
            return False
        return True


def _is_of(documents: Set[str], key: str) -> bool:
    return key.startswith(DOCUMENTS) and key.split("/")[1] in documents


def _erased_after(manifest: Manifest, ledger: Sequence[Mapping[str, Any]]) -> Set[str]:
    """Documents that an erasure took away which the backup does not know as done: of a document that was erased before
    and taken in anew, it has what came back."""
    erased: set[str] = set()
    for entry in ledger:
        certificate = entry.get("certificate") or {}
        done_at = certificate.get("done_at")
        if done_at is None or datetime.fromisoformat(done_at) >= manifest.began_at:
            erased |= {*map(str, entry.get("document_ids", ())), *map(str, certificate.get("documents", ()))}
    return erased


_ANOTHER = "Restore from another backup, or restore the missing part of this one."


def _named(item: Stored) -> NamedKey:
    return NamedKey(item.key, item.sha256)


def _lost(items: Sequence[Stored], outcomes: Iterator[Stored | None]) -> list[str]:
    return [item.key for item, outcome in zip(items, outcomes, strict=True) if outcome is None]
