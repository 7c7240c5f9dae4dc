"""Changes made by decisions: triggers record them, and an undo puts the rows back."""

from collections.abc import Sequence
from uuid import UUID

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.changes import Change, ChangedRow, Kind, images
from pipeline_core.domain.review import Reviewer, Where, ids_of


class Changes:
    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, subjects: Sequence[UUID], where: Where, by: Reviewer, *, undoes: UUID | None = None) -> None:
        """Keep what changes from here to the end of the transaction as one change of these facts or pairs."""
        [row] = self._session.all(
            "begin_change",
            realm_id=by.realm_id,
            **ids_of(where),
            by=by.by,
            subjects=list(subjects),
            undoes=undoes,
        )
        self._session.all("keep_change", change_id=str(row["change_id"]))

    def last(self, scope_id: UUID, subject: UUID) -> Change | None:
        """The newest change of a fact or pair of this document or bank."""
        return self._session.first(Change, "last_change", scope_id=scope_id, subject=subject)

    def rows(self, change_id: UUID) -> list[ChangedRow]:
        """The rows that a change touched."""
        return self._session.rows(ChangedRow, "changed_rows", change_id=change_id)

    def restore(self, rows: Sequence[ChangedRow]) -> None:
        """Put rows back to what they were before: words first, then pairs, then what is remembered of them."""
        before = {kind: json_text(images(rows, kind, there=True, image=lambda row: row.before)) for kind in Kind}
        self._session.execute("approach_status", rows=before[Kind.FACT])
        self._session.execute("restore_facts", rows=before[Kind.FACT])
        new = images(rows, Kind.PAIR, there=False, image=lambda row: row.after)
        self._session.execute("drop_new_pairs", duplicate_ids=[UUID(pair["duplicate_id"]) for pair in new])
        self._session.execute("restore_pairs", rows=before[Kind.PAIR])
        forgotten = images(rows, Kind.REMEMBERED, there=False, image=lambda row: row.after)
        self._session.execute("drop_remembered", rows=json_text(forgotten))
        self._session.execute("restore_remembered", rows=before[Kind.REMEMBERED])

    def forget(self) -> int:
        """Remove what cannot be undone any more, as its document or bank has gone on; returns how many changes."""
        return self._session.execute("forget_changes")
