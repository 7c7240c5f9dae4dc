"""Erasing for good, and looking for what was erased."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import ask_name, ask_to_type, connected

if TYPE_CHECKING:
    from pipeline_core.client import Client
    from pipeline_core.domain.rows.erasures import Erasure

_PANEL = "Checks and backups"
commands = typer.Typer()
_Documents = Annotated[
    list[str] | None,
    typer.Argument(help="Jobs, documents or file names; or the id of an interrupted erasure.", show_default=False),
]


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline erase contract.pdf --dry-run",
        "pipeline erase contract.pdf --reason 'Asked for under article 17.' --certificate erased.json",
        "pipeline erase --person 8f14e45f-ceea-467f-a0e6-8e1f0f1d2a3b --reason 'Asked for under article 17.'",
        "pipeline erase --all-realm --realm claims --reason 'The project has ended.'",
        "pipeline erase --verify erased.json",
        "pipeline erase --canary 'Jane Doe'",
    ),
)
def erase(
    documents: _Documents = None,
    person: Annotated[
        UUID | None,
        typer.Option("--person", help="A user's uploads and name: in the --realm, or without it in every realm."),
    ] = None,
    all_realm: Annotated[bool, typer.Option("--all-realm", help="The whole realm.")] = False,
    only_this: Annotated[
        bool, typer.Option("--only-this", help="Leave earlier versions, which stood in the same places before.")
    ] = False,
    reason: Annotated[
        str, typer.Option(help="Why, in at least 10 characters; it stays on record, so name nobody.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate",
            help="Write the certificate into this file; of several, each by its id.",
            show_default=False,
        ),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option("--verify", help="Look for what this certificate's erasure removed.", show_default=False),
    ] = None,
    canary: Annotated[str, typer.Option("--canary", help="Look for this text everywhere.", show_default=False)] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Carry on with what has begun, and after a restore with what is newer.")
    ] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Erase documents, a person's uploads or a realm.

    Files, outputs, passages, facts, vectors, caches, names and words in what is kept about other work, in logs and at
    Prefect go; one row says that something was erased, when and by whom. It is asked for at the terminal, unless --yes
    is given. If interrupted, run the same command again. With --verify and --canary nothing is changed; they exit with
    4 if something is found.
    """
    if sum([bool(documents), person is not None, all_realm, verify is not None, bool(canary), again]) != 1:
        raise typer.BadParameter("name documents, or give one of --person, --all-realm, --verify, --canary, --again")
    with connected(realm, erasing_again=again) as client:
        if again:
            erased = client.erase_again(_told)
            _report(erased, certificate, removed=client.remove_returned(), as_json=as_json)
            return
        if verify or canary:
            raise typer.Exit(_look(client, verify, canary, as_json=as_json))
        everywhere = person is not None and not realm
        named = tuple(documents or ())
        plan = client.erasure_under_way(*named, person=person, everywhere=everywhere, whole_realm=all_realm)
        if plan is None or dry_run:
            plan = client.plan_erasure(
                *named, person=person, everywhere=everywhere, whole_realm=all_realm, only_this=only_this
            )
            if dry_run or not as_json:
                _show_plan(plan, as_json=as_json)
            if dry_run:
                return
            ask_name(client, as_json=as_json)
            ask_to_type("erase", yes=yes)
        elif plan.begun_at:
            _say_continued(plan)
        _report([client.erase(plan, reason=reason, on_step=_told)], certificate, as_json=as_json)


def _show_plan(plan: "Erasure", *, as_json: bool) -> None:
    from pipeline_core.terminal.erasing import erasure_json, print_plan

    print_json({"dry_run": True, **erasure_json(plan)}) if as_json else print_plan(out, plan)


def _say_continued(plan: "Erasure") -> None:
    from pipeline_core.terminal.erasing import title_of

    err.print(
        f"Erasure {plan.erasure_id} of {title_of(plan)} began on {plan.begun_at:%Y-%m-%d %H:%M} and is not done; it is "
        f"carried on with, under the reason it was begun for: {plan.reason}",
        markup=False, soft_wrap=True,
    )  # fmt: skip


def _told(step: str) -> None:
    if err.is_terminal:
        err.print(step, markup=False, style="dim")


def _report(erased: list["Erasure"], certificate: Path | None, *, removed: int = 0, as_json: bool) -> None:
    from pipeline_core.domain.wording import counted
    from pipeline_core.terminal.erasing import erasure_json, print_erased

    for one in erased:
        if certificate:
            from pipeline_core.domain.json_bytes import json_bytes
            from pipeline_core.machine import private_files

            file = certificate.with_stem(f"{certificate.stem}-{one.erasure_id}") if len(erased) > 1 else certificate
            private_files.write_text(file, json_bytes(one.certificate).decode())
        print_json(erasure_json(one)) if as_json else print_erased(out, one)
    if removed:
        err.print(f"Removed: {counted(removed, 'object')} of what was erased before and was in the store again.")
    if not (erased or removed or as_json):
        out.print("Nothing was to be carried on.")


def _look(client: "Client", verify: Path | None, canary: str, *, as_json: bool) -> Exit:
    from dataclasses import asdict

    from pipeline_core.domain.errors import RefusedError
    from pipeline_core.terminal.erasing import print_searched

    if verify is None:
        found = client.search_everywhere(canary, _told)
    else:
        try:
            certificate = json.loads(verify.read_text("utf-8"))
        except OSError as error:
            raise RefusedError(f"{verify} cannot be read: {error.strerror}.", action="Give the file.") from error
        except (ValueError, RecursionError) as error:
            raise RefusedError(
                f"{verify} is no JSON: {error}.", action="Give the file as it was handed out."
            ) from error
        found = client.verify_erasure(certificate, _told)
    print_json(asdict(found)) if as_json else print_searched(out, found)
    return Exit.OK if found.is_clean else Exit.FAILED


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline erasures", "pipeline erasures --json"))
def erasures(as_json: AsJson = False, realm: InRealm = "") -> None:
    """List what is being erased or was, newest first."""
    from pipeline_core.terminal.erasing import erasure_json, print_erasures

    with connected(realm) as client:
        found = client.erasures()
        print_json({"erasures": [erasure_json(one) for one in found]}) if as_json else print_erasures(out, found)
