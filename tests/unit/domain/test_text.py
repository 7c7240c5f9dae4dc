import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.text import (
    has_negation,
    negations_in,
    normalise_for_match,
    numbers_as_written,
    numbers_in,
    strip_markdown,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  The Deductible:  $500! ", "the deductible 500"),
        ("snake_case-and/or", "snake case and or"),
        ("ＡＢＣ ﬁre", "abc fire"),
        ("Straße", "strasse"),
        ("cafe\u0301", "caf\u00e9"),
        ("co\u00adoperate zero\u200bwidth", "cooperate zerowidth"),
        # vowel signs are part of their word: these are two words, not one
        ("कि", "कि"),
        ("की", "की"),
        ("", ""),
        ("—", ""),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise_for_match(text) == unicodedata.normalize("NFKC", normal)


@given(st.text())
def test_normal_form_is_idempotent_and_blind_to_case_and_spacing(text: str) -> None:
    normal = normalise_for_match(text)
    assert normalise_for_match(normal) == normal
    assert normalise_for_match(f" {text}\n!") == normal
    assert "  " not in normal


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,000 is 1000", ("1000", "1000")),
        ("12,34,567 and 1'000'000 and 1\u00a0000", ("1234567", "1000000", "1000")),
        ("5.0 5 05.50 .5", ("5", "5", "5.5", "0.5")),
        # percent and currency belong to the number
        ("5 % 5% 5 percent 5 per cent 5", ("5%", "5%", "5%", "5%", "5")),
        ("$5 US$5 5 € €5 5 dollars USD 5 5 USD", ("$5", "$5", "€5", "€5", "$5", "USD5", "USD5")),
        ("rooms 5 $10", ("5", "$10")),
        ("1.5 million, $2bn, 3 thousand", ("1500000", "$2000000000", "3000")),
        # 5m may be metres, 10k users are not 10
        ("5m 10k", ("5m", "10k")),
        # signs, but neither ranges nor names
        ("-5 −5 -$5 $-5", ("-5", "-5", "$-5", "$-5")),
        ("3-5 COVID-19 (5)", ("3", "5", "19", "5")),
        # read differently by different readers: equal only to themselves
        ("1.000 1.000,50 1,5", ("1.000", "1.000,50", "1,5")),
        ("12.03.2024 v1.2.3", ("12.03.2024", "1.2.3")),
        # other digits, and more of them than a float holds
        ("٥ 10000000000000000000000000000001", ("5", "10000000000000000000000000000001")),
        ("none here", ()),
        ("makes 10<sup>7</sup> bags, 10<sup>-3</sup> of them torn", ("10^7", "10^-3")),
    ],
)
def test_numbers(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(text) == numbers


def test_numbers_are_told_as_they_are_written() -> None:
    text = "It pays $9,999.00, or $ 9999, within 1,000 days, less 5 per cent; never USD 1.5 million."
    written = numbers_as_written(text)
    assert tuple(dict.fromkeys(numbers_in(text))) == tuple(written)
    assert list(written.values()) == ["$9,999.00", "1,000", "5 per cent", "USD 1.5 million"]


@given(st.integers(min_value=0, max_value=10**15))
def test_thousands_separators_do_not_matter(number: int) -> None:
    assert numbers_in(f"{number:,}") == numbers_in(str(number)) == numbers_in(f"{number}.0") == (str(number),)


@pytest.mark.parametrize(
    ("text", "negations"),
    [
        ("It does not apply.", ("not",)),
        ("It doesn't and can’t apply; it cannot.", ("not", "not", "not")),
        ("Never without consent, NO exception.", ("never", "without", "no")),
        ("A note of nothing", ("nothing",)),
        ("The notice is noted by Norman.", ()),
    ],
)
def test_negations(text: str, negations: tuple[str, ...]) -> None:
    assert negations_in(text) == negations
    assert has_negation(text) == bool(negations)


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("A **bold** and *it* and ***both*** and __b__ _i_", "A bold and it and both and b i"),
        ("2 * 3 * 4 and snake_case_name and 5* hotel", "2 * 3 * 4 and snake_case_name and 5* hotel"),
        ("`co*de*` and ``a`b``", "co*de* and a`b"),
        ('[text](http://x.y/z(1) "title") [ref][1] [[l]](#l)', "text ref [l]"),
        ("See ![alt](x.png) here", "See here"),
        ("[`code`](url) <https://a.b> x<br>y", "code https://a.b x y"),
        ("a < b and x <y and z> w &amp; c", "a < b and x <y and z> w & c"),
        (r"\*literal\* 1\. x", "*literal* 1. x"),
        ("known [@smith2020; @doe].", "known."),
        ("noted[^1] well", "noted well"),
        ("# Head {#id}\n\n- [x] one\n> - two\n3. three", "Head one two three"),
        ("a <!-- hidden -->b <!-- open", "a b"),
        ("line\\\nbreak\\", "line break"),
        ("[1]: http://x\ntext", "text"),
        ("$5,000 is 5 %.", "$5,000 is 5 %."),
        ("unclosed **bold and `code", "unclosed **bold and `code"),
    ],
)
def test_markdown_marks_go_and_words_stay(marked: str, plain: str) -> None:
    assert strip_markdown(marked) == plain


@given(st.text())
def test_stripping_never_fails_and_leaves_one_line(text: str) -> None:
    stripped = strip_markdown(text)
    assert stripped == " ".join(stripped.split())


@given(st.text(alphabet=st.characters(categories=["L", "N"], exclude_characters="_"), min_size=1))
def test_words_without_marks_stay_as_they_are(text: str) -> None:
    assert strip_markdown(f"{text} {text}") == f"{text} {text}"


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "](",
        "[a](",
        "*",
        "_a",
        "**a ",
        "`",
        "``a`",
        "<",
        "<!--",
        "<a =",
        "[ [x]",
        "{#",
        "> ",
        "1,",
        "$ ",
    ],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    """A quadratic step would need minutes for a text of this length."""
    text = piece * (400_000 // len(piece))
    strip_markdown(text)
    numbers_in(text)
