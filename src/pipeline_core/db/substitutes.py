"""Facts whose copy in another document is not published: published first, they have the place of that copy."""

from typing import Any
from uuid import UUID

from pipeline_core.db.session import Row, Session
from pipeline_core.db.staging import record_pairs
from pipeline_core.domain.ids import BatchId, Ids, QuestionId, duplicate_id_for
from pipeline_core.domain.staging import Pair


def substitute(session: Session, document_ids: Ids) -> set[BatchId]:
    """Approve what these documents say and no published one does, and leave its copies out, wherever they wait.

    To be called in the transaction that publishes the documents together, under their users' matching lock. Answers
    with the banks that such a copy is in.
    """
    rows = session.all("published_first", document_ids=list(document_ids))
    swapped = _one_for_each([(row["new_id"], row["old_id"], (row["realm_id"], row["match_sha256"])) for row in rows])
    if not swapped:
        return set()
    copies = session.all(
        "other_copies", new_ids=list(swapped), old_ids=list(swapped.values()), document_ids=list(document_ids)
    )
    new_ids = [*swapped, *(row["new_id"] for row in copies)]
    old_ids = [*swapped.values(), *(row["old_id"] for row in copies)]
    session.all("lock_questions", question_ids=[*new_ids, *old_ids])
    session.execute("stand_again", question_ids=list(swapped))
    session.execute("approve_again", question_ids=list(swapped))
    pairs = [
        Pair(row["old_id"], row["new_id"], False, 1.0, "exact", "keep_existing", "the same words") for row in copies
    ]
    record_pairs(session, pairs)
    _turn_pairs(session, session.all("pairs_to_turn", new_ids=new_ids, old_ids=old_ids))
    session.execute("leave_copies_out", new_ids=new_ids, old_ids=old_ids)
    return {row["batch_id"] for row in session.all("batches_of_questions", question_ids=old_ids)}


def _one_for_each(rows: list[tuple[QuestionId, QuestionId, Any]]) -> dict[QuestionId, QuestionId]:
    """Of those with one copy, or with the same words, the first."""
    swapped: dict[QuestionId, QuestionId] = {}
    seen: set[Any] = set()
    for new, old, words in rows:
        if not seen & {old, words}:
            swapped[new] = old
        seen |= {old, words}
    return swapped


def _turn_pairs(session: Session, rows: list[Row]) -> None:
    pairs: dict[tuple[QuestionId, QuestionId], UUID] = {}
    for row in rows:
        pairs.setdefault((row["staged"], row["existing"]), row["duplicate_id"])
    session.execute(
        "turn_pairs",
        new_ids=[duplicate_id_for(staged, existing) for staged, existing in pairs],
        duplicate_ids=list(pairs.values()),
        staged=[staged for staged, _ in pairs],
        existing=[existing for _, existing in pairs],
    )
    session.execute("drop_pairs", duplicate_ids=[row["duplicate_id"] for row in rows if row["goes"]])
