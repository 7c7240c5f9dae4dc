"""Documents: taking them in, where they stand, starting them again."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli.app import All, AsJson, InRealm, Limit, examples
from pipeline_core.cli.costs import print_estimate
from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import err, out, print_json
from pipeline_core.cli.processing import go_on
from pipeline_core.cli.queue import hand_in
from pipeline_core.cli.retrying import read_again, retry_many
from pipeline_core.cli.wiring import connected
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.wording import counted, listed
from pipeline_core.terminal.hints import pasteable

if TYPE_CHECKING:
    from pipeline_core.client.processing import Said
    from pipeline_core.terminal.files import Files

commands = typer.Typer()
_PANEL = "Documents"
_SHOWN = 200
Start = Annotated[bool, typer.Option("--run/--no-run", help="Run it at once.")]


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline run contracts/ 'manuals/*.pdf'",
        "pipeline run policy.pdf --json",
        "pipeline run contracts/ --estimate",
        "pipeline run contracts/ --queue --priority 10",
    ),
)
def run(
    paths: Annotated[list[str], typer.Argument(help='Files, folders or patterns ("docs/*.pdf").')],
    estimate: Annotated[bool, typer.Option("--estimate", help="Only estimate the cost; nothing is paid.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Only add them to the queue, for workers to take.")] = False,
    priority: Annotated[
        int | None, typer.Option(help="With --queue: from -100 to 100; higher goes first (default: 0).")
    ] = None,
    publish_from: Annotated[
        float | None,
        typer.Option(help="Confidence (0..1) from which facts of these documents are published without review."),
    ] = None,
    ask_from: Annotated[
        float | None,
        typer.Option(help="Confidence from which you are asked about a fact; facts below it are left out."),
    ] = None,
    workflow: Annotated[
        str | None,
        typer.Option(help="automatic, or manual for you to look at every document (default: as the settings have it)."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="standard, or deep for the settings of a deep scan from the first run on.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Words to sort these by, comma-separated (repeatable).")] = None,
    collection: Annotated[str | None, typer.Option(help="The collection that these belong to.")] = None,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Process documents through all stages.

    Unchanged documents are skipped. From a folder, every file of a known type is taken, except hidden files.
    --publish-from and --ask-from are kept for these documents, and published ones are judged again by them.
    --workflow holds from their next gate on; --profile is for documents that are new.
    --tag and --collection are added to the ones that they have.
    """
    from pipeline_core.terminal.files import expand
    from pipeline_core.terminal.jobs_table import jobs_table
    from pipeline_core.terminal.progress import RunDisplay
    from pipeline_core.terminal.tables import print_choices_kept, print_copies, print_failures, print_waiting

    if priority is not None and not queue:
        raise RefusedError(
            "--priority applies to waiting documents only.", action="Add --queue, or leave out --priority."
        )
    files = expand(paths)
    if files.missing:
        raise RefusedError(
            f"No such file or folder: {', '.join(files.missing)}.", action="Name files, folders or patterns."
        )
    if not files.found:
        raise RefusedError(f"There is no document here{_but(files)}.", action=_NO_DOCUMENT)
    if estimate:
        raise typer.Exit(print_estimate(files, as_json=as_json, realm=realm))
    said: Said = {
        "publish_from": publish_from, "ask_from": ask_from, "workflow": workflow, "profile": profile,
        "priority": priority, "tags": tag or (), "collection": collection,
    }  # fmt: skip
    if queue:
        hand_in(files, as_json=as_json, realm=realm, **said)
    with connected(realm) as client:
        with RunDisplay(err, client.progress, client.stopping) as display:
            result = client.run(files.found, display=display, **said)
        result.refused[:0] = files.refused
        rows = client.rows(result.document_ids)
        if as_json:
            print_json(result.as_json(rows, files.skipped))
        else:
            if rows:
                out.print(jobs_table(rows, shown=_SHOWN, width=out.width))
                out.print()
            print_waiting(out, rows)
            print_failures(out, rows, result.refused)
            print_copies(out, result.copies)
            print_choices_kept(out, result.choices_kept)
            out.print(f"[dim]{result.summary(rows, files.skipped)}[/]")
    raise typer.Exit(of_jobs(rows, refused=[error for _, error in result.refused]))


