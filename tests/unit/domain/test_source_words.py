"""Words of a source text: from the first to the last of them is a place."""

import pytest

from pipeline_core.domain.cuts import cuts
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.source_words import Place, merged, place_of_words, word_places


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The valve (3 bar) opens.", ["The", "valve", "(3", "bar)", "opens."]),
        ("a\n\n| b | 1,500.00 |", ["a", "|", "b", "|", "1,500.00", "|"]),
        ("不活动 30 分", ["不", "活", "动", "30", "分"]),
        (" \n ", []),
    ],
)
def test_words_are_what_blanks_part(text: str, words: list[str]) -> None:
    places = word_places(text)
    assert [text[start:end] for start, end in places] == words
    assert not any(cuts(text, at) for place in places for at in place)


def test_the_first_and_the_last_word_make_a_place() -> None:
    text = "The valve opens at 3 bar."
    start, end = place_of_words(text, 4, 1)
    assert text[start:end] == "valve opens at 3"
    for first, last in ((0, 6), (-1, 2)):
        with pytest.raises(RefusedError, match="0 to 5"):
            place_of_words(text, first, last)


def test_places_that_overlap_are_one() -> None:
    assert merged([Place(5, 9), Place(0, 3), Place(2, 4), Place(4, 5)]) == [Place(0, 9)]
