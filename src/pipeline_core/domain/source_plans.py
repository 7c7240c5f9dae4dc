"""Sources in words: the kind that an address looks like, and what became of its files."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline_core.domain.sources import Change, SourceKind

WORDS: Mapping[Change, str] = MappingProxyType(
    {
        Change.NEW: "new",
        Change.CHANGED: "changed",
        Change.MOVED: "moved",
        Change.COPY: "the same as another",
        Change.RETURNED: "back again",
        Change.VANISHED: "vanished",
        Change.UNSEEN: "not readable",
        Change.REFUSED: "refused",
        Change.UNCHANGED: "unchanged",
    }
)
"""By what became of a file, in the order in which people read them."""


def word_of(change: Change, *, is_waiting: bool = False) -> str:
    """Say what became of a file; as long as a person decides about it, it is missing and has not vanished."""
    return "missing" if is_waiting and change is Change.VANISHED else WORDS[change]


def plan_in_words(plan: Mapping[str, int], *, is_waiting: bool = False) -> str:
    """Say how many files became what: ``2 new, 1 vanished, 40 unchanged``."""
    told = [f"{plan[change]:,} {word_of(change, is_waiting=is_waiting)}" for change in WORDS if plan.get(change)]
    return ", ".join(told) or "no files"


def kind_of(uri: str) -> SourceKind:
    """Return the kind of place that an address looks like."""
    text = uri.strip().lower()
    if text.startswith("s3://"):
        return SourceKind.S3
    return SourceKind.WEB if text.startswith(("http://", "https://", "sitemap:")) else SourceKind.FOLDER
