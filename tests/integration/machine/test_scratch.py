"""Temporary folders: those of killed processes go, those of living ones and of others stay."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.db.embedded import sweep_sockets
from pipeline_core.machine import scratch

_PROCESS = """
import sys, tempfile, time
from pipeline_core.machine import scratch
scratch.use()
print(tempfile.mkdtemp(), flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path: sockets are made below it."""
    with tempfile.TemporaryDirectory(prefix="s-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture
def process() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen([sys.executable, "-c", _PROCESS], stdout=subprocess.PIPE, text=True) as started:
        yield started
        started.kill()


def test_what_a_killed_process_left_is_swept_and_not_before(process: "subprocess.Popen[str]") -> None:
    assert process.stdout
    made = Path(process.stdout.readline().strip())
    assert made.parent.parent == scratch.parent()
    assert scratch.sweep(young_s=0) == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert made.is_dir()
    assert scratch.sweep(young_s=0) == [made.parent]
    assert not made.exists()


def test_a_childs_folder_lives_with_whoever_bears_it() -> None:
    environment = scratch.for_child()
    folder = Path(environment["TMPDIR"])
    assert scratch.sweep() == [], "it may be about to start"
    with subprocess.Popen(["sleep", "60"], env={**os.environ, **environment}) as child:
        assert scratch.sweep(young_s=0) == []
        child.kill()
        child.wait()
    assert scratch.sweep(young_s=0) == [folder]


def test_what_is_not_ours_stays(temp: Path) -> None:
    scratch.for_child()
    top = scratch.parent()
    (top / "notes").mkdir()
    of_another_machine = top / "1-0-0-0123"
    of_another_machine.mkdir()
    link = top / f"{scratch._space():x}-0-0-0123"
    (temp / "precious").mkdir()
    link.symlink_to(temp / "precious")
    assert len(scratch.sweep(young_s=0)) == 1
    assert {path.name for path in top.iterdir()} == {"notes", of_another_machine.name, link.name}
    assert (temp / "precious").is_dir()


def test_a_folder_that_others_can_write_to_is_not_used(temp: Path) -> None:
    top = temp / f"pipeline-{os.getuid()}"
    top.mkdir()
    top.chmod(0o777)
    assert scratch.for_child() == {}
    assert scratch.sweep(young_s=0) == []


def test_folders_for_sockets_of_killed_servers_are_swept(temp: Path) -> None:
    left, living, other, young = (temp / f"pipeline-pg-{name}" for name in ("left", "living", "other", "young"))
    for folder in (left, living, other, young):
        folder.mkdir()
    with socket.socket(socket.AF_UNIX) as dead, socket.socket(socket.AF_UNIX) as listening:
        dead.bind(str(left / ".s.PGSQL.5432"))
        listening.bind(str(living / ".s.PGSQL.5432"))
        listening.listen()
        (other / "PG_VERSION").touch()
        for folder in (left, living, other):
            os.utime(folder, (0, 0))
        assert sweep_sockets({os.getuid() + 1}) == []
        assert sweep_sockets({os.getuid()}) == [left]
    assert living.is_dir()
    assert other.is_dir()
    assert young.is_dir()


def test_what_killed_writers_left_in_the_store_is_swept(tmp_path: Path) -> None:
    store = LocalObjectStore(tmp_path / "objects")
    store.put("documents/1/a.md", b"x")
    folder = tmp_path / "objects" / "documents" / "1"
    left, young, others = folder / f".{'a' * 24}.tmp", folder / f".{'b' * 24}.tmp", folder / ".notes.tmp"
    for file in (left, young, others):
        file.write_bytes(b"half")
    for file in (left, others):
        os.utime(file, (0, 0))
    assert store.remove_unfinished(datetime.now(UTC) - timedelta(hours=1)) == 1
    assert not left.exists()
    assert young.exists()
    assert others.exists()
    assert list(store.list("")) == ["documents/1/a.md"]
