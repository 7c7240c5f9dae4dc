"""Starting many dead letters again from the command line."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

import typer

from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import launching
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.wording import counted

if TYPE_CHECKING:
    from pipeline_core.bootstrap import Pipeline

_SHOWN = 200


def retry_many(
    app_: "Pipeline",
    code: str | None,
    since: str | None,
    from_stage: StageName | None,
    *,
    preview: bool,
    start: bool,
    as_json: bool,
) -> NoReturn:
    """Start those again that are meant, say how many there are by code, and where they came to rest.

    Raises:
        typer.Exit: always, with the code of where the documents stand.
        RefusedError: ``since`` is no moment.
    """
    from pipeline_core.services.retry_all import Which, moment

    which = Which(code, moment(since) if since else None)
    if preview:
        found = app_.retry_all.preview(app_.user_id, which)
        told = {"matched": len(found.document_ids), "by_code": dict(found.by_code)}
        print_json(told) if as_json else out.print(_said(found.by_code, "would be started again"), markup=False)
        raise typer.Exit
    retried = app_.retry_all(app_.user_id, which, from_stage=from_stage, by=str(app_.user_id))
    told = {"retried": len(retried.document_ids), "by_code": dict(retried.by_code)}
    if not as_json:
        out.print(_said(retried.by_code, "started again" if start else "queued again"), markup=False)
    if start and retried.document_ids:
        _run(app_, retried.document_ids)
    rows = app_.views.jobs(app_.user_id, document_ids=retried.document_ids, limit=None) if retried.document_ids else []
    if as_json:
        print_json({**told, "documents": rows})
    elif start and rows:
        _print(rows)
    raise typer.Exit(of_jobs(rows, ran=start))


def _run(app_: "Pipeline", document_ids: list) -> None:  # type: ignore[type-arg]
    from pipeline_core.terminal.progress import RunDisplay

    with launching(app_) as launcher, RunDisplay(err, app_.views, app_.stopping, "starting Prefect") as display:
        display.watch(document_ids)
        app_.holds.try_now(document_ids)
        launcher.process(document_ids)


def _print(rows: list) -> None:  # type: ignore[type-arg]
    from pipeline_core.terminal.jobs_table import jobs_table
    from pipeline_core.terminal.tables import print_failures, print_waiting

    out.print(jobs_table(rows, shown=_SHOWN, width=out.width))
    print_waiting(out, rows)
    print_failures(out, rows, [])


def _said(by_code: Mapping[str, int], what: str) -> str:
    total = sum(by_code.values())
    if not total:
        return "No dead letter is meant by this: `pipeline status` shows what there is."
    codes = ", ".join(f"{count} {code}" for code, count in sorted(by_code.items(), key=lambda item: -item[1]))
    return f"{counted(total, 'dead letter')} {what}: {codes}."
