"""Letting a document run after a decision, and saying where it came to rest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.domain.ids import DocumentId

if TYPE_CHECKING:
    from pipeline_core.client import Client
    from pipeline_core.domain.rows.jobs import DocumentJob


def go_on(
    client: "Client",
    document_id: DocumentId,
    *,
    start: bool,
    as_json: bool,
    more: dict[str, Any] | None = None,
    others: Sequence[DocumentId] = (),
) -> None:
    """Let a document run if it should, ``others``, and what these revive, and say where it came to rest.

    ``more`` is added to the JSON.

    Raises:
        typer.Exit: always, with the code of where the document stands.
    """
    ids = [document_id, *others]
    if start:
        run_now(client, ids)
    rows = client.rows(ids)
    if as_json:
        print_json({**rows[0], **(more or {})})
    elif start:
        print_rest(rows)
    elif rows[0].state == "queued":
        out.print(f"{rows[0].filename} is queued; the next run continues it.", markup=False)
    raise typer.Exit(of_jobs(rows, ran=start))


def run_now(client: "Client", document_ids: Sequence[DocumentId]) -> list[DocumentId]:
    """Run the documents, and those that they revive, and show it; return all that ran."""
    from pipeline_core.terminal.progress import RunDisplay

    with RunDisplay(err, client.progress, client.stopping, "starting Prefect") as display:
        return client.run_now(document_ids, on_work=display.watch)


def print_rest(rows: "Sequence[DocumentJob]", shown: int | None = None) -> None:
    """Say where documents came to rest, what waits and what failed."""
    from pipeline_core.terminal.jobs_table import jobs_table
    from pipeline_core.terminal.tables import print_failures, print_waiting

    out.print(jobs_table(rows, shown=shown, width=out.width))
    print_waiting(out, rows)
    print_failures(out, rows, [])
