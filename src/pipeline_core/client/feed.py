"""Following what changes in production, to keep an index of one's own in step."""

from collections.abc import Iterator

from pipeline_core.client.wired import Wired
from pipeline_core.domain.rows.feed import ChangeCursor, KnowledgeChange
from pipeline_core.services.feed import MOST_CHANGES, Changes

_LOOK_S = 1.0


class Feed(Wired):
    """The feed of changes of the realm."""

    def changes(
        self, *, since: str | None = None, cursor: str | None = None, follow: bool = False
    ) -> Iterator[KnowledgeChange]:
        """Yield what changed in production, in order and each once, however late a transaction was committed.

        With ``cursor`` the database remembers how far this consumer has come: whatever was yielded is confirmed when
        the next hundreds are read, and once all was yielded. Who stops in between is told of some again.

        Args:
            since: A mark (``mark_of_changes``); without it, all that is kept, or from where ``cursor`` has confirmed.
            cursor: The name of a consumer.
            follow: Wait for more, until the process is stopped.

        Raises:
            ChangesGoneError: not all that came since is there any more: read everything anew.
            RefusedError: the mark or the name is none.
        """
        for page in self.pages_of_changes(since=since, cursor=cursor, follow=follow):
            yield from page.items

    def pages_of_changes(
        self, *, since: str | None = None, cursor: str | None = None, limit: int = MOST_CHANGES, follow: bool = False
    ) -> Iterator[Changes]:
        """As ``changes``, many at a time, each time with the mark after them."""
        stopping = self._app.stopping
        wait = (lambda: not stopping.wait(_LOOK_S)) if follow else None
        return self._app.feed.each(self.realm_id, since=since, cursor=cursor, limit=limit, wait=wait)

    def mark_of_changes(self, cursor: str | None = None) -> str:
        """Return the mark of now: what changes from here on comes after it. ``cursor`` is set to it, if it is given."""
        return self._app.feed.read(self.realm_id, since="now", cursor=cursor, limit=1).mark.text

    def change_cursors(self) -> list[ChangeCursor]:
        """List the consumers in the realm that are known by a name, and how far each has confirmed."""
        return self._app.feed.cursors(self.realm_id)

    def forget_cursor(self, name: str) -> None:
        """Forget a consumer: with the same name it begins anew.

        Raises:
            NotFoundError: there is none of this name.
        """
        self._app.feed.forget(self.realm_id, name)
