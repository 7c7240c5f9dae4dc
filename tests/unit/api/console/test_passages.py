"""Quotes are marked in their paragraph, and rows below their header, whatever the text."""

import html
import re
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.api.console.passages import Passage, passage
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.facts import Span
from pipeline_core.domain.ids import ChunkId


def shown(text: str, *quotes: str) -> Passage:
    found = passage(chunk(text), [span(text, quote) for quote in quotes])
    assert found is not None
    return found


def chunk(text: str) -> Chunk:
    return Chunk(ChunkId(uuid4()), 0, text, (), 1, 1, 100, 100 + len(text), 1, "")


def span(text: str, quote: str) -> Span:
    at = text.index(quote)
    return Span(quote, 100 + at, 100 + at + len(quote))


def marked(found: Passage) -> list[str]:
    return [html.unescape(re.sub("<[^>]+>", "", one)) for one in re.findall("<mark>(.*?)</mark>", found.html, re.S)]


def words(found: Passage) -> str:
    return html.unescape(re.sub("<[^>]+>", "", found.html)).strip()


def test_a_quote_is_shown_in_its_paragraph_at_words() -> None:
    text = "Before.\n\n" + "words " * 100 + "the quote itself " + "and more " * 100 + "\n\nBehind."
    found = shown(text, "the quote itself")
    assert marked(found) == ["the quote itself"]
    assert words(found).startswith("words words")
    assert words(found).endswith(("and", "more"))
    assert len(words(found)) < 600
    assert (found.more_before, found.more_after) == (True, True)


def test_a_short_paragraph_is_shown_whole() -> None:
    found = shown("# Title\n\nA short one. And its end.", "A short one.")
    assert words(found) == "A short one. And its end."
    assert passage(chunk("elsewhere"), [Span("x", 0, 1)]) is None


def test_a_row_is_shown_below_its_header_without_the_others() -> None:
    text = "Text.\n\n| Cause | Limit |\n|---|---|\n| Fire | $1,000 |\n| Wind | $500 |\n| Hail | $250 |\n\nEnd."
    found = shown(text, "| Wind | $500 |")
    assert "<th>Cause</th>" in found.html
    assert "Wind" in " ".join(marked(found))
    assert "Fire" not in found.html
    assert "Hail" not in found.html


def test_a_row_of_a_later_piece_is_shown_below_the_header_above_it() -> None:
    text = "| Fire | $1,000 |\n| Wind | $500 |\n| Hail | $250 |\n"
    found = passage(chunk(text), [span(text, "| Wind | $500 |")], "| Cause | Limit |\n|---|---|\n")
    assert found is not None
    assert "<th>Cause</th>" in found.html
    assert words(found).split() == ["Cause", "Limit", "Wind", "$500"]
    assert marked(found) == ["Wind", "$500"]


def test_what_a_document_says_is_text() -> None:
    found = shown("A <script>alert(1)</script> <b hx-get=/evil>b</b> [x](javascript:1) here.", "here")
    assert "<script" not in found.html
    assert "<b " not in found.html
    assert 'href="javascript' not in found.html


@given(st.text(alphabet="ab \n.|", min_size=1, max_size=80), st.data())
def test_any_quote_is_marked(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = passage(chunk(text), [Span(text[start:end], 100 + start, 100 + end)])
    assert found is not None
    letters = re.sub(r"[^ab.]", "", text[start:end])
    assert re.sub(r"[^ab.]", "", "".join(marked(found))) == letters
