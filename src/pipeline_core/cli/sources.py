"""Sources: places that documents come from and are kept in step with."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from pipeline_core.cli.app import AsJson, InRealm, examples
from pipeline_core.cli.exits import Exit, of_sync
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.wiring import ask_name, connected
from pipeline_core.domain.errors import NotFoundError, PipelineError, RefusedError
from pipeline_core.domain.lifecycle import Profile, Workflow
from pipeline_core.domain.sources import Removal, SourceKind, Vanished
from pipeline_core.domain.spans import span_of

if TYPE_CHECKING:
    from pipeline_core.client import Client
    from pipeline_core.services.kept_sources import Changes, Terms
    from pipeline_core.services.source_schedules import SourceSaid
    from pipeline_core.services.sync_source import Synced

_PANEL = "Documents"
commands = typer.Typer()
source_commands = typer.Typer(
    help="Keep in step with folders, S3 prefixes and websites.",
    no_args_is_help=True,
    epilog=examples(
        "pipeline source add policies /srv/policies --every 1h",
        "pipeline source add claims s3://claims/2026 --vanished review",
        "pipeline source sync policies --dry-run",
        "pipeline source sync",
    ),
)
commands.add_typer(source_commands, name="source", rich_help_panel=_PANEL)

Name = Annotated[str, typer.Argument(help="A source, by name or id.", show_default=False)]
Include = Annotated[
    list[str] | None, typer.Option("--include", help="Pattern of names that are meant, such as `*.pdf` (repeatable).")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", help="Pattern of names that are not, such as `drafts/*` (repeatable).")
]
OnVanished = Annotated[
    Vanished | None,
    typer.Option("--vanished", help="What becomes of a document whose last file has vanished (default: withdraw)."),
]
Grace = Annotated[
    str | None, typer.Option("--grace", help="How long after that, such as `1d`, `12h` or `0` (default: 1d).")
]
Every = Annotated[
    str | None, typer.Option("--every", help="Sync it so often, such as `15m` or `1d`; `never`: only when asked.")
]
OfWorkflow = Annotated[
    Workflow | None, typer.Option("--workflow", help="With manual, a person looks at every document.")
]
OfProfile = Annotated[Profile | None, typer.Option("--profile", help="With deep, the run is more thorough.")]
Priority = Annotated[int | None, typer.Option("--priority", min=-100, max=100, help="Higher goes first in the queue.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the record.")]


@source_commands.command(
    "add",
    epilog=examples(
        "pipeline source add policies /srv/policies --include '*.pdf' --every 1h",
        "pipeline source add claims 's3://claims/2026?endpoint=https://minio.example:9000'",
        "pipeline source add site https://www.example.org/sitemap.xml --exclude 'archive/*' --every 1d",
        "pipeline source add rules 'https://a.example/rules.pdf https://b.example/terms.html' --vanished keep",
    ),
)
def add(
    name: Annotated[str, typer.Argument(help="Name of the source in the realm.", show_default=False)],
    uri: Annotated[
        str,
        typer.Argument(
            help="A folder, s3://bucket/prefix, or addresses of websites and sitemaps with blanks between.",
            show_default=False,
        ),
    ],
    kind: Annotated[
        SourceKind | None, typer.Option("--kind", help="Kind of place (default: what the address looks like).")
    ] = None,
    include: Include = None,
    exclude: Exclude = None,
    vanished: OnVanished = None,
    grace: Grace = None,
    every: Every = None,
    workflow: OfWorkflow = None,
    profile: OfProfile = None,
    priority: Priority = None,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Add a source; nothing is read yet.

    `pipeline source sync NAME --dry-run` shows what it would bring.
    """
    said = (include, exclude, vanished, grace, every, (workflow, profile, priority))
    with connected(realm) as client:
        _print(client.add_source(name, uri, kind=kind, **_terms(*said)), "added", as_json=as_json)


