"""Texts beside each other: what differs is marked, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline_core.domain.word_diff import word_diff

WORDS = st.text(alphabet="ab .,\n1éß文", max_size=60)


def own(old: str, new: str) -> tuple[list[str], list[str]]:
    one, other = word_diff(old, new)
    return [piece.text for piece in one if piece.is_own], [piece.text for piece in other if piece.is_own]


def test_what_only_one_has_is_marked() -> None:
    old = "Unauthorized use is covered up to $1,500 when the cardholder has met the card issuer."
    new = "The unauthorized use is covered up to $1,500 once the cardholder has met its issuer."
    assert own(old, new) == (["when", "the card"], ["The", "once", "its"])


def test_a_number_is_one_word() -> None:
    assert own("up to $1,500.50 a year", "up to $1,500.75 a year") == (["1,500.50"], ["1,500.75"])


@given(WORDS, WORDS)
def test_the_pieces_are_the_texts(old: str, new: str) -> None:
    one, other = word_diff(old, new)
    assert "".join(piece.text for piece in one) == old
    assert "".join(piece.text for piece in other) == new


@given(WORDS)
def test_a_text_has_nothing_of_its_own_beside_itself(text: str) -> None:
    assert own(text, text) == ([], [])
