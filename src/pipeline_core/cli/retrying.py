"""Starting many dead letters again from the command line."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

import typer

from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.processing import run_now
from pipeline_core.domain.errors import RefusedError
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
        run_now(app_, retried.document_ids)
    rows = app_.views.jobs(app_.user_id, document_ids=retried.document_ids, limit=None) if retried.document_ids else []
    if as_json:
        print_json({**told, "documents": rows})
    elif start and rows:
        _print(rows)
    raise typer.Exit(of_jobs(rows, ran=start))


def read_again(app_: "Pipeline", stage: StageName, *, preview: bool, yes: bool, start: bool, as_json: bool) -> NoReturn:
    """Say what would change if everything were read again from the stage, ask, and do it.

    Raises:
        typer.Exit: always, with the code of where the documents stand.
        RefusedError: nobody can be asked, and --yes was not said.
    """
    from pipeline_core.services.retry_all import Which
    from pipeline_core.terminal.foreseen import print_foreseen

    meant = app_.read_again.which(app_.user_id)
    dead = app_.retry_all.preview(app_.user_id, Which())
    foreseen = app_.read_again.preview(meant.document_ids, stage)
    told = {
        "published": len(meant.document_ids), "dead_letters": len(dead.document_ids), "waiting": meant.waiting,
        "scanned": meant.scanned, **foreseen.as_json(),
    }  # fmt: skip
    if not as_json:
        print_foreseen(out, meant, foreseen, dead_letters=len(dead.document_ids))
    if preview or not (meant.document_ids or dead.document_ids):
        if as_json:
            print_json(told)
        raise typer.Exit
    _require_yes(yes)
    retried = app_.retry_all(app_.user_id, Which(), from_stage=stage, by=str(app_.user_id))
    started = app_.read_again(app_.user_id, stage, by=str(app_.user_id))
    document_ids = [*started.document_ids, *retried.document_ids]
    begun = len(document_ids)
    if start:
        document_ids = run_now(app_, document_ids)
    rows = app_.views.jobs(app_.user_id, document_ids=document_ids, limit=None)
    if as_json:
        print_json({**told, "started": begun, "jobs": rows})
    elif start:
        _print(rows)
    else:
        out.print(f"{counted(begun, 'document')} queued again.", markup=False)
    raise typer.Exit(of_jobs(rows, ran=start))


def _require_yes(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError("Nobody is there to be asked.", action="Add --yes, or --preview to see what would change.")
    typer.confirm("Read them again?", abort=True, err=True)


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
