"""The pipeline, for as long as a command needs them. Heavy parts are imported by those who call."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import err
from pipeline_core.machine import scratch

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline
    from pipeline_core.client import Client


_SHOW_CURSOR = "\x1b[?25h\n"
_AT_ONCE = "Stopped at once. Completed work is kept; run the same command again to continue."


@contextmanager
def _interruptible(stopping: threading.Event) -> Iterator[None]:
    """While this lasts, a first signal to end lets what is under way come to an end, and a second one does not wait.

    The first is raised as Ctrl-C is: what is held is given back, what was started is stopped. After the second, the
    end of this process is what ends its workers and its servers, and the next run takes over what it held.
    """

    def end(_number: int, _frame: object) -> None:
        if stopping.is_set():
            # no lock is taken here: whoever was interrupted may hold it
            told = (_SHOW_CURSOR if err.is_terminal else "") + _AT_ONCE + "\n"
            os.write(2, told.encode())
            os._exit(Exit.INTERRUPTED)
        stopping.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def wired(**overrides: object) -> Iterator["Pipeline"]:
    """The wired pipeline; everything it started is stopped on leaving. ``overrides`` are settings that were typed."""
    from pipeline_core import bootstrap, logs

    wired_pipeline = bootstrap.pipeline_with(**overrides) if overrides else bootstrap.pipeline()
    logs.configure(wired_pipeline.home / "logs", kept=wired_pipeline.settings.logs_kept)
    scratch.sweep()
    with _interruptible(wired_pipeline.stopping):
        try:
            yield wired_pipeline
        except KeyboardInterrupt:
            err.print("Stopped. Completed work is kept; run the same command again to continue.")
            raise typer.Exit(Exit.INTERRUPTED) from None
        finally:
            wired_pipeline.close()


@contextmanager
def connected(realm: str = "", *, erasing_again: bool = False) -> Iterator["Client"]:
    """The Python client over ``wired``, in this realm: a command does what it does. ``erasing_again``: it may see what
    a backup has put back, to erase what was erased since."""
    from pipeline_core.client import Client

    with wired() as app_:
        app_.is_erasing_again = erasing_again
        yield Client(realm=realm or None, app=app_)


def ask_name(client: "Client", *, as_json: bool) -> None:
    """Ask whoever decides at a terminal for a name for the record, once for a home."""
    if not client.person.name and not as_json and sys.stdin.isatty():
        client.introduce(typer.prompt("Your name, for the record of decisions (asked once)", err=True))


def ask_to_type(word: str, *, yes: bool) -> None:
    """Go on only once it is typed that it is meant, or was said with ``--yes``."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("it cannot be taken back: give --yes where nobody can be asked")
    if typer.prompt(f"It cannot be taken back. Type `{word}` to go on", err=True).strip() != word:
        raise typer.Abort
