"""What only the local object store promises: whole files, nothing outside its root, clear errors."""

import errno
import os
import resource
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.domain.errors import (
    ConfigurationError,
    InvalidObjectKeyError,
    ObjectNotFoundError,
    StoreUnavailableError,
)
from tests.support.memory_store import MemoryObjectStore

KEY = "documents/1/original/policy.pdf"
OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


def _files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


def test_makes_its_folder_at_the_first_write_only(root: Path) -> None:
    store = LocalObjectStore(root / "deep" / "er")
    assert list(store.list("")) == []
    assert not store.exists(KEY)
    assert not root.exists()
    store.put(KEY, b"x")
    assert _files(root) == [f"deep/er/{KEY}"]


def test_stray_temporary_files_are_no_objects(root: Path) -> None:
    store = LocalObjectStore(root)
    store.put(KEY, b"x")
    (root / KEY).with_name(".stray.tmp").write_bytes(b"half")
    assert list(store.list("")) == [KEY]


def test_a_killed_writer_leaves_the_old_object_whole(root: Path) -> None:
    """SIGKILL in the middle of endless writes, several times."""
    store = LocalObjectStore(root)
    program = (
        "import sys; from pathlib import Path\n"
        "from pipeline_core.adapters.object_stores.local import LocalObjectStore\n"
        "store = LocalObjectStore(Path(sys.argv[1])); print('ready', flush=True)\n"
        "while True:\n"
        "    for n in (1, 2, 3): store.put(sys.argv[2], bytes([n]) * 300_000)"
    )
    for wait in (0.0, 0.01, 0.03):
        writer = subprocess.Popen([sys.executable, "-c", program, root, KEY], stdout=subprocess.PIPE)
        with writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            while not store.exists(KEY):
                time.sleep(0.001)
            time.sleep(wait)
            writer.kill()
        content = store.get(KEY)
        assert len(content) == 300_000
        assert len(set(content)) == 1
        assert list(store.list("")) == [KEY]


