"""Small characters of a PDF's line stand where they are printed, not behind the next sign."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline_core.adapters.converters.pdf_words import lines_in_order


@dataclass
class Word:
    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass
class Item(Word):
    words: list[Word] = field(default_factory=list)


def item(text: str, *words: Word) -> Any:
    return Item(text, 50.0, 100.0, 100.0, 13.0, list(words))


CHI = item("χ =2", Word("χ", 58, 100, 6, 13), Word("=", 73, 100, 6, 13), Word("2", 66, 100, 3, 6.5))
WATER = item("H O2", Word("H", 50, 100, 6, 13), Word("O", 61, 100, 6, 13), Word("2", 57, 107, 3, 6.5))
LEVEL = item("a b", Word("a", 50, 100, 6, 13), Word("b", 60, 100, 6, 13))
LEFTWARDS = item("b a c", Word("b", 70, 100, 6, 13), Word("a", 60, 100, 6, 13), Word("c", 50, 100, 3, 6.5))


@pytest.mark.parametrize(
    ("markdown", "line", "written", "text"),
    [
        ("So χ =2 61.24", CHI, "So χ² = 61.24", "χ² ="),
        ("nothing of it", CHI, "nothing of it", "χ² ="),  # the parser dropped the line: it is put back so
        ("χ =2 and χ =2", CHI, "χ =2 and χ =2", "χ =2"),
        ("**χ** =2 61.24", CHI, "**χ** =2 61.24", "χ =2"),
        ("Of H O2", WATER, "Of H₂ O", "H₂ O"),
        ("a b", LEVEL, "a b", "a b"),
        ("b a c", LEFTWARDS, "b a c", "b a c"),
    ],
)
def test_a_small_character_stands_at_its_place(markdown: str, line: Any, written: str, text: str) -> None:
    result, [found] = lines_in_order(markdown, [line])
    assert (result, found.text) == (written, text)
