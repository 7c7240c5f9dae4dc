"""Spans of time as people type and read them: ``15m``, ``1d``, ``1d12h``."""

import re
from datetime import timedelta

from pipeline_core.domain.errors import RefusedError

_PART = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def span_of(text: str) -> timedelta:
    """Read a span.

    Raises:
        RefusedError: it is none.
    """
    plain = text.strip().lower()
    parts = _PART.findall(plain)
    if plain == "0":
        return timedelta(0)
    if not parts or _PART.sub("", plain).strip():
        raise RefusedError(f"{text!r} is no span of time.", action="Give one such as 15m, 12h, 1d or 1d12h.")
    return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta(0))


def short_span(span: timedelta) -> str:
    """Write a span as ``span_of`` reads it."""
    left, parts = int(span.total_seconds()), []
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if left >= seconds:
            parts.append(f"{left // seconds}{unit}")
            left %= seconds
    return "".join(parts) or "0"
