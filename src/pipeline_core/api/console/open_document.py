"""A document in matching review as one request shows it: its list, and the fact in the middle."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from pipeline_core.api.console.desk import (
    Ledger,
    ShownPair,
    grouped,
    ledger_of,
    next_open,
    shown_pair,
)
from pipeline_core.api.console.edited_words import ShownEdits, shown_edits
from pipeline_core.api.console.evidence import image_url
from pipeline_core.api.console.held_list import HeldList, mark
from pipeline_core.api.console.list_view import View
from pipeline_core.api.console.visits import Visit
from pipeline_core.domain.asking import Asked, why_asked
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.jobs import is_scan
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.domain.review import OfDocument
from pipeline_core.domain.rows.desk import ListedFact
from pipeline_core.domain.rows.details import ParkedShown
from pipeline_core.review.desk import LookedAt, OnDesk
from pipeline_core.review.scope import SYSTEM


@dataclass(frozen=True)
class OpenDocument:
    """A document with its list as somebody has it open, and the fact that is looked at."""

    visit: Visit
    at: View
    desk: OnDesk
    rows: Sequence[ListedFact]
    current: ListedFact | None
    looked: LookedAt

    @classmethod
    def of(cls, visit: Visit, at: View, fact_id: UUID | None, desk: OnDesk | None) -> "OpenDocument":
        """Look at a fact; at the first that is to be decided if none is named. ``desk`` is given if it has been read.

        Raises:
            NotFoundError: the realm has no such job, or its document no such fact.
        """
        by = visit.reviewer()
        desk = desk or visit.services.desk(JobId(at.job_id), by, at.search)
        rows = at.rows(desk)
        current = _current(desk.facts, rows, fact_id)
        looked = visit.services.desk.look(desk.job.document_id, current.question_id if current else None, by)
        return cls(visit, at, desk, rows, current, looked)

    @property
    def parked(self) -> ParkedShown | None:
        """The decision about the document that is on its way."""
        return self.desk.parked if self.desk.parked and self.desk.parked.is_due else None

    @property
    def is_open(self) -> bool:
        """Return whether somebody may decide about its facts now."""
        job = self.desk.job
        return job.state == JobState.AWAITING_REVIEW and job.stage == JobStage.MATCHING_REVIEW and not self.parked

    @cached_property
    def ledger(self) -> Ledger:
        return ledger_of(self.desk.facts)

    @cached_property
    def held(self) -> HeldList:
        """The list in blocks, with the marks of what this answer shows."""
        fact, others = self.looked.fact, self.looked.others
        groups = grouped(self.rows, self.at.order, fact.page_unit if fact else None)
        around = (self.ledger, self.desk.job, self.desk.parked, [one.user_name for one in others])
        return HeldList.of(groups, {one.question_id for one in others}, around)

    @cached_property
    def fact_mark(self) -> str:
        """The mark of the fact as it is shown, and of what can be done with it."""
        pairs = [(one.pair.version, one.pair.resolution) for one in self.pairs]
        return mark((self.looked.fact, pairs, self.is_open, self.looked.undoable))

    @cached_property
    def edits(self) -> ShownEdits | None:
        """The edits of the fact; None if it has not been edited."""
        fact, services = self.looked.fact, self.visit.services
        if fact is None or fact.edited_by is None:
            return None
        where = OfDocument(self.desk.job.document_id)
        done = services.review.history(where, services.realm_id, fact.question_id)
        return shown_edits(done, fact)

    @cached_property
    def pairs(self) -> Sequence[ShownPair]:
        """The pairs of the fact that a person decides, and of a duplicate the one by which the system left it out."""
        fact, services = self.current, self.visit.services
        if fact is None or not (fact.pairs or fact.status is QuestionStatus.DUPLICATE):
            return []
        own = [
            pair
            for pair in services.review.pairs(OfDocument(self.desk.job.document_id), services.realm_id)
            if pair.staged == fact.question_id
        ]
        is_left_out = fact.status is QuestionStatus.DUPLICATE
        return [shown_pair(pair) for pair in own if pair.resolved_by != SYSTEM or is_left_out]

    @property
    def index(self) -> int | None:
        """The place of the fact in the list, from 1."""
        return next((n for n, row in enumerate(self.rows, 1) if row is self.current), None)

    @property
    def undecided(self) -> int:
        """The number of pairs that nobody has decided."""
        return sum(fact.undecided for fact in self.desk.facts)

    @property
    def first_undecided(self) -> UUID | None:
        """The first fact, in the list if there is one, of which nobody has decided a pair."""
        return next((fact.question_id for fact in (*self.rows, *self.desk.facts) if fact.undecided), None)

    def mark_of(self, part: str) -> str:
        """The mark of a part of the page as it is now; empty of one that has none."""
        return {"shown": lambda: self.fact_mark, "ledger": lambda: self.held.marks}.get(part, lambda: "")()

    @property
    def why(self) -> str:
        """The sentence that says why a person is asked."""
        job, facts = self.desk.job, self.desk.facts
        asked = Asked(
            job.stage,
            alike=sum(fact.undecided > 0 for fact in facts),
            facts_to_decide=sum(fact.is_unsure for fact in facts),
            returned_for=self.desk.returned_for,
            pending=sum(fact.status is QuestionStatus.PENDING for fact in facts),
            workflow=job.workflow,
            is_scan=is_scan(job.profile, job.document_id, job.job_id),
        )
        return why_asked(asked)

    @property
    def ahead(self) -> str:
        """The picture that the next fact will need, if it is another one."""
        following = next_open(self.rows, self.current.question_id) if self.current else None
        if not (self.current and following and following.page) or following.page == self.current.page:
            return ""
        document_id = self.desk.job.document_id
        has_pictures = self.visit.services.views.original(document_id).has_pictures
        return image_url(document_id, following.page) if has_pictures else ""


def _current(facts: Sequence[ListedFact], rows: Sequence[ListedFact], fact_id: UUID | None) -> ListedFact | None:
    """The fact that is asked for, else the first to be decided, else the first."""
    if fact_id is None:
        return next_open(rows, None) or next(iter(rows), None)
    found = next((fact for fact in facts if fact.question_id == fact_id), None)
    if found is None:
        raise NotFoundError(f"The document has no fact {fact_id}.", action="Choose one of its list.")
    return found
