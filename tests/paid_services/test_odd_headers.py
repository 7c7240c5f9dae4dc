"""What an endpoint says about waiting is believed only where it can be meant."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline_core.adapters.retry_after import LONGEST_WAIT_S, retry_after_s, span_s


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        ("1.5", 1.5),
        ("1m30s", 90.0),
        # else the same request would be sent again and again without a pause, until the deadline
        ("0", None),
        ("-5", None),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        # else a moment that no calendar has, and a chunk that failed for it
        ("inf", None),
        ("1e300", LONGEST_WAIT_S),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT_S),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": value}) == seconds


def test_retry_after_a_moment() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after_s({"retry-after": moment}) == pytest.approx(30, abs=2)
    assert retry_after_s({"retry-after-ms": "250", "retry-after": "9"}) == 0.25


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "1x", ""])
def test_what_is_no_span_holds_nobody_up(text: str) -> None:
    assert span_s(text) is None
