"""Look-alikes of a bank's questions: question and answer against production, other batches and the bank itself."""

from collections.abc import Sequence

from pipeline_core.domain.ids import BatchId, QuestionId, UserId
from pipeline_core.domain.staging import NewRows, Pair
from pipeline_core.ports.unit_of_work import LookAlikes, OpenUnitOfWork, UnitOfWork
from pipeline_core.staging.detection import Detection
from pipeline_core.staging.duplicates import compare, languages_to_compare


def match_text(question: str, answer: str) -> str:
    """What a bank's question is compared by."""
    return f"{question}\n{answer}"


def prepare(detection: Detection, open_uow: OpenUnitOfWork, batch_id: BatchId) -> LookAlikes:
    """The mode that is set, ready for this bank. Must not be called within a transaction."""
    return detection.prepare(open_uow, lambda uow: uow.batches.to_match(batch_id, None))


def match_bank(
    uow: UnitOfWork,
    batch_id: BatchId,
    user_id: UserId,
    question_ids: Sequence[QuestionId] | None = None,
    look_alikes: LookAlikes | None = None,
) -> list[Pair]:
    """Compare the bank's questions (those given, or all that never were), store the pairs and apply the exact ones.

    ``look_alikes`` is what ``prepare`` answered with; without it the vectors are those that are there already. The
    later question of a pair is its ``staged`` end. Takes the user's matching lock for the transaction.
    """
    uow.staging.lock_matching([user_id])
    rows = uow.batches.to_match(batch_id, question_ids)
    ids = [row.question_id for row in rows]
    new = NewRows(user_id, question_ids=ids, languages=languages_to_compare(rows))
    pairs = compare(uow.staging, new, rows, look_alikes or uow.comparing.within(uow, rows))
    uow.staging.record_pairs(pairs, [])
    uow.batches.matched(batch_id, ids)
    return pairs
