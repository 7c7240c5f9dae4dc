"""A log file of any number of processes: whole lines, begun anew each day and at a size, old ones removed.

Only the standard library, and little of it: the guards of servers write their logs with it, too.
"""

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

_LOG = re.compile(r"[\w-]+\.(?:jsonl|log)(?:\.[\w.-]+)?", re.ASCII)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_PRIVATE = 0o600
_LARGEST = 10 * 1024 * 1024
_DAY_S = 86_400


class Kept(NamedTuple):
    """Limits on the logs of a folder, all files together."""

    max_bytes: int = 1024 * 1024 * 1024
    days: float = 30


KEPT = Kept()


class RotatedFile:
    """Appends to a file that other processes append to as well; of one process, a thread at a time.

    A write is one call on a file that is open for appending, so lines never mix. Whoever finds the file full or of an
    earlier day puts it aside, under a lock; a line that another process writes at this moment stands in the file that
    was put aside, and its next one in the new file. So nothing is lost, but by what ``kept`` says.
    """

    def __init__(self, path: str, kept: Kept = KEPT, *, largest: int = _LARGEST) -> None:
        """``largest``: bytes from which a file is put aside."""
        self.path = path
        self._kept, self._largest = kept, largest
        self._descriptor = -1
        self._file: tuple[int, int] | None = None
        self._day = 0
        sweep(os.path.dirname(path), kept)
        self._look()

    def write(self, data: bytes) -> None:
        """Append whole lines.

        Raises:
            OSError: the disk is full, or the folder is gone.
        """
        self._follow(len(data))
        while data:
            data = data[os.write(self._descriptor, data) :]

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._file = -1, None

    def _follow(self, more: int) -> None:
        """Have the file open that stands at the path, and room in it."""
        size = self._look()
        if size and (size + more > self._largest or self._day != _today()):
            with _locked(os.path.dirname(self.path)):
                # another process may have been first
                size = self._look()
                if size and (size + more > self._largest or self._day != _today()):
                    os.rename(self.path, f"{self.path}.{_stamp()}")
                    self._look()
            sweep(os.path.dirname(self.path), self._kept)

    def _look(self) -> int:
        """The size of the file at the path, which is open afterwards."""
        for _ in range(100):
            try:
                status = os.stat(self.path)
            except FileNotFoundError:
                self._open()
                continue
            if (status.st_dev, status.st_ino) == self._file:
                return status.st_size
            self._open()
        raise OSError(f"{self.path} is removed as often as it is made")

    def _open(self) -> None:
        self.close()
        self._descriptor = os.open(self.path, _APPEND, _PRIVATE)
        status = os.fstat(self._descriptor)
        if status.st_uid == os.geteuid():
            os.fchmod(self._descriptor, _PRIVATE)
        self._file = (status.st_dev, status.st_ino)
        self._day = int(status.st_mtime // _DAY_S) if status.st_size else _today()


def sweep(folder: str, kept: Kept) -> None:
    """Remove logs that are too old, and the oldest of those put aside while all together are too large."""
    found = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # another process removes, too
                if _LOG.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
    total, oldest = sum(size for _, size, _ in found), time.time() - kept.days * _DAY_S
    for changed, size, path in sorted(found):
        is_put_aside = not path.endswith((".jsonl", ".log"))
        if changed < oldest or (total > kept.max_bytes and is_put_aside):
            with suppress(FileNotFoundError):
                os.unlink(path)
            total -= size


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """One process at a time puts a file of the folder aside."""
    descriptor = os.open(os.path.join(folder, ".rotation"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _today() -> int:
    """Days since the epoch, UTC."""
    return int(time.time() // _DAY_S)


def _stamp() -> str:
    now = time.time_ns()
    return time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime(now // 1_000_000_000)) + f"-{now % 1_000_000_000:09d}"
