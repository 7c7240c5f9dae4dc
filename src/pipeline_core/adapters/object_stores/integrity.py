"""What every object store does in the same way: verify what was read, and show that it works."""

from uuid import uuid4

from pipeline_core.domain.errors import ChecksumMismatchError, StoreUnavailableError
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.ports.object_store import ObjectStore


def verified(data: bytes, sha256: str | None, *, where: str) -> bytes:
    """Return the data as it is; without a ``sha256`` (hex) there is nothing to verify.

    Raises:
        ChecksumMismatchError
    """
    if sha256 is not None and (actual := sha256_hex(data)) != sha256.lower():
        raise ChecksumMismatchError(
            f"The object has sha256 {actual[:12]}…, not {sha256[:12]}… as it was written.", where=where
        )
    return data


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
