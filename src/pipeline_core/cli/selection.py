"""The dual status: selecting documents, and scanning the selected ones more deeply."""

from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, examples
from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import connected, wired
from pipeline_core.terminal.hints import pasteable

commands = typer.Typer()
_PANEL = "Deep scans"


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline mark selected policy.pdf manual.docx"))
def mark(
    status: Annotated[str, typer.Argument(help="new, selected, maybe, not-a-fit or archived.")],
    documents: Annotated[list[str], typer.Argument(help="Jobs, documents or file names.")],
    as_json: AsJson = False,
) -> None:
    """Set the status of documents, all or nothing.

    Documents that become `selected` are queued for a deep scan; any other status takes back a scan that has not begun.
    """
    from pipeline_core.terminal.dual_status import print_changes

    with connected() as client:
        changes = client.mark(status, documents)
        print_json(changes) if as_json else print_changes(out, changes)


@commands.command("deep-scan", rich_help_panel=_PANEL, epilog=examples("pipeline deep-scan --limit 20"))
def deep_scan(
    limit: Annotated[int, typer.Option(min=1, help="Most documents to scan.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Process the selected documents again, more thoroughly.

    What was published stays published; what is new waits for a person.
    """
    from pipeline_core.terminal.jobs_table import jobs_table
    from pipeline_core.terminal.progress import RunDisplay
    from pipeline_core.terminal.tables import print_failures, print_waiting

    with wired() as app_:
        ids = app_.deep_scan.waiting(user_id=app_.user_id)[:limit]
        if ids:
            with RunDisplay(err, app_.views, app_.stopping, "starting Prefect") as display:
                display.watch(ids)
                app_.launcher.run("pipeline_core.flows.deep_scan.deep_scan", limit=limit, user_id=app_.user_id)
        rows = app_.views.jobs(app_.user_id, document_ids=ids, limit=None)
        if as_json:
            print_json(rows)
        elif rows:
            out.print(jobs_table(rows, width=out.width))
            print_waiting(out, rows)
            print_failures(out, rows, [])
        else:
            told = "No document is queued for a deep scan. `pipeline mark selected NAME` queues one."
            out.print(pasteable(told), soft_wrap=True)
    raise typer.Exit(of_jobs(rows))
