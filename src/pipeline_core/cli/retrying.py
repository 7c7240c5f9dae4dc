"""Starting many dead letters again from the command line."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

import typer

from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.processing import print_rest, run_now
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.wording import counted

if TYPE_CHECKING:
    from pipeline_core.client import Client

_SHOWN = 200


def retry_many(
    client: "Client",
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
    from pipeline_core.services.retry_all import moment

    moment_ = moment(since) if since else None
    if preview:
        found = client.retry_all(code=code, since=moment_, preview=True)
        told = {"matched": len(found.document_ids), "by_code": dict(found.by_code)}
        print_json(told) if as_json else out.print(_said(found.by_code, "would be started again"), markup=False)
        raise typer.Exit
    retried = client.retry_all(code=code, since=moment_, from_stage=from_stage, start=False)
    told = {"retried": len(retried.document_ids), "by_code": dict(retried.by_code)}
    if not as_json:
        out.print(_said(retried.by_code, "started again" if start else "queued again"), markup=False)
    if start and retried.document_ids:
        run_now(client, retried.document_ids)
    rows = client.rows(retried.document_ids)
    if as_json:
        print_json({**told, "documents": rows})
    elif start and rows:
        print_rest(rows, _SHOWN)
    raise typer.Exit(of_jobs(rows, ran=start))


def read_again(client: "Client", stage: StageName, *, preview: bool, yes: bool, start: bool, as_json: bool) -> NoReturn:
    """Say what would change if everything were read again from the stage, ask, and do it.

    Raises:
        typer.Exit: always, with the code of where the documents stand.
        RefusedError: nobody can be asked, and --yes was not said.
    """
    from pipeline_core.terminal.foreseen import print_foreseen

    meant, dead, foreseen = client.published(), client.retry_all(preview=True), client.foresee_read_again(stage)
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
    retried = client.retry_all(from_stage=stage, start=False)
    started = client.read_again(stage, start=False)
    document_ids = [*started.document_ids, *retried.document_ids]
    begun = len(document_ids)
    if start:
        document_ids = run_now(client, document_ids)
    rows = client.rows(document_ids)
    if as_json:
        print_json({**told, "started": begun, "jobs": rows})
    elif start:
        print_rest(rows, _SHOWN)
    else:
        out.print(f"{counted(begun, 'document')} queued again.", markup=False)
    raise typer.Exit(of_jobs(rows, ran=start))


def _require_yes(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError(
            "Confirmation is needed, and there is no terminal to ask for it.",
            action="Add --yes to go ahead, or --preview to see what would change.",
        )
    typer.confirm("Read them again?", abort=True, err=True)


def _said(by_code: Mapping[str, int], what: str) -> str:
    total = sum(by_code.values())
    if not total:
        return "No dead letter matches: `pipeline status` shows all documents."
    codes = ", ".join(f"{count} {code}" for code, count in sorted(by_code.items(), key=lambda item: -item[1]))
    return f"{counted(total, 'dead letter')} {what}: {codes}."
