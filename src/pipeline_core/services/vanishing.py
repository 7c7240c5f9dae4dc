"""Documents whose last place has vanished: what is noted of them, and what the rule withdraws."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

import structlog

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.ids import DocumentId, RealmId, SourceId
from pipeline_core.domain.lifecycle import JobState, Outcome
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.sources import DueVanishing, SourceRow
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.domain.traces import describe_error
from pipeline_core.review.scope import SYSTEM
from pipeline_core.review.withdrawing import Known, Vectorise, scopes_of, with_vectors, withdraw
from pipeline_core.services.retry import start_again

log = structlog.stdlib.get_logger(__name__)
_AT_ONCE = 200
"""Places that leave, and documents that are withdrawn, in one transaction."""


@dataclass(slots=True)
class Settled:
    """Documents that the rule withdrew, and those that are queued again because they are there again."""

    withdrawn: list[DocumentId] = field(default_factory=list)
    returned: list[DocumentId] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vanishing:
    """Vacates places, notes documents that have none left, and withdraws them by the rule. Needs the service role."""

    open_uow: OpenUnitOfWork
    vectorise: Vectorise

    def __call__(self) -> Settled:
        """Carry out, in every realm, what was confirmed and what is due: safe at any time, by any number at once."""
        with self.open_uow() as uow:
            confirmed, realms = uow.sources.confirmed(None), uow.sources.realms()
        for source_id, uris in confirmed.items():
            self._vanish_confirmed(source_id, uris)
        settled = Settled()
        for realm_id in realms:
            one = self.settle(realm_id)
            settled.withdrawn += one.withdrawn
            settled.returned += one.returned
        return settled

    def carry_out_confirmed(self, source: SourceRow) -> Settled:
        """Let go what a person said has vanished from a source."""
        with self.open_uow() as uow:
            confirmed = uow.sources.confirmed(source.source_id)
        for source_id, uris in confirmed.items():
            self._vanish_confirmed(source_id, uris)
        return self.settle(source.realm_id)

    def _vanish_confirmed(self, source_id: SourceId, uris: Sequence[str]) -> None:
        with self.open_uow() as uow:
            [source] = uow.sources.all(None, source_id=source_id)
        self.vanish(source, uris, seen_at=None)

    def vanish(self, source: SourceRow, uris: Sequence[str], *, seen_at: datetime | None) -> None:
        """Note that files have vanished, and vacate their places, some at a time."""
        for start in range(0, len(uris), _AT_ONCE):
            with self.open_uow() as uow:
                uow.sources.mark_vanished(source.source_id, uris[start : start + _AT_ONCE], seen_at=seen_at)
                self._vacate(uow, source, uris[start : start + _AT_ONCE])
                uow.commit()

    @staticmethod
    def _vacate(uow: UnitOfWork, source: SourceRow, uris: Sequence[str] | None) -> None:
        uow.documents.vacate(source.realm_id, uow.sources.to_vacate(source.source_id, uris))

    def vacate_left(self, source: SourceRow) -> None:
        """Vacate places that were kept while they were a document's last, of those that have another by now."""
        with self.open_uow() as uow:
            self._vacate(uow, source, None)
            uow.commit()

    def settle(self, realm_id: RealmId) -> Settled:
        """Note what vanished and what is there again, and withdraw what is due by the rule."""
        with self.open_uow() as uow:
            uow.sources.note_vanished(realm_id)
            uow.commit()
        return Settled(self._withdraw_due(realm_id), self.take_back(realm_id))

    def take_back(self, realm_id: RealmId) -> list[DocumentId]:
        """Queue again what was withdrawn because it had vanished, and is there again; returns these documents."""
        with self.open_uow() as uow:
            if not uow.sources.has_returned(realm_id):
                return []
            uow.staging.lock_matching([realm_id])
            back = uow.sources.note_returned(realm_id)
            found = uow.documents.find(back)
            again = [
                summary
                for summary in found.values()
                if summary.state is JobState.DONE and summary.outcome is Outcome.WITHDRAWN
            ]
            for summary in again:
                start_again(uow, summary, from_stage=None, by=SYSTEM)
            uow.commit()
        return [summary.document_id for summary in again]

    def _withdraw_due(self, realm_id: RealmId) -> list[DocumentId]:
        withdrawn: list[DocumentId] = []
        with self.open_uow() as uow:
            due = uow.sources.due_vanishings(realm_id)
        for (source, day), rows in groupby(sorted(due, key=_ground), key=_ground):
            reason = f"Its file vanished from the source “{source}” on {day}."
            ids, by = [row.document_id for row in rows], Reviewer(realm_id, SYSTEM, reason)
            for start in range(0, len(ids), _AT_ONCE):
                withdrawn += self._withdraw(ids[start : start + _AT_ONCE], by)
        return withdrawn

    def _withdraw(self, document_ids: Sequence[DocumentId], by: Reviewer) -> list[DocumentId]:
        """Withdraw them together, or, where one of them cannot be now, each by itself; it is tried again later."""

        def attempt(known: Known) -> list[Leaving]:
            with self.open_uow() as uow:
                left = withdraw(uow, scopes_of(uow, document_ids, by), by, known, by_rule=True)
                uow.commit()
            return left

        try:
            return [one.document_id for one in with_vectors(attempt, self.vectorise, by.realm_id)]
        except PipelineError as error:
            if len(document_ids) > 1:
                return [gone for one in document_ids for gone in self._withdraw([one], by)]
            log.warning("not_withdrawn", document_id=str(document_ids[0]), error=describe_error(error))
            return []


def _ground(row: DueVanishing) -> tuple[str, date]:
    return row.source, row.vanished_at.date()
