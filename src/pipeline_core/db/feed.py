"""The feed of changes in PostgreSQL."""

from pipeline_core.db.session import Session
from pipeline_core.domain.feed import Mark
from pipeline_core.domain.ids import RealmId, UserId
from pipeline_core.domain.rows.feed import ChangeCursor, FeedState, KnowledgeChange


class Feed:
    def __init__(self, session: Session) -> None:
        self._session = session

    def state(self, realm_id: RealmId) -> FeedState:
        [state] = self._session.rows(FeedState, "change_feed", realm_id=realm_id)
        return state

    def after(self, mark: Mark, now: str, limit: int) -> list[KnowledgeChange]:
        """Read changes with a larger id than the mark's that were committed before ``now``, in their order."""
        return self._session.rows(
            KnowledgeChange,
            "changes_after",
            realm_id=mark.realm_id,
            after=mark.after,
            now=now,
            limit=limit,
        )

    def late(self, mark: Mark, until: str, limit: int) -> list[KnowledgeChange]:
        """Read changes with a smaller id that were committed between the mark's snapshot and ``until``."""
        return self._session.rows(
            KnowledgeChange,
            "late_changes",
            realm_id=mark.realm_id,
            after=mark.after,
            late=mark.late,
            seen=mark.seen,
            until=until,
            limit=limit,
        )

    def newest(self, realm_id: RealmId, now: str) -> int:
        """The largest id of the realm's changes that were committed before this snapshot; 0 if there was none."""
        [newest] = self._session.column("newest_change", realm_id=realm_id, now=now)
        return int(newest)

    def one(self, realm_id: RealmId, change_id: int) -> KnowledgeChange | None:
        return self._session.first(KnowledgeChange, "change", realm_id=realm_id, change_id=change_id)

    def cursors(self, realm_id: RealmId, user_id: UserId, name: str | None = None) -> list[ChangeCursor]:
        """The user's consumers in the realm that are known by a name, or the one of this name."""
        return self._session.rows(ChangeCursor, "change_cursors", realm_id=realm_id, user_id=user_id, name=name)

    def lock_cursors(self, user_id: UserId) -> None:
        """Until the transaction ends, nobody else adds one of this user's."""
        self._session.all("lock_change_cursors", user_id=user_id)

    def confirm(self, user_id: UserId, name: str, mark: Mark) -> None:
        """Remember that the consumer has what the mark says."""
        self._session.execute(
            "confirm_changes",
            realm_id=mark.realm_id,
            user_id=user_id,
            name=name,
            feed_id=mark.feed_id,
            after=mark.after,
            seen=mark.snapshots,
        )

    def forget(self, realm_id: RealmId, user_id: UserId, name: str) -> bool:
        """Forget a consumer; False if there is none of this name."""
        return self._session.execute("forget_change_cursor", realm_id=realm_id, user_id=user_id, name=name) == 1

    def prune(self, days: int, most: int) -> int:
        """Remove changes that are older than so many days, up to ``most``; returns how many."""
        [removed] = self._session.column("prune_changes", days=days, most=most)
        return int(removed)

    def begin_anew(self) -> None:
        """Let no mark hold any more that was given before: the database was restored."""
        self._session.all("begin_change_feed")
