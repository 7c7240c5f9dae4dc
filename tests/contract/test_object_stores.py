"""One contract for every object store: the local folder, S3 (a real server), and the fake of other tests."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest

from pipeline_core.adapters.object_stores.local import LocalObjectStore
from pipeline_core.domain.errors import (
    ChecksumMismatchError,
    InvalidObjectKeyError,
    ObjectNotFoundError,
    StoreUnavailableError,
)
from pipeline_core.ports.object_store import ObjectStore, StoredObject
from tests.support.memory_store import MemoryObjectStore
from tests.support.rclone import S3Server, open_s3_store, serve_s3

KEY = "documents/1/original/policy.pdf"
HOSTILE_KEYS = [
    "",
    "/etc/passwd",
    "../out",
    "a/../../out",
    "a//b",
    "a/",
    "a\\b",
    "a\x00b",
    "a\nb",
    ".hidden",
    "x" * 600,
]

_buckets = count()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with serve_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


def _local(tmp_path: Path, _: Callable[[], S3Server]) -> ObjectStore:
    return LocalObjectStore(tmp_path / "objects")


def _s3(_: Path, server: Callable[[], S3Server], prefix: str = "") -> ObjectStore:
    bucket = server().make_bucket(f"bucket-{next(_buckets)}")
    return open_s3_store(server().endpoint_url, bucket, prefix, page_size=7)


def _s3_with_prefix(_: Path, server: Callable[[], S3Server]) -> ObjectStore:
    return _s3(_, server, "team/ünï")


def _memory(_: Path, __: Callable[[], S3Server]) -> ObjectStore:
    return MemoryObjectStore()


STORES = {"local": _local, "s3": _s3, "s3-prefix": _s3_with_prefix, "memory": _memory}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    # The server is asked for by name: it starts only if a test needs it.
    return STORES[request.param](tmp_path, lambda: request.getfixturevalue("s3_server"))


@pytest.mark.parametrize("data", [b"", b"\x00\r\n\xff", os.urandom(5_000_000)], ids=["empty", "bytes", "5MB"])
def test_what_was_put_is_what_is_got(store: ObjectStore, data: bytes) -> None:
    stored = store.put(KEY, data)
    assert (stored.key, stored.size, stored.sha256) == (KEY, len(data), hashlib.sha256(data).hexdigest())
    assert store.get(KEY) == data
    assert store.get(KEY, sha256=stored.sha256) == data


def test_many_are_put_as_each_would_be_and_one_that_fails_keeps_no_other_away(store: ObjectStore) -> None:
    objects = [(f"documents/{n % 40}/{n:03}.json", os.urandom(n)) for n in range(150)]
    store.put(objects[3][0], b"old")
    outcomes = store.put_many([*objects[:70], ("a/../b", b"x"), *objects[70:], ("", b"x"), objects[0]])
    refused = [outcome for outcome in outcomes if isinstance(outcome, InvalidObjectKeyError)]
    assert [outcomes.index(error) for error in refused] == [70, 151]
    assert [one for one in outcomes if one not in refused] == [
        StoredObject(key, len(data), hashlib.sha256(data).hexdigest()) for key, data in [*objects, objects[0]]
    ]
    assert all(store.get(key) == data for key, data in objects)
    assert list(store.list("")) == sorted(key for key, _ in objects)
    assert store.put_many([]) == []


@pytest.mark.parametrize("size", [0, 3, 5_000_000])
def test_a_file_goes_in_and_out_without_being_held(store: ObjectStore, size: int) -> None:
    data = os.urandom(size)
    with SpooledTemporaryFile(max_size=1 << 20) as given, SpooledTemporaryFile() as taken:
        given.write(data)
        stored = store.put_file(KEY, given)
        assert (stored.key, stored.size, stored.sha256) == (KEY, size, hashlib.sha256(data).hexdigest())
        assert store.get_file(KEY, taken, sha256=stored.sha256) == size
        taken.seek(0)
        assert taken.read() == data
        with pytest.raises(ChecksumMismatchError):
            store.get_file(KEY, taken, sha256=hashlib.sha256(b"other").hexdigest())
        with pytest.raises(ObjectNotFoundError):
            store.get_file("documents/none", taken)
    assert store.get(KEY, sha256=stored.sha256) == data


def test_a_put_replaces(store: ObjectStore) -> None:
    store.put(KEY, b"the old and longer content")
    stored = store.put(KEY, b"new")
    assert store.get(KEY, sha256=stored.sha256) == b"new"
    assert list(store.list("")) == [KEY]


def test_a_wrong_checksum_is_told(store: ObjectStore) -> None:
    store.put(KEY, b"content")
    with pytest.raises(ChecksumMismatchError) as caught:
        store.get(KEY, sha256=hashlib.sha256(b"other").hexdigest())
    assert KEY in str(caught.value)


@pytest.mark.parametrize("key", [KEY, "documents/1", "documents", f"{KEY}/below"])
def test_what_is_not_there_is_not_found(store: ObjectStore, key: str) -> None:
    store.put("documents/1/original/other.pdf", b"")
    with pytest.raises(ObjectNotFoundError) as caught:
        store.get(key)
    assert key in str(caught.value)
    assert not store.exists(key)


def test_exists_and_delete(store: ObjectStore) -> None:
    store.put(KEY, b"content")
    store.put(f"{KEY}.2", b"content")
    assert store.exists(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)
    store.delete(KEY)
    store.delete("never/was")
    assert list(store.list("")) == [f"{KEY}.2"]
    store.put(KEY, b"again")
    assert store.get(KEY) == b"again"


@pytest.mark.parametrize(
    ("stored", "given", "same"),
    [
        (b"bytes", b"bytes", True),
        (b"", b"", True),
        (b"x" * 600_000, b"x" * 600_000, True),
        (b"bytes", b"bytEs", False),
        (b"bytes", b"bytes and more", False),
        (b"bytes and more", b"bytes", False),
        (b"x" * 600_000, b"x" * 599_999 + b"y", False),
        (None, b"bytes", False),
    ],
    ids=["same", "empty", "large", "another byte", "longer", "shorter", "another at the end", "missing"],
)
def test_holds_exactly_these_bytes(store: ObjectStore, stored: bytes | None, given: bytes, same: bool) -> None:
    if stored is not None:
        store.put(KEY, stored)
    assert store.holds(KEY, BytesIO(given)) is same


def test_sizes_are_those_of_what_is_listed(store: ObjectStore) -> None:
    sizes = {f"documents/{number}": number for number in range(20)}
    for key, size in sizes.items():
        store.put(key, b"x" * size)
    assert dict(store.sizes("documents/")) == sizes
    assert [key for key, _ in store.sizes("documents/1")] == list(store.list("documents/1"))


def test_list_is_sorted_by_key_and_goes_on_after_a_page(store: ObjectStore) -> None:
    keys = [f"a/{n:02}/x.md" for n in range(20)]
    # In the order of the keys, "." and "-" come before "/", which a walk over folders easily gets wrong.
    keys += ["a.txt", "a/01.txt", "a/01-b/x", "b/x", "ab", "a/é", "a/z", "a/\U0001f600", "a/\uff21"]
    for key in keys:
        store.put(key, b"x")
    assert list(store.list("")) == sorted(keys)
    for prefix in ("a", "a/", "a/0", "a/01", "a/01/", "a/01/x.md", "b/", "c", "a/01/x.md/"):
        assert list(store.list(prefix)) == sorted(key for key in keys if key.startswith(prefix)), prefix


def test_what_was_written_before_a_moment(store: ObjectStore) -> None:
    store.put(KEY, b"old")
    store.put(f"{KEY}.2", b"old")
    now = datetime.now(UTC)
    later, earlier = now + timedelta(minutes=1), now - timedelta(minutes=1)
    assert list(store.written_before("documents/", later)) == [KEY, f"{KEY}.2"]
    assert list(store.written_before(f"{KEY}.", later)) == [f"{KEY}.2"]
    assert list(store.written_before("documents/", earlier)) == []


def test_a_hostile_key_is_refused_by_every_method(store: ObjectStore) -> None:
    for key in HOSTILE_KEYS:
        for method in (lambda key: store.put(key, b"x"), store.get, store.exists, store.delete):
            with pytest.raises(InvalidObjectKeyError):
                method(key)
    for prefix in sorted({*HOSTILE_KEYS} - {"", "a/"}):
        with pytest.raises(InvalidObjectKeyError):
            store.list(prefix)  # at once, not when the first key is asked for
    assert list(store.list("")) == []


def test_keys_of_every_script_and_of_url_syntax(store: ObjectStore) -> None:
    for name in (
        "Договор №5.md",
        "契約書.pdf",
        "a b+c&d=e%20f#g?h.md",
        "نامه\u200cها",
        "e\u0301",
        "'\"<>;*~",
        "😀",
    ):
        key = f"documents/{name}/{name}"
        store.put(key, name.encode())
        assert store.get(key) == name.encode()
        assert store.exists(key)
        assert list(store.list(f"documents/{name}/")) == [key]


# Not S3: there it is the service that promises this, and the test server does not keep the promise.
@pytest.mark.parametrize("store", ["local", "memory"], indirect=True)
def test_concurrent_readers_see_one_of_the_writes_whole(store: ObjectStore) -> None:
    versions = [bytes([n]) * (40_000 + n) for n in range(8)]
    store.put(KEY, versions[0])
    with ThreadPoolExecutor(16) as pool:
        writes = [pool.submit(store.put, KEY, version) for version in versions * 6]
        reads = [pool.submit(store.get, KEY) for _ in range(150)]
        assert all(read.result() in versions for read in reads)
        assert all(write.result().key == KEY for write in writes)
    assert store.get(KEY) in versions
    assert list(store.list("")) == [KEY]


def test_concurrent_readers_that_know_the_checksum_are_never_given_other_bytes(store: ObjectStore) -> None:
    old, new = b"o" * 40_000, b"n" * 40_007
    sha256 = store.put(KEY, old).sha256
    with ThreadPoolExecutor(16) as pool:
        writes = [pool.submit(store.put, KEY, content) for content in [new, old] * 20]
        reads = [pool.submit(store.get, KEY, sha256=sha256) for _ in range(100)]
        for write in writes:
            write.result()
        errors = [read.exception() for read in reads]
    assert all(read.result() == old for read, error in zip(reads, errors, strict=True) if error is None)
    told = (ChecksumMismatchError, StoreUnavailableError, ObjectNotFoundError)
    assert all(isinstance(error, told) for error in errors if error is not None)


def test_concurrent_writers_of_many_keys_lose_none(store: ObjectStore) -> None:
    keys = [f"documents/{n % 10}/stages/chunker/{n}.json" for n in range(60)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: store.put(key, key.encode()), keys))
    assert list(store.list("documents/")) == sorted(keys)
    assert all(store.get(key) == key.encode() for key in keys)


def test_check_passes_and_leaves_nothing(store: ObjectStore) -> None:
    store.check()
    assert list(store.list("")) == []
