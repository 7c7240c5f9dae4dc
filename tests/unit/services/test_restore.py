"""A backup is put back: checked whole before anything is touched, objects first, then the database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.db.backups import Dumped
from pipeline_core.domain.errors import BackupFailedError, PipelineError, RefusedError
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.rows.erasures import Erasure
from pipeline_core.services.backup import file_sha256
from pipeline_core.services.backup_files import BackupFolder, Manifest, Stored
from pipeline_core.services.restore import Restore, Restored
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import document_id
from tests.support.memory_store import MemoryObjectStore

KNOWN = ["0001", "0002"]
OBJECTS = {"documents/a": b"a", "documents/b": b"bb"}


class _Database:
    def __init__(self, rows: Mapping[str, int], workers: int) -> None:
        self._rows, self._workers = rows, workers
        self.events: list[str] = []

    def known_schema(self) -> list[str]:
        return KNOWN

    def prepare(self) -> None:
        self.events.append("prepare")

    def rows(self) -> Mapping[str, int]:
        return self._rows

    def workers(self) -> int:
        return self._workers

    def restore(self, file: Path, dumped: Dumped, erasures: Sequence[Mapping[str, Any]]) -> None:
        self.events.append(f"restore {file.name}{f' with {len(erasures)} erasures' if erasures else ''}")


def _backup(path: Path, schema: list[str] = KNOWN) -> BackupFolder:
    folder = BackupFolder(path)
    objects = LocalObjectStore(folder.objects)
    with folder.begun() as lines:
        for key, data in OBJECTS.items():
            stored = objects.put(key, data)
            lines.write(orjson.dumps(Stored(key, stored.size, stored.sha256)) + b"\n")
    folder.dump.write_bytes(b"dumped")
    now = datetime(2026, 11, 30, tzinfo=UTC)
    dumped = Dumped(schema, {"documents": 2})
    folder.write(Manifest("9.9", now, now, dumped, 6, sha256_hex(b"dumped"), file_sha256(folder.list), 2, 3))
    return folder


class _Restores:
    """A restore into a store and a database, with what became of them."""

    def __init__(self, rows: Mapping[str, int] | None = None, workers: int = 0) -> None:
        self.store, self.database = MemoryObjectStore(), _Database(rows or {}, workers)
        self.rows = FakeDatabase({"queue.free_all": [document_id(1)]})
        self.erased_again: list[Erasure] = []
        self.restore = Restore(
            self.store,
            self.database,  # type: ignore[arg-type]
            LocalObjectStore,
            self.rows,
            lambda _: self.erased_again,
        )

    def __call__(self, folder: BackupFolder, *, replace: bool = False) -> Restored:
        return self.restore(folder.path, replace=replace)


def test_objects_are_there_before_the_database_and_lost_jobs_wait_again(tmp_path: Path) -> None:
    restores = _Restores({"documents": 0})
    told: list[str] = []
    restored = restores.restore(_backup(tmp_path / "backup").path, replace=False, on_progress=told.append)
    assert (restored.copied, restored.kept, restored.freed) == (2, 0, 1)
    assert restores.store.objects == OBJECTS
    assert restores.database.events == ["prepare", "restore database.dump", "prepare"]
    assert restores.rows.names == ["erasures.restore", "queue.free_all", "feed.begin_anew", "commit"]
    assert told == ["2 of 2 objects", "restoring the database", "bringing the schema up to date"]


def test_objects_that_are_there_already_are_not_copied_again(tmp_path: Path) -> None:
    restores = _Restores()
    restores.store.put("documents/a", b"a")
    # of the right size, and of other bytes
    restores.store.put("documents/b", b"xx")
    restored = restores(_backup(tmp_path / "backup"))
    assert (restored.copied, restored.kept) == (1, 1)
    assert restores.store.objects == OBJECTS


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: folder.dump.write_bytes(b"other"),
            r"database\.dump is missing, or differs from what was written",
        ),
        (lambda folder: folder.dump.unlink(), r"database\.dump is missing, or differs from what was written"),
        (lambda folder: folder.list.write_bytes(b""), r"objects\.jsonl is missing, or differs from what was written"),
    ],
)
def test_a_damaged_backup_touches_nothing(
    tmp_path: Path, damage: Callable[[BackupFolder], object], message: str
) -> None:
    folder, restores = _backup(tmp_path / "backup"), _Restores()
    damage(folder)
    with pytest.raises(BackupFailedError, match=message):
        restores(folder, replace=True)
    assert (restores.database.events, restores.store.objects) == ([], {})


def test_a_backup_that_lacks_an_object_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    folder, restores = _backup(tmp_path / "backup"), _Restores()
    LocalObjectStore(folder.objects).delete("documents/b")
    with pytest.raises(BackupFailedError, match=r"An object of the backup is missing or has changed: documents/b\."):
        restores(folder)
    assert restores.database.events == ["prepare"]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (["0001", "0002", "0003"], r"The backup is of a later version \(9\.9\): this one does not know 0003"),
        (["0000", "0001"], r"The backup is of an older version \(9\.9\), whose 0000 this one does not have"),
    ],
)
def test_a_backup_of_another_version_is_refused(tmp_path: Path, schema: list[str], message: str) -> None:
    restores = _Restores()
    with pytest.raises(RefusedError, match=message):
        restores(_backup(tmp_path / "backup", schema), replace=True)
    assert restores.database.events == []


def test_an_older_schema_that_is_known_is_taken(tmp_path: Path) -> None:
    assert _Restores()(_backup(tmp_path / "backup", ["0001"])).copied == 2


@pytest.mark.parametrize(
    ("restores", "other", "message"),
    [
        (_Restores({"documents": 1_200}), None, "The database is not empty: documents has 1,200 rows"),
        (_Restores(), "documents/other", "The object store is not empty: it has documents/other"),
    ],
)
def test_what_is_there_is_lost_only_by_request(
    tmp_path: Path, restores: _Restores, other: str | None, message: str
) -> None:
    folder = _backup(tmp_path / "backup")
    if other:
        restores.store.put(other, b"")
    with pytest.raises(RefusedError, match=message):
        restores(folder)
    assert "restore database.dump" not in restores.database.events
    assert restores(folder, replace=True).copied == 2


def test_workers_are_to_be_stopped_first(tmp_path: Path) -> None:
    restores = _Restores(workers=2)
    with pytest.raises(PipelineError, match="Workers are connected to this database: 2"):
        restores(_backup(tmp_path / "backup"), replace=True)
    assert restores.store.objects == {}


def test_what_was_erased_comes_with_the_backup_and_does_not_fill_the_store(tmp_path: Path) -> None:
    """A store with nothing in it but that is empty, and what is in it goes in by the same transaction."""
    restores = _Restores({"documents": 0})
    restores.store.put("erasures/1.json", b'{"erasure_id": "1"}')
    restores(_backup(tmp_path / "backup"))
    assert restores.database.events == ["prepare", "restore database.dump with 1 erasures", "prepare"]


@pytest.mark.parametrize(
    ("entry", "copied"),
    [
        ({"document_ids": ["a"]}, 1),
        ({"document_ids": [], "certificate": {"documents": ["a"], "done_at": "2026-11-30T00:00:01+00:00"}}, 1),
        ({"document_ids": ["a"], "certificate": {"documents": ["a"], "done_at": "2026-11-29T23:59:59+00:00"}}, 2),
    ],
    ids=["under way", "since the backup", "before it, and taken in anew"],
)
def test_what_was_erased_since_is_not_copied(tmp_path: Path, entry: dict[str, Any], copied: int) -> None:
    restores = _Restores({"documents": 0})
    restores.store.put("erasures/1.json", orjson.dumps({"erasure_id": "1", **entry}))
    assert restores(_backup(tmp_path / "backup")).copied == copied
    assert ("documents/a" in restores.store.objects) == (copied == 2)
