"""Sources on a terminal: how each stands, and what a sync found."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline_core.domain.errors import explain
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.rows.sources import SourceItemRow, SourceRow, SourceRunRow, VanishedRow
from pipeline_core.domain.source_plans import WORDS, plan_in_words
from pipeline_core.domain.sources import RunOutcome
from pipeline_core.domain.spans import short_span
from pipeline_core.domain.wording import counted
from pipeline_core.services.sync_source import Synced
from pipeline_core.terminal.jobs_table import jobs_table
from pipeline_core.terminal.tables import print_command, print_failures, print_waiting

_SHOWN = 50
_OUTCOMES = {
    RunOutcome.RUNNING: "[cyan]running[/]",
    RunOutcome.DONE: "[green]done[/]",
    RunOutcome.FAILED: "[red]failed[/]",
    RunOutcome.WAITING: "[yellow]waits for you[/]",
}


def sources_table(rows: Sequence[SourceRow]) -> Table:
    """A line a source."""
    table = _table("source", "kind", "files", "not taken", "every", "last sync", "address")
    for row in rows:
        table.add_row(
            escape(row.name),
            row.kind,
            f"{row.items:,}",
            f"{row.unread:,}" if row.unread else "",
            _every(row),
            _last(row),
            escape(row.uri),
        )
    return table


def print_source(
    console: Console,
    row: SourceRow,
    runs: Sequence[SourceRunRow],
    files: Sequence[SourceItemRow],
    vanished: Sequence[VanishedRow],
) -> None:
    """One source, its last syncs, files that could not be taken, and documents that have vanished."""
    grid = Table.grid(padding=(0, 2))
    patterns = " ".join([*row.include, *(f"not {one}" for one in row.exclude)])
    said = {
        "Source": f"{row.name}  ({row.source_id})",
        "Address": row.uri,
        "Patterns": patterns,
        "Files": f"{row.items:,} there, {row.gone:,} vanished",
        "Vanished": f"{row.vanished}, {short_span(row.grace)} after",
        "Every": _every(row) or "when asked",
        "Documents": ", ".join(f"{name} {value}" for name, value in row.choices.items()),
    }
    for name, value in said.items():
        if value:
            grid.add_row(f"[dim]{name}[/]", escape(value))
    console.print(grid)
    table = _table("sync", "outcome", "found", "")
    for run in runs:
        why = explain(run.error).message if run.error else run.decision or ""
        table.add_row(f"{run.started_at:%Y-%m-%d %H:%M}", _OUTCOMES[run.outcome], plan_in_words(run.plan), escape(why))
    if runs:
        console.print(table)
    for file in files:
        if file.error:
            console.print(f"[red]✗[/] {escape(file.name)}: {escape(str(explain(file.error)))}", soft_wrap=True)
    for one in vanished:
        told = (
            f"{one.decision} by {one.decided_by}"
            if one.decision
            else f"{one.vanished}, due {one.due_at:%Y-%m-%d %H:%M}"
        )
        console.print(f"[yellow]●[/] {escape(one.filename)} has vanished: {escape(told)}", soft_wrap=True)
    if row.missing:
        _print_missing(console, row.name, row.missing)


def print_synced(console: Console, synced: Synced, rows: Sequence[DocumentJob], *, is_plan: bool) -> None:
    """Print the plan of a sync, done or not, and where the documents came to rest."""
    if synced.planned:
        table = _table("", "file", "")
        order = {change: rank for rank, change in enumerate(WORDS)}
        for one in sorted(synced.planned, key=lambda one: (order[one.change], one.name))[:_SHOWN]:
            why = f"was {one.was}" if one.was else one.error.message if one.error else ""
            table.add_row(WORDS[one.change], escape(one.name), escape(why))
        console.print(table)
        if len(synced.planned) > _SHOWN:
            console.print(f"[dim]… and {len(synced.planned) - _SHOWN:,} more; --json has all.[/]")
    if rows:
        console.print(jobs_table(rows, width=console.width))
        print_waiting(console, rows)
        print_failures(console, rows, [])
    begins = "Nothing was changed. A sync would find" if is_plan else "In step"
    told = f"{synced.source.name}: {begins}: {plan_in_words(synced.plan)}."
    if synced.withdrawn:
        told += f" {counted(len(synced.withdrawn), 'document')} withdrawn."
    console.print(told, markup=False, soft_wrap=True)
    if synced.is_waiting:
        _print_missing(console, synced.source.name, synced.plan.get("vanished", 0))


def source_json(row: SourceRow) -> dict[str, Any]:
    """Return a source as JSON, with its spans as they are typed."""
    every = None if row.every is None else short_span(row.every)
    return {**row, "grace": short_span(row.grace), "every": every}


def synced_json(synced: Synced, rows: Sequence[DocumentJob]) -> dict[str, Any]:
    """Return a sync as JSON."""
    return {
        "source": synced.source.name,
        "source_id": synced.source.source_id,
        "run_id": synced.run_id,
        "outcome": synced.outcome,
        "plan": synced.plan,
        "files": [
            {
                "change": one.change,
                "name": one.name,
                "uri": one.uri,
                "was": one.was,
                "error": one.error.as_json() if one.error else None,
            }
            for one in synced.planned
        ],
        "withdrawn": synced.withdrawn,
        "documents": rows,
    }


def _print_missing(console: Console, name: str, missing: int) -> None:
    console.print(f"[yellow]●[/] {counted(missing, 'file')} missing: a person decides whether they have vanished.")
    print_command(console, "yes", f"source confirm {name}")
    print_command(console, "no", f"source refuse {name}")


def _every(row: SourceRow) -> str:
    if row.every is None:
        return ""
    return short_span(row.every) + (" (paused)" if row.paused_at else "")


def _last(row: SourceRow) -> str:
    if row.last_outcome is None or row.last_started_at is None:
        return "[dim]never[/]"
    return f"{_OUTCOMES[row.last_outcome]} {row.last_started_at:%Y-%m-%d %H:%M}"


def _table(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for title in titles:
        table.add_column(title)
    return table
