"""Many questions, facts or pairs at once, by what they match: previewed first, then decided under the lock."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pipeline_core.db.questions import Position
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.differences import PairGroup
from pipeline_core.domain.errors import ConflictError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.question_filter import PairFilter, QuestionFilter, group_of
from pipeline_core.domain.review import OfBatch, Reviewer, StagedPair, Where
from pipeline_core.domain.rows.questions import ListedQuestion
from pipeline_core.domain.wording import counted
from pipeline_core.review import bank_scope, deciding, document_scope
from pipeline_core.review.decisions import Change, Resolution
from pipeline_core.review.service import open_scope, require_owner

SHOWN = 5
"""Of a preview."""
_PENDING = QuestionStatus.PENDING
_DECIDED = frozenset({QuestionStatus.APPROVED, QuestionStatus.IMPORTED, QuestionStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class Preview:
    """Foresight of a bulk decision: the number it concerns, the number nobody has opened, and some at random.

    ``left_alone`` match as well, and stay as they were decided before. ``overturned`` are those that it would decide
    otherwise than before, by who had decided them.
    """

    total: int
    never_opened: int
    left_alone: int
    overturned: Mapping[str, int]
    sample: Sequence[ListedQuestion]


@dataclass(frozen=True, slots=True)
class PairPreview:
    """The undecided pairs that match: how many, how many of each resolution is proposed, and some at random."""

    total: int
    proposed: Mapping[str, int]
    sample: Sequence[StagedPair]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Bulk decisions. ``expected`` is the number that the reviewer was told: if another matches, nothing changes."""

    open_uow: OpenUnitOfWork

    def questions(
        self,
        where: Where,
        realm_id: RealmId,
        matching: QuestionFilter,
        *,
        need_first: bool = False,
        after: Position | None = None,
        limit: int,
    ) -> list[ListedQuestion]:
        """Questions that match, in the order of the file, or those first that need a person.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            return uow.questions.listed(where, matching, need_first=need_first, after=after, limit=limit)

    def total(self, where: Where, realm_id: RealmId, matching: QuestionFilter) -> int:
        """The number of questions that match.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            return uow.questions.counts(where, matching).total

    def preview(self, where: Where, realm_id: RealmId, matching: QuestionFilter, to: QuestionStatus) -> Preview:
        """Foresee a decision about all that match: those of them that it would change.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        meant = _decidable(where, matching, to)
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            counts = uow.questions.counts(where, meant)
            return Preview(
                counts.total,
                counts.never_opened,
                uow.questions.counts(where, _decided(matching, besides=meant)).total,
                Counter(one.changed_by for one in uow.questions.matching(where, _decided(meant))),
                uow.questions.sample(where, meant, SHOWN),
            )

    def decide(
        self, where: Where, matching: QuestionFilter, to: QuestionStatus, *, by: Reviewer, expected: int | None = None
    ) -> Change:
        """Approve or reject all that match and can be decided so: undecided ones, or those of the filter's statuses.

        Raises:
            NotFoundError, AlreadyDecidedError, RefusedError, StagedStateError: as ``deciding.decide``.
            ConflictError: not as many match as were expected.
        """
        with self.open_uow() as uow:
            scope = open_scope(uow, where, by)
            found = uow.questions.matching(where, _decidable(where, matching, to))
            _require(expected, len(found), scope.noun)
            change = deciding.decide(scope, [one.question_id for one in found], to)
            uow.commit()
        return change

    def pairs(self, where: Where, realm_id: RealmId, matching: PairFilter) -> list[StagedPair]:
        """Undecided pairs that match, the most alike first.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, realm_id)
            return _undecided(uow, where, realm_id, matching)

    def groups(self, where: Where, realm_id: RealmId) -> dict[PairGroup, int]:
        """The number of undecided pairs by in what they differ.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        found = Counter(group_of(pair) for pair in self.pairs(where, realm_id, PairFilter()))
        return {group: found[group] for group in PairGroup}

    def preview_pairs(self, where: Where, realm_id: RealmId, matching: PairFilter) -> PairPreview:
        """Foresee a decision about all undecided pairs that match.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        pairs = self.pairs(where, realm_id, matching)
        sample = random.sample(pairs, min(SHOWN, len(pairs)))
        return PairPreview(len(pairs), Counter(pair.proposed for pair in pairs), sample)

    def resolve(
        self,
        where: Where,
        matching: PairFilter,
        resolution: Resolution,
        *,
        by: Reviewer,
        expected: int | None = None,
    ) -> Change:
        """Decide all undecided pairs that match.

        Raises:
            NotFoundError, AlreadyDecidedError, RefusedError, StagedStateError: as ``deciding.resolve``.
            ConflictError: not as many match as were expected.
        """
        with self.open_uow() as uow:
            scope = open_scope(uow, where, by)
            found = _undecided(uow, where, by.realm_id, matching)
            _require(expected, len(found), "pair")
            change = deciding.resolve(scope, resolution, [pair.duplicate_id for pair in found])
            uow.commit()
        return change

    def mark_opened(self, where: Where, question_ids: Sequence[UUID], *, by: Reviewer) -> int:
        """Record that the person was shown these by themselves; returns how many nobody had opened before.

        Raises:
            NotFoundError: the realm has no such document or batch.
        """
        with self.open_uow() as uow:
            require_owner(uow, where, by.realm_id)
            opened = uow.questions.open(where, question_ids, realm_id=by.realm_id, user_id=by.user_id)
            uow.commit()
        return opened


def _decidable(where: Where, matching: QuestionFilter, to: QuestionStatus) -> QuestionFilter:
    """The filter for those of the questions that can come to this status; without statuses, undecided ones."""
    rules = bank_scope.RULES if isinstance(where, OfBatch) else document_scope.RULES
    wanted = (_PENDING,) if matching.statuses is None else matching.statuses
    return replace(matching, statuses=sorted(rules.comes_from[to].intersection(wanted)))


def _decided(matching: QuestionFilter, *, besides: QuestionFilter | None = None) -> QuestionFilter:
    """The filter for those of the questions that are decided, ``besides`` those of another filter's statuses."""
    found = _DECIDED if matching.statuses is None else _DECIDED.intersection(matching.statuses)
    return replace(matching, statuses=sorted(found.difference((besides and besides.statuses) or ())))


def _undecided(uow: UnitOfWork, where: Where, realm_id: RealmId, matching: PairFilter) -> list[StagedPair]:
    pairs = uow.reviews.pairs(where, realm_id, resolution="pending")
    return [pair for pair in pairs if pair.is_to_decide and matching.takes(pair)]


def _require(expected: int | None, found: int, noun: str) -> None:
    if expected is not None and expected != found:
        raise ConflictError(
            f"{counted(found, noun)} match now, and not {expected:,}: nothing has changed.",
            action="Look at the preview again.",
        )
