"""Changes made by a decision, and those that are reverted when it is undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Kind(StrEnum):
    """Kind of row that was changed; ``REMEMBERED`` is a decision about two texts, wherever they occur."""

    FACT = "fact"
    PAIR = "pair"
    REMEMBERED = "remembered"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row before and after a change, and as it is now; None where it was or is not there.

    ``scope_id`` is its document or bank (None of what is remembered); ``is_open``: that can still be decided about.
    ``names`` are the keys of rows that it hangs on.
    """

    kind: Kind
    row_key: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    scope_id: UUID | None
    is_open: bool
    names: Sequence[str] = ()

    @property
    def is_as_left(self) -> bool:
        """Returns whether the row is unchanged since."""
        return _seen(self.now) == _seen(self.after)


@dataclass(frozen=True, slots=True)
class Change:
    """A decision, an edit or a resolution: of ``subjects``, by whom and when; ``is_undo`` if it took one back.

    ``whose``: the user who took the decision first, whoever took it back since, or did it again.
    """

    change_id: UUID
    made_by: str
    made_at: datetime
    subjects: Sequence[UUID]
    is_undo: bool
    whose: UUID | None


_UNSEEN = frozenset({
    "version", "changed_by", "changed_at", "match_text", "match_sha256", "match_version", "match_trigrams",
    "match_signature", "duplicate_of_sha256", "created_at", "own_from",
    "undisputed", "about", "own_undisputed", "own_about", "is_standing", "decided_at",
})  # fmt: skip
"""Columns that follow of the others, or only count their changes."""


def _seen(row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return row and {name: value for name, value in row.items() if name not in _UNSEEN}


def of_subject(rows: Sequence[ChangedRow], subject: UUID, subjects: Sequence[UUID]) -> list[ChangedRow]:
    """The rows that changed because this subject did: itself, and what hangs on it, but by another subject."""
    if set(subjects) == {subject}:
        return list(rows)
    others = {str(one) for one in subjects} - {str(subject)}
    reached, left = {str(subject)}, list(rows)
    while found := [row for row in left if row.row_key not in others and reached & {row.row_key, *row.names}]:
        reached |= {key for row in found for key in (row.row_key, *row.names)} - others
        left = [row for row in left if row not in found]
    return [row for row in rows if row not in left]


def to_restore(rows: Sequence[ChangedRow], scope_id: UUID) -> list[ChangedRow]:
    """Returns the rows to restore: all of this document or bank; elsewhere, those still waiting and unchanged since."""
    return [
        row for row in rows if row.scope_id == scope_id or (row.is_as_left and (row.is_open or row.scope_id is None))
    ]


def in_the_way(rows: Sequence[ChangedRow], scope_id: UUID) -> list[ChangedRow]:
    """Returns the rows of this document or bank that were changed since: those changes must be undone first."""
    return [row for row in rows if row.scope_id == scope_id and not row.is_as_left]


def images(
    rows: Sequence[ChangedRow], kind: Kind, *, there: bool, image: Callable[[ChangedRow], Mapping[str, Any] | None]
) -> list[Mapping[str, Any]]:
    """The images of rows of a kind that were there before the change, or were not."""
    return [found for row in rows if row.kind is kind and (row.before is not None) is there and (found := image(row))]
