"""Points of time as people give them."""

from datetime import UTC, datetime

import pytest

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.moments import moment_of


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01", datetime(2026, 11, 1, 23, 59, 59, 999999, UTC)),
        (" 2026-11-01T12:00:00Z ", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        ("2026-11-01T12:00:00+02:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("2026-11-01 12:00", datetime(2026, 11, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_day_is_its_end_and_a_time_without_a_zone_is_in_utc(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "9999-12-31T99:00"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="neither a day nor a moment"):
        moment_of(text)
