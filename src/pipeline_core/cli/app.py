"""The command line's root, and what its commands share."""

from typing import Annotated

import typer

from pipeline_core.cli.exits import MEANINGS

_CODES = "\n  ".join(["Exit codes:", *(f"{code.value}  {meaning}" for code, meaning in MEANINGS.items())])

app = typer.Typer(
    help="Documents in, reviewed knowledge out.",
    epilog=_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead of tables, for scripts.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Maximum number of rows to show.")]
InRealm = Annotated[
    str,
    typer.Option(
        "--realm", help="The realm, by name or id (default: the one set by `pipeline realm use`).", show_default=False
    ),
]
All = Annotated[bool, typer.Option("--all", help="Show every row.")]


def examples(*lines: str) -> str:
    """The epilog of a command's help: a line an example."""
    return "\n  ".join(["Examples:", *lines])
