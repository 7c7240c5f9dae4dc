"""Words of a page as they are read: from the right where they are written so, whatever order the page has them in."""

import random

import pytest

from pipeline_core.domain.locating.letters import letters_of_quote
from pipeline_core.domain.locating.page_text import PageText
from pipeline_core.domain.locating.reading_order import as_read
from pipeline_core.domain.locating.word import Word

HEIGHT, LETTER = 10.0, 6.0
RIGHT = 540.0


def line(words: list[str], top: float, gap: float = LETTER) -> list[Word]:
    """Words as they stand on the page when they are read from the right, a phrase of another script from its left."""
    made, right = [], RIGHT
    for text in words:
        parts = text.split("~")
        width = LETTER * len(text)
        at = right - width
        for part in parts:
            made.append(Word(part, (at, top, at + LETTER * len(part), top + HEIGHT)))
            at += LETTER * (len(part) + 1)
        right -= width + gap
    return sorted(made, key=lambda word: word.box[0])


def read(words: list[Word]) -> list[str]:
    return [word.text for word in as_read(words)]


@pytest.mark.parametrize(
    ("words", "gap", "expected"),
    [
        (["يجب", "التحكم", "بالتيار"], LETTER, ["يجب", "التحكم", "بالتيار"]),
        # a phrase from left to right within a line
        (["يجب", "منع", "SQL~injection", "الان"], LETTER, ["يجب", "منع", "SQL", "injection", "الان"]),
        # cells of a table, the first at the right
        (["التوصيف", "المستوى", "L1", "L2"], 30.0, ["التوصيف", "المستوى", "L1", "L2"]),
    ],
    ids=["words", "phrase", "cells"],
)
def test_a_line_is_read_from_its_right_end(words: list[str], gap: float, expected: list[str]) -> None:
    assert read(line(words, 100, gap)) == expected


def test_lines_keep_their_order_and_within_a_line_only_the_place_counts() -> None:
    lines = [line(["الضمان", "لمدة", "عامين"], 100), line(["بعد", "التسليم"], 112)]
    shuffled = [word for one in lines for word in random.Random(3).sample(one, len(one))]
    assert read(shuffled) == ["الضمان", "لمدة", "عامين", "بعد", "التسليم"]


def test_a_page_from_left_to_right_stays_as_it_is() -> None:
    said = ["The", "word", "سلام", "is", "Arabic"]
    words = [Word(text, (60.0 * n, 100, 60.0 * n + 50, 110)) for n, text in enumerate(said)]
    assert as_read(words) is words


@pytest.mark.parametrize("shown", ["االمنية", "الامنية", "ا\ufef7منية"], ids=["alef first", "lam first", "one sign"])
def test_lam_and_alef_are_the_same_in_either_order_and_form(shown: str) -> None:
    assert PageText.of([Word(shown, (50, 100, 90, 110))]).text == letters_of_quote("الأمنية")
