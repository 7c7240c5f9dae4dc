"""Behaviour common to all object stores: verify what was read, write one by one, and show that it works."""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO
from uuid import uuid4

from pipeline_core.domain.errors import ChecksumMismatchError, PipelineError, StoreUnavailableError
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.ports.object_store import ObjectStore, StoredObject

BLOCK = 256 * 1024
"""Bytes that are copied at a time."""


def verified(data: bytes, sha256: str | None, *, where: str) -> bytes:
    """Return the data as it is; without a ``sha256`` (hex) there is nothing to verify.

    Raises:
        ChecksumMismatchError
    """
    if sha256 is not None and (actual := sha256_hex(data)) != sha256.lower():
        raise _mismatch(actual, sha256, where)
    return data


def copy_verified(blocks: Iterable[bytes], file: BinaryIO, checksums: Iterable[str | None], *, where: str) -> int:
    """Write the blocks to the file; returns the number of bytes. Each checksum that is given must be theirs.

    Raises:
        ChecksumMismatchError
    """
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += file.write(block)
    for sha256 in checksums:
        if sha256 is not None and digest.hexdigest() != sha256.lower():
            raise _mismatch(digest.hexdigest(), sha256, where)
    return size


def measure(file: BinaryIO) -> tuple[int, str]:
    """Size in bytes and sha256 (hex) of a seekable file, which is at its beginning afterwards."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
    file.seek(0)
    return size, digest.hexdigest()


def same_bytes(file: BinaryIO, blocks: Iterable[bytes]) -> bool:
    """Return whether the seekable file has exactly the bytes of the blocks."""
    file.seek(0)
    return all(file.read(len(block)) == block for block in blocks) and not file.read(1)


def put_each(
    store: ObjectStore, objects: Sequence[tuple[str, bytes]], *, threads: int
) -> list[StoredObject | PipelineError]:
    """Put the objects one by one, as many at the same time as there are threads; the outcome of each is its own."""

    def put(one: tuple[str, bytes]) -> StoredObject | PipelineError:
        try:
            return store.put(*one)
        except PipelineError as error:
            return error

    if threads == 1 or len(objects) < 2:
        return [put(one) for one in objects]
    with ThreadPoolExecutor(min(threads, len(objects))) as pool:
        return list(pool.map(put, objects))


def _mismatch(actual: str, expected: str, where: str) -> ChecksumMismatchError:
    return ChecksumMismatchError(
        f"The object has sha256 {actual[:12]}…, not {expected[:12]}… as it was written.", where=where
    )


def round_trip(store: ObjectStore) -> None:
    """Write, read, list and remove a small object of its own under ``checks/``.

    Raises:
        ConfigurationError, StoreUnavailableError, ChecksumMismatchError: as the store's methods do.
    """
    # Each check has a key of its own: workers start at the same time.
    key = f"checks/{uuid4()}"
    stored = store.put(key, key.encode())
    try:
        store.get(key, sha256=stored.sha256)
        if list(store.list(key)) != [key]:
            raise StoreUnavailableError("The object store does not list what it holds.", where=store.url)
    finally:
        store.delete(key)
