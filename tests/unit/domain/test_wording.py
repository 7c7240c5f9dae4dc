"""Counts and times in words."""

import pytest

from pipeline_core.domain.wording import lasting


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
