"""Keeping what is there: whether store and database agree."""

from typing import Annotated

import typer

from pipeline_core.cli.app import AsJson, examples
from pipeline_core.cli.exits import Exit
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import launching, wired

commands = typer.Typer()
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
) -> None:
    """Say whether the database and the object store agree.

    Every object that a row names is read and compared by size and checksum; objects that no row names are listed; the
    counts of the ledger, of production and of its vectors are compared. With --repair, lost originals are stored again
    from where their files stand, lost outputs are made again by the stages they are of, and objects that no row names
    are removed once they are old enough. It exits with 4 if something is wrong at the end.
    """
    from pipeline_core.terminal.verifying import VerifyDisplay, print_verified, sample_of, verified_json

    chosen = sample_of(sample)
    with wired() as app_:
        with VerifyDisplay(err) as display:
            verified = app_.verify(chosen, display)
        repaired = None
        if repair and verified.found:
            repaired = app_.repair(verified.found, by=app_.settings.reviewer or str(app_.user_id))
            if start and repaired.queued:
                with launching(app_) as launcher:
                    launcher.start()
                    launcher.wait()
                    launcher.process(repaired.queued)
            with VerifyDisplay(err) as display:
                verified = app_.verify(chosen, display)
        print_json(verified_json(verified, repaired)) if as_json else print_verified(out, verified, repaired)
    raise typer.Exit(Exit.FAILED if verified.found else Exit.OK)
