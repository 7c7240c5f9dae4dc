"""Setting up and looking after an installation."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import Exit, of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import connected, wired
from pipeline_core.domain.masking import masked, masked_all
from pipeline_core.domain.wording import counted
from pipeline_core.ports.launcher import PoolType

if TYPE_CHECKING:
    from pipeline_core.services.diagnose import DescribedSetting

commands = typer.Typer()
_PANEL = "Set-up"


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline doctor", "pipeline doctor --settings"))
def doctor(
    settings: Annotated[bool, typer.Option("--settings", help="Also list every setting with its value.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check what is configured, reachable or missing.

    Tries every part, and says how to fix those that fail. --settings also lists every setting with its value.
    """
    from pipeline_core.services.diagnose import describe_settings
    from pipeline_core.terminal.hints import pasteable
    from pipeline_core.terminal.status import print_checks, print_settings

    with wired() as app_:
        checks = list(app_.diagnose())
        described = describe_settings(app_.settings)
        if as_json:
            listed = {"settings": described} if settings else {}
            print_json({"checks": [check.as_json() for check in checks], **listed})
        else:
            print_checks(out, checks)
            if settings:
                print_settings(out, described)
            else:
                out.print(pasteable(_settings_line(described)), soft_wrap=True, markup=False)
    raise typer.Exit(Exit.CONFIGURATION if any(check.result == "failed" for check in checks) else Exit.OK)


def _settings_line(described: "Sequence[DescribedSetting]") -> str:
    set_here = [row.variable for row in described if row.is_set]
    named = f": {', '.join(set_here)}" if set_here else ""
    return (
        f"{len(described)} settings, {len(set_here)} of them set{named}. `pipeline doctor --settings` lists them all."
    )


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline ui", "pipeline ui --json"))
def ui(as_json: AsJson = False) -> None:
    """Run the local Prefect server, to look at runs.

    Open the printed address in a browser and sign in with the printed login. Whoever has that login can do everything
    that you can. Ctrl-C stops the server.
    """
    import time

    with wired() as app_:
        launcher = app_.own_launcher
        launcher.wait()
        login = launcher.login if launcher.has_own_server else None
        if as_json:
            print_json({**masked_all({"url": launcher.ui_url(), "api_url": launcher.api_url}), "login": login})
        else:
            out.print(f"Prefect: {masked(str(launcher.ui_url()))}   (Ctrl-C stops it)")
            if login:
                out.print(f"Login:   {login}   (the page asks for it once)", soft_wrap=True, markup=False)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            err.print("Stopping.")


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline migrate", "pipeline migrate --json"))
def migrate(as_json: AsJson = False) -> None:
    """Bring the database schema up to date.

    Needed once, and after each upgrade, with a database of your own; the embedded one is migrated automatically.
    """
    with wired() as app_:
        applied = app_.migrate()
        if as_json:
            print_json({"applied": applied})
        else:
            out.print("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline deploy", "pipeline deploy --pool-type kubernetes"))
def deploy(
    pool_type: Annotated[
        PoolType,
        typer.Option(
            help="Type of the work pool, which decides where runs execute; deployments/README.md compares them."
        ),
    ] = "process",
    as_json: AsJson = False,
) -> None:
    """Create the deployments on your own Prefect server.

    The server is that of PREFECT_API_URL, or of Prefect's profile. Creates the work pool, every deployment and the
    automation that runs the queue after uploads. Run again, it updates them; an existing pool is kept as it is. On one
    machine, `pipeline up` does this automatically.
    """
    from pipeline_core.terminal.hints import beside

    with wired() as app_:
        made = app_.deploy(pool_type)
    worker = f"{beside('prefect')} worker start --pool {made.pool}"
    if as_json:
        print_json(masked_all({**made._asdict(), "worker": worker}))
        return
    out.print(f"Prefect server  {masked(made.api_url)}", soft_wrap=True, markup=False)
    out.print(f"Work pool       {made.pool} ({made.pool_type}), {'made' if made.pool_is_new else 'there already'}")
    for name in sorted([*made.new, *made.updated]):
        out.print(f"Deployment      {name}, {'made' if name in made.new else 'up to date'}")
    out.print()
    out.print("Runs start when a worker takes them. Start one or more workers:")
    out.print(f"  export PREFECT_API_URL={masked(made.api_url)}", soft_wrap=True, markup=False)
    out.print(f"  {worker}", soft_wrap=True, markup=False)
    out.print("Its environment must have the UPLOAD_PIPELINE_… settings, with the home as an absolute path.")


@commands.command(
    rich_help_panel=_PANEL, epilog=examples("pipeline enrol", "pipeline enrol --table legacy.documents --json")
)
def enrol(
    table: Annotated[str, typer.Option(help="The older table, in the same database.")] = "public.documents",
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Enrol the rows of an older table as documents.

    The table has `id`, `title` and `content` (markdown), and may have `realm_id`, `created_at` and `updated_at`. Each
    row with content becomes a document that waits in the queue, and then for a person in matching review. The command
    can be repeated: enrolled rows stay, and those that the SQL script enrolled without their bytes get them.
    """
    from pipeline_core.terminal.tables import print_failures

    with connected(realm) as client:
        enrolled = client.enrol(table)
    if as_json:
        refused = [{"row": name, **error.as_json()} for name, error in enrolled.refused]
        print_json({**asdict(replace(enrolled, refused=[])), "refused": refused})
    else:
        print_failures(out, [], enrolled.refused)
        out.print(
            f"{counted(len(enrolled.new), 'document')} enrolled, {enrolled.known:,} known before, "
            f"{enrolled.same_content:,} with the content of another row, {enrolled.without_content:,} without content."
        )
        if enrolled.restored or enrolled.restarted:
            out.print(
                f"{counted(enrolled.restored, 'original')} put into the object store, "
                f"{counted(len(enrolled.restarted), 'failed job')} started again."
            )
        if enrolled.new or enrolled.restarted:
            out.print("They wait in the queue: `pipeline queue` shows them, `pipeline up` processes them.")
    raise typer.Exit(of_jobs([], refused=[error for _, error in enrolled.refused]))


@commands.command(rich_help_panel=_PANEL, epilog=examples("pipeline prepare"))
def prepare(as_json: AsJson = False) -> None:
    """Prepare the local databases.

    The first run does this anyway; doing it beforehand lets that run start at once.
    """
    with wired() as app_:
        app_.views.counts(app_.realm_id)
        app_.own_launcher.prepare()
        if as_json:
            print_json({"home": app_.settings.home})
        else:
            out.print(f"Ready: {app_.settings.home}", soft_wrap=True, markup=False)
