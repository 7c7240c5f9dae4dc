"""Lines of scripts that are read from right to left, from the places of their words."""

import pytest

from pipeline_core.adapters.converters.boxes import Box, Word
from pipeline_core.adapters.converters.logical_order import in_logical_order


def _placed(*words: str | tuple[str, float], gap: float = 3.0) -> list[Word]:
    """The words from left to right; a number says how far each stands from the one before it."""
    found: list[Word] = []
    right = 0.0
    for one in words:
        text, apart = one if isinstance(one, tuple) else (one, gap)
        left = right + apart
        right = left + 5.0 * len(text)
        found.append(Word(text, Box(left, 0.0, right, 12.0), 0))
    return found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("جديد", "كتاب", "هذا"), "هذا كتاب جديد"),
        (("שלום", "ספר"), "ספר שלום"),
        # names and numbers within it are read from left to right
        (("جديد", "Open", "Street", "Map", "مشروع"), "مشروع Open Street Map جديد"),
        (("3", "حرج"), "حرج 3"),
        (("سنة", "2024", "في"), "في 2024 سنة"),
        (("باب", "API", "3", "نسخة"), "نسخة API 3 باب"),
        (("20", "10", "من"), "من 10 20"),
        (("برنامه", "v1.2.3", "نسخه"), "نسخه v1.2.3 برنامه"),
        (("ע", "20.5", "שנת"), "שנת 20.5 ע"),
        # what belongs to a name though it is a mark
        (("صفحه", "/a/b.html", "در"), "در /a/b.html صفحه"),
        (("زبان", "C++", "با"), "با C++ زبان"),
        # stops stand on the left
        ((".نهاية", "هذه"), "هذه نهاية."),
        (("،API", "از"), "از API،"),
        (("(a", "b)", ".end", "كلمة"), "كلمة end. (a b)"),
        # brackets are open where a word follows, whatever the page made of them
        (("نص", ")API(", "مع"), "مع (API) نص"),
        (("نص", "(API(", "مع"), "مع (API) نص"),
        # a word of two scripts
        (("هاAPI", "در"), "در APIها"),
        (("7.1ق",), "ق7.1"),
        # pieces of one word
        (("ا", ("جد", 0.1)), "جدا"),
        (("12", ("،547", 3.0), ("95", 0.1)), "54795، 12"),
        # Persian parts an ending from a letter that would join it
        (("خوب", "های", ("کتاب", 0.1)), "کتاب\u200cهای خوب"),
        # marks over letters
        ((("ا", 0.0), ("جد", 0.1), ("ً", -7.0)), "جدًا"),
        # nothing but a name
        (("Open", "Street"), "Open Street"),
        ((), ""),
    ],
)
def test_words_are_said_as_they_are_read(words: tuple[str, ...], said: str) -> None:
    assert in_logical_order(_placed(*words), " ".join(str(word) for word in words if isinstance(word, str))) == said


def test_words_that_overlap_are_two_where_the_parser_says_so() -> None:
    words = _placed("شهادات", ("من", -0.5))
    assert in_logical_order(words, "من شهادات") == "من شهادات"
    assert in_logical_order(words, "") == "منشهادات"
