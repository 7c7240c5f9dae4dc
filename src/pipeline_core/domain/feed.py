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
_ROUND = re.compile(r"([\d:,]+)(?:/([\d:,]+)/(\d{1,19}))?")


@dataclass(frozen=True, slots=True)
class Mark:
    """Changes of a realm that somebody has: those up to ``after`` that were committed before ``seen``, no others.

    ``until``: but, of what was committed late, between these two snapshots, also those up to the id ``late``.
    """

    feed_id: UUID
    realm_id: RealmId
    after: int = 0
    seen: str = NOTHING_SEEN
    until: str = ""
    late: int = 0

    def past(self, changes: Sequence[KnowledgeChange], seen: str) -> "Mark":
        """Return the mark after these changes, which are all of this snapshot, up to the last of them."""
        after = max([self.after, *(one.change_id for one in changes)])
        return replace(self, after=after, seen=seen, until="", late=0)

    def amid(self, changes: Sequence[KnowledgeChange], until: str) -> "Mark":
        """Return the mark after these changes, which are not all that were late in this snapshot."""
        return replace(self, until=until, late=changes[-1].change_id)

    def is_past(self, other: "Mark") -> bool:
        """Return True if whoever has this mark has all that the other one has."""
        return self.feed_id != other.feed_id or self._order >= other._order

    @property
    def _order(self) -> tuple[int, ...]:
        """Of two snapshots with one end, the later one has fewer transactions under way."""
        first, _, running = self.seen.split(":")
        return self.after, end_of(self.seen), int(first), -len(running.split(",")) if running else 0, self.late

    @property
    def end(self) -> int:
        """The transaction before which all ended that it speaks of."""
        return max(end_of(self.seen), end_of(self.until) if self.until else 0)

    @property
    def snapshots(self) -> str:
        """Its snapshots, as they are stored."""
        return f"{self.seen}/{self.until}/{self.late}" if self.until else self.seen

    def at(self, feed_id: UUID, after: int, snapshots: str) -> "Mark":
        """Return a mark of the same realm, as it was stored.

        Raises:
            ValueError: they are no snapshots.
        """
        if not (found := _ROUND.fullmatch(snapshots)) or not all(_is_snapshot(one) for one in found.group(1, 2) if one):
            raise ValueError(snapshots)
        return replace(self, feed_id=feed_id, after=after, seen=found[1], until=found[2] or "", late=int(found[3] or 0))

    @property
    def text(self) -> str:
        """The mark as it is sent; nothing in it is for anybody to read."""
        plain = f"{self.feed_id.hex}.{self.realm_id.hex}.{self.after}.{self.snapshots}"
        return urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Read a mark that was sent back.

        Raises:
            RefusedError: it is none.
        """
        try:
            plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
            feed_id, realm_id, after, snapshots = plain.split(".")
            mark = cls(UUID(feed_id), RealmId(UUID(realm_id))).at(UUID(feed_id), int(after), snapshots)
        except ValueError:
            raise _no_mark(text) from None
        if not 0 <= mark.after <= _LARGEST or mark.late > _LARGEST:
            raise _no_mark(text)
        return mark


def _is_snapshot(text: str) -> bool:
    """Return True for what PostgreSQL takes as a snapshot: ``xmin:xmax:`` and those between that were under way."""
    if not (found := _SNAPSHOT.fullmatch(text)):
        return False
    first, end, running = int(found[1]), int(found[2]), [int(one) for one in found[3].split(",") if one]
    in_order = all(one < other for one, other in pairwise(running))
    return 0 < first <= end <= _LARGEST and in_order and all(first <= one < end for one in running)


def end_of(snapshot: str) -> int:
    """The first transaction that a snapshot knows nothing of."""
    return int(snapshot.split(":")[1])


def _no_mark(text: str) -> RefusedError:
    return RefusedError(
        "`since` is no mark of this feed.",
        where=text[:100],
        action="Give the mark of an earlier answer as it was, `now`, or nothing for all that is kept.",
    )
