"""Counts with their nouns, in words for people."""

import re
from collections.abc import Sequence
from datetime import datetime
from math import ceil

_OBJECT = re.compile(r"<[\w.]+ object at 0x[0-9a-fA-F]+>(?:: )?")


def percent_alike(score: float, *, is_same: bool) -> int:
    """Say how alike two facts are; 100 is for those that read the same to the letter."""
    return 100 if is_same else min(99, round(score * 100))


def counted(number: int, one: str, many: str = "") -> str:
    """The number and its noun: "1 fact", "2,000 facts"; ``many`` where an s at the end does not do."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def dated(moment: datetime) -> str:
    """A point of time in a sentence: "2026-11-30 at 03:15:00 UTC"."""
    return f"{moment:%Y-%m-%d at %H:%M:%S %Z}"


def lasting(seconds: float) -> str:
    """A time to wait, never less than it is: "40 seconds", "2 minutes", "3 hours"."""
    for length, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * length:
            return counted(ceil(seconds / length), unit)
    return counted(ceil(seconds), "second")


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first ``most`` names, and how many more there are: "a.md, b.md and 3 more"."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def clipped(text: str, length: int = 60) -> str:
    """A text in one line, cut at its end where it is longer."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of the numbers that follow each other: ``[1, 2, 3, 7]`` as ``[(1, 3), (7, 7)]``."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` as "1–3, 7"."""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs(numbers))


def all_names(filename: str, also_named: Sequence[str]) -> str:
    """Every name of one document: "a.md = b.md"."""
    return " = ".join((filename, *also_named))


def without_objects(text: str) -> str:
    """A message of a library without Python's own names for things, such as ``<_io.BytesIO object at 0x7f…>: ``."""
    return _OBJECT.sub("", text)
