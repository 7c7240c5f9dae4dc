"""Keeping what is there: whether store and database agree, backups, and putting them back."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import ask_to_type, connected

commands = typer.Typer()
_Folder = Annotated[Path, typer.Argument(help="The folder of the backup.", show_default=False)]
_PANEL = "Checks and backups"


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline verify", "pipeline verify --sample 2%", "pipeline verify --repair"),
)
def verify(
    sample: Annotated[
        str, typer.Option(metavar="N or N%", help="Check only this many documents, chosen at random.")
    ] = "",
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired, then check again.")] = False,
    start: Annotated[bool, typer.Option("--run/--no-run", help="With --repair: run the queued work now.")] = True,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Check that the database and the object store agree.

    Reads every object that a row names and compares its size and checksum; lists objects that no row names; compares
    the counts of the ledger, of production and of its vectors. With --repair, lost originals are stored again from
    their source files, lost outputs are made again by their stages, and objects that no row names are removed once
    they are old enough. Exits with 4 if something is still wrong at the end.
    """
    from pipeline_core.terminal.verifying import VerifyDisplay, print_verified, sample_of, verified_json

    chosen = sample_of(sample)
    with connected(realm) as client:
        with VerifyDisplay(err) as display:
            verified = client.verify(chosen, on_progress=display)
        repaired = None
        if repair and verified.found:
            repaired = client.repair(verified, start=start)
            with VerifyDisplay(err) as display:
                verified = client.verify(chosen, on_progress=display)
        print_json(verified_json(verified, repaired)) if as_json else print_verified(out, verified, repaired)
    raise typer.Exit(Exit.FAILED if verified.found else Exit.OK)


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline backup /backups/2026-11-29"))
def backup(folder: _Folder, as_json: AsJson = False, realm: InRealm = "") -> None:
    """Back up database and object store as of one moment.

    Work may go on meanwhile. The folder must not exist yet; the backup is complete once it has a backup.json. It holds
    all texts and files, and only you can read it. Exits with 4 if the store lacks objects that the database names; the
    rest is backed up all the same.
    """
    from pipeline_core.terminal.backups import StepDisplay, backup_json, print_backup

    with connected(realm) as client, StepDisplay(err, "backing up") as display:
        manifest = client.backup(folder, on_progress=display)
    print_json(backup_json(folder, manifest)) if as_json else print_backup(out, folder, manifest)
    raise typer.Exit(Exit.FAILED if manifest.missing else Exit.OK)


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline restore /backups/2026-11-29", "pipeline restore /backups/2026-11-29 --replace"),
)
def restore(
    folder: _Folder,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Replace the database's contents, which are lost; nothing else may be using it."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --replace: do not ask.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Restore a backup into an empty database and object store.

    Both must be empty, unless --replace is given; it asks at the terminal. Afterwards, check with `pipeline verify`; if
    the same files are run again, they are skipped. If interrupted, run the same command again to continue.
    """
    if replace:
        ask_to_type("replace", yes=yes)
    from pipeline_core.terminal.backups import StepDisplay, print_restored, restored_json

    with connected(realm, erasing_again=True) as client, StepDisplay(err, "checking the backup") as display:
        restored = client.restore(folder, replace=replace, on_progress=display)
    print_json(restored_json(folder, restored)) if as_json else print_restored(out, restored)
