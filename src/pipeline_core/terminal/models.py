"""Embedding models as a table; labelled questions from a file, and how well search answers them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.table import Table
from rich.text import Text

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import HIT_AT, PLACES, Evaluation, Expected
from pipeline_core.domain.rows.models import ModelRows
from pipeline_core.machine.source_files import oddity

_FIELDS = {"question", "document", "page", "quote", "question_id"}
_FORM = (
    'One question per line: {"question": "…", "document": "policy.pdf", "quote": "…"}; "page" is optional, and '
    '"question_id" can replace "document".'
)


def read_questions(path: Path) -> Iterator[Expected]:
    """The questions of a JSONL file, a line at a time.

    Raises:
        RefusedError: the file cannot be read, or a line is none; says which.
    """
    if wrong := oddity(path):
        raise RefusedError(f"{path} was not accepted. {wrong.message}", action="Name a JSONL file in UTF-8.")
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _question(line, f"{path.name}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path} cannot be read: {error}.", action="Name a JSONL file in UTF-8.") from error


def _question(line: str, where: str) -> Expected:
    try:
        value: Any = json.loads(line)
        if not isinstance(value, dict) or not isinstance(value.get("question"), str) or not value["question"].strip():
            raise ValueError("there is no question")
        if unknown := value.keys() - _FIELDS:
            raise ValueError(f"there is no field {', '.join(sorted(unknown))}")
        if not (value.get("document") or value.get("question_id")):
            raise ValueError("the expected source is missing")
        page = value.get("page")
        if page is not None and (not isinstance(page, int) or isinstance(page, bool) or page < 1):
            raise ValueError(f"page is {page!r}")
        fact = UUID(str(value["question_id"])) if value.get("question_id") else None
        for name in ("document", "quote"):
            if not isinstance(value.get(name), str | None):
                raise ValueError(f"{name} is {value[name]!r}")
        return Expected(value["question"], value.get("document"), page, None, fact, value.get("quote"))
    except ValueError as error:
        raise RefusedError(f"{where} is not a labelled question: {error}.", action=_FORM) from error


def evaluation_table(result: Evaluation) -> Table:
    """A line a mode."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("search", no_wrap=True)
    titles = [*(f"hit@{place}" for place in HIT_AT), f"mrr@{PLACES}"]
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    for mode, score in result.scores.items():
        figures = score.as_json()
        table.add_row(mode.value, *(f"{figures[title]:.3f}" for title in titles))
    return table


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
