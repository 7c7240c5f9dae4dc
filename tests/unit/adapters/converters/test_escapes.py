"""Backslashes: a converter's own go, and those stay without which a sign of the text would be read as a mark."""

import pytest

from pipeline_core.adapters.converters.escapes import ESCAPE, escape_marks, unescaper
from pipeline_core.domain.text import strip_markdown

_unescape = unescaper(r"\<>#`~!|.+-&")


@pytest.mark.parametrize(
    ("converted", "markdown"),
    [
        (r"\> 40 % of all", r"\> 40 % of all"),
        (r"\- 15 °C is", r"\- 15 °C is"),
        (r"\- $5 a day", r"\- $5 a day"),
        (r"\- The tenant pays", "- The tenant pays"),  # a list typed by hand
        (r"\+ 3", r"\+ 3"),
        (r"\# 5 of the row", r"\# 5 of the row"),
        (r"\#5 of the row", "#5 of the row"),
        (r"12\. May is", r"12\. May is"),
        (r"7\) applies", r"7\) applies"),
        ("1\\. one\n\n2\\. two\n\n9\\. nine", "1. one\n\n2. two\n\n9\\. nine"),
        ("11\\. May\n\n12\\. May", "11\\. May\n\n12\\. May"),
        (r"Set \<delay\> now", r"Set \<delay> now"),
        (r"a \< b and c \> d", "a < b and c > d"),
        (r"\~\~gone\~\~ and \~5", r"\~\~gone\~\~ and ~5"),
        (r"\&lt; is a name", r"\&lt; is a name"),
        (r"Ltd \& Co\. e\.g\. x\!", "Ltd & Co. e.g. x!"),
        (r"\![a](b)", r"\![a](b)"),
        (r"| \> 40 % | \- 15 | a\|b | \- x |", r"| \> 40 % | \- 15 | a\|b | - x |"),
        (r"- \> 5 bar", r"- \> 5 bar"),
        (r"\---", r"\---"),
        (r"`a\-b` is code", r"`a\-b` is code"),
        (f"12{ESCAPE}. May, {ESCAPE}\\<b>", r"12\. May, \<b>"),
    ],
)
def test_only_the_backslashes_that_a_text_needs_stay(converted: str, markdown: str) -> None:
    assert _unescape(converted) == markdown


PLAIN = [
    ("> 40 %", r"\> 40 %"),
    (">= 5", r"\>= 5"),
    ("- 15 °C", r"\- 15 °C"),
    ("-5", "-5"),
    ("+ VAT", r"\+ VAT"),
    ("* 4", r"\* 4"),
    ("# 5", r"\# 5"),
    ("1) x", r"1\) x"),
    ("<delay> and </x>", r"\<delay> and \</x>"),
    ("a < b", "a < b"),
    ("~~b~~", r"\~\~b\~\~"),
    ("[a](b)", r"\[a](b)"),
    ("[1]: see", r"\[1]: see"),
    ("as he said[^1]", r"as he said\[^1]"),
    ("[a] and [x]", "[a] and [x]"),
    ("a *b* c_d", r"a \*b\* c_d"),
    ("Price*", "Price*"),
    ("2 * 3 * 4", "2 * 3 * 4"),
    ("==hi==", r"\==hi=="),
    ("====", r"\===="),
    ("| a | b", r"\| a | b"),
    ("C++ and 5 - 3", "C++ and 5 - 3"),
]


@pytest.mark.parametrize(("text", "markdown"), PLAIN)
def test_plain_text_says_the_same_as_markdown(text: str, markdown: str) -> None:
    assert escape_marks(text) == markdown
    assert strip_markdown(markdown) == text


def test_within_a_line_nothing_begins_a_block() -> None:
    assert escape_marks("> 40 %", at_start=False) == "> 40 %"
    assert escape_marks("<a>", at_start=False) == r"\<a>"


def test_marks_placed_before_conversion_need_no_escapes_of_the_converter() -> None:
    for text, markdown in PLAIN:
        assert _unescape(escape_marks(text, escape=ESCAPE)) == markdown
