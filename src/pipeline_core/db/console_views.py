"""Lists, sums and events that the console and its HTTP API show, as one user may see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pipeline_core.db.document_lists import LISTED_DOCUMENTS, STATUSES, TOTALS
from pipeline_core.db.session import Session
from pipeline_core.db.views import Views
from pipeline_core.domain.document_filter import DocumentFilter
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.lifecycle import PHASES
from pipeline_core.domain.rows.documents import ListedDocument, StatusOfDocument, Total
from pipeline_core.domain.rows.jobs import EventMark, RealmEvent, RealmNews
from pipeline_core.domain.rows.overview import (
    COMPLETE,
    Bucket,
    DeadCode,
    DeadDocument,
    Overview,
    PhaseCount,
    StageSeconds,
    Throughput,
)
from pipeline_core.domain.rows.review_costs import Acceptance, Pace, ReviewCosts, RuleOutcome
from pipeline_core.domain.rows.waiting import WaitingKind, WaitingRow

Before = tuple[datetime, UUID] | None
"""The position of the last row that was seen: its time and id."""
_NEWEST_RUNS = 1000
"""Of each stage, that its seconds are taken from."""


def snapshot(session: Session) -> str:
    """The snapshot in which the session reads."""
    [seen] = session.column("current_snapshot")
    return str(seen)


class ConsoleViews(Views):
    """Each call is one short transaction under the user's claims."""

    def documents_page(
        self,
        realm_ids: Sequence[RealmId],
        matching: DocumentFilter,
        *,
        document_ids: Sequence[DocumentId] = (),
        before: Before = None,
        limit: int,
    ) -> list[ListedDocument]:
        """Documents that match, of those that are named if any are, newest first, after the position ``before``.

        Raises:
            RefusedError: the filter names a type that is not known.
        """
        before_ts, before_id = before or (None, None)
        with self._reading(one_moment=False) as session:
            return session.select(
                LISTED_DOCUMENTS,
                realm_id=realm_ids[0] if len(realm_ids) == 1 else None,
                realm_ids=list(realm_ids) if len(realm_ids) != 1 else None,
                document_ids=list(document_ids) or None,
                before_ts=before_ts,
                before_id=before_id,
                limit=limit,
                **matching.parameters(),
            )

    def documents_total(self, realm_ids: Sequence[RealmId], matching: DocumentFilter) -> int:
        """The number of documents that match.

        Raises:
            RefusedError: the filter names a type that is not known.
        """
        with self._reading(one_moment=False) as session:
            listing = TOTALS[matching.needs_job]
            [row] = session.select(listing, realm_ids=list(realm_ids), **matching.parameters())
            return row.total

    def statuses_of(
        self, realm_id: RealmId, *, matching: DocumentFilter | None = None, document_ids: Sequence[DocumentId] = ()
    ) -> list[StatusOfDocument]:
        """Both statuses of the documents that match, or of those that are named.

        Raises:
            RefusedError: the filter names a type that is not known.
        """
        wanted = {"document_ids": list(document_ids)} if matching is None else dict(matching.parameters())
        with self._reading(one_moment=False) as session:
            listing = STATUSES[matching is not None and matching.needs_job]
            return session.select(listing, realm_ids=[realm_id], **wanted)

    def waiting_page(
        self,
        realm_ids: Sequence[RealmId],
        *,
        phases: Sequence[int] = (),
        kind: WaitingKind | None = None,
        ids: Sequence[UUID] = (),
        by_use: bool = False,
        after: tuple[int, datetime, UUID] | None = None,
        limit: int,
    ) -> list[WaitingRow]:
        """Documents and banks that wait for a person, the oldest first, or first what settles most (``by_use``).

        ``ids`` are of jobs and batches, if only those are meant. ``after`` is the position of the last row that was
        seen: its rank, since when it waits, and its id.
        """
        after_rank, after_ts, after_id = after or (None, None, None)
        return self._rows(
            WaitingRow,
            "waiting_page",
            realm_ids=list(realm_ids),
            phases=list(phases) or None,
            kind=kind,
            ids=list(ids) or None,
            by_use=by_use,
            after_rank=after_rank,
            after_ts=after_ts,
            after_id=after_id,
            limit=limit,
        )

    def waiting_total(
        self, realm_ids: Sequence[RealmId], *, phases: Sequence[int] = (), kind: WaitingKind | None = None
    ) -> int:
        """The number of documents and banks that wait for a person: cheap enough for every page."""
        given = {"realm_ids": list(realm_ids), "phases": list(phases) or None, "kind": kind}
        [row] = self._rows(Total, "waiting_total", **given)
        return row.total

    def overview(
        self, realm_ids: Sequence[RealmId], *, days: int = 7, by: Bucket = Bucket.DAY, dead: int = 10
    ) -> Overview:
        """Documents by phase, the newest dead letters, throughput by ``day`` or ``hour``, and the stages' seconds."""
        realms = {"realm_ids": list(realm_ids)}
        with self._reading() as session:
            counts = session.rows(PhaseCount, "overview_phases", **realms)
            by_phase = {one.phase: one for one in counts}
            none = (0,) * 6
            return Overview(
                phases=[by_phase.get(phase) or PhaseCount(phase, *none) for phase in PHASES],
                completed=by_phase[COMPLETE].total if COMPLETE in by_phase else 0,
                dead=session.rows(DeadDocument, "overview_dead", limit=dead, **realms),
                dead_codes=session.rows(DeadCode, "overview_dead_codes", **realms),
                throughput=session.rows(Throughput, "overview_throughput", days=days, by=by, **realms),
                stages=session.rows(StageSeconds, "overview_stages", days=days, most=_NEWEST_RUNS, **realms),
            )

    def review_costs(self, realm_ids: Sequence[RealmId], user_id: UserId, *, days: int = 30) -> ReviewCosts:
        """The time and the outcome of people's decisions; the pace of one reviewer is for that reviewer alone."""
        given = {"realm_ids": list(realm_ids), "days": days}
        with self._reading() as session:
            [everybody] = session.rows(Pace, "review_pace", user_id=None, **given)
            [mine] = session.rows(Pace, "review_pace", user_id=user_id, **given)
            return ReviewCosts(
                days=days,
                everybody=everybody.of_nobody(),
                mine=mine,
                facts=session.rows(Acceptance, "review_acceptance", **given),
                findings=session.rows(RuleOutcome, "review_findings", **given),
            )

    def realms_with_events(self, seen: str | None) -> RealmNews:
        """The realms, whoever's, in which something was committed after this snapshot; without one, none."""
        [news] = self._rows(RealmNews, "realms_with_events", seen=seen)
        return news

    def newest_event(self, realm_ids: Sequence[RealmId]) -> int:
        """The id of the realms' newest event; 0 if there is none."""
        [row] = self._all("newest_realm_event", realm_ids=list(realm_ids))
        return int(row["event_id"])

    def event_mark(self, realm_ids: Sequence[RealmId], after: int | None) -> EventMark:
        """The mark of whoever has this event of the realms, or without one all up to now."""
        [mark] = self._rows(EventMark, "realm_event_mark", realm_ids=list(realm_ids), after=after)
        return mark

    def realm_events(
        self, realm_ids: Sequence[RealmId], mark: EventMark, *, limit: int = 200
    ) -> tuple[list[RealmEvent], EventMark]:
        """The realms' events after the mark, those that were committed late among them, and the mark after those."""
        with self._reading() as session:
            events = session.rows(RealmEvent, "realm_events", realm_ids=list(realm_ids), limit=limit, **mark)
            return events, mark.past(events, snapshot(session))
