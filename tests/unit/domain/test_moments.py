"""Points of time as people give them."""

from datetime import UTC, datetime, timedelta

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


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "9999-12-31T99:00"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="neither a day nor a moment"):
        moment_of(text)


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12-31T23:59:59-14:00"])
def test_what_is_yet_to_come_is_refused(text: str) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    for given in (text, tomorrow):
        with pytest.raises(RefusedError, match="is yet to come: it is "):
            moment_of(given)


def test_today_is_now() -> None:
    before = datetime.now(UTC)
    assert before <= moment_of(before.date().isoformat()) <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_is_no_day(text: str) -> None:
    with pytest.raises(RefusedError, match="No day is given"):
        moment_of(text)


def test_a_plus_that_became_a_space_is_explained() -> None:
    with pytest.raises(RefusedError) as refused:
        moment_of("2026-11-01T12:00:00 02:00")
    assert "write + as %2B" in refused.value.what_to_do