def test_a_write_that_the_disk_cuts_off_leaves_the_old_object_and_no_rest(root: Path) -> None:
    store = LocalObjectStore(root)
    store.put(KEY, b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The nearest thing to a full disk that needs no disk: the system refuses to write past 4 KB of a file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(StoreUnavailableError) as caught:
            store.put(KEY, b"new" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert os.strerror(errno.EFBIG) in str(caught.value)
    assert store.get(KEY) == b"old"
    assert _files(root) == [KEY]


def test_a_file_where_the_folder_should_be_is_a_wrong_setting(root: Path) -> None:
    root.write_text("a file")
    with pytest.raises(ConfigurationError, match=r"not a folder.*UPLOAD_PIPELINE_OBJECT_STORE"):
        LocalObjectStore(root)


def test_a_file_that_took_the_place_of_the_folder_is_told_too(root: Path) -> None:
    store = LocalObjectStore(root)
    root.write_text("a file")
    with pytest.raises(ConfigurationError, match=r"not a folder.*UPLOAD_PIPELINE_OBJECT_STORE"):
        store.check()


def test_an_object_is_no_folder_and_a_folder_no_object(root: Path) -> None:
    store = LocalObjectStore(root)
    store.put("a/b", b"x")
    for key in ("a/b/c", "a"):
        with pytest.raises(InvalidObjectKeyError, match="taken"):
            store.put(key, b"y")
    assert store.get("a/b") == b"x"
    assert _files(root) == ["a/b"]


def test_no_symlink_leads_out_of_the_root(root: Path, tmp_path: Path) -> None:
    store = LocalObjectStore(root)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    store.put("real/object", b"x")
    (root / "folder").symlink_to(outside)
    (root / "object").symlink_to(outside / "secret")
    for key in ("folder/secret", "object"):
        with pytest.raises(ObjectNotFoundError):
            store.get(key)
        assert not store.exists(key)
    with pytest.raises(InvalidObjectKeyError):
        store.put("folder/new", b"x")
    store.delete("folder/secret")
    assert list(store.list("")) == ["real/object"]
    assert list(store.list("folder/")) == []
    store.put("object", b"mine")  # takes the link's place
    assert _files(outside) == ["secret"]
    assert (outside / "secret").read_bytes() == b"secret"
    assert store.get("object") == b"mine"


def test_a_symlinked_root_is_the_choice_of_whoever_set_it(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (tmp_path / "link").symlink_to(root)
    LocalObjectStore(tmp_path / "link").put(KEY, b"x")
    assert LocalObjectStore(root).get(KEY) == b"x"


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="this system does not list the files that a process has open")
def test_leaves_no_file_open(root: Path) -> None:
    store = LocalObjectStore(root)
    before = len(list(OPEN_FILES.iterdir()))
    for n in range(20):
        store.put(f"{n}/{n}/x", b"x")
        store.exists(f"{n}/missing/x")
        with pytest.raises(ObjectNotFoundError):
            store.get(f"{n}/{n}/x/y")
        with pytest.raises(InvalidObjectKeyError):
            store.put(f"{n}", b"x")
        next(store.list(""))
        store.delete(f"{n}/{n}/x")
        store.put(f"{n}/{n}/y", b"x")
    assert len(list(OPEN_FILES.iterdir())) == before


SEGMENTS = st.sampled_from(["a", "b", "a.b", "a-b", "é", "\U0001f600", "\uff21"])
KEYS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)


@settings(max_examples=40, deadline=None)
@given(st.sets(KEYS, max_size=6), st.sampled_from(["", "a", "a/", "a.", "a/b", "é"]))
def test_lists_as_a_dict_of_keys_would(keys: set[str], prefix: str) -> None:
    assume(not any(other.startswith(f"{key}/") for key in keys for other in keys))
    memory = MemoryObjectStore()
    with TemporaryDirectory() as folder:
        local = LocalObjectStore(Path(folder))
        for key in keys:
            memory.put(key, b"")
            local.put(key, b"")
        assert list(local.list(prefix)) == list(memory.list(prefix))


@pytest.mark.parametrize("has_another", [True, False])
def test_a_folder_that_is_another_than_before_is_neither_read_nor_written(root: Path, *, has_another: bool) -> None:
    """As a disk that was unmounted leaves its mount point, with whatever was written there before."""
    store = LocalObjectStore(root)
    store.put(KEY, b"x")
    root.rename(root.with_name("disk"))
    if has_another:
        (root / "documents").mkdir(parents=True)
    for use in (lambda: store.get(KEY), lambda: store.put("documents/a/b.md", b"y")):
        with pytest.raises(StoreUnavailableError, match="folder is"):
            use()
    assert not (root / "documents" / "a").exists()
    shutil.rmtree(root, ignore_errors=True)
    root.with_name("disk").rename(root)
    assert store.get(KEY) == b"x"


def test_many_are_flushed_in_one_round(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a round put is on the disk when it returns: content before its name, names before the return, each once."""
    store, done = LocalObjectStore(root), list[str]()
    store.put("documents/old/a", b"x")
    for name in ("fdatasync", "rename", "fsync"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *given, _name=name, _real=real, **more: (done.append(_name), _real(*given, **more))[1]
        )
    store.put_many([(f"documents/{n}/{kind}", b"x") for n in range(10) for kind in "ab"])
    assert done == ["fdatasync"] * 20 + ["rename"] * 20 + ["fsync"] * 11
    done.clear()
    store.put_many([(f"documents/{n}/c", b"x") for n in range(10)])
    assert done == ["fdatasync"] * 10 + ["rename"] * 10 + ["fsync"] * 10


def test_a_killed_writer_of_many_leaves_whole_objects_and_what_upkeep_removes(root: Path) -> None:
    store = LocalObjectStore(root)
    program = (
        "import sys; from pathlib import Path\n"
        "from pipeline_core.adapters.object_stores.local import LocalObjectStore\n"
        "store = LocalObjectStore(Path(sys.argv[1])); print('ready', flush=True)\n"
        "while True:\n"
        "    for n in (1, 2, 3): store.put_many([(f'documents/{k}/a', bytes([n]) * 30_000) for k in range(50)])"
    )
    for wait in (0.0, 0.01, 0.03):
        with subprocess.Popen([sys.executable, "-c", program, root], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(wait)
            writer.kill()
        for key in store.list(""):
            content = store.get(key)
            assert (len(content), len(set(content))) == (30_000, 1)
    store.remove_unfinished(datetime.now(UTC) + timedelta(seconds=1))
    assert not [name for name in _files(root) if not name.endswith("/a")]
