"""Points of time as people give them."""

from datetime import UTC, date, datetime, time, timedelta

from pipeline_core.domain.errors import RefusedError

_INSTANT = timedelta(microseconds=1)


def moment_of(text: str) -> datetime:
    """The moment that a text means: a day is its end in UTC, and a time without a zone is in UTC.

    Raises:
        RefusedError: it is neither.
    """
    given = text.strip()
    try:
        day = date.fromisoformat(given)
    except ValueError:
        try:
            found = datetime.fromisoformat(given)
        except ValueError:
            raise RefusedError(
                f"“{given[:60]}” is neither a day nor a moment.",
                action="Give a day as 2026-11-01 (its end, UTC is meant) or a moment as 2026-11-01T12:00:00Z.",
            ) from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.combine(day, time.min, UTC) + timedelta(days=1) - _INSTANT
