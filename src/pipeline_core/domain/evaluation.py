"""Measures of how well questions find their sources: pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pipeline_core.domain.rows.search import Source
from pipeline_core.domain.search import SearchMode

PLACES = 10
"""Answers that are looked at."""
HIT_AT = (1, 5, PLACES)
# Bars of tables, emphasis, code, escapes and breaks: who labels a question quotes what a page shows. An underscore
# within a word is a letter of a name.
_MARKS = re.compile(r"[|*`\\]|(?<!\w)_|_(?!\w)|<br ?/?>")


@dataclass(frozen=True, slots=True)
class Expected:
    """A question and where its answer is: in a document, or a published fact.

    ``page`` and ``quote`` narrow it down: the page of the hit, and words that its evidence or answer must hold,
    whatever the white space, the marks of markdown and the kind of apostrophe between them. A quote stays right however
    chunks are cut.
    """

    question: str
    filename: str | None = None
    page: int | None = None
    document_id: UUID | None = None
    fact_id: UUID | None = None
    quote: str | None = None

    def is_met_by(self, hit: Source) -> bool:
        """Returns whether the hit, or a fact under it, is the expected source; all that is named must match."""
        return self._is(hit) or any(self._is(fact) for fact in hit.facts)

    def _is(self, hit: Source) -> bool:
        wanted = (
            (self.fact_id, hit.id),
            (self.document_id, hit.document_id),
            (self.filename, hit.filename),
            (self.page, hit.page),
        )
        if any(expected is not None and expected != found for expected, found in wanted):
            return False
        return not self.quote or any(_plain(self.quote) in _plain(said or "") for said in (hit.evidence, hit.answer))

    def rank(self, hits: Sequence[Source]) -> int | None:
        """The place of the first hit that is the expected source, from 1."""
        return next((place for place, hit in enumerate(hits, 1) if self.is_met_by(hit)), None)


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub(" ", text.replace("’", "'")).split()).casefold()


@dataclass(slots=True)
class Score:
    """Sums over questions: bounded, however many there are."""

    questions: int = 0
    hits: dict[int, int] = field(default_factory=lambda: dict.fromkeys(HIT_AT, 0))
    reciprocal: float = 0.0

    def add(self, rank: int | None) -> None:
        self.questions += 1
        if rank is None or rank > PLACES:
            return
        self.reciprocal += 1 / rank
        for place in HIT_AT:
            self.hits[place] += rank <= place

    def as_json(self) -> dict[str, Any]:
        """hit@k: the share of questions whose source is among the first k; MRR@10: the mean of 1 / place, 0 beyond."""
        count = max(1, self.questions)
        shares = {f"hit@{place}": round(found / count, 4) for place, found in self.hits.items()}
        return {"questions": self.questions, **shares, f"mrr@{PLACES}": round(self.reciprocal / count, 4)}


@dataclass(slots=True)
class Evaluation:
    """The scores of each mode by one model, and what could not be asked."""

    model: str
    scores: dict[SearchMode, Score] = field(default_factory=lambda: {mode: Score() for mode in SearchMode})
    skipped: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "skipped": self.skipped,
            "modes": {mode.value: score.as_json() for mode, score in self.scores.items()},
        }
