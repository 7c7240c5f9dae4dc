"""The known name that somebody may have meant."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process, utils


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that is most like this one; None where none is known."""
    found = process.extractOne(name, sorted(known), scorer=fuzz.ratio, processor=utils.default_process)
    return found[0] if found else None
