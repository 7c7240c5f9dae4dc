"""Telling what became of a file that was read, by its bytes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.sources import Change, KnownItem, Planned, Sighting


class Telling:
    """Tells the files of one listing apart.

    Bytes decide: what has those of a file that has vanished was moved from there, one file for each that has vanished.
    """

    def __init__(self, known: Mapping[str, KnownItem], gone: Iterable[KnownItem]) -> None:
        self._known = known
        self.moved: set[str] = set()
        """URIs of files that have vanished, and whose bytes are elsewhere in the source now."""
        self._left: dict[str, list[KnownItem]] = defaultdict(list)
        for item in gone:
            if item.sha256:
                self._left[item.sha256].append(item)
        self._held = {item.sha256 for item in known.values() if item.sha256}

    def __call__(self, shown: Sighting, sha256: str, *, is_known: bool) -> Planned:
        """Tell of a file with these bytes; ``is_known`` says that a document of the realm has them."""
        item = self._known.get(shown.uri)
        change, was = self._change(item, sha256, is_known=is_known)
        self._held.add(sha256)
        if change is Change.UNCHANGED and item is not None and item.name != shown.name:
            change, was = Change.MOVED, item.name
        return Planned(change, shown.uri, shown.name, was)

    def document_of(self, uri: str) -> DocumentId | None:
        """Return the document that a file was when it was last read."""
        item = self._known.get(uri)
        return item.document_id if item else None

    def _change(self, item: KnownItem | None, sha256: str, *, is_known: bool) -> tuple[Change, str | None]:
        if item is not None and item.has_vanished and item.was_taken:
            return Change.RETURNED, None
        if item is not None and item.document_id is not None:
            return (Change.UNCHANGED if item.sha256 == sha256 else Change.CHANGED), None
        if self._left[sha256]:
            left = self._left[sha256].pop()
            self.moved.add(left.uri)
            return Change.MOVED, left.name
        return (Change.COPY if is_known or sha256 in self._held else Change.NEW), None
