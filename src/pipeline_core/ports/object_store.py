"""Port: where every stage's output is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from pipeline_core.domain.errors import PipelineError


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it was written: its key, size in bytes and sha256 in hex."""

    key: str
    size: int
    sha256: str


class ObjectStore(Protocol):
    """Keys are ``/``-separated relative paths. A write is atomic: a reader sees all of it or none of it."""

    url: str

    def put(self, key: str, data: bytes) -> StoredObject:
        """Write the object, replacing any other under this key.

        Raises:
            InvalidObjectKeyError: the key is empty, absolute, or has ``..`` or control characters in it.
            StoreUnavailableError: the store did not take it.
        """
        ...

    def put_many(self, objects: Sequence[tuple[str, bytes]]) -> Sequence[StoredObject | PipelineError]:
        """Write objects, each atomically and together at less cost; returns for each, in order, what ``put`` would
        have returned or raised. One that fails keeps no other from being written."""
        ...

    def get(self, key: str, *, sha256: str | None = None) -> bytes:
        """Read the object; with ``sha256`` also verify it.

        Raises:
            ObjectNotFoundError, ChecksumMismatchError, InvalidObjectKeyError, StoreUnavailableError
        """
        ...

    def put_file(self, key: str, file: BinaryIO) -> StoredObject:
        """Write the object from a seekable file, read from its beginning, without holding it in memory.

        Raises:
            As ``put``.
        """
        ...

    def get_file(self, key: str, file: BinaryIO, *, sha256: str | None = None) -> int:
        """Copy the object to the end of a file; returns the number of bytes. With ``sha256`` also verify it.

        On an error the file may hold a part of the object.

        Raises:
            As ``get``.
        """
        ...

    def exists(self, key: str) -> bool:
        """Returns whether there is such an object."""
        ...

    def holds(self, key: str, file: BinaryIO) -> bool:
        """Returns whether the object is there with exactly the bytes of this seekable file.

        Raises:
            StoreUnavailableError, InvalidObjectKeyError
        """
        ...

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The keys of ``list``, each with its size in bytes."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Keys that begin with the prefix, sorted."""
        ...

    def written_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        """Yields the keys of ``list`` that were last written before this moment (with a time zone).

        ``maintain`` removes what no row of the database names: whoever keeps an object keeps a row for it.
        """
        ...

    def remove_unfinished(self, moment: datetime) -> int:
        """Remove what writers that were killed left before this moment and that is no object; returns how many."""
        ...

    def check(self) -> None:
        """Write, read and remove a small object, to show that the store works. Raises as put and get do."""
        ...
