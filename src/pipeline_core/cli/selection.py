"""The dual status: selecting documents, and scanning the selected ones more deeply."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.processing import print_rest
from pipeline_core.cli.wiring import ask_name, connected
from pipeline_core.domain.ids import DocumentId
from pipeline_core.terminal.hints import pasteable

commands = typer.Typer()
_PANEL = "Deep scans"


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline mark selected policy.pdf manual.docx"))
def mark(
    status: Annotated[str, typer.Argument(help="new, selected, maybe, not-a-fit or archived.")],
    documents: Annotated[list[str], typer.Argument(help="Jobs, documents or file names.")],
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Set the status of documents, all or nothing.

    Documents that become `selected` are queued for a deep scan; any other status cancels a scan that has not begun.
    """
    from pipeline_core.terminal.dual_status import print_changes

    with connected(realm) as client:
        ask_name(client, as_json=as_json)
        changes = client.mark(status, documents)
        print_json(changes) if as_json else print_changes(out, changes)


@commands.command("deep-scan", rich_help_panel=_PANEL, epilog=examples("pipeline deep-scan --limit 20"))
def deep_scan(
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of documents to scan.")] = 100,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Process the selected documents again, more thoroughly.

    Published knowledge stays published; what is new waits for a person.
    """
    from pipeline_core.terminal.progress import RunDisplay

    with connected(realm) as client:
        with ExitStack() as stack:

            def watch(ids: Sequence[DocumentId]) -> None:
                display = RunDisplay(err, client.progress, client.stopping, "starting Prefect")
                stack.enter_context(display).watch(ids)

            scanned = client.deep_scan(limit=limit, on_work=watch)
        rows = client.rows([document.document_id for document in scanned])
        if as_json:
            print_json(rows)
        elif rows:
            print_rest(rows)
        else:
            told = "No document is queued for a deep scan. `pipeline mark selected NAME` queues one."
            out.print(pasteable(told), soft_wrap=True)
    raise typer.Exit(of_jobs(rows))
