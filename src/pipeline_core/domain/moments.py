"""Points of time as people give them."""

import re
from datetime import UTC, date, datetime, time

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.wording import dated

_LOST_PLUS = re.compile(r".*\d \d\d(:?\d\d)?")
"""A zone whose sign became a space, as it does in an address."""


def moment_of(text: str) -> datetime:
    """The moment that a text means: a day is its end in UTC, today is now, and a time without a zone is in UTC.

    Raises:
        RefusedError: it is neither, or yet to come.
    """
    given = text.strip()
    now = datetime.now(UTC)
    try:
        day = date.fromisoformat(given)
    except ValueError:
        try:
            found = datetime.fromisoformat(given)
        except ValueError:
            said = f"“{given[:60]}” is neither a day nor a moment." if given else "No day is given."
            plus = " In an address, write + as %2B." if "T" in given and _LOST_PLUS.fullmatch(given) else ""
            raise RefusedError(
                said,
                action=f"Give a day as 2026-11-01 (its end, UTC is meant) or a moment as 2026-11-01T12:00:00Z.{plus}",
            ) from None
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        is_to_come = moment > now
    else:
        moment = min(datetime.combine(day, time.max, UTC), now)
        is_to_come = day > now.date()
    if is_to_come:
        raise RefusedError(
            f"“{given[:60]}” is yet to come: it is {dated(now)}.", action="Ask for a day or a moment of the past."
        )
    return moment
