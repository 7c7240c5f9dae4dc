"""Letting a document run after a decision, and saying where it came to rest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.domain.ids import DocumentId

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline


def go_on(
    app_: "Pipeline",
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
    from pipeline_core.terminal.jobs_table import jobs_table
    from pipeline_core.terminal.tables import print_failures, print_waiting

    ids = [document_id, *others]
    if start:
        run_now(app_, ids)
    rows = app_.views.jobs(app_.user_id, document_ids=ids)
    rows.sort(key=lambda row: row.document_id != document_id)
    if as_json:
        print_json({**rows[0], **(more or {})})
    elif start:
        out.print(jobs_table(rows, width=out.width))
        print_waiting(out, rows)
        print_failures(out, rows, [])
    elif rows[0].state == "queued":
        out.print(f"{rows[0].filename} is queued: the next run of it goes on.", markup=False)
    raise typer.Exit(of_jobs(rows, ran=start))


def run_now(app_: "Pipeline", document_ids: Sequence[DocumentId]) -> list[DocumentId]:
    """Run the documents, and those that they revive, and show it.

    Returns:
        All that ran.
    """
    from pipeline_core.services.run_documents import process_with_revived
    from pipeline_core.terminal.progress import RunDisplay

    with RunDisplay(err, app_.views, app_.stopping, "starting Prefect") as display:
        display.watch(document_ids)
        app_.holds.try_now(document_ids)
        return process_with_revived(
            app_.launcher.process, app_.intake.revived, app_.user_id, document_ids, display.watch
        )
