"""A question bank under review: what changes in it is compared, and settled, at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.batches import BatchCounts, QuestionStatus
from pipeline_core.domain.errors import RefusedError, StagedStateError
from pipeline_core.domain.harmless_links import harmless
from pipeline_core.domain.ids import BatchId, DocumentId, QuestionId
from pipeline_core.domain.reasons import is_blank
from pipeline_core.domain.review import OfBatch, Reviewer, StagedFact, StagedPair
from pipeline_core.domain.text import as_read
from pipeline_core.domain.wording import clipped, counted
from pipeline_core.duplicates.detection import WithinTransaction
from pipeline_core.review.banks import find_batch, held_bank, match_bank, settle
from pipeline_core.review.decisions import Resolution
from pipeline_core.review.orphans import revive
from pipeline_core.review.scope import Rules, Scope, Work

_S = QuestionStatus
RULES = Rules(
    comes_from={
        _S.APPROVED: frozenset({_S.PENDING, _S.REJECTED}),
        _S.REJECTED: frozenset({_S.PENDING, _S.APPROVED, _S.DUPLICATE}),
    },
    stays={_S.APPROVED: frozenset({_S.APPROVED, _S.IMPORTED}), _S.REJECTED: frozenset({_S.REJECTED})},
    fields=frozenset({"question", "answer", "topic", "subtopic", "kind", "difficulty", "notes"}),
    editable=frozenset({_S.PENDING, _S.APPROVED}),
)
_NEEDED = frozenset({"question", "answer", "kind"})


def _written(old: str | None, new: str | None, name: str) -> str | None:
    """The new words as a bank has them: what they link to is as harmless as in one that is uploaded.

    Words that read as the old ones do stay as those are written.
    """
    if new is None or is_blank(new):
        return new if name in _NEEDED else None
    return old if old and as_read(old) == as_read(new) else harmless(new)


class BankScope(Scope):
    noun = "question"
    rules = RULES

    def __init__(
        self, uow: UnitOfWork, batch_id: BatchId, by: Reviewer, within: WithinTransaction | None = None
    ) -> None:
        """Lock the bank and its user's matching. ``within``: how new words are compared; None: by the vectors that are
        there.

        Raises:
            NotFoundError: the user has no such batch.
            StagedStateError: it is a document's.
        """
        self.batch, self.within = held_bank(uow, batch_id, by.realm_id), within
        super().__init__(uow, by, OfBatch(batch_id), batch_id, whose=self.batch.file_name, status=self.batch.status)

    def begin(self, work: Work, to: QuestionStatus | None = None) -> None:
        """A bank can be decided about at any time."""

    def refuse_facts(self, facts: Sequence[StagedFact], to: QuestionStatus) -> None:
        if facts:
            named = "; ".join(f"“{clipped(fact.title)}” is {fact.status}" for fact in facts[:5])
            raise StagedStateError(f"{self.whose}: {counted(len(facts), 'question')} cannot become {to}: {named}.")

    def set_status(self, facts: Sequence[StagedFact], to: QuestionStatus, notes: str) -> None:
        if to is _S.APPROVED:
            kept = {pair.staged for pair in self.pairs(resolution=Resolution.KEEP_EXISTING)}
            self.refuse_facts([fact for fact in facts if fact.question_id in kept], to)
        super().set_status(facts, to, notes)

    def decided(self, facts: Sequence[StagedFact], to: QuestionStatus) -> tuple[DocumentId, ...]:
        self.log(f"questions_{to}", before={str(fact.question_id): fact.status for fact in facts}, after=to)
        if to is _S.REJECTED:
            self._settle_others(revive(self.uow, self.by.realm_id))
        return ()

    def log(self, code: str, **details: object) -> None:
        payload = {"by": self.by.by, "reason": self.by.reason, **details}
        self.uow.reviews.record(self.batch, "review", code, payload)

    def edited(self, fact: StagedFact, changes: Mapping[str, str | None]) -> StagedFact:
        if not changes:
            known = ", ".join(sorted(self.rules.fields))
            raise RefusedError("An edit needs a field to change.", action=f"--set 'FIELD=…'; FIELD is one of: {known}.")
        for name, value in changes.items():
            if name in _NEEDED and is_blank(value):
                raise RefusedError(f"The {name} cannot be empty.")
        new = fact.with_words({name: _written(getattr(fact, name), value, name) for name, value in changes.items()})
        if new == fact:
            return fact
        if fact.status not in self.rules.editable:
            raise StagedStateError(f"“{clipped(fact.title)}” is {fact.status}: it cannot be edited.")
        # new words wait for an approval again
        status = _S.PENDING if has_new_words(fact, new) else fact.status
        return replace(new, status=status, review_notes=self.by.reason or fact.review_notes)

    def was_edited(self, old: StagedFact, new: StagedFact, names: Sequence[str]) -> None:
        before, after = ({name: getattr(fact, name) for name in ("status", *names)} for fact in (old, new))
        self.log("question_edited", question_id=old.question_id, before=before, after=after)
        if not (self.batch.is_matched and has_new_words(old, new)):
            return
        again = self.uow.reviews.forget_pairs(old.question_id)
        again[self.batch_id] = list({*again.get(self.batch_id, []), old.question_id})
        for other, ids in again.items():
            match_bank(self.uow, other, self.batch.realm_id, ids, self.within)
        self._settle_others(set(again))

    def refuse_pair(self, pair: StagedPair, resolution: Resolution) -> None:
        if pair.staged_status is _S.IMPORTED:
            raise StagedStateError(f"“{clipped(pair.staged_text)}” is imported: the decision on its pair is final.")
        super().refuse_pair(pair, resolution)
        if resolution is Resolution.KEEP_EXISTING and not pair.existing_stands:
            raise StagedStateError(
                f"What “{clipped(pair.staged_text)}” repeats no longer exists, so it cannot be kept instead."
            )

    def resolved(self, pairs: Sequence[StagedPair], resolution: Resolution) -> tuple[DocumentId, ...]:
        before = {str(pair.duplicate_id): pair.resolution for pair in pairs}
        self.log("duplicates_resolved", before=before, after=resolution)
        self.uow.reviews.apply_to_bank(pairs)
        self._settle_others(revive(self.uow, self.by.realm_id))
        return ()

    def after_undo(self, staged: QuestionId) -> None:
        self.uow.reviews.apply_to_bank([pair for pair in self.pairs() if pair.staged == staged])
        if self.batch.is_matched:
            # others may have come while it said something else
            match_bank(self.uow, self.batch_id, self.batch.realm_id, [staged])
        self._settle_others(revive(self.uow, self.by.realm_id))

    def _settle_others(self, batch_ids: set[BatchId]) -> None:
        for other in batch_ids - {self.batch_id}:
            settle(self.uow, find_batch(self.uow, other, self.batch.realm_id))

    def settle(self) -> BatchCounts:
        return settle(self.uow, self.batch, by=self.by.user_id)


def has_new_words(old: StagedFact, new: StagedFact) -> bool:
    """Return True if the words that the question is compared by have changed."""
    return (old.question, old.answer) != (new.question, new.answer)
