"""Look-alikes of a bank's questions: question and answer against production, other batches and the bank itself."""

from collections.abc import Sequence

from pipeline_core.db.unit_of_work import LookAlikes, OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.ids import BatchId, QuestionId, UserId
from pipeline_core.domain.same_words import same_words
from pipeline_core.domain.staging import AskedBefore, Matchable, NewRows, Pair
from pipeline_core.duplicates.comparing import compare, languages_to_compare
from pipeline_core.duplicates.detection import Detection, WithinTransaction


def prepare(detection: Detection, open_uow: OpenUnitOfWork, batch_id: BatchId) -> LookAlikes:
    """The mode that is set, ready for this bank. Must not be called within a transaction."""
    return detection.prepare(open_uow, lambda uow: uow.batches.to_match(batch_id, None))


def with_corrections(pairs: Sequence[Pair], asked: Sequence[AskedBefore]) -> list[Pair]:
    """The pairs, and those of the same question with another answer: a person decides which of the two is right.

    A question whose answer stands already corrects nothing.
    """
    known = {pair.staged for pair in pairs if pair.resolution == "keep_existing"}
    corrections = {
        (one.staged, one.existing): Pair(
            one.staged, one.existing, one.existing_is_staged, 1.0, "exact", "pending", None, {"flags": ["corrected"]}
        )
        for one in asked
        if one.staged not in known
        and same_words(one.question, one.existing_question)
        and not same_words(one.answer, one.existing_answer)
    }
    return [*(pair for pair in pairs if (pair.staged, pair.existing) not in corrections), *corrections.values()]


def match_bank(
    uow: UnitOfWork,
    batch_id: BatchId,
    user_id: UserId,
    question_ids: Sequence[QuestionId] | None = None,
    within: WithinTransaction | None = None,
) -> list[Pair]:
    """Compare the bank's questions (those given, or all that never were), store the pairs and apply the exact ones.

    ``within`` says how they are compared; without it by the vectors that are there already. The later question of a
    pair is its ``staged`` end. Takes the user's matching lock for the transaction.
    """
    uow.staging.lock_matching([user_id])
    rows = uow.batches.to_match(batch_id, question_ids)
    ids = [row.question_id for row in rows]
    pairs = with_corrections(_look_alikes(uow, rows, within or uow.comparing.within), uow.staging.asked_before(ids))
    uow.staging.record_pairs(pairs, [])
    uow.batches.matched(batch_id, ids)
    return pairs


def _look_alikes(uow: UnitOfWork, rows: Sequence[Matchable], within: WithinTransaction) -> list[Pair]:
    """Pairs of a bank's rows, which are of one space."""
    space = next((row.space for row in rows), None)
    if space is None:
        return []
    ids = [row.question_id for row in rows]
    new = NewRows(space, question_ids=ids, languages=languages_to_compare(rows))
    return compare(uow.staging, new, rows, within(uow, rows))
