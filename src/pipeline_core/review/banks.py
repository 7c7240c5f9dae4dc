"""Common parts of the operations on a bank: its lock, its owner, its status from its counts, and comparison."""

from collections.abc import Iterable, Sequence

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.batches import BATCH_MOVES, Batch, BatchCounts, BatchStatus
from pipeline_core.domain.errors import ConflictError, IllegalMoveError, NotFoundError, StagedStateError
from pipeline_core.domain.ids import BatchId, QuestionId, RealmId, UserId
from pipeline_core.domain.same_words import same_words
from pipeline_core.domain.staging import AskedBefore, Matchable, NewRows, Pair
from pipeline_core.duplicates.comparing import compare, languages_to_compare
from pipeline_core.duplicates.detection import WithinTransaction


def held_bank(uow: UnitOfWork, batch_id: BatchId, realm_id: RealmId) -> Batch:
    """The bank under its lock and its realm's matching lock, for the length of the transaction.

    Raises:
        NotFoundError: the realm has no such batch.
        StagedStateError: it is a document's: its review decides about it.
    """
    uow.batches.lock(batch_id)
    uow.staging.lock_matching([realm_id])
    batch = find_batch(uow, batch_id, realm_id)
    if batch.document_id is not None:
        raise StagedStateError(
            f"{batch.file_name} is a document: its facts are decided in its review, and published by its run.",
            action="`pipeline review` lists what waits.",
            http_action="`GET /api/job/next` says what waits, and where to decide about it.",
        )
    return batch


def find_batch(uow: UnitOfWork, batch_id: BatchId, realm_id: RealmId) -> Batch:
    """One batch of the realm.

    Raises:
        NotFoundError: the realm has no such batch.
    """
    batch = uow.batches.find(realm_id, batch_id)
    if batch is None:
        raise no_such_batch(batch_id)
    return batch


def no_such_batch(batch_id: BatchId) -> NotFoundError:
    return NotFoundError(
        f"There is no batch {batch_id}.",
        action="`pipeline batches` lists what there is.",
        http_action="`GET /api/staging/batches` lists what there is.",
    )


def settle(uow: UnitOfWork, batch: Batch, *, by: UserId | None = None, import_ends: bool = False) -> BatchCounts:
    """Move the batch to where its counts put it; one that is being imported stays so until that ends.

    Raises:
        IllegalMoveError: there is no such move.
        ConflictError: somebody else moved it meanwhile.
    """
    counts = uow.batches.counts([batch.batch_id])[batch.batch_id]
    present, wanted = find_batch(uow, batch.batch_id, batch.realm_id).status, counts.status()
    is_importing = present is BatchStatus.IMPORTING and counts.approved > counts.imported and not import_ends
    if wanted is not present and not is_importing:
        move(uow, batch, present, wanted, by=by)
    return counts


def settle_banks(uow: UnitOfWork, realm_ids: Iterable[RealmId], batch_ids: Iterable[BatchId]) -> None:
    """``settle`` for banks that something else than a decision about them has changed, under their matching lock."""
    wanted = set(batch_ids)
    for realm_id in set(realm_ids) if wanted else ():
        for batch_id in wanted:
            if batch := uow.batches.find(realm_id, batch_id):
                settle(uow, batch)


def move(uow: UnitOfWork, batch: Batch, present: BatchStatus, wanted: BatchStatus, *, by: UserId | None) -> None:
    """The one door by which a batch moves.

    Raises:
        IllegalMoveError, ConflictError: as ``settle``.
    """
    if wanted not in BATCH_MOVES[present]:
        raise IllegalMoveError(f"{batch.file_name}: a batch cannot go from {present} to {wanted}.")
    if not uow.batches.move(batch.batch_id, present, wanted, by=by):
        raise ConflictError(f"{batch.file_name} was moved by somebody else meanwhile.")


def with_corrections(pairs: Sequence[Pair], asked: Sequence[AskedBefore]) -> list[Pair]:
    """The pairs, and those of the same question with a different answer: a person decides which of the two is right.

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
    realm_id: RealmId,
    question_ids: Sequence[QuestionId] | None = None,
    within: WithinTransaction | None = None,
) -> list[Pair]:
    """Compare the bank's questions (those given, or all that never were), store the pairs and apply the exact ones.

    ``within`` says how they are compared; without it by the vectors that are there already. The later question of a
    pair is its ``staged`` end. Takes the realm's matching lock for the transaction.
    """
    uow.staging.lock_matching([realm_id])
    rows = uow.batches.to_match(batch_id, question_ids)
    ids = [row.question_id for row in rows]
    pairs = with_corrections(_near_duplicates(uow, rows, within or uow.comparing.within), uow.staging.asked_before(ids))
    uow.staging.record_pairs(pairs, [])
    uow.batches.matched(batch_id, ids)
    return pairs


def _near_duplicates(uow: UnitOfWork, rows: Sequence[Matchable], within: WithinTransaction) -> list[Pair]:
    """Pairs of a bank's rows, which are of one realm."""
    if not rows:
        return []
    ids = [row.question_id for row in rows]
    new = NewRows(rows[0].realm_id, question_ids=ids, languages=languages_to_compare(rows))
    return compare(uow.staging, new, rows, within(uow, rows))
