"""Taking documents out of production."""

from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import ask_name, connected

commands = typer.Typer()


@commands.command(
    rich_help_panel="Published knowledge",
    epilog=examples(
        "pipeline withdraw policy-2019.pdf --dry-run",
        "pipeline withdraw policy-2019.pdf --reason 'It was replaced by the law of 2026.'",
        "pipeline withdraw 1a2b3c4d 5e6f7a8b --reason 'They were sent to us by mistake.' --json",
    ),
)
def withdraw(
    documents: Annotated[list[str], typer.Argument(help="Jobs, documents or file names.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, in at least 10 characters; kept in the record.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would leave production.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Take documents out of production, all in one transaction.

    Their passages, facts and vectors leave at once. A fact that another published document says in the same words is
    published from that one in the same transaction. The documents keep their history: `pipeline retry NAME` publishes
    them again.
    """
    from pipeline_core.terminal.withdrawing import print_withdrawn

    with connected(realm) as client:
        if dry_run:
            found = client.foresee_withdrawal(*documents)
        else:
            ask_name(client, as_json=as_json)
            found = client.withdraw(*documents, reason=reason)
        if as_json:
            print_json({"dry_run": dry_run, "documents": found})
        else:
            print_withdrawn(out, found, is_foreseen=dry_run)
