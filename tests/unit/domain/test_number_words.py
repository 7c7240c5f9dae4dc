"""Numbers written out, and words that only look like them."""

import time

import pytest

from pipeline_core.domain.number_words import with_digits
from pipeline_core.domain.text import numbers_in
from pipeline_core.duplicates.features import features
from pipeline_core.duplicates.scoring import flags_between


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("five days", ["5"]),
        ("two hundred and fifty days", ["250"]),
        ("three thousand four hundred", ["3400"]),
        ("one million two hundred thousand and five", ["1200005"]),
        ("Twenty-five dollars", ["$25"]),
        ("five percent", ["5%"]),
        ("one hundred percent", ["100%"]),
        ("a hundred and one", ["101"]),
        ("two and three weeks", ["2", "3"]),
        ("two dozen eggs", ["24"]),
        ("half a dozen eggs", ["6"]),
        ("two and a half years", ["2.5"]),
        ("half of it", ["0.5"]),
        ("a quarter of it", ["0.25"]),
        ("two-thirds of it", ["2", "3"]),
        ("5 thousand", ["5000"]),
        ("2 million", ["2000000"]),
        ("the third day", ["3"]),
        ("World War Two.", ["2"]),
        # one: before a measure, behind what is numbered
        ("within one month", ["1"]),
        ("see chapter one", ["1"]),
        ("one of them, no one, one another", []),
        # once: how often, not when
        ("once a year", ["1"]),
        ("at least once", ["1"]),
        ("It is paid once.", ["1"]),
        ("once or twice", ["1", "2"]),
        ("Once the form is in, the fee is due.", []),
        ("The fee is due once the form is in.", []),
        ("Pay at once.", []),
        ("It was once a ruin.", []),
        ("once a calendar year", ["1"]),
        # names of parts and parties, units of time, words within words
        ("in the first half", []),
        ("in each quarter", []),
        ("the headquarters of a third party", []),
        ("every second counts", []),
        ("often, tension, someone, height", []),
        ("It may rain in May", []),
    ],
)
def test_numbers_are_read_where_words_are_numbers(text: str, numbers: list[str]) -> None:
    assert list(numbers_in(with_digits(text))) == numbers


@pytest.mark.parametrize(
    ("left", "right", "differ"),
    [
        ("The fee is due twice a year.", "The fee is due 2 times a year.", False),
        ("The fee is due once a year.", "The fee is due twice a year.", True),
        ("The fee is five percent.", "The fee is 5%.", False),
        ("The fee is due in two hundred days.", "The fee is due in 200 days.", False),
        ("The fee is due in one month.", "The fee is due in 1 month.", False),
        ("Once it is signed, the fee of $5 is due.", "The fee of $5 is due when it is signed.", False),
    ],
)
def test_numbers_in_words_and_in_digits_are_one(left: str, right: str, *, differ: bool) -> None:
    flags = set(flags_between(features(left), features(right)))
    assert bool(flags & {"number", "number_missing"}) == differ


def test_the_month_of_may_is_no_word_without_content() -> None:
    flags = flags_between(features("The fee is due in May."), features("The fee is due in June."))
    assert "words" in flags
    assert "words" not in flags_between(features("The fee may be due."), features("The fee is due."))


@pytest.mark.parametrize("text", ["one " * 50_000, "two and " * 50_000, "a hundred " * 20_000, "once " * 50_000])
def test_long_runs_are_read_in_time(text: str) -> None:
    started = time.process_time()
    with_digits(text)
    assert time.process_time() - started < 2
