"""The live display of a run: document by document, stage by stage, read from the database."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pipeline_core.domain.errors import TransientError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import JobStage, JobState, StageName
from pipeline_core.domain.rows.jobs import Progress as DocumentProgress

_SHOWN = 15
_WIDE = 112
"""The narrowest terminal with a column for every stage, in characters."""
_POLL_S = 0.2
_STOPPING = "stopping after the current stage (Ctrl-C again to stop at once)"
_COLUMNS = {
    StageName.INGEST: "ingest",
    StageName.MARKDOWN_CONVERSION: "markdown",
    StageName.MARKDOWN_OPTIMIZER: "optimize",
    StageName.CHUNKER: "chunk",
    StageName.FACT_GENERATOR: "facts",
    StageName.VALIDATION: "validate",
    StageName.EMBEDDER: "embed",
    StageName.INGESTOR: "publish",
}
_LAST_OF = {name: max((s for s in JobStage if s.row.work is name), key=lambda s: s.row.position) for name in _COLUMNS}
_STATES = {
    JobState.QUEUED: ("queued", "dim"),
    JobState.WORKING: ("working", "cyan"),
    JobState.RETRYABLE: ("tries again", "yellow"),
    JobState.AWAITING_REVIEW: ("waits for you", "yellow"),
    JobState.DONE: ("done", "green"),
    JobState.DEADLETTER: ("failed", "red"),
}


@dataclass
class RunDisplay:
    """Shows where the documents stand while ``with`` lasts. Without a terminal it prints nothing.

    ``stopping`` is set when the run is to end.
    """

    console: Console
    progress: Callable[[Sequence[DocumentId]], list[DocumentProgress]]
    stopping: threading.Event
    note: str = ""
    _ids: list[DocumentId] = field(default_factory=list)
    _rows: list[DocumentProgress] = field(default_factory=list)
    _polled: float = 0.0
    _started: float = field(default_factory=time.monotonic)
    _live: Live | None = None
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots"))

    def __enter__(self) -> "RunDisplay":
        self._live = Live(console=self.console, get_renderable=self._render, refresh_per_second=8, transient=True)
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live and self._live.is_started:
            self._live.stop()

    def watch(self, document_ids: Sequence[DocumentId]) -> None:
        """Follow these documents from now on."""
        self._ids = list(document_ids)
        self._polled = 0.0

    def _poll(self) -> None:
        if self._ids and time.monotonic() - self._polled > _POLL_S:
            self._polled = time.monotonic()
            # while the database is away, what was last seen stays: the run itself says how that ends
            with suppress(TransientError):
                by_id = {row.document_id: row for row in self.progress(self._ids)}
                self._rows = [by_id[document_id] for document_id in self._ids if document_id in by_id]

    def _render(self) -> RenderableType:
        self._poll()
        parts: list[RenderableType] = []
        if self._rows:
            parts += [self._totals(), self._table()]
        elapsed = time.monotonic() - self._started
        # one spinner throughout: a new one would always show its first frame
        note = _STOPPING if self.stopping.is_set() else self.note
        self._spinner.update(text=Text(f" {note}  {elapsed:.0f} s", style="dim"))
        parts.append(self._spinner)
        return Group(*parts)

    def _totals(self) -> RenderableType:
        percent = sum(_percent(row) for row in self._rows) / len(self._rows)
        states = Counter(JobState(row.state) for row in self._rows)
        words = "  ".join(f"[{_STATES[s][1]}]{n} {_STATES[s][0]}[/]" for s, n in states.items())
        grid = Table.grid(padding=(0, 2))
        grid.add_row(ProgressBar(total=100, completed=percent, width=30), f"{percent:3.0f}%", words)
        return grid

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 1), header_style="dim")
        table.add_column("document", no_wrap=True, max_width=36)
        is_wide = self.console.width >= _WIDE
        for title in _COLUMNS.values() if is_wide else ("progress", "stage"):
            table.add_column(title, justify="center" if is_wide else "left", no_wrap=True)
        table.add_column("state", no_wrap=True)
        shown = sorted(self._rows, key=_interest)[:_SHOWN] if len(self._rows) > _SHOWN else self._rows
        for row in shown:
            label, style = _STATES[JobState(row.state)]
            cells = _cells(row) if is_wide else [Text().join(_cells(row)), Text(_stage(row), "dim")]
            table.add_row(Text(row.filename), *cells, Text(label, style))
        if len(self._rows) > len(shown):
            table.add_row(Text(f"… and {len(self._rows) - len(shown)} more", "dim"))
        return table


def _stage(row: DocumentProgress) -> str:
    """The column that the document is at."""
    work = JobStage(row.stage).row.work
    return _COLUMNS[work] if work else "review"


def _percent(row: DocumentProgress) -> float:
    at_rest = (JobState.DONE, JobState.DEADLETTER, JobState.AWAITING_REVIEW)
    return 100.0 if JobState(row.state) in at_rest else float(row.percent)


def _interest(row: DocumentProgress) -> tuple[int, str]:
    order = [JobState.WORKING, JobState.RETRYABLE, JobState.AWAITING_REVIEW, JobState.DEADLETTER]
    state = JobState(row.state)
    return (order.index(state) if state in order else len(order), row.filename)


def _cells(row: DocumentProgress) -> list[Text]:
    stage, state = JobStage(row.stage), JobState(row.state)
    cells = []
    for name, last in _LAST_OF.items():
        if stage.row.position >= last.row.position and not (stage is last and name is StageName.VALIDATION):
            cells.append(Text("●", "green"))
        elif stage.row.work is name and state is JobState.DEADLETTER:
            cells.append(Text("✗", "red"))
        elif stage.row.work is name and state in (JobState.WORKING, JobState.RETRYABLE):
            cells.append(Text("◐", "cyan"))
        else:
            cells.append(Text("·", "dim"))
    return cells
