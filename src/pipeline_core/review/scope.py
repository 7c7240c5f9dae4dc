"""The unit of a review, a document or a question bank, under its locks, with the consequences of a decision."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Literal, NoReturn
from uuid import UUID

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.batches import BatchCounts, QuestionStatus
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    Changed,
    ChangedMeanwhileError,
    RefusedError,
    UnknownIdsError,
)
from pipeline_core.domain.ids import BatchId, DocumentId, DuplicateId, QuestionId
from pipeline_core.domain.review import Expected, Reviewer, Seen, StagedFact, StagedPair, Where
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import Change, Resolution, and_others

Work = Literal["decide", "edit", "resolve"]
SYSTEM = "system"
"""Name for changes and decisions that nobody was asked about."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Statuses from which a fact can come to another or which it keeps, and the fields and statuses of an edit."""

    comes_from: Mapping[QuestionStatus, frozenset[QuestionStatus]]
    stays: Mapping[QuestionStatus, frozenset[QuestionStatus]]
    fields: frozenset[str]
    editable: frozenset[QuestionStatus]


class Scope(ABC):
    """A document or a bank in the hands of one reviewer, to the end of the transaction.

    Whoever opens it has its lock, then its user's matching lock: of two reviewers at once, the second waits.
    """

    noun: ClassVar[str]
    rules: Rules

    def __init__(
        self, uow: UnitOfWork, by: Reviewer, where: Where, batch_id: BatchId, *, whose: str, status: str
    ) -> None:
        """``whose`` facts they are, in a message; ``status`` is where the whole stands, as ``Seen`` names it."""
        self.uow, self.by, self.where, self.batch_id = uow, by, where, batch_id
        self.whose, self.status = whose, status
        self.asked: Mapping[str, object] = {}
        uow.reviews.act_as(by)

    @abstractmethod
    def begin(self, work: Work, to: QuestionStatus | None = None) -> None:
        """Refuse what cannot be done to it now.

        Raises:
            AlreadyDecidedError, RefusedError: why.
        """

    @property
    def seen(self) -> Seen:
        """The present state of the whole."""
        return Seen(self.status, self.uow.reviews.version(self.where))

    def facts(self, ids: Sequence[UUID] | None = None) -> list[StagedFact]:
        """Its facts, or these.

        Raises:
            UnknownIdsError: one of them is another's.
        """
        wanted = None if ids is None else [QuestionId(one) for one in dict.fromkeys(ids)]
        found = self.uow.reviews.facts(self.where, wanted)
        self._refuse_unknown(wanted, [fact.question_id for fact in found], self.noun)
        return found

    def pairs(self, ids: Sequence[UUID] | None = None, *, resolution: str | None = None) -> list[StagedPair]:
        """Its pairs, or these.

        Raises:
            UnknownIdsError: one of them is another's.
        """
        wanted = None if ids is None else [DuplicateId(one) for one in dict.fromkeys(ids)]
        found = self.uow.reviews.pairs(self.where, self.by.realm_id, wanted, resolution=resolution)
        self._refuse_unknown(wanted, [pair.duplicate_id for pair in found], "pair")
        return found

    def _refuse_unknown(self, wanted: Sequence[UUID] | None, found: Sequence[UUID], noun: str) -> None:
        there = set(found)
        if missing := [one for one in wanted or () if one not in there]:
            raise UnknownIdsError.of(missing, len(wanted or ()), noun, f"of {self.whose}")

    @abstractmethod
    def refuse_facts(self, facts: Sequence[StagedFact], to: QuestionStatus) -> None:
        """Say why facts cannot come to this status, if there are any.

        Raises:
            RefusedError, StagedStateError: why.
        """

    def set_status(self, facts: Sequence[StagedFact], to: QuestionStatus, notes: str) -> None:
        """Decide about facts, if all are as they were read.

        Raises:
            ChangedMeanwhileError: one is not.
        """
        if facts and not self.uow.reviews.decide(facts, to, by=self.by.user_id, notes=notes or None):
            self.refuse_changed(facts, self.facts([fact.question_id for fact in facts]))

    def set_resolution(self, pairs: Sequence[StagedPair], resolution: Resolution) -> None:
        """Decide pairs, if all are as they were read.

        Raises:
            ChangedMeanwhileError: one is not.
        """
        if pairs and not self.uow.reviews.resolve(pairs, resolution, by=self.by.by, notes=self.by.reason or None):
            self.refuse_changed(pairs, self.pairs([pair.duplicate_id for pair in pairs]))

    def require(self, rows: Sequence[StagedFact | StagedPair], **asked: object) -> None:
        """Refuse the decision about ``rows`` unless they, and the whole if it is named, are as the reviewer saw them.

        Raises:
            ChangedMeanwhileError: something is not; says who changed it and when, what stands now, and what was asked.
            RefusedError: what is named is not decided about.
        """
        self.asked = {**asked, "reason": self.by.reason}
        self._require(self.by.expected, rows)

    def _require(self, expected: Expected, rows: Sequence[StagedFact | StagedPair]) -> None:
        whole_id = self.where.id
        if named := expected.keys() - {whole_id} - {row.id for row in rows}:
            raise RefusedError(f"`expected` names {min(named)}, which this decision does not concern.")
        changed = [_changed(expected[row.id], row) for row in rows if expected.get(row.id, row.seen) != row.seen]
        if not changed and (whole := expected.get(whole_id)) and whole != (now := self.seen):
            who, when = (self.moved_by() if whole.status != now.status else None) or self._changed_by()
            changed = [Changed(whole_id, whole.status, whole.version, now.status, now.version, who, when)]
        if changed:
            raise ChangedMeanwhileError.of(changed, self.asked)

    def _changed_by(self) -> tuple[str, datetime]:
        """Return who changed a fact or pair of it last, and when."""
        everything: list[StagedFact | StagedPair] = [*self.facts(), *self.pairs()]
        last = max(everything, key=lambda row: row.changed_at, default=None)
        return (last.changed_by, last.changed_at) if last else (SYSTEM, datetime.now(UTC))

    def moved_by(self) -> tuple[str, datetime] | None:
        """Return who moved the whole of it to where it stands, and when; None where nobody decided that."""
        return None

    def refuse_changed(
        self, old: Sequence[StagedFact | StagedPair], now: Sequence[StagedFact | StagedPair]
    ) -> NoReturn:
        """Name what has changed since these rows were read.

        Raises:
            ChangedMeanwhileError
        """
        self._require({row.id: row.seen for row in old}, now)
        raise ChangedMeanwhileError()

    def keep(self, subjects: Sequence[UUID], *, undoes: UUID | None = None) -> None:
        """Keep all that changes from here on, so that it can be undone as a change of these facts or pairs."""
        if subjects:
            self.uow.changes.begin(subjects, self.where, self.by, undoes=undoes)

    @abstractmethod
    def decided(self, facts: Sequence[StagedFact], to: QuestionStatus) -> tuple[DocumentId, ...]:
        """Record what was decided, and do what follows; returns the documents that go on by it."""

    @abstractmethod
    def edited(self, fact: StagedFact, changes: Mapping[str, str | None]) -> StagedFact:
        """The fact after the change, its new status with it; the fact itself if that changes nothing.

        Raises:
            RefusedError, StagedStateError: it cannot be changed, or not to this.
        """

    @abstractmethod
    def was_edited(self, old: StagedFact, new: StagedFact, names: Sequence[str]) -> None:
        """Record what was changed, and have the fact compared by its new words."""

    def refuse_pair(self, pair: StagedPair, resolution: Resolution) -> None:  # noqa: ARG002
        """Say why the pair cannot be decided so, if it cannot.

        Raises:
            AlreadyDecidedError: a person has decided it; says who, and when.
            StagedStateError: why.
        """
        if pair.resolution != "pending" and pair.resolved_by != SYSTEM:
            raise AlreadyDecidedError(
                f"Pair {pair.duplicate_id} was decided {pair.resolution} by {pair.resolved_by} "
                f"on {pair.resolved_at:%Y-%m-%d at %H:%M:%S %Z}."
            )

    @abstractmethod
    def resolved(self, pairs: Sequence[StagedPair], resolution: Resolution) -> tuple[DocumentId, ...]:
        """Record what was decided, and do what follows; returns the documents that go on by it."""

    @abstractmethod
    def log(self, code: str, **details: object) -> None:
        """Leave an event of the review: who did it, why, and these details."""

    @abstractmethod
    def after_undo(self, staged: QuestionId) -> None:
        """Do what follows for a fact that is, or whose pair is, as it was before."""

    def settle(self) -> BatchCounts:
        """Move the whole to where its facts put it; returns their counts."""
        return self.uow.batches.counts([self.batch_id])[self.batch_id]

    def next_step(self, *, of_pairs: bool) -> str:  # noqa: ARG002
        """Return what is left to do, to follow what was done in a message; "" for nothing."""
        return ""

    def change(
        self,
        changed: Sequence[UUID],
        unchanged: int,
        done: str,
        *,
        of_pairs: bool = False,
        to_run: tuple[DocumentId, ...] = (),
    ) -> Change:
        """Describe a change: how many were changed, how, and what is left."""
        noun = "pair" if of_pairs else self.noun
        said = f"{counted(len(changed), noun)} {done}" + (f", {unchanged:,} unchanged" if unchanged else "")
        others = [one for one in to_run if one != self.where.id]
        message = and_others(said + self.next_step(of_pairs=of_pairs), others)
        return Change(list(changed), unchanged, self.settle(), message, to_run)


def _changed(seen: Seen, row: StagedFact | StagedPair) -> Changed:
    now = row.seen
    return Changed(row.id, seen.status, seen.version, now.status, now.version, row.changed_by, row.changed_at)
