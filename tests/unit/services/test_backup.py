"""A backup is of one moment: the database's snapshot, then every object that it names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.db.backups import Dumped, NamedKey
from pipeline_core.domain.errors import BackupFailedError, RefusedError
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.services.backup import Backup, copy, file_sha256
from pipeline_core.services.backup_files import MANIFEST, BackupFolder
from pipeline_core.services.pending_results import PREFIX as PENDING
from tests.support.memory_store import MemoryObjectStore


class _Database:
    """The backups of a database that names these objects; ``events`` are in order."""

    def __init__(self, named: list[NamedKey], *, is_lost: bool = False) -> None:
        self._named, self._is_lost = named, is_lost
        self.events: list[str] = []
        self.is_open = False

    @contextmanager
    def hold_objects(self) -> Iterator["_Database"]:
        self.events.append("hold")
        yield self
        self.events.append("release")

    def check(self) -> None:
        self.events.append("check")
        if self._is_lost:
            raise BackupFailedError("the session has ended")

    @contextmanager
    def snapshot(self) -> Iterator["_Database"]:
        self.is_open = True
        yield self
        self.is_open = False

    def named(self) -> Iterator[NamedKey]:
        yield from self._named

    def dump(self, file: Path) -> Dumped:
        self.events.append("dump")
        file.write_bytes(b"dumped")
        return Dumped(["0001"], {"documents": 2})


class _Store(MemoryObjectStore):
    url = "file:///objects"

    def __init__(self, database: _Database) -> None:
        super().__init__()
        self._database = database

    def get_file(self, key: str, *args: object, **kwargs: object) -> int:
        assert not self._database.is_open, "a transaction is open while objects are copied"
        self._database.events.append(f"copy {key}")
        return super().get_file(key, *args, **kwargs)  # type: ignore[arg-type]


NAMED = [NamedKey("documents/a", sha256_hex(b"a")), NamedKey("documents/gone", sha256_hex(b"g")),
         NamedKey("documents/torn", sha256_hex(b"t"))]  # fmt: skip


def _backup(database: _Database) -> tuple[Backup, _Store]:
    store = _Store(database)
    store.put("documents/a", b"a")
    store.put("documents/torn", b"other bytes")
    store.put(f"{PENDING}1.json", b"{}")
    return Backup(store, database, LocalObjectStore, "1.0"), store  # type: ignore[arg-type]


def test_answers_come_before_the_dump_and_objects_after_it_under_one_lock(tmp_path: Path) -> None:
    database = _Database(NAMED)
    _backup(database)[0](tmp_path / "backup")
    assert database.events[:3] == ["hold", f"copy {PENDING}1.json", "dump"]
    assert sorted(database.events[3:6]) == ["copy documents/a", "copy documents/gone", "copy documents/torn"]
    assert database.events[6:] == ["check", "release"]


def test_the_manifest_says_what_there_is_and_what_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    manifest = _backup(_Database(NAMED))[0](path)
    assert (manifest.objects, manifest.objects_bytes) == (2, 3)
    assert manifest.missing == ["documents/gone", "documents/torn"]
    folder = BackupFolder(path)
    assert folder.read() == manifest
    assert {stored.key for stored in folder.stored()} == {"documents/a", f"{PENDING}1.json"}
    assert manifest.dump_sha256 == file_sha256(folder.dump) == sha256_hex(b"dumped")
    assert not folder.named.exists()


def test_a_lock_that_was_lost_leaves_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupFailedError):
        _backup(_Database(NAMED, is_lost=True))[0](tmp_path / "backup")
    assert not (tmp_path / "backup" / MANIFEST).exists()


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    _backup(_Database(NAMED))[0](tmp_path / "backup", told.append)
    assert told == ["1 objects copied, 0 MB", "dumping the database", "2 objects copied, 0 MB"]


@pytest.mark.parametrize(("name", "is_within"), [("objects/backup", True), ("objects", True), ("objects2", False)])
def test_a_backup_within_the_store_is_refused(tmp_path: Path, name: str, is_within: bool) -> None:
    database = _Database([])
    backup, store = _backup(database)
    store.url = (tmp_path / "objects").as_uri()
    if is_within:
        with pytest.raises(RefusedError, match="The folder is inside the object store"):
            backup(tmp_path / name)
        assert database.events == []
    else:
        assert backup(tmp_path / name).objects == 1


@pytest.mark.parametrize("sha256", [sha256_hex(b"a"), ""])
def test_an_object_is_copied_with_what_it_is(sha256: str) -> None:
    source, target = MemoryObjectStore(), MemoryObjectStore()
    source.put("a", b"a")
    stored = copy(source, target, NamedKey("a", sha256))
    assert stored is not None
    assert (stored.key, stored.size, stored.sha256) == ("a", 1, sha256_hex(b"a"))
    assert target.objects == {"a": b"a"}
