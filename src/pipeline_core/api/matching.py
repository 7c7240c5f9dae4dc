"""Filters over questions and pairs, in queries and in bodies, and what a bulk decision would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.review_bodies import MOST_IDS, Pair
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.differences import PairFlag, PairGroup, PairMethod
from pipeline_core.domain.question_filter import PairFilter, QuestionFilter, QuestionFlag
from pipeline_core.domain.rows.questions import ListedQuestion

_MOST_SEARCHED = 200
_LEAST = "Only with this confidence or a higher one; a bank's question has none"
_MOST = "Only with this confidence or a lower one"
EXPECTED_TOTAL = "With `matching`: the `total` of the preview; if another number matches now, nothing is changed (409)"
B = TypeVar("B", bound=BaseModel)


class Verdict(StrEnum):
    """A decision on questions."""

    APPROVE = "approve"
    REJECT = "reject"

    @property
    def status(self) -> QuestionStatus:
        return QuestionStatus.APPROVED if self is Verdict.APPROVE else QuestionStatus.REJECTED


class MatchingQuestions(Body):
    """Conditions for questions, all of which must hold."""

    status: list[QuestionStatus] | None = Field(
        default=None, description="Only in these states; by default, a decision concerns undecided questions"
    )
    flag: list[QuestionFlag] = Field(default_factory=list, description="Only with each of these flags")
    search: str = Field(default="", max_length=_MOST_SEARCHED, description="Only with this text in their words")
    least: float | None = Field(default=None, ge=0, le=1, description=_LEAST)
    most: float | None = Field(default=None, ge=0, le=1, description=_MOST)

    def filter(self) -> QuestionFilter:
        return QuestionFilter(self.status, self.flag, self.search, self.least, self.most)


class MatchingPairs(Body):
    """Conditions for undecided pairs, all of which must hold."""

    group: PairGroup | None = Field(default=None, description="Only those that differ so")
    flag: PairFlag | None = Field(default=None, description="Only with this flag")
    method: PairMethod | None = Field(default=None, description="Only found so")
    least: float = Field(default=0, ge=0, le=1, description="Only with this score or a higher one")
    most: float = Field(default=1, ge=0, le=1, description="Only with this score or a lower one")

    def filter(self) -> PairFilter:
        return PairFilter(self.group, self.flag, self.method, self.least, self.most)


def by_ids_or_filter(body: B, ids: object, matching: object, expected_total: int | None) -> B:
    """Require ids or a filter, and not both.

    Raises:
        ValueError: which pydantic makes an answer of.
    """
    if ids is not None and matching is not None:
        raise ValueError("either ids or `matching` says which are meant")
    if expected_total is not None and matching is None:
        raise ValueError("`expected_total` goes with `matching`")
    return body


def _questions(
    status: Annotated[list[QuestionStatus] | None, Query(description="Only questions in these states")] = None,
    flag: Annotated[list[QuestionFlag] | None, Query(description="Only with each of these flags")] = None,
    search: Annotated[
        str, Query(max_length=_MOST_SEARCHED, description="Only with this text in their words, in any case")
    ] = "",
    least: Annotated[float | None, Query(ge=0, le=1, description=_LEAST)] = None,
    most: Annotated[float | None, Query(ge=0, le=1, description=_MOST)] = None,
) -> QuestionFilter:
    return QuestionFilter(status, flag or (), search, least, most)


def _pairs(
    group: Annotated[PairGroup | None, Query(description="Only pairs that differ so")] = None,
    flag: Annotated[PairFlag | None, Query(description="Only with this flag")] = None,
    method: Annotated[PairMethod | None, Query(description="Only found so")] = None,
    least: Annotated[float, Query(ge=0, le=1, description="Only with this score or a higher one")] = 0,
    most: Annotated[float, Query(ge=0, le=1, description="Only with this score or a lower one")] = 1,
) -> PairFilter:
    return PairFilter(group, flag, method, least, most)


QuestionsOfQuery = Annotated[QuestionFilter, Depends(_questions)]
PairsOfQuery = Annotated[PairFilter, Depends(_pairs)]


class Opened(Body):
    """Questions or facts that a person was shown by themselves."""

    model_config = example({"question_ids": ["84381d68-2a3f-5d0e-9f4c-5b7a5a1c0d11"]})

    question_ids: list[UUID] = Field(min_length=1, max_length=MOST_IDS)


class OpenedAnswer(BaseModel):
    """The number of them that nobody had opened before."""

    opened: int


class DecisionPreview(BaseModel):
    """The changes that a decision about all that match would make."""

    model_config = ConfigDict(from_attributes=True)

    total: int = Field(description="How many it would decide")
    never_opened: int = Field(description="How many of them nobody was shown by themselves")
    left_alone: int = Field(description="How many match as well, and stay as they were decided before")
    overturned: Mapping[str, int] = Field(
        description="How many of them were decided otherwise before, by who had decided them: none but by `status`"
    )
    sample: Sequence[ListedQuestion] = Field(description="Five of them at random")


@dataclass(frozen=True, slots=True)
class PairDecisionPreview:
    """The pairs that a decision about all undecided ones that match would concern."""

    total: int
    proposed: Annotated[Mapping[str, int], Field(description="How many of them each resolution is proposed for")]
    sample: Annotated[Sequence[Pair], Field(description="Five of them at random")]