@source_commands.command(
    "change", epilog=examples("pipeline source change policies --every 6h", "pipeline source change policies --pause")
)
def change(
    source: Name,
    name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    uri: Annotated[str | None, typer.Option("--uri", help="Another address of the same kind.")] = None,
    include: Include = None,
    exclude: Exclude = None,
    vanished: OnVanished = None,
    grace: Grace = None,
    every: Every = None,
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Let its schedule rest, or go on.")] = None,
    workflow: OfWorkflow = None,
    profile: OfProfile = None,
    priority: Priority = None,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Change a source; what is not named stays as it is.

    An empty pattern clears the patterns.
    """
    terms = _terms(include, exclude, vanished, grace, every, (workflow, profile, priority))
    said = {"name": name, "uri": uri, "paused": pause}
    changes = cast("Changes", {**terms, **{key: value for key, value in said.items() if value is not None}})
    with connected(realm) as client:
        _print(client.change_source(source, **changes), "changed", as_json=as_json)


@source_commands.command("list", epilog=examples("pipeline source list", "pipeline source list --json"))
def list_sources(as_json: AsJson = False, realm: InRealm = "") -> None:
    """List the sources of the realm, and how each stands."""
    from pipeline_core.terminal.sources import source_json, sources_table

    with connected(realm) as client:
        rows = client.sources()
        print_json([source_json(row) for row in rows]) if as_json else out.print(sources_table(rows))


@source_commands.command(
    "show", epilog=examples("pipeline source show policies", "pipeline source show policies --json")
)
def show(
    source: Name,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Maximum number of rows to show of each kind.")] = 20,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show a source and its last syncs.

    Also shows the files that could not be taken, and what has vanished.
    """
    from pipeline_core.terminal.sources import print_source, source_json

    with connected(realm) as client:
        row, runs = client.source(source), client.source_runs(source, limit=limit)
        files = [
            one for state in ("unread", "missing") for one in client.source_files(source, state=state, limit=limit)
        ]
        vanished = client.vanished(source)[:limit]
        if as_json:
            print_json({**source_json(row), "runs": runs, "files": files, "vanished_documents": vanished})
        else:
            print_source(out, row, runs, files, vanished)


@source_commands.command(
    "sync",
    epilog=examples(
        "pipeline source sync policies --dry-run", "pipeline source sync policies", "pipeline source sync --json"
    ),
)
def sync(
    source: Annotated[str | None, typer.Argument(help="A source, by name or id (default: all of the realm).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what a sync would do.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Only queue the documents, without processing them.")] = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Bring the realm in step with its sources.

    What is new or changed is taken in and processed; what has vanished is let go by the source's policy. A listing that
    fails or breaks off changes nothing.
    """
    with connected(realm) as client:
        names = [source] if source else [row.name for row in client.sources()]
        if not names:
            raise RefusedError("The realm has no sources.", action="`pipeline source add NAME ADDRESS` adds one.")
        done = [_synced(client, name, dry_run=dry_run, queue=queue, as_json=as_json) for name in names]
        if as_json:
            print_json({"dry_run": dry_run, "sources": [told for _, told in done]})
        raise typer.Exit(max((code for code, _ in done), key=_WORST.index))


_WORST = (Exit.OK, Exit.WAITING, Exit.FAILED, Exit.USAGE, Exit.ERROR, Exit.CONFIGURATION)


def _synced(
    client: "Client", name: str, *, dry_run: bool, queue: bool, as_json: bool
) -> tuple[Exit, dict[str, object]]:
    """Sync one source, or plan it, and show it; a source that fails does not hold up the others."""
    from pipeline_core.cli.exits import of_error
    from pipeline_core.terminal.plain import plain
    from pipeline_core.terminal.progress import RunDisplay
    from pipeline_core.terminal.sources import print_synced, synced_json

    with RunDisplay(err, client.progress, client.stopping, f"listing {name}") as display:

        def note(synced: "Synced") -> None:
            display.note = f"{name}: {synced.done:,} of {synced.total:,} files read"

        try:
            if dry_run:
                synced = client.plan_sync(name, on_progress=note)
            else:
                synced = client.sync_source(name, start=not queue, on_progress=note, on_work=display.watch)
        except PipelineError as error:
            if isinstance(error, NotFoundError):
                raise
            told: dict[str, object] = {"source": name, "error": error.as_json()}
            if not as_json:
                err.print(f"[red]Error:[/] {plain(name)}: {plain(error.as_answer())}", soft_wrap=True)
            return of_error(error), told
    rows = client.rows(synced.to_run)
    if not as_json:
        print_synced(out, synced, rows, is_plan=dry_run)
    return of_sync(synced.outcome, synced.plan, rows, ran=not (dry_run or queue)), synced_json(synced, rows)


@source_commands.command("confirm", epilog=examples("pipeline source confirm policies"))
def confirm(source: Name, reason: Reason = "", as_json: AsJson = False, realm: InRealm = "") -> None:
    """Say that what is missing from a source has vanished.

    A sync asks that when so much is missing that the place may be another one.
    """
    with connected(realm) as client:
        ask_name(client, as_json=as_json)
        run = client.confirm_vanishing(source, reason=reason)
        print_json(run) if as_json else out.print("What is missing has vanished; the policy of the source holds.")


@source_commands.command("refuse", epilog=examples("pipeline source refuse policies --reason 'The disk was away.'"))
def refuse(source: Name, reason: Reason = "", as_json: AsJson = False, realm: InRealm = "") -> None:
    """Say that what is missing from a source has not vanished."""
    with connected(realm) as client:
        ask_name(client, as_json=as_json)
        run = client.refuse_vanishing(source, reason=reason)
        print_json(run) if as_json else out.print("Nothing has vanished; the next sync looks again.")


@source_commands.command(
    "remove", epilog=examples("pipeline source remove policies", "pipeline source remove policies --documents vanish")
)
def remove(
    source: Name,
    documents: Annotated[
        Removal,
        typer.Option("--documents", help="keep them, or take all of them to have vanished, by the source's policy."),
    ] = Removal.KEEP,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Remove a source; its documents stay unless you say else."""
    with connected(realm) as client:
        _print(client.remove_source(source, documents), "removed", as_json=as_json)


def _terms(
    include: list[str] | None,
    exclude: list[str] | None,
    vanished: Vanished | None,
    grace: str | None,
    every: str | None,
    choices: tuple[Workflow | None, Profile | None, int | None],
) -> "Terms":
    """Terms that were typed; what was not is left out."""
    terms: Terms = {}
    if include is not None:
        terms["include"] = [one for one in include if one]
    if exclude is not None:
        terms["exclude"] = [one for one in exclude if one]
    if vanished is not None:
        terms["vanished"] = vanished
    if grace is not None:
        terms["grace"] = span_of(grace)
    if every is not None:
        terms["every"] = None if every == "never" else span_of(every)
    chosen = dict(zip(("workflow", "profile", "priority"), choices, strict=True))
    if any(value is not None for value in choices):
        terms["choices"] = {name: value for name, value in chosen.items() if value is not None}
    return terms


def _print(said: "SourceSaid", what: str, *, as_json: bool) -> None:
    from pipeline_core.terminal.sources import source_json

    if as_json:
        print_json({**source_json(said.source), "note": said.note})
        return
    out.print(f"{said.source.name} is {what}.", markup=False)
    if said.note:
        out.print(said.note, markup=False, soft_wrap=True)
