"""Counts and times in words."""

import pytest

from pipeline_core.domain.wording import lasting, ranges


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 second"),
        (40, "40 seconds"),
        (60, "60 seconds"),
        (121, "3 minutes"),
        (7200, "2 hours"),
        (7201, "3 hours"),
    ],
)
def test_a_time_to_wait_is_never_said_shorter_than_it_is(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_pages_in_a_row_are_said_by_the_first_and_the_last() -> None:
    assert ranges([1, 2, 3, 7, *range(32, 72)]) == "1–3, 7, 32–71"
    assert ranges([]) == ""
