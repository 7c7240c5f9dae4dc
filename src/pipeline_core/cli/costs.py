"""Money: what a run would cost, and what was spent."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import connected

if TYPE_CHECKING:
    from pipeline_core.terminal.files import Files

commands = typer.Typer()


def print_estimate(files: "Files", *, as_json: bool, realm: InRealm = "") -> Exit:
    """Say what a run over these files would cost."""
    from pipeline_core.services.estimate import Estimate
    from pipeline_core.terminal.costs import estimate_json
    from pipeline_core.terminal.costs import print_estimate as print_table

    with connected(realm) as client:
        unread = [Estimate(name, error=error) for name, error in files.refused]
        estimates = [*unread, *client.estimate(files.found)]
        print_json(estimate_json(estimates)) if as_json else print_table(out, estimates)
    return Exit.FAILED if any(one.error for one in estimates) else Exit.OK


@commands.command(
    rich_help_panel="Documents", epilog=examples("pipeline costs", "pipeline costs policy.pdf", "pipeline costs --json")
)
def costs(
    job: Annotated[str | None, typer.Argument(help="A job, document or file name (default: all).")] = None,
    days: Annotated[int, typer.Option(min=1, help="Number of days to look back.")] = 30,
    prices: Annotated[bool, typer.Option("--prices", help="Show the current price table and its date.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show what paid services cost.

    Totals are by day, stage, model and document, with the budgets; for one document, by chunk and by call.
    """
    from pipeline_core.terminal.costs import prices_json, print_costs, print_document_costs, print_prices

    with connected(realm) as client:
        if prices:
            table = client.prices()
            print_json(prices_json(table)) if as_json else print_prices(out, table)
            return
        if job:
            of_document = client.document_costs(job)
            print_json(of_document) if as_json else print_document_costs(out, of_document)
            return
        found = client.costs(days=days)
        print_json(found) if as_json else print_costs(out, found)
