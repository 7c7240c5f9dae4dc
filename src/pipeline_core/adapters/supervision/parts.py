"""The parts of an installation on one machine, from its settings."""

import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4

from pipeline_core.adapters import prefect_login
from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.adapters.supervision import readiness
from pipeline_core.adapters.supervision.child import ChildProcess, PrefectWorker
from pipeline_core.adapters.supervision.deploy import POOL, deploy
from pipeline_core.adapters.supervision.supervisor import Part
from pipeline_core.adapters.supervision.sweeper import MARK, Sweeper
from pipeline_core.settings import Settings

_WORKER_QUERY_S = "2"
"""Prefect's own ten seconds are long for somebody who waits for an upload."""
_WATCH_GRACE_S = 3.0
"""Longer than a look usually takes; one that waits for a server without an answer is left to end with the process."""


class Program(NamedTuple):
    """A command of ours that runs beside the workers."""

    name: str
    module: str
    """The command is there if this module is."""
    arguments: tuple[str, ...]
    address: Callable[[Settings], str]
    serves: Callable[[Settings, int], bool]
    """Test that the process of this id answers."""


PROGRAMS = (
    Program(
        "api",
        "pipeline_core.cli.api",
        ("api",),
        lambda s: s.api_url or f"http://{s.api_host}:{s.api_port}",
        lambda s, pid: readiness.serves(pid, s.api_host, s.api_port),
    ),
)
"""Other programs to start: one row per command."""


class DatabaseServer(Protocol):
    """One that is kept up for as long as it is not closed."""

    def runs(self) -> bool: ...
    def close(self) -> None: ...


class Postgres(Part):
    """The embedded PostgreSQL as a part; its processes are shared with every other user of this home."""

    name = "PostgreSQL"

    def __init__(self, open_server: Callable[[], DatabaseServer]) -> None:
        self._open_server = open_server
        self._servers: list[DatabaseServer] = []

    def start(self) -> None:
        self._servers.append(self._open_server())

    def alive(self) -> bool:
        return bool(self._servers) and self._servers[-1].runs()

    def stop(self) -> None:
        while self._servers:
            self._servers.pop().close()


class PrefectServer(Part):
    """The Prefect server as a part: the one of ``PREFECT_API_URL``, which is others' to keep up, or this home's."""

    name = "Prefect server"

    def __init__(self, launcher: PrefectLauncher) -> None:
        self._launcher = launcher

    def start(self) -> None:
        self._launcher.keep()

    def alive(self) -> bool:
        return self._launcher.runs()

    def stop(self) -> None:
        self._launcher.close()


class Deployed(Part):
    """The deployments: made at the start, on a server that keeps them."""

    name = "deployments"

    def __init__(self, environment: Callable[[], Mapping[str, str]]) -> None:
        self._environment = environment

    def start(self) -> None:
        deploy(self._environment())

    def alive(self) -> bool:
        return True

    def stop(self) -> None:
        """They stay for the next time."""


class QueueWatched(Part):
    """The queue, watched by a thread of this process: its runs are asked for as soon as something waits."""

    name = "watch of the queue"

    def __init__(self, watch: Callable[[threading.Event], None]) -> None:
        """``watch`` returns when the event that it is given is set."""
        self._watch = watch
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._watch, args=(self._stopping,), name="queue-watch", daemon=True)
        self._thread.start()

    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_WATCH_GRACE_S)


class Installation:
    """All parts, in the order in which they start, and the addresses at which people find them."""

    def __init__(
        self,
        settings: Settings,
        launcher: PrefectLauncher,
        workers: int,
        watch: Callable[[Mapping[str, str], threading.Event], None],
        open_database: Callable[[], DatabaseServer],
    ) -> None:
        """``watch`` asks for runs of the queue, at the server that the environment names, until the event is set."""
        self._settings, self._launcher = settings, launcher
        self._mark = uuid4().hex
        self._programs = [program for program in PROGRAMS if importlib.util.find_spec(program.module)]
        self.parts: list[Part] = [] if settings.database_url else [Postgres(open_database)]
        self.parts += [PrefectServer(launcher), Sweeper(self._mark), Deployed(self.environment)]
        self.parts += [self._worker(number) for number in range(1, workers + 1)]
        if settings.ready_worker:
            ready = [sys.executable, "-m", "pipeline_core.cli.ready"]
            self.parts.append(self._child("ready-worker", ready, lambda _pid: True))
        self.parts.append(QueueWatched(lambda stopping: watch(self.environment(), stopping)))
        self.parts += [
            self._child(
                program.name,
                [sys.executable, "-m", "pipeline_core", *program.arguments],
                partial(program.serves, settings),
            )
            for program in self._programs
        ]

    def environment(self) -> dict[str, str]:
        """Of every process that is started: what it works on, whom it asks, and the mark by which it is found."""
        login = self._launcher.login
        return {
            "PREFECT_WORKER_QUERY_SECONDS": _WORKER_QUERY_S,
            **os.environ,
            "UPLOAD_PIPELINE_HOME": str(self._settings.home.absolute()),
            "PREFECT_HOME": str(self._settings.home.absolute() / "prefect"),
            "PREFECT_API_URL": self._launcher.api_url,
            **({prefect_login.CLIENT: login} if login else {}),
            "DO_NOT_TRACK": "1",
            MARK: self._mark,
        }

    def login_file(self) -> Path | None:
        """File of the login of this home's Prefect server; None if the server is another."""
        own = self._launcher.has_own_server
        return prefect_login.file_of(prefect_login.folder_of(self._settings.home)) if own else None

    def addresses(self) -> list[tuple[str, str]]:
        """Names and addresses, for people."""
        prefect = [("Prefect", self._launcher.api_url.removesuffix("/api"))]
        return prefect + [(program.name.upper(), program.address(self._settings)) for program in self._programs]

    def _worker(self, number: int) -> ChildProcess:
        name = f"worker-{number}"
        unique = f"{socket.gethostname()}-{number}-{self._mark[:4]}"
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--name", unique]
        return self._child(
            name, command, lambda _pid: readiness.takes_runs(self.environment(), POOL, unique), PrefectWorker
        )

    def _child(
        self,
        name: str,
        command: list[str],
        does_its_work: Callable[[int], bool],
        kind: type[ChildProcess] = ChildProcess,
    ) -> ChildProcess:
        log = self._settings.home.absolute() / "logs" / f"{name}.log"
        return kind(
            name,
            command,
            environment=self.environment,
            log=log,
            kept=self._settings.logs_kept,
            does_its_work=does_its_work,
        )
