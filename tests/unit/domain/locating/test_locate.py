"""Where a quote stands on its page: layouts that a reader meets, and what holds of every quote."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.locating.letters import letters
from pipeline_core.domain.locating.locate import Hint, How, Located, hint_of, locate, locate_in_any
from pipeline_core.domain.locating.page_text import PageText
from pipeline_core.domain.locating.word import Word

LINE, LETTER = 12.0, 6.0


def line(text: str, top: float, left: float = 50.0) -> list[Word]:
    """The words of a line, each letter as wide as any other."""
    words, at = [], left
    for word in text.split():
        words.append(Word(word, (at, top, at + LETTER * len(word), top + 10)))
        at += LETTER * (len(word) + 1)
    return words


def page(*lines: str, left: float = 50.0, top: float = 100.0) -> list[Word]:
    return [word for number, text in enumerate(lines) for word in line(text, top + LINE * number, left)]


def under(located: Located | None, words: Sequence[Word], number: int = 1) -> str:
    """The letters of the words whose middle is in a box."""
    boxes = located.boxes.get(number, ()) if located else ()
    middles = [(word.text, (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2) for word in words]
    return letters(" ".join(t for t, x, y in middles if any(b[0] < x < b[2] and b[1] < y < b[3] for b in boxes)))


def find(quote: str, *pages: Sequence[Word], hint: Hint = Hint()) -> Located | None:  # noqa: B008
    return locate(quote, 1, {number: PageText.of(words) for number, words in enumerate(pages, 1)}, hint)


PROSE = page("The boiler must be serviced once every 12", "months by a certified engi-", "neer who is insured.")
LEFT = page("The valve opens at 3 bar and", "protects the vessel from a burst.")
RIGHT = page("Staff must switch the boiler off", "before they clean the burner.", left=330)
CELLS = [*line("Deductible", 100), *line("Wind", 112), *line("500", 100, 300), *line("1,200", 112, 300)]
ARABIC = [Word("بالتيار", (50, 100, 90, 110)), Word("التحكم", (95, 100, 140, 110)), Word("يجب", (145, 100, 170, 110))]


@pytest.mark.parametrize(
    ("quote", "words", "how", "marked"),
    [
        # hyphenated at the line's end, which the conversion joins
        ("months by a certified engineer who is insured.", PROSE, How.WHOLE, None),
        # marks of markdown, an entity and a link's target are no letters
        ("The **boiler** must be [serviced](https://example.org/a) once&nbsp;every 12", PROSE, How.WHOLE,
         "theboilermustbeservicedonceevery12"),
        # a ligature, and letters with accents that the page has in two characters each
        ("efficient café", page("eﬃcient cafe\u0301"), How.WHOLE, "efficientcafe"),
        # two columns that the page has line by line
        ("The valve opens at 3 bar and protects the vessel from a burst.",
         sorted([*LEFT, *RIGHT], key=lambda word: (word.box[1], word.box[0])), How.RUNS, None),
        # cells that the page has column by column
        ("| Wind | 1,200 |", CELLS, How.PARTS, "wind1200"),
        # the page has the words from left to right, the text from right to left
        ("يجب التحكم بالتيار", ARABIC, How.WHOLE, None),
    ],
    ids=["hyphen", "markdown", "ligature", "columns", "cells", "right to left"],
)  # fmt: skip
def test_a_quote_is_marked_where_it_stands(quote: str, words: list[Word], how: How, marked: str | None) -> None:
    found = find(quote, words)
    assert found is not None
    assert found.how is how
    assert found.coverage > 0.9
    said = under(found, words)
    assert sorted(said) == sorted(marked if marked is not None else letters(quote))


def test_a_quote_over_the_end_of_its_page_is_marked_on_both() -> None:
    first = page(*["A line of some other text that is here"] * 8, "The boiler must be", "7", top=500)
    second = page("Boiler manual", "serviced every year.", *["Another line that follows"] * 8)
    found = find("The boiler must be serviced every year.", first, second)
    assert found is not None
    assert (found.how, found.coverage) == (How.OVER_PAGES, 1.0)
    assert (under(found, first), under(found, second, 2)) == ("theboilermustbe", "servicedeveryyear")


def test_a_quote_that_the_page_does_not_have_is_not_found() -> None:
    assert find("Cancellation takes effect on the day the written notice arrives.", PROSE) is None
    assert find("— … —", PROSE) is None
    assert find("anything at all", []) is None


def test_numbers_all_over_the_page_are_no_row() -> None:
    words = [*line("99", 100), *line("95", 300), *line("93", 500), *line("100", 700), *line("Portugal", 400)]
    assert find("| Portugal | 100 | 99 | 95 | 93 |", words) is None


def test_of_equal_texts_the_one_of_the_quotes_own_place_is_marked() -> None:
    repeated = page("Yes, with a permit.", "Something else.", "Yes, with a permit.", "Yes, with a permit.")
    markdown = "Yes, with a permit.\n\nSomething else.\n\nYes, with a permit.\n\nYes, with a permit.\n"
    tops = []
    for nth in range(3):
        at = [i for i in range(len(markdown)) if markdown.startswith("Yes", i)][nth]
        hint = hint_of(markdown, at, "Yes, with a permit.", page=(0, len(markdown)))
        assert (hint.nth, hint.of) == (nth, 3)
        found = find("Yes, with a permit.", repeated, hint=hint)
        assert found is not None
        tops.append(found.boxes[1][0][1])
    assert tops == [100, 124, 136]


def test_a_line_is_one_box_and_a_cell_is_its_own() -> None:
    found = find("The boiler must be serviced once every 12 months by a certified", PROSE)
    assert found is not None
    assert len(found.boxes[1]) == 2
    row = find("| Wind | 1,200 |", CELLS)
    assert row is not None
    assert len(row.boxes[1]) == 2


@pytest.mark.parametrize(("text", "left"), [("一二三四五六七八", 90.0), ("بتثجحخدذ", 70.0)])
def test_a_part_of_a_clause_is_cut_in_proportion(text: str, left: float) -> None:
    found = find(text[4:6], [Word(text, (50, 100, 130, 110))])
    assert found is not None
    assert found.boxes[1] == ((left, 100, left + 20, 110),)


def test_a_reading_that_has_it_in_one_piece_is_taken_for_one_that_has_parts() -> None:
    quote = "The boiler must be serviced once every twelve months"
    garbled = {1: PageText.of(page("serviced once every twelve", "The boiler must be"))}
    whole = {1: PageText.of(page(quote, top=300.0))}
    found = locate_in_any(quote, 1, [garbled, whole])
    assert found is not None
    assert (found.how, found.boxes[1][0][1]) == (How.WHOLE, 300)
    assert locate_in_any(quote, 1, [{1: PageText.of([])}, garbled]) == locate(quote, 1, garbled)
    # what is found whole is not looked for again
    assert locate_in_any(quote, 1, iter([whole])) == locate(quote, 1, whole)


WORDS = st.text("abcdefghij0123456789", min_size=1, max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=60), st.data())
def test_whatever_stands_on_the_page_is_found_there(texts: list[str], data: st.DataObject) -> None:
    words = [
        Word(text, (60.0 * (n % 8), 14.0 * (n // 8), 60.0 * (n % 8) + 50, 14.0 * (n // 8) + 10))
        for n, text in enumerate(texts)
    ]
    first = data.draw(st.integers(0, len(texts) - 1))
    last = data.draw(st.integers(first, len(texts) - 1))
    found = find(" ".join(texts[first : last + 1]), words)
    assert found is not None
    assert (found.how, found.coverage) == (How.WHOLE, 1.0)
    assert found.boxes[1]
    if "".join(texts).count("".join(texts[first : last + 1])) == 1:
        assert under(found, words) == "".join(texts[first : last + 1])


@given(st.text(max_size=200), st.lists(st.text(max_size=12), max_size=40))
def test_any_texts_give_boxes_within_the_page_or_none(quote: str, texts: list[str]) -> None:
    words = [Word(text, (10.0 * n, 10.0, 10.0 * n + 9, 20.0)) for n, text in enumerate(texts)]
    found = find(quote, words, words)
    if found is not None:
        assert 0 < found.coverage <= 1
        for boxes in found.boxes.values():
            assert all(0 <= x0 < x1 <= 10 * len(texts) and 10 <= y0 < y1 <= 20 for x0, y0, x1, y1 in boxes)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["a" * 59_000, "ab" * 29_000, "abcde " * 9_000])
def test_a_page_of_one_letter_takes_no_longer_than_any_other(text: str) -> None:
    words = [Word(part, (0, 10, 10, 20)) for part in (text.split() or [text])]
    find("a" * 3_000 + "b" + "ab" * 1_500, words)
    find(" | ".join(["a", "b"] * 600), words)
