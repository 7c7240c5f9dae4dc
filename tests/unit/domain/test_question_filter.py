"""Pairs are put in groups by how they differ, and a filter takes those that are as it says."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.differences import DIFFERENCES, PairFlag, PairGroup, PairMethod
from pipeline_core.domain.ids import BatchId, DuplicateId, QuestionId
from pipeline_core.domain.question_filter import PairFilter, QuestionFilter, QuestionFlag, group_of
from pipeline_core.domain.review import StagedPair
from pipeline_core.domain.rows.desk import PairSide

SIDE = PairSide(UUID(int=1), "When?", "Within 24 hours.", None, None, None, "bank.md", None, None, None, None)
PAIR = StagedPair(
    duplicate_id=DuplicateId(UUID(int=1)),
    batch_id=BatchId(UUID(int=2)),
    document_id=None,
    staged=QuestionId(UUID(int=3)),
    existing=QuestionId(UUID(int=4)),
    score=0.9,
    method="scored",
    resolution="pending",
    resolved_by=None,
    resolved_at=None,
    reason=None,
    version=1,
    changed_by="system",
    changed_at=datetime.now(UTC),
    staged_text="When?\nWithin 24 hours.",
    existing_text="When?\nWithin 24 hours.",
    staged_status=QuestionStatus.PENDING,
    existing_stands=True,
    flags=(),
    proposed="keep_both",
    staged_side=SIDE,
    existing_side=SIDE,
)


@pytest.mark.parametrize(
    ("flags", "existing", "group"),
    [
        ((), PAIR.existing_text, PairGroup.SPELLING),
        (("no_vector",), PAIR.existing_text, PairGroup.SPELLING),
        (("name", "words"), PAIR.existing_text, PairGroup.NAME),
        (("key",), PAIR.existing_text, PairGroup.LABEL),
        (("key_missing", "words"), PAIR.existing_text, PairGroup.LABEL),
        (("code", "more_words"), PAIR.existing_text, PairGroup.CODE),
        (("words", "negation"), PAIR.existing_text, PairGroup.NEGATION),
        # a number is what a person has to look for first
        (("negation", "number"), PAIR.existing_text, PairGroup.NUMBER),
        # of two answers to one question the texts say how they differ
        (("corrected",), "When?\nWithin 48 hours.", PairGroup.NUMBER),
        (("corrected",), "When?\nNot within 24 hours.", PairGroup.NEGATION),
        (("answer",), "When?\nWithin 48 hours.", PairGroup.NUMBER),
        (("corrected",), "When?\nIn 24 hours at most.", PairGroup.ANSWER),
        (("corrected",), None, PairGroup.ANSWER),
    ],
)
def test_a_pair_is_in_the_group_of_how_it_differs(flags: tuple[str, ...], existing: str | None, group: str) -> None:
    assert group_of(replace(PAIR, flags=flags, existing_text=existing)) is group


def test_each_way_to_differ_has_a_group_that_says_it() -> None:
    """No pair is shown under a heading about something else, and no group is without a way to come into it."""
    groups = {flag: group_of(replace(PAIR, flags=(flag,))) for flag in DIFFERENCES}
    assert groups == {flag: one.group for flag, one in DIFFERENCES.items()}
    assert set(groups.values()) == set(PairGroup)


@pytest.mark.parametrize(
    ("wanted", "is_taken"),
    [
        (PairFilter(), True),
        (PairFilter(PairGroup.SIGN), True),
        (PairFilter(PairGroup.WORDS), False),
        (PairFilter(flag=PairFlag.SIGN), True),
        (PairFilter(flag=PairFlag.NUMBER), False),
        (PairFilter(method=PairMethod.EXACT), False),
        (PairFilter(least=0.9, most=0.9), True),
        (PairFilter(least=0.91), False),
        (PairFilter(most=0.89), False),
    ],
)
def test_a_filter_takes_what_is_as_it_says(wanted: PairFilter, is_taken: bool) -> None:
    assert wanted.takes(replace(PAIR, flags=("sign",))) is is_taken


def test_what_filters_nothing_is_no_parameter() -> None:
    assert {name for name, value in QuestionFilter().parameters().items() if value is not None} == set()
    asked = QuestionFilter([], [QuestionFlag.ALIKE], "  boiler ").parameters()
    assert {name: value for name, value in asked.items() if value is not None} == {
        "statuses": [],
        "alike": True,
        "search": "boiler",
    }
