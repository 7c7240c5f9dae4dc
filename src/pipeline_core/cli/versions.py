"""Commands on versions: what production said of a document, and what changed."""

from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import connected

commands = typer.Typer()
_PANEL = "Published knowledge"
Document = Annotated[str, typer.Argument(help="A job, document or file name.", show_default=False)]


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline versions policy.pdf"))
def versions(document: Document, as_json: AsJson = False, realm: InRealm = "") -> None:
    """List what production had of a document, and when.

    Each line is a version: from when to when, how it came and ended, who approved, withdrew or reverted it.
    """
    from pipeline_core.terminal.versions import print_versions

    with connected(realm) as client:
        found = client.versions(document)
        if as_json:
            print_json({"versions": found})
        elif found:
            print_versions(out, found)
        else:
            out.print("Nothing of it was ever published.")


@commands.command(
    rich_help_panel=_PANEL, epilog=examples("pipeline diff policy.pdf", "pipeline diff policy.pdf 1 3 --json")
)
def diff(
    document: Document,
    older: Annotated[int | None, typer.Argument(help="A version; default: the one before the newer.")] = None,
    newer: Annotated[int | None, typer.Argument(help="A later version; default: the last.")] = None,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show what changed between two versions of a document.

    Facts that came (+), went (-) or were put into other words (~), each with its evidence and page.
    """
    from pipeline_core.terminal.versions import print_diff

    with connected(realm) as client:
        found = client.diff(document, older, newer)
        if as_json:
            print_json(found)
        else:
            print_diff(out, found)
