"""The queue on the command line."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline_core.domain.errors import NotFoundError, RefusedError, explain
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.rows.queue import Depth, MissingPart, Waiting
from pipeline_core.domain.wording import counted

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def chosen(waiting: Sequence[Waiting], texts: Sequence[str], user: str) -> list[Waiting]:
    """Return those named by the beginning of an id or by their file name, of one user if that is asked for.

    Raises:
        NotFoundError: nothing that waits is named so.
        RefusedError: a name means more than one document.
    """
    of_user = [job for job in waiting if str(job.user_id).startswith(user.lower())]
    if user and not of_user:
        raise NotFoundError(f"No document of user {user} is waiting.", action="`pipeline queue` shows who waits.")
    if not texts:
        return of_user
    wanted: set[DocumentId] = set()
    for text in texts:
        found = [job for job in of_user if _is(job, text)]
        if not found:
            raise NotFoundError(f"No waiting document is named {text}.", action="`pipeline queue` shows what waits.")
        if len(found) > 1:
            ids = ", ".join(str(job.document_id)[:8] for job in found[:5])
            raise RefusedError(f"{len(found)} waiting documents are named {text}: {ids}.", action="Name it by its id.")
        wanted.update(job.document_id for job in found)
    return [job for job in of_user if job.document_id in wanted]


def _is(job: Waiting, text: str) -> bool:
    return job.filename == text or any(str(one).startswith(text.lower()) for one in (job.job_id, job.document_id))


def print_missing(console: Console, missing: Sequence[MissingPart]) -> None:
    """Parts of the installation that jobs wait for: why, and when the next of them tries."""
    for part in missing:
        wait = counted(part.held, "document waits", "documents wait")
        error = explain(part.error)
        console.print(f"{wait} for the {part.part}: {error.message}", style="yellow", markup=False, soft_wrap=True)
        console.print(f"    {error.what_to_do} The next try is due in {part.probe_in_s:.0f} s.", markup=False)


def queue_json(waiting: Sequence[Waiting], depths: Sequence[Depth], changed: Sequence[DocumentId] | None) -> Any:
    value = {"users": [asdict(depth) for depth in depths], "jobs": [asdict(job) for job in waiting]}
    return value if changed is None else {"changed": list(changed), **value}


def print_queue(
    console: Console,
    waiting: Sequence[Waiting],
    count: int,
    depths: Sequence[Depth],
    changed: Sequence[DocumentId] | None,
) -> None:
    """A line a document, the next one first; then how much each user has waiting and running."""
    if changed is not None:
        console.print(f"{counted(len(changed), 'document')} moved in the queue.")
    if waiting:
        console.print(_jobs(waiting))
        if count > len(waiting):
            console.print(f"[dim]… and {count - len(waiting)} more: --all shows every one.[/]")
    for depth in depths:
        oldest = f", the oldest for {_time(depth.oldest_s)}" if depth.oldest_s is not None else ""
        console.print(
            f"[dim]{_whose(depth)}: {depth.queued} queued, {depth.retryable} to be tried again, "
            f"{depth.working} under way{oldest}[/]"
        )
    if not depths:
        console.print("Nothing is waiting or under way.")


def _whose(depth: Depth) -> str:
    """The user; of a shared realm, that as well."""
    user = f"user {depth.user_id}"
    return user if depth.realm_id == depth.user_id else f"realm {depth.realm_id}, {user}"


def _jobs(waiting: Sequence[Waiting]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for title in ("id", "user", "priority", "at", "age", "due"):
        table.add_column(title, justify="right" if title in ("priority", "age", "due") else "left", no_wrap=True)
    table.add_column("document", overflow="ellipsis", no_wrap=True)
    for job in waiting:
        due = _time(job.due_in_s) if job.due_in_s > 0 else "now"
        cells = (
            str(job.document_id)[:8],
            str(job.user_id)[:8],
            str(job.priority),
            job.stage.value,
            _time(job.age_s),
            due,
        )
        table.add_row(*cells, Text(job.filename))
    return table


def _time(seconds: float) -> str:
    """In the largest unit of which there is one."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds / size:.0f} {unit}"
