"""The feed of changes: what came to production and what left it, told once, however late it is committed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline_core.db.feed import Feed
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import ChangesGoneError, ConflictError, NotFoundError, RefusedError
from pipeline_core.domain.feed import Mark, end_of
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.realms import Person
from pipeline_core.domain.rows.feed import ChangeCursor, KnowledgeChange

NOW = "now"
MOST_CURSORS = 100
MOST_CHANGES = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SLICE = 10_000


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes in their order, the mark after them, and whether there are more by now."""

    items: Sequence[KnowledgeChange]
    mark: Mark
    has_more: bool


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Tells a person's consumers what changed in a realm, and remembers how far they have confirmed."""

    open_uow: OpenUnitOfWork
    person: Person

    def read(self, realm_id: RealmId, *, since: str | None = None, cursor: str | None = None, limit: int) -> Changes:
        """Read the next changes.

        Args:
            since: the mark of an earlier answer, or ``now``; without it, all that is kept, or, with ``cursor``, from
                where that has confirmed.
            cursor: the name of a consumer; with ``since``, it confirms by this that it has what came before.
            limit: the most changes.

        Raises:
            RefusedError: ``since`` is no mark that this realm has given, or ``cursor`` no name.
            ChangesGoneError: not all that came since is there any more.
            ConflictError: the person has too many consumers.
        """
        with self.open_uow() as uow:
            state = uow.feed.state(realm_id)
            mark = self._begin(uow, Mark(state.feed_id, realm_id), since, cursor, state.seen)
            if mark.feed_id != state.feed_id:
                raise ChangesGoneError("The database was restored from a backup since this mark was given.")
            if mark.end > end_of(state.seen) or mark.after > uow.feed.newest(realm_id, state.seen):
                raise RefusedError("This mark was never given.", action="Give the mark of an earlier answer as it was.")
            if cursor and since:
                self._confirm(uow, cursor, mark)
            items, after, has_more = _next(uow.feed, mark, state.seen, limit)
            # as it is now: what was removed while this was read is missing
            if mark.after < uow.feed.state(realm_id).pruned_through:
                raise ChangesGoneError("Changes that came after this mark are not kept any more.")
            uow.commit()
        return Changes(items, after, has_more)

    def _begin(self, uow: UnitOfWork, first: Mark, since: str | None, cursor: str | None, now: str) -> Mark:
        if since == NOW:
            return replace(first, after=uow.feed.newest(first.realm_id, now), seen=now)
        if since:
            mark = Mark.read(since)
            if mark.realm_id != first.realm_id:
                raise RefusedError("This mark is of another realm.", action="Name that realm, or leave out `since`.")
            return mark
        known = self._known(uow, first.realm_id, cursor) if cursor else None
        return first.at(known.feed_id, known.after, known.seen) if known else first

    def _known(self, uow: UnitOfWork, realm_id: RealmId, cursor: str) -> ChangeCursor | None:
        if not _NAME.fullmatch(cursor):
            raise RefusedError(
                f"{cursor[:70]!r} cannot be the name of a cursor.", action="Up to 64 letters, digits, dots, - or _."
            )
        return next(iter(uow.feed.cursors(realm_id, self.person.user_id, cursor)), None)

    def _confirm(self, uow: UnitOfWork, cursor: str, mark: Mark) -> None:
        """Go forward; what was confirmed already stays so, whatever comes late."""
        uow.feed.lock_cursors(self.person.user_id)
        known = self._known(uow, mark.realm_id, cursor)
        if known is None and len(uow.feed.cursors(mark.realm_id, self.person.user_id)) >= MOST_CURSORS:
            raise ConflictError(f"There are {MOST_CURSORS} cursors already.", action="Remove one first.")
        before = mark.at(known.feed_id, known.after, known.seen) if known else None
        if before is None or (before != mark and mark.is_past(before)):
            uow.feed.confirm(self.person.user_id, cursor, mark)

    def one(self, realm_id: RealmId, change_id: int) -> KnowledgeChange:
        """Return one change, with every id of it.

        Raises:
            NotFoundError: the realm has no such change, or not any more.
        """
        with self.open_uow() as uow:
            found = uow.feed.one(realm_id, change_id)
        if found is None:
            raise NotFoundError(f"There is no change {change_id}.")
        return found

    def cursors(self, realm_id: RealmId) -> list[ChangeCursor]:
        """List the person's consumers in the realm that are known by a name."""
        with self.open_uow() as uow:
            return uow.feed.cursors(realm_id, self.person.user_id)

    def forget(self, realm_id: RealmId, cursor: str) -> None:
        """Forget a consumer: with the same name it begins anew.

        Raises:
            NotFoundError: the person has none of this name in the realm.
        """
        with self.open_uow() as uow:
            if not uow.feed.forget(realm_id, self.person.user_id, cursor):
                raise NotFoundError(
                    f"There is no cursor {cursor[:70]!r}.",
                    action="`pipeline changes --cursors` lists yours.",
                    http_action="`GET /api/v2/changes/cursors` lists yours.",
                )
            uow.commit()

    def each(
        self,
        realm_id: RealmId,
        *,
        since: str | None = None,
        cursor: str | None = None,
        limit: int = MOST_CHANGES,
        wait: Callable[[], bool] | None = None,
    ) -> Iterator[Changes]:
        """Yield answers one after the other until there is nothing more; the last of them is empty.

        Whoever goes on to the next has the last one: with ``cursor``, that is confirmed by then. ``wait`` is asked
        when there is nothing more, and returns whether to look again; without it, that is the end.
        """
        while True:
            page = self.read(realm_id, since=since, cursor=cursor, limit=limit)
            if page.items or wait is None:
                yield page
            since = page.mark.text
            if not page.items and (wait is None or not wait()):
                return


def _next(feed: Feed, mark: Mark, now: str, limit: int) -> tuple[list[KnowledgeChange], Mark, bool]:
    """The next changes, the mark after them, and whether there are more: first what was late, then what is new.

    Of what was late as much as fits into several answers is told as of the first one's snapshot, to its end.
    """
    late = feed.late(mark, mark.until or now, limit)
    if len(late) == limit:
        return late, mark.amid(late, mark.until or now), True
    if mark.until:
        mark = mark.past(late, mark.until)
        if late:
            return late, mark, True
        return _next(feed, mark, now, limit)
    new = feed.after(mark, now, limit - len(late))
    items = [*late, *new]
    return items, mark.past(items, now), len(items) == limit


def prune_changes(open_uow: OpenUnitOfWork, days: int) -> int:
    """Remove changes that are older than so many days (0: none); returns how many."""
    removed = 0
    while True:
        with open_uow() as uow:
            gone = uow.feed.prune(days, _SLICE)
            uow.commit()
        removed += gone
        if gone < _SLICE:
            return removed
