"""Where the commands write: results to standard output, everything else to standard error."""

import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline_core.cli.exits import Exit
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.masking import masked
from pipeline_core.terminal.hints import pasteable
from pipeline_core.terminal.output import json_bytes

_PIPED_WIDTH = 120


class _Messages(Console):
    """What is said to a person has no secrets in it; results, on standard output, are as they are."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(masked(one) if isinstance(one, str) else one for one in objects), **options)


out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = _Messages(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One line of JSON on standard output, for a script."""
    sys.stdout.flush()
    # UTF-8, whatever the terminal is: that is what JSON is
    sys.stdout.buffer.write(json_bytes(value) + b"\n")
    sys.stdout.buffer.flush()


def json_wanted(arguments: list[str] | None = None) -> bool:
    """Whether ``--json`` was typed: errors are JSON then, those of the parser included."""
    given = sys.argv[1:] if arguments is None else arguments
    return "--json" in given[: given.index("--") if "--" in given else None]


def complain(error: PipelineError, code: Exit) -> None:
    """What was wrong, where, and what to do."""
    if json_wanted():
        sys.stderr.write(json_bytes({**error.as_json(), "exit_code": code}).decode() + "\n")
        return
    where = f" ({error.where})" if error.where else ""
    err.print(f"[red]Error:[/] {escape(error.message + where)}", soft_wrap=True)
    err.print(f"  {pasteable(error.what_to_do)}", markup=False, soft_wrap=True)
