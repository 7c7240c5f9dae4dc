"""Port: batches of staged questions, in one short transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pipeline_core.domain.batches import (
    Batch,
    BatchCounts,
    BatchPair,
    BatchQuestion,
    BatchStatus,
    NewBankQuestion,
    QuestionStatus,
)
from pipeline_core.domain.ids import BatchId, DuplicateId, QuestionId, UserId
from pipeline_core.domain.staging import Embeddable, Matchable, MatchKey


class Batches(Protocol):
    def waiting_banks(self, limit: int) -> list[Batch]:
        """Question banks that nobody has compared yet, or whose import was asked for, oldest first."""
        ...

    def lock(self, batch_id: BatchId) -> None:
        """One decision or import of a batch at a time, to the end of the transaction."""
        ...

    def open_bank(self, batch_id: BatchId, user_id: UserId, file_name: str) -> bool:
        """Make the batch of a question bank; False where it is there already."""
        ...

    def find(
        self, user_id: UserId, batch_id: BatchId | None = None, *, named: str | None = None, limit: int | None = 100
    ) -> list[Batch]:
        """The user's batches, newest first: one, those that a beginning of an id or a file name means, or all."""
        ...

    def counts(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, BatchCounts]: ...

    def undecided(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, int]:
        """Undecided pairs of questions that still may be imported, where there are any."""
        ...

    def move(self, batch_id: BatchId, from_status: BatchStatus, to_status: BatchStatus, *, by: UserId | None) -> bool:
        """Compare-and-set; False when the batch is not at ``from_status``."""
        ...

    def stage(
        self, batch_id: BatchId, user_id: UserId, questions: Sequence[NewBankQuestion], generator: str
    ) -> list[QuestionId]:
        """Stage those that are not there yet; answers with their ids. The batch is to be compared again."""
        ...

    def questions(
        self,
        batch_id: BatchId,
        *,
        statuses: Sequence[str] | None = None,
        question_ids: Sequence[QuestionId] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[BatchQuestion]: ...

    def decide(
        self,
        batch_id: BatchId,
        question_ids: Sequence[QuestionId],
        from_statuses: Sequence[QuestionStatus],
        to_status: QuestionStatus,
        *,
        by: UserId,
        notes: str | None,
    ) -> int:
        """Compare-and-set of many questions; answers with the number that moved."""
        ...

    def edit(
        self, batch_id: BatchId, question: BatchQuestion, match: MatchKey, was: QuestionStatus, *, by: UserId
    ) -> bool:
        """Put the question's new words and status in place of the old; False when it is not at ``was``."""
        ...

    def forget_pairs(self, question_id: QuestionId) -> dict[BatchId, list[QuestionId]]:
        """Its words have changed: pairs that no person decided go; answers with the questions to compare again."""
        ...

    def to_match(self, batch_id: BatchId, question_ids: Sequence[QuestionId] | None) -> list[Matchable]:
        """Questions to be compared: all, if the batch never was; or these."""
        ...

    def matched(self, batch_id: BatchId, question_ids: Sequence[QuestionId]) -> None:
        """The questions have been compared and their pairs stored: apply what is decided."""
        ...

    def pairs(
        self,
        user_id: UserId,
        batch_id: BatchId | None,
        *,
        duplicate_ids: Sequence[DuplicateId] | None = None,
        resolution: str | None = None,
    ) -> list[BatchPair]: ...

    def resolve(
        self,
        duplicate_ids: Sequence[DuplicateId],
        question_ids: Sequence[QuestionId],
        resolution: str,
        *,
        by: UserId,
        notes: str | None,
    ) -> int:
        """Decide the pairs, and do to their staged questions what follows."""
        ...

    def revive_orphans(self, user_id: UserId) -> dict[BatchId, list[QuestionId]]:
        """Questions left out as duplicates of what is no longer there wait again."""
        ...

    def embeddable(self, batch_id: BatchId) -> list[Embeddable]: ...

    def importable(
        self, batch_id: BatchId, *, model: str, version: str
    ) -> dict[QuestionId, tuple[bool, list[QuestionId]]]:
        """Each approved question: whether there is a vector for its words, and what it is to replace."""
        ...

    def replace(self, replaced: Mapping[QuestionId, QuestionId], *, by: UserId) -> set[BatchId]:
        """Take the keys out of production for the sake of the values, under their documents' locks.

        Answers with the banks that they are staged in.
        """
        ...

    def import_questions(
        self, batch_id: BatchId, question_ids: Sequence[QuestionId], *, model: str, version: str
    ) -> None:
        """Move approved questions to production, with their vectors of this model, which is held.

        Raises:
            LedgerError: not all of them arrived.
        """
        ...

    def note_import_errors(self, batch_id: BatchId, reasons: Mapping[QuestionId, str]) -> None: ...

    def record(
        self, batch: Batch, event: str, code: str, payload: Mapping[str, Any], *, severity: str = "info"
    ) -> None:
        """Append to ``events``; the payload gets the batch's id."""
        ...

    def history(self, batch_id: BatchId) -> list[dict[str, Any]]: ...
