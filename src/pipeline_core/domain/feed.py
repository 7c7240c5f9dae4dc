"""Marks in the feed of changes: what somebody has, in a text that they send back."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.rows.feed import KnowledgeChange

NOTHING_SEEN = "3:3:"
"""The snapshot of PostgreSQL before every transaction."""
_SNAPSHOT = re.compile(r"(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """Changes of a realm that somebody has: those up to ``after`` that were committed before ``seen``, no others."""

    feed_id: UUID
    realm_id: RealmId
    after: int = 0
    seen: str = NOTHING_SEEN

    def past(self, changes: Sequence[KnowledgeChange], seen: str) -> "Mark":
        """Return the mark after these changes, which were read in this snapshot."""
        return replace(self, after=max([self.after, *(one.change_id for one in changes)]), seen=seen)

    def is_past(self, other: "Mark") -> bool:
        """Return True if whoever has this mark has all that the other one has."""
        return self.feed_id != other.feed_id or (self.after, _end(self.seen)) >= (other.after, _end(other.seen))

    @property
    def text(self) -> str:
        """The mark as it is sent; nothing in it is for anybody to read."""
        plain = f"{self.feed_id.hex}.{self.realm_id.hex}.{self.after}.{self.seen}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Read a mark that was sent back.

        Raises:
            RefusedError: it is none.
        """
        try:
            plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
            feed_id, realm_id, after, seen = plain.split(".")
            mark = cls(UUID(feed_id), RealmId(UUID(realm_id)), int(after), seen)
        except ValueError:
            raise _no_mark(text) from None
        if not 0 <= mark.after <= _LARGEST or not _is_snapshot(seen):
            raise _no_mark(text)
        return mark


def _is_snapshot(text: str) -> bool:
    """Return True for what PostgreSQL takes as a snapshot: ``xmin:xmax:`` and those between that were under way."""
    if not (found := _SNAPSHOT.fullmatch(text)):
        return False
    first, end, running = int(found[1]), int(found[2]), [int(one) for one in found[3].split(",") if one]
    in_order = all(one < other for one, other in pairwise(running))
    return 0 < first <= end <= _LARGEST and in_order and all(first <= one < end for one in running)


def _end(snapshot: str) -> int:
    return int(snapshot.split(":")[1])


def _no_mark(text: str) -> RefusedError:
    return RefusedError(
        "`since` is no mark of this feed.",
        where=text[:100],
        action="Give the mark of an earlier answer as it was, `now`, or nothing for all that is kept.",
    )