_NO_DOCUMENT = "Name files, or a folder that has some; a file named explicitly is taken whatever its extension."


def _but(files: "Files") -> str:
    parts = [f"{name}: {error.message.rstrip('.')}" for name, error in files.refused]
    if files.skipped:
        names = listed([path.name for path in files.skipped])
        were = "was" if len(files.skipped) == 1 else "were"
        parts.append(f"{counted(len(files.skipped), 'file')} of other types {were} skipped ({names})")
    return f": {', '.join(parts)}" if parts else ""


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples("pipeline status", "pipeline status policy.pdf", "pipeline status --all --json"),
)
def status(
    job: Annotated[str | None, typer.Argument(help="A job, document or file name (default: all).")] = None,
    limit: Limit = 100,
    everything: All = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show the status of all documents, or of one.

    For one document, its stages, findings and latest events are shown. The newest documents come first.
    """
    from pipeline_core.terminal.status import print_job, print_overview

    with connected(realm) as client:
        if job:
            row = client.details(job)
            print_json(row) if as_json else print_job(out, row)
            return
        rows, counts = client.newest(limit=None if everything else limit), client.counts()
        print_json({"counts": counts, "jobs": rows}) if as_json else print_overview(out, rows, counts)


@commands.command(
    rich_help_panel=_PANEL, epilog=examples("pipeline stage policy.pdf", "pipeline stage policy.pdf chunker")
)
def stage(
    job: Annotated[str, typer.Argument(help="A job, document or file name.", show_default=False)],
    name: Annotated[str | None, typer.Argument(help="The stage to run; without it, the next one is named.")] = None,
    start: Start = True,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Run one stage of a document by itself.

    It works on what the stages before it recorded, and the document stops behind it: the next stage can be run then, or
    `pipeline retry` lets it go on to the end.
    """
    from pipeline_core.terminal.naming import one_of

    with connected(realm) as client:
        if name is None:
            following = client.next_available_stage(job)
            told = "No stage can be run now: `pipeline status NAME` says where it stands."
            print_json({"next": following}) if as_json else out.print(following or pasteable(told))
            return
        queued = client.execute_stage(job, one_of(StageName, name, "The stage"), start=False)
        go_on(client, queued.document_id, start=start, as_json=as_json)


@commands.command(
    rich_help_panel=_PANEL,
    epilog=examples(
        "pipeline retry policy.pdf",
        "pipeline retry policy.pdf --from chunker",
        "pipeline retry --all --preview",
        "pipeline retry --code store_full --since 2h",
        "pipeline retry --from fact-generator --all",
    ),
)
def retry(
    job: Annotated[str | None, typer.Argument(help="A job, document or file name.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All dead letters; with --from, all published documents as well.")
    ] = False,
    code: Annotated[str | None, typer.Option(help="All dead letters with this error code.")] = None,
    since: Annotated[
        str | None, typer.Option(help="All dead letters since a time: 30m, 2h or 3d ago, or 2026-11-29T03:00 (UTC).")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="With many: only show what would be started again.")
    ] = False,
    from_stage: Annotated[
        str | None, typer.Option("--from", help="Stage to start from; outputs of earlier stages are reused.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --all and --from: do not ask for confirmation.")] = False,
    start: Start = True,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Start a document again, or many dead letters at once.

    A failed or finished document starts where it failed, or at the stage given. --all with --from also reads published
    documents again; it first shows what would change, and asks.
    """
    from pipeline_core.terminal.naming import one_of

    at = one_of(StageName, from_stage, "--from") if from_stage else None
    many = everything or code is not None or since is not None
    if many == (job is not None):
        raise RefusedError(
            "Nothing was named to start again.", action="Name one document, or give --all, --code CODE or --since WHEN."
        )
    with connected(realm) as client:
        if everything and at and code is None and since is None:
            read_again(client, at, preview=preview, yes=yes, start=start, as_json=as_json)
        if job is None:
            retry_many(client, code, since, at, preview=preview, start=start, as_json=as_json)
        queued = client.retry(job, from_stage=at, start=False)
        go_on(client, queued.document_id, start=start, as_json=as_json)
