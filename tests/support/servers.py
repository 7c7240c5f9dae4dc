"""A PostgreSQL server of a test's own, to be stopped and started as the test likes."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from pipeline_core.db.embedded import EmbeddedPostgres


class OwnServer:
    """Runs until ``halt``; ``start`` brings it back on the same data, with the same URL."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._servers: list[EmbeddedPostgres] = []
        self.start()
        self.url = self._servers[-1].url

    def start(self) -> None:
        self._servers.append(EmbeddedPostgres(self.data))

    def halt(self) -> None:
        """Stop it at once, in the middle of whatever it does, as a crash of its machine would."""
        postmaster = psutil.Process(server_pid(self.data))
        os.kill(postmaster.pid, signal.SIGQUIT)
        psutil.wait_procs([postmaster], timeout=10)

    def close(self) -> None:
        for server in self._servers:
            server.close()


def wait_until(holds: Callable[[], bool], within_s: float = 30) -> bool:
    """Whether it holds before long."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def server_pid(data: Path) -> int:
    """The pid of the server that runs on this data folder."""
    return int((data / "postmaster.pid").read_text().split()[0])


_IN_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2 << 30
"""More than the databases of a session and their log take."""


def _fast_folder() -> Path | None:
    """Where files live in memory, if there is room: copying a database there takes a third of the processor time."""
    if not os.access(_IN_MEMORY, os.W_OK) or shutil.disk_usage(_IN_MEMORY).free < _ENOUGH_BYTES:
        return None
    return _IN_MEMORY


@contextmanager
def folder_for_postgres() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can enter too, when tests run as root."""
    with tempfile.TemporaryDirectory(prefix="pipeline-pg-", dir=_fast_folder(), ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
