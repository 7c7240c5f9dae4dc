"""Sources on a terminal: how each stands, and what a sync found."""

from collections.abc import Sequence
from shlex import quote
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline_core.domain.errors import PipelineError, explain
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.rows.sources import SourceItemRow, SourceRow, SourceRunRow, VanishedRow
from pipeline_core.domain.source_plans import WORDS, plan_in_words, word_of
from pipeline_core.domain.sources import Change, RunOutcome, Vanished
from pipeline_core.domain.spans import short_span
from pipeline_core.domain.wording import counted, dated
from pipeline_core.services.sync_source import Synced
from pipeline_core.terminal.jobs_table import jobs_table
from pipeline_core.terminal.plain import plain, plain_name
from pipeline_core.terminal.tables import print_command, print_failures, print_waiting, short

_SHOWN = 50
_OUTCOMES = {
    RunOutcome.RUNNING: "[cyan]running[/]",
    RunOutcome.DONE: "[green]done[/]",
    RunOutcome.FAILED: "[red]failed[/]",
    RunOutcome.WAITING: "[yellow]waits for you[/]",
}


_FOLLOWS = {
    Vanished.WITHDRAW: "Documents that have no other place are withdrawn {grace} after that, by a sync or by upkeep.",
    Vanished.REVIEW: "A person decides about published documents that have no other place.",
    Vanished.KEEP: "Their documents stay.",
}


def sources_table(rows: Sequence[SourceRow]) -> Table:
    """A line a source."""
    table = _table("source", "kind", "files", "not taken", "every", "last sync", "address")
    for row in rows:
        table.add_row(
            plain(row.name),
            row.kind,
            f"{row.items:,}",
            f"{row.unread:,}" if row.unread else "",
            _every(row),
            _last(row),
            plain(row.uri),
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
        "Files": _files(row),
        "Vanished": f"{row.vanished}, {short_span(row.grace)} after",
        "Every": _every(row) or "when asked",
        "Documents": ", ".join(f"{name} {value}" for name, value in row.choices.items()),
    }
    for name, value in said.items():
        if value:
            grid.add_row(f"[dim]{name}[/]", plain(value))
    console.print(grid)
    table = _table("sync", "outcome", "found", "")
    before = ""
    for run in runs:
        why = explain(run.error).message if run.error else run.decision or ""
        why, before = ("the same" if run.error and why == before else why), why
        table.add_row(
            f"{run.started_at:%Y-%m-%d %H:%M}",
            _OUTCOMES[run.outcome],
            plan_in_words(run.plan, is_waiting=run.outcome is RunOutcome.WAITING),
            plain(why),
        )
    if runs:
        console.print(table)
    for file in files:
        if file.error:
            _print_left(console, file.name, explain(file.error))
    for one in vanished:
        print_vanished(console, one)
    if row.missing:
        _print_missing(console, row.name, row.missing)


def print_synced(console: Console, synced: Synced, rows: Sequence[DocumentJob], *, is_plan: bool) -> None:
    """Print the plan of a sync, done or not, and where the documents came to rest."""
    if synced.planned:
        table = _table("", "file", "")
        order = {change: rank for rank, change in enumerate(WORDS)}
        for one in sorted(synced.planned, key=lambda one: (order[one.change], one.name))[:_SHOWN]:
            why = f"was {plain_name(one.was)}" if one.was else plain(one.error.message) if one.error else ""
            table.add_row(word_of(one.change, is_waiting=synced.is_waiting), plain_name(one.name), why)
        console.print(table)
        if len(synced.planned) > _SHOWN:
            console.print(f"[dim]… and {len(synced.planned) - _SHOWN:,} more; --json has all.[/]")
    if rows:
        console.print(jobs_table(rows, width=console.width))
        print_waiting(console, rows)
        print_failures(console, rows, [])
    begins = (
        "Nothing was changed. A sync would find" if is_plan else "Not in step yet" if synced.is_waiting else "In step"
    )
    told = f"{synced.source.name}: {begins}: {plan_in_words(synced.plan, is_waiting=synced.is_waiting)}."
    if synced.withdrawn:
        told += f" {counted(len(synced.withdrawn), 'document')} withdrawn."
    elif synced.plan.get(Change.VANISHED) and not synced.is_waiting:
        told += f" {_FOLLOWS[synced.source.vanished].format(grace=short_span(synced.source.grace))}"
    console.print(told, markup=False, soft_wrap=True)
    if synced.is_waiting:
        _print_missing(console, synced.source.name, synced.plan.get("vanished", 0))


def print_sources_waiting(console: Console, vanished: Sequence[VanishedRow], sources: Sequence[SourceRow]) -> None:
    """Print documents whose file has vanished, and sources of which much is missing, with the commands that decide."""
    for one in vanished:
        print_vanished(console, one)
    for row in sources:
        _print_missing(console, row.name, row.missing)


def print_vanished(console: Console, one: VanishedRow) -> None:
    """Print that the file of a document has vanished, what is due, and how to decide."""
    console.print(
        f"[yellow]●[/] [bold]{plain(one.filename)}[/] {plain(one.becomes)}: its file vanished from the source "
        f"{plain(one.source)} on {dated(one.vanished_at)}; {counted(one.facts, 'fact')} published.",
        soft_wrap=True,
    )
    if one.is_undecided:
        print_command(console, "keep", f"review {short(one.job_id)} keep")
        print_command(console, "withdraw", f'withdraw {short(one.job_id)} --reason "…"')


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


def _print_left(console: Console, name: str, error: PipelineError) -> None:
    """Print why a file was not taken; its name is said once."""
    where = f" ({plain(error.where)})" if error.where and error.where != name else ""
    console.print(
        f"[red]✗[/] {plain_name(name)}: {plain(error.message)}{where} {plain(error.what_to_do)}", soft_wrap=True
    )


def _print_missing(console: Console, name: str, missing: int) -> None:
    asks = f"{counted(missing, 'file')} missing: a person decides whether they have vanished"
    console.print(f"[yellow]●[/] [bold]{plain(name)}[/]: {asks}.", soft_wrap=True)
    print_command(console, "yes", f"source confirm {plain(quote(name))}")
    print_command(console, "no", f"source refuse {plain(quote(name))}")


def _files(row: SourceRow) -> str:
    told = f"{row.items:,} there"
    if row.unread:
        told += f" ({row.unread:,} of them not taken)"
    return f"{told}, {row.gone:,} vanished"


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
