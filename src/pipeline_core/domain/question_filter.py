"""Filters over the staged questions of a bank or the facts of a document, and over their pairs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.differences import PairFlag, PairGroup, PairMethod, group_of_flags
from pipeline_core.domain.review import StagedPair
from pipeline_core.domain.text import has_negation, numbers_in


class QuestionFlag(StrEnum):
    """Something that a reviewer may want to look at first."""

    ALIKE = "alike"
    """It has a near-duplicate that nobody has decided about."""
    EDITED = "edited"
    IMPORT_FAILED = "import_failed"
    UNOPENED = "unopened"
    """Nobody was shown it by itself yet."""


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """Conditions for a question: one of the statuses (None: any), every flag, the text in its words, its confidence."""

    statuses: Sequence[QuestionStatus] | None = None
    flags: Sequence[QuestionFlag] = ()
    search: str = ""
    least: float | None = None
    """Only with this confidence or a higher one; a bank's question has none."""
    most: float | None = None
    ids: Sequence[UUID] | None = None
    """Only these; None: all."""

    def parameters(self) -> dict[str, Any]:
        """The filter as parameters of a list; what filters nothing is None."""
        return {
            "statuses": None if self.statuses is None else [str(status) for status in self.statuses],
            "search": self.search.strip() or None,
            "least": self.least,
            "most": self.most,
            "question_ids": None if self.ids is None else list(self.ids),
            **{str(flag): flag in self.flags or None for flag in QuestionFlag},
        }


def group_of(pair: StagedPair) -> PairGroup:
    """The group of a pair."""
    return group_of_flags({*pair.flags, *_of_answers(pair)})


def _of_answers(pair: StagedPair) -> set[str]:
    """Say how the answers to one question differ: of such a pair no more is known than that they do."""
    if not {"corrected", "answer"} & {*pair.flags} or pair.existing_text is None:
        return set()
    texts = (pair.staged_text, pair.existing_text)
    differences: Mapping[str, Callable[[str], object]] = {"number": numbers_in, "negation": has_negation}
    return {flag for flag, look in differences.items() if look(texts[0]) != look(texts[1])}


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Conditions for an undecided pair. Scores are from 0 to 1, both ends included."""

    group: PairGroup | None = None
    flag: PairFlag | None = None
    method: PairMethod | None = None
    least: float = 0.0
    most: float = 1.0

    def takes(self, pair: StagedPair) -> bool:
        """Return whether the pair is as the filter says."""
        return (
            self.group in (None, group_of(pair))
            and (self.flag is None or self.flag in pair.flags)
            and self.method in (None, pair.method)
            and self.least <= pair.score <= self.most
        )
