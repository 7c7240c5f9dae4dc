"""Whether a quote stands on its page in one piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.contiguity import Pages
from pipeline_core.domain.page_words import Run, words_as_json, words_from_json

LEFT = ["The premium of the plan is due on", "the first day of every quarter and", "is paid by transfer to the office."]
RIGHT = [
    "Members may end the contract with a",
    "notice of three months to the end of",
    "the year, in writing and signed by all.",
]


def column(lines: list[str], left: float, top: float = 100.0) -> list[Run]:
    return [Run(line, (left, top + 12 * n, left + 5.0 * len(line), top + 12 * n + 11)) for n, line in enumerate(lines)]


TWO_COLUMNS = [run for pair in zip(column(LEFT, 40), column(RIGHT, 240), strict=True) for run in pair]
TABLE = [
    Run(text, (left, top, left + 50, top + 11))
    for top, texts in (
        (300.0, ("Plan", "Rate", "Fee")),
        (314.0, ("Basic", "12", "$40")),
        (328.0, ("Full", "14", "$90")),
    )
    for left, text in zip((40.0, 150.0, 260.0), texts, strict=True)
]


def scattered(quote: str, *pages: list[Run]) -> bool:
    words = {number: tuple(runs) for number, runs in enumerate(pages, start=1)}
    return bool(Pages(words).scattered(quote, 1, len(pages)))


@pytest.mark.parametrize(
    ("quote", "is_scattered"),
    [
        ("The premium of the plan is due on the first day of every quarter", False),
        ("Members may end the contract with a notice of three months", False),
        # on from the foot of one column at the head of the next
        ("is paid by transfer to the office. Members may end the contract", False),
        # lines of the two columns read across
        ("The premium of the plan is due on Members may end the contract with a the first day", True),
        ("The premium of the plan is due on notice of three months to the end of", True),
        ("The premium of the plan is due on the second day", True),
        # markdown's own marks are no words
        ("**The premium** of [the plan](https://plan.example/a) is due on", False),
        ("the ﬁrst day of every quar-\nter", False),
        ("| Basic | 12 | $40 |", False),
        ("| Basic | 14 | $40 |", True),
        ("≥ – …", False),
    ],
)
def test_a_quote_is_in_one_piece_as_a_reader_reads(quote: str, is_scattered: bool) -> None:
    page = [*TWO_COLUMNS, *TABLE] if "|" in quote else TWO_COLUMNS
    assert scattered(quote, page) is is_scattered


def test_a_quote_goes_on_at_the_head_of_the_next_page() -> None:
    first, second = column(["The lease ends when both"], 40, top=700), column(["parties have signed the paper."], 40)
    assert not scattered("The lease ends when both parties have signed", first, second)
    assert scattered("parties have signed the paper. The lease ends", first, second)


def test_a_turned_page_is_read_as_it_is_turned() -> None:
    lines = ["The crane may lift seven tons", "at most in the yard of the port."]
    turned = [
        Run(line, (500.0 - 12 * n, 100.0, 511.0 - 12 * n, 100.0 + 5 * len(line)), 90) for n, line in enumerate(lines)
    ]
    assert not scattered(" ".join(lines), turned)


def test_pages_whose_words_are_not_known_prove_nothing() -> None:
    assert Pages({}).scattered("Anything at all.", 1, 1) == ()


def test_the_places_of_the_parts_are_told() -> None:
    pieces = Pages({1: tuple(TWO_COLUMNS)}).scattered("The premium of the plan notice of three months xyzzy", 1, 1)
    assert [piece.box is None for piece in pieces] == [False, False, True]


@given(st.integers(0, len(" ".join(LEFT)) - 1), st.integers(1, 60))
def test_any_stretch_of_a_column_is_in_one_piece(start: int, length: int) -> None:
    assert not scattered(" ".join(LEFT)[start : start + length], TWO_COLUMNS)


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(0, 900), st.integers(0, 359)), max_size=5))
def test_words_survive_their_file(rows: list[tuple[str, float, int]]) -> None:
    pages = {1: tuple(Run(text, (round(x, 1),) * 4, turn) for text, x, turn in rows)}
    assert words_from_json(words_as_json(pages)) == pages
