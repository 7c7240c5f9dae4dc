"""Spans of time, read and written."""

from datetime import timedelta

import pytest

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.spans import short_span, span_of


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0", timedelta(0)),
        ("15m", timedelta(minutes=15)),
        (" 1D 12h ", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("90 s", timedelta(seconds=90)),
    ],
)
def test_what_people_type(text: str, span: timedelta) -> None:
    assert span_of(text) == span
    assert span_of(short_span(span)) == span


@pytest.mark.parametrize("text", ["", "1", "soon", "1x", "1h!", "-1h", "9999999999d", "1h and more"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(RefusedError):
        span_of(text)
