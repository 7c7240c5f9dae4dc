"""Commands on versions: what production said of a document, and what changed."""

from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import ask_name, connected

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


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline revert policy.pdf 2 --dry-run",
        "pipeline revert policy.pdf 2 --reason 'The new wording of the deductible is wrong.'",
    ),
)
def revert(
    document: Document,
    version: Annotated[int, typer.Argument(help="Its number, as `pipeline versions` lists it.", min=1)],
    reason: Annotated[str, typer.Option(help="Why, in at least 10 characters; kept in the record.")] = "",
    duplicates: Annotated[
        str | None,
        typer.Option(help="For facts that resemble what others say: keep_existing, keep_both, replace_existing, …"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would come and go.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Put a document back as it was in an earlier version.

    In one transaction production says of it what it said then; that is a new version. What other documents say by now
    in the same words stays published from them, and what leaves and others say comes from there. The next run
    publishes nothing that was taken back.

    A version of earlier content of the same file comes back in its place, and the content of now is withdrawn.
    """
    from pipeline_core.terminal.versions import print_reverted

    with connected(realm) as client:
        if dry_run:
            found = client.foresee_reversion(document, version)
        else:
            ask_name(client, as_json=as_json)
            found = client.revert(document, version, reason=reason, duplicates=duplicates)
        if as_json:
            print_json({"dry_run": dry_run, "document": found})
        else:
            print_reverted(out, found, is_foreseen=dry_run)
