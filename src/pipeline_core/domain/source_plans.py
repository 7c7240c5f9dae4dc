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


def plan_in_words(plan: Mapping[str, int]) -> str:
    """Say how many files became what: ``2 new, 1 vanished, 40 unchanged``."""
    return ", ".join(f"{plan[change]:,} {word}" for change, word in WORDS.items() if plan.get(change)) or "no files"


def kind_of(uri: str) -> SourceKind:
    """Return the kind of place that an address looks like."""
    text = uri.strip().lower()
    if text.startswith("s3://"):
        return SourceKind.S3
    return SourceKind.WEB if text.startswith(("http://", "https://", "sitemap:")) else SourceKind.FOLDER
