"""Embedding models, as a table."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pipeline_core.domain.rows.models import ModelRows


def models_table(rows: Sequence[ModelRows]) -> Table:
    """A line a model: what is in it, what waits beside it, and the recall of its index when it was switched to."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("model", no_wrap=True)
    for title in ("dims", "chunks", "questions", "waiting", "recall@10"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for row in rows:
        other = "before" if row.activated_at and not row.waiting else "filling"
        state = Text("active", "green") if row.is_active else Text(other, "dim")
        recall = "–" if row.recall_at_10 is None else f"{row.recall_at_10:.3f}"
        counts = (f"{count:,}" for count in (row.dims, row.chunks, row.questions, row.waiting))
        table.add_row(row.model, *counts, recall, state)
    return table
