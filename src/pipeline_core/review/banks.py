"""What every operation on a batch begins and ends with: its lock, its owner, and its status by its counts."""

from collections.abc import Iterable

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.batches import BATCH_MOVES, Batch, BatchCounts, BatchStatus
from pipeline_core.domain.errors import ConflictError, IllegalMoveError, NotFoundError, StagedStateError
from pipeline_core.domain.ids import BatchId, UserId


def held_bank(uow: UnitOfWork, batch_id: BatchId, by: UserId) -> Batch:
    """The bank under its lock and its user's matching lock, for the length of the transaction.

    Raises:
        NotFoundError: this user has no such batch.
        StagedStateError: it is a document's: its review decides about it.
    """
    uow.batches.lock(batch_id)
    uow.staging.lock_matching([by])
    batch = find_batch(uow, batch_id, by)
    if batch.document_id is not None:
        raise StagedStateError(
            f"{batch.file_name} is a document: its facts are decided in its review, and published by its run.",
            action="`pipeline review` lists what waits.",
            http_action="`GET /api/job/next` says what waits, and where to decide about it.",
        )
    return batch


def find_batch(uow: UnitOfWork, batch_id: BatchId, user_id: UserId) -> Batch:
    """One batch of the user's.

    Raises:
        NotFoundError: this user has no such batch.
    """
    found = uow.batches.find(user_id, batch_id)
    if not found:
        raise NotFoundError(
            f"There is no batch {batch_id}.",
            action="`pipeline batches` lists what there is.",
            http_action="`GET /api/staging/batches` lists what there is.",
        )
    return found[0]


def settle(uow: UnitOfWork, batch: Batch, *, by: UserId | None = None, import_ends: bool = False) -> BatchCounts:
    """Move the batch to where its counts put it; one that is being imported stays so until that ends.

    Raises:
        IllegalMoveError: there is no such move.
        ConflictError: somebody else moved it meanwhile.
    """
    counts = uow.batches.counts([batch.batch_id])[batch.batch_id]
    present, wanted = find_batch(uow, batch.batch_id, batch.user_id).status, counts.status()
    is_importing = present is BatchStatus.IMPORTING and counts.approved > counts.imported and not import_ends
    if wanted is not present and not is_importing:
        move(uow, batch, present, wanted, by=by)
    return counts


def settle_banks(uow: UnitOfWork, user_ids: Iterable[UserId], batch_ids: Iterable[BatchId]) -> None:
    """``settle`` for banks that something else than a decision about them has changed, under their matching lock."""
    wanted = set(batch_ids)
    for user_id in set(user_ids) if wanted else ():
        for batch_id in wanted:
            for batch in uow.batches.find(user_id, batch_id):
                settle(uow, batch)


def move(uow: UnitOfWork, batch: Batch, present: BatchStatus, wanted: BatchStatus, *, by: UserId | None) -> None:
    """The one door by which a batch moves.

    Raises:
        IllegalMoveError, ConflictError: as ``settle``.
    """
    if wanted not in BATCH_MOVES[present]:
        raise IllegalMoveError(f"{batch.file_name}: a batch does not go from {present} to {wanted}.")
    if not uow.batches.move(batch.batch_id, present, wanted, by=by):
        raise ConflictError(f"{batch.file_name} was moved by somebody else meanwhile.")
