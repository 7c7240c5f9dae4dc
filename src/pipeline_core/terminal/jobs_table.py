"""The table of documents, in as many columns as the terminal has room for."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.table import Table
from rich.text import Text

from pipeline_core.domain.jobs import is_parked, is_scan, missing_part
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.wording import all_names, counted

_WIDE = 110
_NAME = (12, 40)
"""Least and most characters of a document's name."""
_PADDING = 2
_STYLES = {
    "published": "green",
    "unchanged": "dim",
    "awaiting review": "yellow",
    "rejected": "dim",
    "superseded": "dim",
    "replaced": "dim",
    "dead letter": "red",
    "parked": "yellow",
    "held": "yellow",
}
_SCANS = {
    (JobState.DONE, "rejected"): "scan rejected",
    (JobState.AWAITING_REVIEW, None): "scan waits",
    (JobState.DEADLETTER, None): "scan failed",
}
"""Outcome of the deep scan of a document whose earlier publication stands, by the scan's state and outcome."""


def state_of(row: DocumentJob) -> str:
    """Return the state of the document in words: of a published one that a deep scan is about, both."""
    state = JobState(row.state)
    if (
        is_scan(row.profile, row.document_id, row.job_id)
        and row.published_at is not None
        and (scan := _SCANS.get((state, row.outcome)))
    ):
        return f"published, {scan}"
    if state is JobState.DONE:
        return "replaced" if row.is_replaced else str(row.outcome)
    if missing_part(row):
        return "held"
    if is_parked(row):
        return "parked"
    if row.is_stopped:
        return "stopped"
    return {JobState.AWAITING_REVIEW: "awaiting review", JobState.DEADLETTER: "dead letter"}.get(state, state.value)


def place_of(row: DocumentJob) -> str:
    """Return the state of the document, and its step of the pipeline if that is not the end."""
    state, stage = state_of(row), row.stage.replace("_", " ")
    return state if row.state == JobState.DONE or stage == state else f"{state} at {stage}"


def jobs_table(rows: Sequence[DocumentJob], *, width: int, shown: int | None = None) -> Table:
    """A line a document, the first ``shown`` of them, and what they all come to.

    In a terminal too narrow for every column, those that are seldom looked at give way to the document's name.
    """
    columns = [column for column in _COLUMNS if column.from_width <= width < column.to_width]
    cells = [[column.cell(row) for column in columns] for row in rows[:shown]]
    needed = [
        max([len(column.title), *(len(str(of_row[position])) for of_row in cells)])
        for position, column in enumerate(columns)
    ]
    # the name gives way, nothing else
    left = width - sum(needed) - _PADDING * (len(columns) + 1)
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("document", max_width=max(_NAME[0], min(_NAME[1], left)), overflow="ellipsis", no_wrap=True)
    for column, of_column in zip(columns, needed, strict=True):
        table.add_column(column.title, justify=column.justify, no_wrap=True, min_width=of_column)
    for row, of_row in zip(rows, cells, strict=False):
        table.add_row(Text(all_names(row.filename, row.also_named)), *of_row)
    if len(rows) > len(cells):
        table.add_row(Text(f"… and {len(rows) - len(cells)} more", "dim"))
    if len(rows) > 1:
        table.add_section()
        totals = (column.total(rows) if column.total else "" for column in columns)
        table.add_row(Text(counted(len(rows), "document"), "bold"), *totals)
    return table


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table of documents, shown in terminals of ``from_width`` up to below ``to_width``."""

    title: str
    cell: Callable[[DocumentJob], str | Text]
    total: Callable[[Sequence[DocumentJob]], str] | None = None
    from_width: int = 0
    to_width: int = sys.maxsize
    justify: Literal["left", "right"] = "right"


def _count(count: Callable[[DocumentJob], int | None], title: str, from_width: int = 0) -> _Column:
    return _Column(
        title, lambda row: _number(count(row)), lambda rows: _number(sum(count(row) or 0 for row in rows)), from_width
    )


def _state(row: DocumentJob) -> Text:
    words = state_of(row)
    return Text(words, _STYLES.get(words) or _STYLES.get(words.split(",")[0], ""))


def _seconds(row: DocumentJob) -> str:
    return f"{row.seconds:.2f}" if row.seconds is not None else "–"


_COLUMNS = (
    _count(lambda row: row.pages, "pages", 100),
    _count(lambda row: row.chunks, "chunks", 100),
    _count(lambda row: row.facts, "facts"),
    _count(lambda row: row.duplicates, "duplicates", _WIDE),
    _Column("findings", lambda row: _worst(row), to_width=_WIDE),
    _Column("findings", lambda row: _findings(row), from_width=_WIDE),
    _Column("state", _state, justify="left"),
    _Column("seconds", _seconds, lambda rows: f"{sum(row.seconds or 0 for row in rows):.2f}", 70),
    _Column("cost", lambda row: money(row.cost_usd), lambda rows: money(sum(row.cost_usd or 0 for row in rows)), 90),
)


def money(usd: float | None) -> str:
    """Dollars, with as many places as a small amount needs to be seen."""
    amount = usd or 0.0
    return f"${amount:.2f}" if amount == 0 or amount >= 0.1 else f"${amount:.5f}"


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _found(row: DocumentJob) -> list[tuple[int, str, str]]:
    """Count the findings of each severity, in its style, the worst first."""
    all_of_them = ((row.critical, "critical", "red"), (row.warnings, "warning", "yellow"), (row.infos, "info", "dim"))
    return [found for found in all_of_them if found[0]]


def _findings(row: DocumentJob) -> Text:
    words = [Text(f"{count} {severity}", style) for count, severity, style in _found(row)]
    return Text(", ").join(words) if words else Text("–", "dim")


def _worst(row: DocumentJob) -> Text:
    """The worst findings in words, and how many others there are."""
    found = _found(row)
    if not found:
        return Text("–", "dim")
    count, severity, style = found[0]
    others = sum(other for other, _, _ in found[1:])
    return Text(f"{count} {severity}" + (f" +{others}" if others else ""), style)
