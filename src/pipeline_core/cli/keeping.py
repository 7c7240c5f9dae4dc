"""Keeping what is there: whether store and database agree, backups, and putting them back."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import connected

commands = typer.Typer()
_Folder = Annotated[Path, typer.Argument(help="The folder of the backup.", show_default=False)]
_PANEL = "Checks and backups"


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline verify", "pipeline verify --sample 2%", "pipeline verify --repair"),
)
def verify(
    sample: Annotated[
        str, typer.Option(metavar="N or N%", help="Only so many documents, chosen by chance, with what is theirs.")
    ] = "",
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended, then look again.")] = False,
    start: Annotated[bool, typer.Option("--run/--no-run", help="With --repair: run what was queued at once.")] = True,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Say whether the database and the object store agree.

    Every object that a row names is read and compared by size and checksum; objects that no row names are listed; the
    counts of the ledger, of production and of its vectors are compared. With --repair, lost originals are stored again
    from where their files stand, lost outputs are made again by the stages they are of, and objects that no row names
    are removed once they are old enough. It exits with 4 if something is wrong at the end.
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

    Work may go on meanwhile. The folder is made, and must not be there yet; it is a backup once it has a backup.json.
    It holds every text and file: nobody else can read it. It exits with 4 if the store lacked objects that the database
    names; what is left is backed up all the same.
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
        bool, typer.Option("--replace", help="What is in the database now is lost; nobody may work on it.")
    ] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Put a backup back, into an empty database and store.

    Both must be empty, unless --replace is said. Afterwards `pipeline verify` says whether all is there, and the same
    files run again are left alone. Interrupted, the same command goes on.
    """
    from pipeline_core.terminal.backups import StepDisplay, print_restored, restored_json

    with connected(realm) as client, StepDisplay(err, "looking at the backup") as display:
        restored = client.restore(folder, replace=replace, on_progress=display)
    print_json(restored_json(folder, restored)) if as_json else print_restored(out, restored)
