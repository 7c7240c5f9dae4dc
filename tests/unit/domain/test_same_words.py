"""What counts as the same words: signs, units and abbreviations do, typography does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_core.domain.same_words import exact_key, same_words, strict_form
from tests.support.same_words import SAME_WORDS


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("The pressure must be ≥ 2 bar.", "The pressure must be ≤ 2 bar."),
        ("Pressure > 2 bar.", "Pressure 2 bar."),
        ("x >= 2", "x > 2"),
        ("a = b", "a != b"),
        ("Blood of group B+.", "Blood of group B-."),
        ("Blood of group B+.", "Blood of group B."),
        ("Blood of group B−.", "Blood of group B."),
        ("It radiates 3 MW at night.", "It radiates 3 mW at night."),
        ("The rate is 5 Mb a second.", "The rate is 5 MB a second."),
        ("The line has 10 kB.", "The line has 10 KB."),
        ("It is written in C++.", "It is written in C#."),
        ("It is written in C++.", "It is written in C."),
        ("The CO level is low.", "The Co level is low."),
        ("US law applies.", "Us law applies."),
        ("There are 10⁷ cells.", "There are 107 cells."),
        ("There are 10⁷ cells.", "There are 10⁸ cells."),
        ("The area is 5 m².", "The area is 5 m³."),
        ("Fee: $4,000³ a year", "Fee: $40,003 a year"),
        ("The fee is $5.", "The fee is €5."),
        ("The share is 5 %.", "The share is 5 ‰."),
        ("The share is 5 %.", "The share is 5."),
        ("The angle α is small.", "The angle β is small."),
        ("A change of Δ is meant.", "A change of δ is meant."),
        ("A dose of 8 µg.", "A dose of 8 g."),
        ("It freezes at -5 °C.", "It freezes at 5 °C."),
        ("- 15 °C", "15 °C"),
        ("It is covered.", "It is not covered."),
        ("5 ± 2", "5 + 2"),
        ("10 × 5", "10 + 5"),
        ("Seats 3–5 are taken.", "Seats 3 5 are taken."),
        ("A board of 5' is cut.", 'A board of 5" is cut.'),
        ("The scale is 1:2.", "The scale is 1 2."),
        ("The value is 1.5.", "The value is 15."),
        ("Use .NET here.", "Use NET here."),
        ("Grade A* is best.", "Grade A is best."),
        ("☑ Insured", "☐ Insured"),
        ("1½ cups", "11/2 cups"),
        ("Use rm -r here", "Use rm r here"),
        ("The mark is \uf0b3 3.", "The mark is \uf0a3 3."),
        ("Only if !ready", "Only if ready"),
        ("Net result: (1,200)", "Net result: 1,200"),
        ("It weighs ٥ kg.", "It weighs ٦ kg."),
        ("３ ＭＷ", "３ ｍＷ"),
        ("Group Ｂ＋", "Group Ｂ－"),
        ("支払うべき。", "支払わないべき。"),
        ("Hepatitis A", "Hepatitis a"),
        ("It is 40 ℃.", "It is 40 ℉."),
    ],
)
def test_what_means_another_thing_is_not_the_same(left: str, right: str) -> None:
    assert not same_words(left, right)


@pytest.mark.parametrize(("left", "right"), SAME_WORDS)
def test_what_is_only_set_otherwise_is_the_same(left: str, right: str) -> None:
    assert strict_form(left) == strict_form(right)
    assert same_words(left, right)


_SIGNS = st.text(alphabet="aAbBIßΩμİ 123.,:-–−+*'\"<>=!%$€()[]_`\\/⁷₂½②²ﬁ°®∗´″\u00ad\u0301M", max_size=30)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=40), _SIGNS))
def test_the_form_is_idempotent(text: str) -> None:
    form = strict_form(text)
    assert strict_form(form) == form
    assert form == " ".join(form.split())


def test_an_accent_is_joined_across_what_is_invisible() -> None:
    assert strict_form("A\u200b\u0300 bientot") == strict_form("\u00c0 bientot")


def test_the_key_tells_versions_and_numbers_apart() -> None:
    assert exact_key("1.5 m") != exact_key("1 5 m")
    assert len(exact_key("")) == 64


@pytest.mark.parametrize("piece", ['"', "'a ", "-", "*", "**a ", "\\", "⁷", "5' "])
def test_time_grows_with_the_length_only(piece: str) -> None:
    strict_form(piece * 20_000)
