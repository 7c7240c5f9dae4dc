"""A fake object store: a dict. It passes the same contract as the real ones."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from pipeline_core.adapters.object_stores.integrity import put_each, round_trip, verified
from pipeline_core.domain.errors import ObjectNotFoundError, PipelineError
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.object_keys import validate_key, validate_prefix
from pipeline_core.ports.object_store import StoredObject


class MemoryObjectStore:
    """Objects by key. ``objects`` and ``written`` are open to tests that damage, count or age them."""

    url = "memory:"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.written: dict[str, datetime] = {}

    def put(self, key: str, data: bytes) -> StoredObject:
        self.objects[validate_key(key)] = bytes(data)
        self.written[key] = datetime.now(UTC)
        return StoredObject(key, len(data), sha256_hex(data))

    def put_many(self, objects: Sequence[tuple[str, bytes]]) -> Sequence[StoredObject | PipelineError]:
        return put_each(self, objects, threads=1)

    def put_file(self, key: str, file: BinaryIO) -> StoredObject:
        file.seek(0)
        return self.put(key, file.read())

    def get(self, key: str, *, sha256: str | None = None) -> bytes:
        if validate_key(key) not in self.objects:
            raise ObjectNotFoundError(where=key)
        return verified(self.objects[key], sha256, where=key)

    def get_file(self, key: str, file: BinaryIO, *, sha256: str | None = None) -> int:
        return file.write(self.get(key, sha256=sha256))

    def exists(self, key: str) -> bool:
        return validate_key(key) in self.objects

    def holds(self, key: str, file: BinaryIO) -> bool:
        file.seek(0)
        return self.objects.get(validate_key(key)) == file.read()

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, len(self.objects[key])) for key in self.list(prefix))

    def delete(self, key: str) -> None:
        self.objects.pop(validate_key(key), None)

    def list(self, prefix: str) -> Iterator[str]:
        validate_prefix(prefix)
        return iter(sorted(key for key in self.objects if key.startswith(prefix)))

    def written_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        return (key for key in self.list(prefix) if self.written[key] < moment)

    def remove_unfinished(self, moment: datetime) -> int:
        return 0

    def check(self) -> None:
        round_trip(self)
