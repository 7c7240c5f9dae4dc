"""Output of the commands: results go to standard output, everything else to standard error."""

import sys
from typing import Any

from rich.markup import escape

from pipeline_core.cli.exits import Exit
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.json_bytes import json_bytes
from pipeline_core.domain.masking import masked
from pipeline_core.terminal.hints import pasteable
from pipeline_core.terminal.plain import PlainConsole

_PIPED_WIDTH = 120


class _Messages(PlainConsole):
    """A console that masks secrets in messages; results on standard output are not masked."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(masked(one) if isinstance(one, str) else one for one in objects), **options)


out = PlainConsole(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = _Messages(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One line of JSON on standard output, for a script."""
    sys.stdout.flush()
    # UTF-8, whatever the terminal is: that is what JSON is
    sys.stdout.buffer.write(json_bytes(value) + b"\n")
    sys.stdout.buffer.flush()


def json_wanted(arguments: list[str] | None = None) -> bool:
    """Return whether ``--json`` was given; errors are then JSON too, including the parser's."""
    given = sys.argv[1:] if arguments is None else arguments
    return "--json" in given[: given.index("--") if "--" in given else None]


def complain(error: PipelineError, code: Exit) -> None:
    """Print what was wrong, where, and what to do."""
    if json_wanted():
        sys.stderr.write(json_bytes({**error.as_json(), "exit_code": code}).decode() + "\n")
        return
    where = f" ({error.where})" if error.where else ""
    err.print(f"[red]Error:[/] {escape(error.message + where)}", soft_wrap=True)
    err.print(f"  {pasteable(error.what_to_do)}", markup=False, soft_wrap=True)
