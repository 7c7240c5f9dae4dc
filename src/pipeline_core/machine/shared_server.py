"""A local server that several processes use: the first one starts it, the last one's end stops it."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psutil

from pipeline_core.machine import guard, private_files
from pipeline_core.machine.processes import runs
from pipeline_core.machine.rotated_file import KEPT, Kept

_STOP_TIMEOUT_S = 30.0


class SharedServer:
    """This process's share in a server.

    A shared lock on the file ``users`` says that the process uses the server; it ends with the process, so nobody who
    was killed is counted. The file holds the pid of the server's guard (``machine.guard``), which stops the server.
    """

    def __init__(self, users: Path) -> None:
        self._users = users
        self._file: IO[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def joined(self) -> bool:
        """Return whether this process uses the server."""
        return self._file is not None

    def join(self) -> None:
        """Use the server from now on; waits while one that nobody used any more is being stopped."""
        if self._file is None:
            self._file = open(self._users, "ab", opener=private_files.opener)  # noqa: SIM115
            fcntl.flock(self._file, fcntl.LOCK_SH)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """One process at a time looks whether the server runs, and starts it."""
        lock = self._users.with_name(self._users.name + ".start")
        with open(lock, "ab", opener=private_files.opener) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def spawn(
        self,
        command: Sequence[str],
        *,
        log: Path,
        kept: Kept = KEPT,
        stop_signal: signal.Signals = signal.SIGTERM,
        user: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> int | None:
        """Start the server under a guard; returns its pid, or None where it could not be started.

        Args:
            command: the program, by its whole path, and its arguments; it runs in the folder ``/``.
            log: where its output goes, added at the end; of this folder's logs so much is kept as ``kept`` says.
            stop_signal: what stops it.
            user: the user that it runs as; empty is this process's own.
            environment: all of its environment variables; None: this process's own.
        """
        arguments = [sys.executable, "-I", "-S", guard.__file__, str(self._users), str(int(stop_signal)), user]
        arguments += [str(log), str(kept.max_bytes), str(kept.days)]
        private_files.make_folder(log.parent)
        with open(log, "ab", opener=private_files.opener) as output:
            self._guard = subprocess.Popen(
                [*arguments, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, cwd="/",
                env=environment, start_new_session=True, umask=private_files.UMASK,
            )  # fmt: skip
        assert self._guard.stdout is not None
        with self._guard.stdout as reported:
            pid = reported.readline().strip()
        private_files.write_text(self._users, str(self._guard.pid))
        return int(pid) if pid else None

    def leave(self) -> None:
        """Use it no more; the last one stops the server, and returns when it is gone."""
        if self._file is None:
            return
        with self._file as file:
            self._file = None
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop()

    def _stop(self) -> None:
        with suppress(OSError, ValueError, psutil.Error):
            pid = int(self._users.read_text())
            if runs(pid, guard.__file__, str(self._users)):
                os.kill(pid, signal.SIGTERM)
                if self._guard is not None and self._guard.pid == pid:
                    self._guard.wait(_STOP_TIMEOUT_S)
                else:
                    psutil.Process(pid).wait(_STOP_TIMEOUT_S)
