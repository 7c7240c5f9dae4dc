"""The queue: what waits in it, in which order, and putting documents into it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Unpack

import typer

from pipeline_core.cli.app import All, AsJson, InRealm, Limit, examples
from pipeline_core.cli.exits import of_jobs
from pipeline_core.cli.output import out, print_json
from pipeline_core.cli.wiring import connected
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.wording import counted, listed
from pipeline_core.terminal.hints import pasteable

if TYPE_CHECKING:
    from pipeline_core.client.processing import Said
    from pipeline_core.terminal.files import Files

commands = typer.Typer()


@commands.command(
    rich_help_panel="Documents",
    epilog=examples(
        "pipeline queue",
        "pipeline queue policy.pdf --priority 50",
        "pipeline queue --user 1a2b3c4d --priority -10",
    ),
)
def queue(
    documents: Annotated[list[str] | None, typer.Argument(help="Jobs, documents or file names (default: all).")] = None,
    user: Annotated[str, typer.Option(help="Only documents of this user: an id, or the beginning of one.")] = "",
    priority: Annotated[
        int | None, typer.Option(help="New priority of the named documents, from -100 (last) to 100 (first).")
    ] = None,
    limit: Limit = 100,
    everything: All = False,
    as_json: AsJson = False,
    realm: InRealm = "",
) -> None:
    """Show waiting documents, and change their priority.

    Lists everybody's documents, the next one first. The highest priority goes first, whoever the user is; within a
    priority users take turns, each with their oldest document first. Documents under way are not affected.
    """
    from pipeline_core.terminal.queue import chosen, print_missing, print_queue, queue_json

    if priority is not None and not documents and not user:
        raise RefusedError(
            "--priority needs documents or a user.",
            action="Name documents as `pipeline queue` shows them, or give --user.",
        )
    with connected(realm) as client:
        changed, state = None, client.queue()
        waiting = chosen(state.waiting, documents or (), user)
        if priority is not None:
            moved = {job.document_id for job in waiting}
            changed = client.set_priority(list(moved), priority)
            # in their new order; what was taken meanwhile waits no more
            state = client.queue()
            waiting = [job for job in state.waiting if job.document_id in moved]
        if as_json:
            missing = [asdict(part) for part in state.missing]
            print_json({**queue_json(waiting, state.depths, changed), "missing": missing})
        else:
            print_queue(out, waiting[: None if everything else limit], len(waiting), state.depths, changed)
            print_missing(out, state.missing)


def hand_in(files: "Files", *, as_json: bool, realm: str, **said: Unpack["Said"]) -> None:
    """Take files in and let them wait, for whoever runs the queue.

    Raises:
        typer.Exit: always, with the code of where the documents stand.
        RefusedError: a choice or a label is out of range; nothing is taken in.
    """
    from pipeline_core.terminal.tables import print_choices_kept, print_copies, print_failures

    with connected(realm) as client:
        taken = client.submit(files.found, start=False, **said)
        failed = [*files.refused, *taken.refused]
        rows = client.rows(taken.document_ids)
        if as_json:
            refused = [{"file": name, **error.as_json()} for name, error in failed]
            print_json({
                "queued": len(taken.started), "left": taken.left, "refused": refused,
                "skipped": [str(path) for path in files.skipped],
                "copies": [{"file": name, "same_as": other} for name, other in taken.copies],
                "choices_kept": [one.as_json() for one in taken.choices_kept],
                "correlation_ids": [str(one) for one in taken.correlation_ids], "documents": rows,
            })  # fmt: skip
        else:
            print_failures(out, [], failed)
            print_copies(out, taken.copies)
            print_choices_kept(out, taken.choices_kept)
            if files.skipped:
                names = listed([path.name for path in files.skipped])
                out.print(f"[dim]{counted(len(files.skipped), 'file')} of other types skipped ({names})[/]")
            left = "".join(f", {count} {why}" for why, count in taken.left.items())
            told = (
                f"{len(taken.started)} in the queue{left}. Workers take them from there; `pipeline queue` shows them."
            )
            out.print(pasteable(told), soft_wrap=True, highlight=False)
    raise typer.Exit(of_jobs(rows, refused=[error for _, error in failed], ran=False))
