"""Comparison of a listing with what is known: what is unchanged, what has to be read to tell, and what is not there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline_core.domain.sources import KnownItem, Sighting, Unseen


@dataclass(slots=True)
class Listed:
    """A listing that came to its end. ``gone`` are known files that are not in it."""

    unchanged: int = 0
    refused: int = 0
    """Files that were refused before, and are as they were."""
    to_read: list[Sighting] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    gone: list[KnownItem] = field(default_factory=list)
    found_again: list[str] = field(default_factory=list)
    """Files that were missing in the listing before: nobody has to be asked about them."""
    present: int = 0
    """Known files that had not vanished before."""


def compare(known: Mapping[str, KnownItem], listing: Iterable[Sighting | Unseen]) -> Listed:
    """Compare a listing with the files that were known before it began.

    Raises:
        PipelineError: as the listing, which failed or broke off.
    """
    listed = Listed(present=sum(item.was_taken and not item.has_vanished for item in known.values()))
    seen: set[str] = set()
    for shown in listing:
        if shown.uri in seen:
            continue
        seen.add(shown.uri)
        item = known.get(shown.uri)
        if isinstance(shown, Unseen):
            listed.unseen.append(shown)
        elif item is not None and _is_unchanged(item, shown):
            if item.has_error:
                listed.refused += 1
            else:
                listed.unchanged += 1
        else:
            listed.to_read.append(shown)
        if item is not None and item.is_missing:
            listed.found_again.append(shown.uri)
    listed.gone = [item for uri, item in known.items() if uri not in seen and not item.has_vanished]
    return listed


def _is_unchanged(item: KnownItem, shown: Sighting) -> bool:
    return (
        shown.version is not None
        and shown.version == item.version
        and shown.name == item.name
        and (shown.size is None or item.size is None or shown.size == item.size)
        and not item.has_vanished
        # one whose document was removed since is taken in again
        and (item.document_id is not None or item.has_error)
    )
