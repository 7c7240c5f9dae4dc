"""The proof that a page's markdown has the words of the page; pages of hundreds of thousands of words end in time."""

import pytest

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.pdf_completeness import (
    Line,
    is_too_large,
    may_lack,
    missing_lines,
    missing_words,
    put_back,
)
from pipeline_core.adapters.converters.pdf_findings import not_examined


def page_of(*texts: str) -> list[Line]:
    return [Line(text, Box(50.0, 20.0 * at, 50.0 + 6.0 * len(text), 20.0 * at + 12.0)) for at, text in enumerate(texts)]


def test_a_dropped_line_is_put_back_at_its_place() -> None:
    lines = page_of("The roof is old.", "The cellar is wet.", "The garden is large.")
    markdown = "The roof is old.\n\nThe garden is large."
    assert not is_too_large(markdown, lines)
    assert may_lack(markdown, lines)
    whole = put_back(markdown, missing_lines(markdown, lines), lines)
    assert whole == "The roof is old. The cellar is wet.\n\nThe garden is large."
    assert missing_words(whole, lines) == []


def test_a_line_that_stands_twice_is_missing_once() -> None:
    lines = page_of("Paid in full.", "Signed.", "Paid in full.")
    assert len(missing_lines("Paid in full.\n\nSigned.", lines)) == 1


def test_very_many_missing_lines_stand_at_the_end() -> None:
    lines = page_of(*(f"Row {n} of the list" for n in range(3000)))
    whole = put_back("Row 0 of the list", lines[1:], lines)
    assert whole.count("\n\n") == 2999
    assert whole.endswith("Row 2999 of the list")


@pytest.mark.parametrize(("words", "is_large"), [(1_000, False), (10_000, False), (60_000, True)])
def test_pages_of_very_many_words_are_not_compared(words: int, is_large: bool) -> None:
    texts = [f"w{n}" for n in range(words)]
    assert is_too_large(" ".join(texts), page_of(*texts)) is is_large


def test_what_was_not_looked_at_is_told_apart() -> None:
    finding = not_examined({3, 2}, {3, 7}, 9)
    assert finding.message.startswith("Pages 2-3 of 9 have more on them than is looked at piece by piece")
    assert "Pages 3, 7 of 9 have more words than are looked for in the result" in finding.message
    assert finding.numbers == {"pages": 3, "total": 9}
