"""Labelled questions from a file, and the figures as a table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.table import Table

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.evaluation import HIT_AT, PLACES, Evaluation, Expected
from pipeline_core.services.source_files import oddity

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
