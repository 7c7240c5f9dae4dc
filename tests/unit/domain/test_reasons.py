"""What counts as a reason: characters that can be seen."""

import pytest

from pipeline_core.domain.reasons import is_blank, trimmed, visible_length


@pytest.mark.parametrize(
    ("reason", "length"),
    [
        ("The second amount is of next year.", 28),
        ("          ", 0),
        ("a          b", 2),
        ("\u00a0" * 12, 0),  # no-break spaces
        ("\u200b" * 12, 0),  # of no width, and no white space to Python
        ("\u3164" * 12, 0),  # a filler of Hangul, which is a letter to Unicode
        ("\u2800" * 12, 0),  # Braille without a dot
        ("\u00ad\ufeff\u2060\u180e" * 4, 0),
        ("o\u200bk" * 4, 8),
        ("期限は来年の三月末です", 11),
        ("निर्णय सही है अभी", 14),
    ],
)
def test_blanks_are_not_counted(reason: str, length: int) -> None:
    assert visible_length(reason) == length
    assert is_blank(reason) == (length == 0)


def test_blanks_go_from_the_ends_only() -> None:
    assert trimmed("\u200b \u3000 read  it\u2800\n") == "read  it"
    assert trimmed(" \u200b ") == ""
