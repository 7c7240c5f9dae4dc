"""A kind of sentence that gives no fact."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """``reason`` is for people. ``words`` by language are looked for without regard to case; those under "" are of no
    language."""

    reason: str
    words: Mapping[str, str]
