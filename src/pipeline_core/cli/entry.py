"""The entry point: a command runs, and what it could not do becomes a message, what to do, and an exit code."""

import sys
import traceback
from io import TextIOWrapper
from pathlib import Path

import typer
from rich.markup import escape

from pipeline_core.cli import (
    api,
    banks,
    changes,
    console,
    costs,
    documents,
    erasing,
    keeping,
    models,
    operations,
    published,
    queue,
    realms,
    review,
    selection,
    sources,
    up,
    versions,
    withdrawing,
)
from pipeline_core.cli.app import app
from pipeline_core.cli.exits import Exit, of_error
from pipeline_core.cli.output import complain, err, json_wanted
from pipeline_core.domain.errors import PipelineError, RefusedError, UnexpectedError
from pipeline_core.machine import private_files, scratch

for module in (
    documents,
    queue,
    costs,
    review,
    published,
    withdrawing,
    changes,
    sources,
    versions,
    banks,
    models,
    selection,
    realms,
    api,
    operations,
    keeping,
    erasing,
    up,
    console,
):
    app.add_typer(module.commands)

# typer brings its own copy of click from some version on, under no public name
_ParserError: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def main() -> None:
    """Run the command that was typed."""
    scratch.use()
    for stream in (sys.stdout, sys.stderr):
        # a terminal that cannot show a character shows "?" instead of ending the program
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    private_files.take_umask()
    try:
        # the parser prints its own errors, but for a script
        code = app(standalone_mode=not json_wanted())
    except PipelineError as error:
        code = of_error(error)
        complain(error.as_answer(), code)
    except _ParserError as error:
        code = Exit.USAGE
        complain(RefusedError(error.format_message(), action="See `--help` for usage."), code)  # type: ignore[attr-defined]
    except Exception as error:
        code = Exit.ERROR
        _report(error)
    sys.exit(code or Exit.OK)


def _report(error: Exception) -> None:
    """A defect: one line for the person, the traceback for the report."""
    told, log = f"{type(error).__name__}: {error}", _logged(error)
    action = f"the traceback is in {log}." if log else "with this:"
    if json_wanted():
        complain(UnexpectedError(told, action=f"Please report it; {action}"), Exit.ERROR)
    else:
        err.print(f"[red]Unexpected error:[/] {escape(told)}", soft_wrap=True)
        err.print(f"  Please report it; {action}", soft_wrap=True, markup=False)
    if log is None:
        err.print("".join(traceback.format_exception(error)), markup=False, soft_wrap=True)


def _logged(error: Exception) -> Path | None:
    """The log that has the traceback, if it can be written."""
    import structlog

    from pipeline_core import logs
    from pipeline_core.settings import load_settings

    try:
        log = logs.file()
        if log is None:
            settings = load_settings()
            log = logs.configure(private_files.open_home(settings.home) / "logs", kept=settings.logs_kept)
    except (OSError, PipelineError):
        return None
    structlog.stdlib.get_logger("pipeline_core.cli").error("unforeseen_error", exc_info=error)
    return log
