"""Time that a service asks to wait, in its headers. Impossible values are ignored."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from time import time

LONGEST_WAIT_S = 86400.0
"""No service is left alone for longer than a day, whatever it says."""
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def span_s(text: str) -> float | None:
    """Seconds of a span as the headers have it (``1s``, ``6m0s``, ``120ms``, ``7.5``); None: it is none."""
    try:
        seconds = float(text)
        return seconds if isfinite(seconds) else None
    except ValueError:
        parts = _SPAN.findall(text)
        whole = "".join(number + unit for number, unit in parts) == text
        return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts and whole else None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the wait the service asks for, in seconds; None: it gives none, or none in the future."""
    milliseconds = span_s(headers.get("retry-after-ms", ""))
    value = headers.get("retry-after", "")
    seconds = milliseconds / 1000 if milliseconds is not None else span_s(value)
    if seconds is None:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time()
        except (TypeError, ValueError, OverflowError):
            return None
    return min(seconds, LONGEST_WAIT_S) if seconds > 0 else None
