"""Starting work through Prefect: a server that is there, or a local one that keeps its history on disk."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from pipeline_core import prefect_records
from pipeline_core.adapters import prefect_login
from pipeline_core.domain.errors import ConfigurationError, PipelineError, ServiceUnavailableError, UnexpectedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.machine import private_files
from pipeline_core.machine.processes import listens, runs
from pipeline_core.machine.shared_server import SharedServer
from pipeline_core.settings import Settings

if TYPE_CHECKING:
    from prefect.context import SettingsContext

FLOW_ENTRYPOINT = "pipeline_core.flows.process_document.process_document"
QUEUE_ENTRYPOINT = "pipeline_core.flows.process_queue.process_queue"
_START_TIMEOUT_S = 90.0
_MOST_STARTS = 3
_OTHERS_TIMEOUT_S = 15.0
"""Longest wait for an answer of a server that somebody else started."""
_DRAIN_TIMEOUT_S = 10.0
_RUN_AGAIN = "Completed work is kept: run the same command again."

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLI_WRAP_LINES": "false",
    # what ends a run is raised and told by whoever started it; the server keeps the traceback
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
}
_SERVER = {
    # measured: the recorder's upserts are what bounds task runs a second
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    # the second user interface asks an analytics host even with analytics off
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    # runs are made an hour ahead otherwise: after a pause, workers would meet every one of them at once
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT3M",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "1",
    # in memory, a restart forgets who holds a deployment's places: those of a run that was killed never come free
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}


def _forgetting(days: int) -> dict[str, str]:
    """Return the settings for the removal of runs that ended so many days ago, with their tasks, logs and artifacts."""
    if not days:
        return {}
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(days * 24 * 3600),
    }


_OTHERS = ("PREFECT_API_URL", "PREFECT_UI_API_URL", "PREFECT_UI_URL")
"""Addresses of another server that the environment may name: none of them is the local one's."""
_ORIGINS = ("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "PREFECT_SERVER_CORS_ALLOWED_ORIGINS")
"""Prefect's two names for the origins whose pages may ask its API; any, if neither is set."""


class PrefectLauncher:
    """Runs flows in this process, recorded by a Prefect server.

    The server is the one of ``PREFECT_API_URL`` if that is set; else a local one for this home, found running or
    started here, and stopped when the last process that uses it has left. Its database stays in ``HOME/prefect``, and
    so does the login that it asks for.
    """

    def __init__(self, settings: Settings, stopping: threading.Event | None = None) -> None:
        """``stopping`` is set when the runs that are under way are to end after the stage that they are in."""
        self._settings = settings
        self._stopping = stopping or threading.Event()
        self._home = prefect_login.folder_of(settings.home)
        self._api_url = os.environ.get("PREFECT_API_URL")
        self._shared = SharedServer(self._home / "server.users")
        self._pid: int | None = None
        """Of this home's server."""
        self._login: str | None = None
        self._port = self._starts = 0
        self._answered: tuple[int | None, int] | None = None
        """The process and port of the server that was seen to answer."""
        self._settings_of: tuple[tuple[str | None, str | None], SettingsContext] | None = None

    def start(self) -> None:
        """Begin to start the server, without waiting for it. Does nothing if one is there."""
        if self._api_url:
            return
        self._make_home()
        self._shared.join()
        with self._shared.starting():
            if found := prefect_login.running(self._home):
                (self._pid, self._port), self._login = found, prefect_login.read(self._home)
            else:
                self._spawn(_free_port(self._settings.prefect_port))
        self._api_url = _address(self._port)

    @property
    def api_url(self) -> str:
        """Of the server, which was started or found.

        Raises:
            ServiceUnavailableError: it was not.
        """
        if self._api_url is None:
            raise ServiceUnavailableError("The Prefect server was not started.")
        return self._api_url

    @property
    def login(self) -> str | None:
        """Login that the server asks for, ``name:password``: this home's, or another's by the environment."""
        if self._shared.joined:
            return self._login
        return prefect_login.for_the_server_of(os.environ, self._settings.home)

    @property
    def has_own_server(self) -> bool:
        """True if the server is this home's, started by this process or another."""
        return self._shared.joined

    def runs(self) -> bool:
        """True if this home's server has a process. One that others keep up is taken to run."""
        return not self._shared.joined or prefect_login.running(self._home) is not None

    def keep(self) -> None:
        """Start the server, or start it again at the address that others know by now, and wait until it answers.

        Raises:
            ServiceUnavailableError: it does not.
        """
        if self._shared.joined and self._api_url is not None:
            port = urlsplit(self._api_url).port
            assert port is not None
            with self._shared.starting():
                if found := prefect_login.running(self._home):
                    (self._pid, self._port), self._login = found, prefect_login.read(self._home)
                else:
                    self._starts = _MOST_STARTS - 1  # at another port nobody would find it
                    self._spawn(port)
                self._api_url = _address(self._port)
        self.start()
        self._wait_for_answer()

    def prepare(self) -> None:
        """Make the local server's database, so that its first start is as quick as any other.

        Raises:
            ServiceUnavailableError: it cannot be made; the message has Prefect's own words.
        """
        self._make_home()
        command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
        done = subprocess.run(
            command, env=self.server_environment(), capture_output=True, text=True, check=False,
            umask=private_files.UMASK,
        )  # fmt: skip
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise ServiceUnavailableError(f"Prefect's database could not be created: {' '.join(last)}")

    def _make_home(self) -> None:
        private_files.open_home(self._settings.home)
        private_files.make_folder(self._home)

    def server_environment(self, port: int | None = None) -> dict[str, str]:
        """Of the local server; its port is said here too, as ``--port`` is not what its pages ask.

        Raises:
            ConfigurationError: with a port, the login that it asks for cannot be read or written.
        """
        environment = {**os.environ, **_QUIET, **_SERVER, "PREFECT_HOME": str(self._home)}
        environment |= _forgetting(self._settings.prefect_days)
        for name in _OTHERS:
            environment.pop(name, None)
        if port is not None:
            # here and not among the arguments, which everybody on this machine may read
            login = prefect_login.for_a_new_server(self._home, os.environ)
            environment |= {
                prefect_login.SERVER: login,
                prefect_login.CLIENT: login,
                "PREFECT_SERVER_API_HOST": "127.0.0.1",
                "PREFECT_SERVER_API_PORT": str(port),
                "PREFECT_SERVER_UI_API_URL": f"http://127.0.0.1:{port}/api",
                "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self._pages()),
            }
            if not any(environment.get(name) for name in _ORIGINS):
                # its own pages, which may be opened by either name and ask the first
                environment[_ORIGINS[0]] = f"http://127.0.0.1:{port},http://localhost:{port}"
        return environment

    def _pages(self) -> Path:
        """Folder of the pages that the server serves: those of the first user interface only.

        No setting takes the link to the second one off the dashboard; a server that could not copy its pages has none.
        """
        folder = self._home.absolute() / "ui"
        private_files.make_folder(folder)
        second = folder / "v2"
        if not (second.is_symlink() or second.exists()):
            with suppress(FileExistsError):
                second.symlink_to("not-served")
        return folder

    def _spawn(self, port: int) -> None:
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        environment = self.server_environment(port)
        self._login = environment[prefect_login.SERVER]
        self._pid = self._shared.spawn(command, log=self._log, kept=self._settings.logs_kept, environment=environment)
        private_files.write_text(self._home / "server", f"{self._pid} {port}")
        self._port, self._starts = port, self._starts + 1

    @property
    def _log(self) -> Path:
        return self._settings.home.absolute() / "logs" / "prefect-server.log"

    def wait(self) -> None:
        """Return when the server answers.

        Raises:
            ServiceUnavailableError: it does not; the message says where its log is.
        """
        self.start()
        self.flow()  # takes a second to import: better while the server starts
        self._wait_for_answer()

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        patience = time.monotonic() + _OTHERS_TIMEOUT_S
        while not self._is_up():
            if not self._starts and time.monotonic() > patience:
                raise ServiceUnavailableError(
                    f"The Prefect server at {self._api_url} does not answer.",
                    action="Start it, or unset PREFECT_API_URL to have a local one.",
                )
            gone = self._starts > 0 and (self._pid is None or not runs(self._pid, "prefect"))
            if gone and self._starts < _MOST_STARTS:
                # somebody else took the port between our look and its start
                self._spawn(_free_port(self._settings.prefect_port))
                self._api_url = _address(self._port)
            elif gone or time.monotonic() > deadline:
                raise ServiceUnavailableError(
                    f"The local Prefect server did not start; its log is {self._log}.",
                    action="Look at the log; `pipeline doctor` checks the rest.",
                )
            time.sleep(0.05)
        if self._answered == (self._pid, self._port):
            return
        self._answered = self._pid, self._port
        if self._shared.joined and not self._starts and not prefect_login.is_asked_for(self.api_url):
            raise ConfigurationError(
                "This home's Prefect server was started by an older version without a login, so anybody on this "
                "machine can use it.",
                where=self._api_url,
                action="Stop what uses it (`pipeline up`, `pipeline ui`, runs); the next command starts one with a "
                "login.",
            )
        if self._starts:
            # its pages are copied with the modes of the package
            private_files.close_all(self._pages())

    def _is_up(self) -> bool:
        assert self._api_url is not None
        # an answer on our port is not enough: of two that start at once, only one gets it
        is_ours = self._pid is None or self._answered == (self._pid, self._port) or listens(self._pid, self._port)
        return _healthy(self._api_url) and is_ours

    def process(self, document_ids: Sequence[DocumentId]) -> None:
        """Run ``process_document`` on the documents, ``settings.batch_size`` at a time.

        Raises:
            PipelineError: what ended a run; ServiceUnavailableError: the server was lost.
        """
        self.wait()
        flow = self.flow()
        size = self._settings.batch_size
        batches = [list(document_ids[start : start + size]) for start in range(0, len(document_ids), size)]

        def run(batch: list[DocumentId]) -> None:
            _raise_for(self._call(flow, document_ids=batch), FLOW_ENTRYPOINT)

        if len(batches) == 1:
            run(batches[0])
            return
        # While one batch waits for the database, the other computes.
        with ThreadPoolExecutor(self._settings.concurrency, thread_name_prefix="run") as pool:
            try:
                list(pool.map(run, batches))
            except KeyboardInterrupt:
                # only this thread gets it; leaving the pool waits for the others
                self._stopping.set()
                raise

    def request(self, document_ids: Sequence[DocumentId], *, key: str | None = None) -> list[UUID]:  # noqa: ARG002
        """There is nobody to ask: the work is done here, before this returns."""
        self.process(document_ids)
        return []

    def run(self, entrypoint: str, **parameters: Any) -> None:
        """Run another flow, named by ``module.function``, once; its run ends in the state that the server shows.

        Raises:
            PipelineError: what an error of the flow's own ended it with; ServiceUnavailableError as ``process``.
        """
        self.wait()
        _raise_for(self._call(self.flow(entrypoint), **parameters), entrypoint)

    def _call(self, flow: Any, **parameters: Any) -> Any:
        """Run the flow on this launcher's server; returns the state that it ended in."""
        with self._of_server(), reaching_prefect():
            return flow(**parameters, return_state=True)

    def _of_server(self) -> "SettingsContext":
        """Prefect's settings for this launcher's server. Copying all of them takes 50 ms, so it is done once."""
        from prefect.context import SettingsContext, get_settings_context
        from prefect.settings import (
            PREFECT_API_AUTH_STRING,
            PREFECT_API_URL,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            temporary_settings,
        )

        server = (self._api_url, self.login)
        if self._settings_of is None or self._settings_of[0] != server:
            # The heartbeat's thread costs a second at the end of every run; our leases show who lives. Prefect takes
            # "off" only from code, not from the environment.
            ours = {PREFECT_API_URL: server[0], PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
            if server[1]:
                ours[PREFECT_API_AUTH_STRING] = server[1]
            with temporary_settings(ours):
                self._settings_of = server, get_settings_context()
        made = self._settings_of[1]
        return SettingsContext(profile=made.profile, settings=made.settings)

    def flow(self, entrypoint: str = FLOW_ENTRYPOINT) -> Any:
        """The flow, imported only when there is work: Prefect takes a second to import."""
        prefect_records.install()
        # Prefect reads these from the environment when it is first imported; which server it talks to is said by run.
        os.environ.update(_QUIET)
        os.environ.setdefault("PREFECT_HOME", str(self._home))
        from prefect.flows import load_flow_from_entrypoint

        return load_flow_from_entrypoint(entrypoint)

    def ui_url(self) -> str | None:
        url = self._api_url
        if url is None and (found := prefect_login.running(self._home)):
            url = _address(found.port)
        return url.removesuffix("/api") if url and _healthy(url) else None

    def close(self) -> None:
        """Leave the local server, once it has recorded what it was sent; it is stopped if nobody else uses it."""
        if self._shared.joined:
            _drain()
        self._shared.leave()
        self._pid, self._starts, self._login, self._answered = None, 0, None, None
        self._api_url = os.environ.get("PREFECT_API_URL")


@contextmanager
def reaching_prefect(action: str = _RUN_AGAIN) -> Iterator[None]:
    """Translate the errors of Prefect's client when its server does not answer; others pass unchanged.

    ``action`` is what is to be done then.

    Raises:
        ServiceUnavailableError: the server is away, or returns errors.
        ConfigurationError: it refuses the login that it is given, or wants one.
        KeyboardInterrupt: this process was told to end, which Prefect has a class of its own for.
    """
    import httpx
    from prefect.exceptions import PrefectException, TerminationSignal

    try:
        yield
    except TerminationSignal as signalled:
        raise KeyboardInterrupt from signalled
    except (httpx.HTTPError, PrefectException) as error:
        raise _lost(error, action) from error
    except RuntimeError as error:
        # its client says "Failed to reach API at …" so, and gives what httpx raised as the cause
        if not isinstance(error.__cause__, httpx.HTTPError):
            raise
        raise _lost(error, action) from error


def _lost(error: Exception, action: str) -> ServiceUnavailableError | ConfigurationError:
    import httpx

    if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in prefect_login.REFUSED:
        return prefect_login.refused(error.response.status_code, f"{error.request.url.copy_with(query=None)}")
    return ServiceUnavailableError(
        f"The Prefect server was lost ({type(error).__name__}: {error}).",
        where=os.environ.get("PREFECT_API_URL") or "Prefect",
        action=action,
    )


def _raise_for(state: Any, entrypoint: str) -> None:
    """Raise what ended a run. A flow that ends as failed by its own account has recorded why, document by document."""
    if not (state.is_failed() or state.is_crashed()):
        return
    from prefect.exceptions import FailedRun

    error = state.result(raise_on_failure=False)
    if isinstance(error, PipelineError):
        raise error
    if isinstance(error, BaseException) and not isinstance(error, FailedRun):
        raise UnexpectedError(f"{type(error).__name__}: {error}", where=entrypoint) from error


def _drain() -> None:
    """Send what Prefect's client still holds: log lines and task run events are sent from threads."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    EventsWorker.drain_all(timeout=_DRAIN_TIMEOUT_S)
    APILogWorker.drain_all(timeout=_DRAIN_TIMEOUT_S)


def _healthy(api_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/api"


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceUnavailableError("No free port for the local Prefect server.")
