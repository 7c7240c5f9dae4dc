"""Files that people name, read without trust in what they are: only regular ones, and never more than the limit."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from pipeline_core.domain.errors import EmptyFileError, FileTooLargeError, UnreadableFileError

_BLOCK_BYTES = 1024 * 1024
# neither a pipe without a writer nor a terminal is waited for, or taken over, whatever stands at the path by now
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_NO_FILE = "Name a regular file that has the document; anything else is skipped."
_CHANGES = "Try again when nobody writes to it."


def read_file(path: Path, *, limit: int) -> bytes:
    """All that the file has, as ``read_stated``."""
    return read_stated(path, limit=limit)[0]


def read_stated(path: Path, *, limit: int) -> tuple[bytes, os.stat_result]:
    """All that the file has, and what it was when it had been read. Its links are followed; no more than ``limit``
    bytes, and one, are ever read.

    Raises:
        UnreadableFileError: it is not there, may not be read, is no regular file, or changed while it was read.
        FileTooLargeError: it has more bytes than the limit.
        EmptyFileError: it has none.
    """
    name = path.name
    try:
        # asked before it is opened: opening some devices does something
        _check_kind(path.stat(), name)
        opened = os.open(path, _FLAGS)
        try:
            before = os.fstat(opened)
            _check_kind(before, name)
            _check_size(before.st_size, limit, name)
            data = _read(opened, limit)
            after = os.fstat(opened)
        finally:
            os.close(opened)
    except (OSError, ValueError) as error:
        raise _unreadable(error, name) from error
    if len(data) > limit:
        raise FileTooLargeError(f"{name} has more than {limit:,} bytes, which is the limit.", where=name)
    if _changed(before, after, len(data)):
        raise UnreadableFileError("The file changed while it was read.", where=name, action=_CHANGES)
    if not data:
        raise EmptyFileError(where=name)
    return data, after


def oddity(path: Path) -> UnreadableFileError | None:
    """Say why the path does not lead to a regular file, or None; it may still turn out to be unreadable."""
    try:
        _check_kind(path.stat(), path.name)
    except UnreadableFileError as error:
        return error
    except (OSError, ValueError) as error:
        return _unreadable(error, path.name)
    return None


def _check_kind(found: os.stat_result, name: str) -> None:
    if stat.S_ISREG(found.st_mode):
        return
    kind = next((word for is_kind, word in _KINDS if is_kind(found.st_mode)), "no regular file")
    raise UnreadableFileError(f"It is {kind}, not a regular file.", where=name, action=_NO_FILE)


def _check_size(size: int, limit: int, name: str) -> None:
    if size > limit:
        raise FileTooLargeError(f"{name} has {size:,} bytes; the limit is {limit:,}.", where=name)


def _read(opened: int, limit: int) -> bytes:
    """To the end, or to one byte more than the limit: a file may be larger than it says, and grow meanwhile."""
    parts: list[bytes] = []
    left = limit + 1
    while left > 0 and (part := os.read(opened, min(_BLOCK_BYTES, left))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _changed(before: os.stat_result, after: os.stat_result, length: int) -> bool:
    # what the kernel makes up, as below /proc, says that it has no bytes
    if before.st_size == 0 and after.st_size == 0:
        return False
    return length != after.st_size or before.st_mtime_ns != after.st_mtime_ns


def _unreadable(error: OSError | ValueError, name: str) -> UnreadableFileError:
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return UnreadableFileError(f"The file cannot be read: {why}.", where=name)
