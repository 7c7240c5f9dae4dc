"""Everything on this machine, with one command."""

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import examples
from pipeline_core.cli.output import err
from pipeline_core.cli.wiring import wired
from pipeline_core.domain.errors import RefusedError
from pipeline_core.machine import private_files

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline
    from pipeline_core.settings import Settings

commands = typer.Typer()
_TELL_EVERY_S = 20.0


@commands.command(rich_help_panel="Set-up", epilog=examples("pipeline up", "pipeline up --workers 4"))
def up(
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Number of workers; each run is a process of its own.")
    ] = 2,
) -> None:
    """Run everything on this machine until Ctrl-C.

    Starts the database, the Prefect server with its deployments, workers and the HTTP API, and watches the queue. Parts
    that die are restarted; a database or Prefect server named in the settings is used instead of a local one. Ctrl-C
    stops everything, and completed work is kept.
    """
    run_everything(workers)


def run_everything(workers: int, ready: Callable[["Pipeline"], None] = lambda _: None) -> None:
    """Run everything until Ctrl-C; ``ready`` is called once all parts are there."""
    with wired() as app_, _only_one(app_.home):
        supervisor = None
        try:
            _say("Starting; the first time takes half a minute.")
            app_.views.counts(app_.realm_id)  # the database is there, and has the schema
            _require_port(app_.settings)
            installation, supervisor = app_.supervise(workers, _say)
            supervisor.start()
            supervisor.watch(until=_Waiting(supervisor.awaited, app_.settings.home / "logs"))
            _tell_addresses(
                installation.addresses(), app_.own_launcher.api_url, installation.login_file(), workers, app_.home
            )
            ready(app_)
            supervisor.watch()
        except KeyboardInterrupt:
            _say("Stopping.")
        finally:
            if supervisor:
                supervisor.stop()
    _say("Stopped.")


def _require_port(settings: "Settings") -> None:
    """Else the API would be started again and again, and only its log would say why it ends.

    Raises:
        ConfigurationError: somebody else listens where the API is to.
    """
    from pipeline_core.api.server import bind

    for listener in bind(settings):
        listener.close()


class _Waiting:
    """Waits until every announced part is there; says once in a while which are missing."""

    def __init__(self, awaited: Callable[[], list[str]], logs: Path) -> None:
        self._awaited, self._logs = awaited, logs
        self._told = time.monotonic()

    def __call__(self) -> bool:
        names = self._awaited()
        if names and time.monotonic() - self._told > _TELL_EVERY_S:
            self._told = time.monotonic()
            _say(f"Not ready yet: {', '.join(names)}. Logs: {self._logs}")
        return not names


def _tell_addresses(
    addresses: Sequence[tuple[str, str]], prefect: str, login: Path | None, workers: int, home: Path
) -> None:
    for name, address in addresses:
        _say(f"{name}: {address}")
    _say(f"Workers: {workers}; logs in {home / 'logs'}")
    _say(f"For commands and programs that submit documents: export PREFECT_API_URL={prefect}")
    if login:
        # not the login itself: this is often kept in a service's log
        _say(f"Login for Prefect, also shown by `pipeline ui`: {login}")
    _say("To review: `pipeline console`, in another terminal, opens the pages signed in")
    _say("Ready.   (Ctrl-C stops it)")


def _say(line: str) -> None:
    err.print(line, soft_wrap=True, markup=False)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Held while this home is up.

    Raises:
        RefusedError: it is already.
    """
    with open(home / "up.lock", "ab", opener=private_files.opener) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError(
                "`pipeline up` is already running.", where=str(home), action="Use it, or stop it with Ctrl-C."
            ) from None
        yield
