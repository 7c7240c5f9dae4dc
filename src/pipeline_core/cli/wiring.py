"""The pipeline and its launcher, for as long as a command needs them. Heavy parts are imported by those who call."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import err

if TYPE_CHECKING:
    from pipeline_core.adapters.prefect_launcher import PrefectLauncher
    from pipeline_core.bootstrap import Pipeline


def _interrupt(_number: int, _frame: object) -> None:
    """A signal to end, taken as Ctrl-C is: what is held is given back, what was started is stopped."""
    raise KeyboardInterrupt


@contextmanager
def wired(**overrides: object) -> Iterator["Pipeline"]:
    """The wired pipeline; everything it started is stopped on leaving. ``overrides`` are settings that were typed."""
    from pipeline_core import bootstrap, logs

    wired_pipeline = bootstrap.pipeline_with(**overrides) if overrides else bootstrap.pipeline()
    logs.configure(wired_pipeline.settings.home / "logs")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield wired_pipeline
    except KeyboardInterrupt:
        err.print("Stopped. What was done is kept: the same command goes on from there.")
        raise typer.Exit(Exit.INTERRUPTED) from None
    finally:
        wired_pipeline.close()


@contextmanager
def launching(wired_pipeline: "Pipeline") -> Iterator["PrefectLauncher"]:
    """The launcher; a Prefect server that it started is stopped on leaving."""
    from pipeline_core.adapters.prefect_launcher import PrefectLauncher

    launcher = PrefectLauncher(wired_pipeline.settings, wired_pipeline.stopping)
    try:
        yield launcher
    finally:
        launcher.close()
