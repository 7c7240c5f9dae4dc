"""Questions whose source is known, asked by meaning, by words and by both: all, English ones and others."""

import re
from collections.abc import Callable
from pathlib import Path

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.evaluation import HIT_AT, PLACES, Expected
from pipeline_core.domain.ids import RealmId
from pipeline_core.terminal.models import read_questions

_LANGUAGE = re.compile(r"-([a-z]{2}(?:-[a-z]{2})?)\.\w+$")
"""A document that is not in English says so at the end of its name: policy-de.docx."""


def ask(
    app: Pipeline, realm_id: RealmId, file: Path, show: Callable[[str, list[str], list[list[str]], str], None]
) -> None:
    """Print what `pipeline evaluate` says of the questions."""
    questions = list(read_questions(file))
    english = [question for question in questions if _is_english(question)]
    others = [question for question in questions if not _is_english(question)]
    measures = [*(f"hit@{place}" for place in HIT_AT), f"mrr@{PLACES}"]
    rows = []
    for name, asked in (("all", questions), ("English", english), ("others", others)):
        if asked:
            result = app.evaluate(realm_id, asked)
            for mode, score in result.scores.items():
                figures = score.as_json()
                rows.append([name, str(len(asked)), mode.value, *(f"{figures[key]:.3f}" for key in measures)])
    show("Questions against what search finds", ["questions about", "", "search", *measures], rows, "")


def _is_english(question: Expected) -> bool:
    language = _LANGUAGE.search(question.filename or "")
    return language is None or language[1] == "en"
