"""A sieve lets through all that its patterns match."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.adapters.facts.back_matter import _STORIES, _STORY_IN_WORDS
from pipeline_core.adapters.facts.refusals import REFUSALS, why_refused
from pipeline_core.domain.pattern_literals import alternatives, folded, literals_of
from pipeline_core.domain.sieve import Sieve, Sifted, _Known

ROWS = [words for row in REFUSALS.values() for words in row.values()]
PATTERNS = [re.compile(one, re.IGNORECASE) for words in ROWS for one in alternatives(words)]


@given(st.sampled_from(PATTERNS), st.data())
def test_what_a_pattern_matches_passes(pattern: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern))
    assert list(Sieve([pattern]).possible(text)) == [0]
    cased = data.draw(st.sampled_from([str.upper, str.title, str.swapcase, lambda said: said.replace("s", "ſ")]))(text)
    if pattern.search(cased):
        assert list(Sieve([pattern]).possible(cased)) == [0]


@given(st.sampled_from(ROWS), st.data())
def test_alternatives_match_what_their_pattern_does(words: str, data: st.DataObject) -> None:
    whole = re.compile(words, re.IGNORECASE)
    text = data.draw(st.one_of(st.from_regex(whole), st.text()))
    assert any(re.search(one, text, re.IGNORECASE) for one in alternatives(words)) == bool(whole.search(text))


def test_all_letters_that_a_pattern_takes_for_the_same_are_folded_into_one() -> None:
    letters = [chr(code) for code in range(0x250)] + [chr(code) for code in range(0x370, 0x530)] + list("ẞﬅﬆKÅſΐΰ")
    same = [(a, b) for a, b in product(letters, letters) if re.fullmatch(re.escape(a), b, re.IGNORECASE)]
    assert not [(a, b) for a, b in same if folded(a) != folded(b)]


@pytest.mark.parametrize("pattern", [_STORIES, _STORY_IN_WORDS])
@given(data=st.data())
def test_sifted_finds_what_its_pattern_finds(pattern: Sifted, data: st.DataObject) -> None:
    plain = pattern._pattern
    words = sorted(literals_of(plain) or ())
    said = st.sampled_from(words) | st.sampled_from(["attack", " #1", "second ", "Beispiel", "3"]) | st.text(max_size=5)
    text = "".join(data.draw(st.lists(said, max_size=5)))
    assert bool(pattern.search(text)) == bool(plain.search(text))
    assert bool(pattern.match(text)) == bool(plain.match(text))


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("licen[cs]e", {"licence", "license"}),
        (r"\b(?:fig(?:ure)?|table) \d", {"fig ", "figure ", "table "}),
        (r"^(?:a|o|the) \w+", None),
        (r"(?=.*scenario)\d", {"scenario"}),
        (r"(?!no)\d+", None),
        (r"x*(?:needle)+", {"needle"}),
    ],
)
def test_literals(pattern: str, literals: set[str] | None) -> None:
    assert literals_of(re.compile(pattern)) == literals


_PARTS = ["the", "of", " ", "  ", "policy", "pol", "@", "a", "n", "ſ", "ß", "保険", "\n", "Ünder", "x" * 50]


@given(
    st.lists(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=5).map("".join), max_size=6),
    st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=20).map("".join),
)
def test_literals_are_found_where_the_text_has_them(literals: list[str], text: str) -> None:
    known = _Known({}, ())
    for at, literal in enumerate(literals):
        known = known.with_more([(folded(literal), 1 << at)])
    assert known.find(text) == sum(1 << at for at, one in enumerate(literals) if folded(one) in folded(text))


def test_alternatives_are_parted_where_the_pattern_is() -> None:
    assert alternatives(r"a(?:b|c)|[]|]|\||[^]|]d\(|e") == ["a(?:b|c)", "[]|]", r"\|", r"[^]|]d\(", "e"]


@given(st.sampled_from(sorted({code for row in REFUSALS.values() for code in row})), st.data())
def test_a_sentence_is_refused_for_the_first_reason_of_which_a_pattern_matches(code: str, data: st.DataObject) -> None:
    sentence = data.draw(st.sampled_from(PATTERNS).flatmap(st.from_regex)).strip() or "A."
    codes = ["", code] if code else None
    rows = [
        (reason, "|".join(words[one] for one in codes or words if one in words)) for reason, words in REFUSALS.items()
    ]
    slow = next((reason for reason, words in rows if words and re.search(words, sentence, re.IGNORECASE)), None)
    assert why_refused(sentence, code) in (slow, "a line of a table of contents", "a question")
