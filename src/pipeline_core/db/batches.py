"""Batches of staged questions in PostgreSQL."""

from collections.abc import Mapping, Sequence

from pipeline_core.db.batch_lists import LISTED
from pipeline_core.db.session import Session
from pipeline_core.db.staging import MATCH_COLUMNS, matchable
from pipeline_core.domain.batches import Batch, BatchCounts, BatchStatus, NewBankQuestion
from pipeline_core.domain.errors import LedgerError
from pipeline_core.domain.ids import BatchId, QuestionId, RealmId, UserId
from pipeline_core.domain.rows.batches import ListedBatch
from pipeline_core.domain.staging import Embeddable, Matchable

_QUESTION_COLUMNS = {
    "question_id": "uuid",
    "upload_batch_id": "uuid",
    "realm_id": "uuid",
    "ordinal": "int4",
    "topic": "text",
    "subtopic": "text",
    "question_type": "text",
    "difficulty": "text",
    "question": "text",
    "answer": "text",
    "notes_for_tutor": "text",
    "generator": "text",
    **MATCH_COLUMNS,
}


class Batches:
    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting_banks(self, limit: int) -> list[Batch]:
        """Question banks that nobody has compared yet, or whose import was asked for, oldest first."""
        return self._session.rows(Batch, "waiting_banks", limit=limit)

    def lock(self, batch_id: BatchId) -> None:
        """One decision or import of a batch at a time, to the end of the transaction."""
        self._session.execute("lock_batch", batch_id=batch_id)

    def open_bank(self, batch_id: BatchId, realm_id: RealmId, file_name: str) -> bool:
        """Make the batch of a question bank; False where it is there already."""
        return self._session.execute("open_bank", batch_id=batch_id, realm_id=realm_id, file_name=file_name) == 1

    def find(self, realm_id: RealmId, batch_id: BatchId) -> Batch | None:
        """The batch, if it is this user's."""
        return self._session.first(Batch, "find_batch", realm_id=realm_id, batch_id=batch_id)

    def listed(
        self, realm_id: RealmId | None, *, named: str | None = None, limit: int | None = 100
    ) -> list[ListedBatch]:
        """The user's batches, newest first: those that a beginning of an id or a file name means, or all."""
        prefix = None if named is None else named.lower().replace("%", "").replace("_", "") + "%"
        return self._session.select(LISTED, realm_id=realm_id, prefix=prefix, named=named, limit=limit)

    def note(self, batch_id: BatchId, notes: str | None) -> None:
        self._session.execute("note_batch", batch_id=batch_id, notes=notes)

    def counts(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, BatchCounts]:
        rows = self._session.all("batch_counts", batch_ids=list(batch_ids))
        return {row.pop("batch_id"): BatchCounts(**row) for row in rows}

    def move(self, batch_id: BatchId, from_status: BatchStatus, to_status: BatchStatus, *, by: UserId | None) -> bool:
        """Compare-and-set; False when the batch is not at ``from_status``."""
        moved = self._session.execute(
            "move_batch", batch_id=batch_id, from_status=from_status, to_status=to_status, by=by
        )
        return moved == 1

    def stage(
        self, batch_id: BatchId, realm_id: RealmId, questions: Sequence[NewBankQuestion], generator: str
    ) -> list[QuestionId]:
        """Stage those that are not there yet; returns their ids. The batch is to be compared again."""
        there = set(self._session.column("bank_question_ids", batch_id=batch_id))
        rows = [
            (
                q.question_id, batch_id, realm_id, ordinal, q.topic, q.subtopic, q.kind, q.difficulty, q.question,
                q.answer, q.notes, generator, q.match.text, q.match.sha256, q.match.trigrams, q.match.signature,
                q.match.language,
            )
            for ordinal, q in enumerate(questions)
            if q.question_id not in there
        ]  # fmt: skip
        self._session.copy("staged_questions", _QUESTION_COLUMNS, rows)
        if rows:
            self._session.execute("mark_batch", batch_id=batch_id, is_matched=False)
        return [row[0] for row in rows]

    def to_match(self, batch_id: BatchId, question_ids: Sequence[QuestionId] | None) -> list[Matchable]:
        """Questions to be compared: all, if the batch never was; or these."""
        ids = list(question_ids) if question_ids is not None else None
        rows = self._session.all("batch_to_match", batch_id=batch_id, question_ids=ids)
        return [matchable(row) for row in rows]

    def matched(self, batch_id: BatchId, question_ids: Sequence[QuestionId]) -> None:
        """The questions have been compared and their pairs stored: apply what is decided."""
        self._session.execute("drop_known_pairs", question_ids=list(question_ids))
        self._session.execute("mark_duplicates", question_ids=list(question_ids))
        self._session.execute("mark_batch", batch_id=batch_id, is_matched=True)

    def revive_orphans(self, realm_id: RealmId) -> dict[BatchId, list[QuestionId]]:
        """Questions left out as duplicates of what is no longer there wait again."""
        found: dict[BatchId, list[QuestionId]] = {}
        for row in self._session.all("orphans_of_banks", realm_id=realm_id):
            found.setdefault(row["batch_id"], []).append(row["question_id"])
        if found:
            self._session.execute("revive_questions", question_ids=[i for ids in found.values() for i in ids])
        return found

    def embeddable(self, batch_id: BatchId) -> list[Embeddable]:
        rows = self._session.all("batch_embeddable", batch_id=batch_id)
        return [Embeddable(row["question_id"], "question", row["content_sha256"], row["text"]) for row in rows]

    def importable(
        self, batch_id: BatchId, *, model: str, version: str
    ) -> dict[QuestionId, tuple[bool, list[QuestionId]]]:
        """Each approved question: whether there is a vector for its words, and what it is to replace."""
        rows = self._session.all("importable", batch_id=batch_id, model=model, version=version)
        return {row["question_id"]: (row["has_vector"], row["replaces"]) for row in rows}

    def replace(self, replaced: Mapping[QuestionId, QuestionId], *, by: UserId) -> set[BatchId]:
        """Take the keys out of production for the sake of the values, under their documents' locks.

        Returns the banks that they are staged in.
        """
        rows = self._session.all("documents_of_questions", question_ids=list(replaced))
        self._session.execute("lock_documents", document_ids=[row["document_id"] for row in rows])
        self._session.execute(
            "replace_questions",
            old_ids=list(replaced),
            new_ids=list(replaced.values()),
            by=[str(by)] * len(replaced),
        )
        return {row["batch_id"] for row in self._session.all("batches_of_questions", question_ids=list(replaced))}

    def import_questions(
        self, batch_id: BatchId, question_ids: Sequence[QuestionId], *, model: str, version: str
    ) -> None:
        """Move approved questions to production, with their vectors of this model, which is held.

        Raises:
            LedgerError: not all of them arrived.
        """
        ids = list(question_ids)
        arrived = self._session.execute(
            "import_questions", batch_id=batch_id, question_ids=ids, model=model, version=version
        )
        marked = self._session.execute("mark_questions_imported", batch_id=batch_id, question_ids=ids)
        if not arrived == marked == len(ids):
            raise LedgerError(
                f"{arrived} of {len(ids)} questions would have arrived in production, {marked} marked as imported.",
                where=f"batch {batch_id}",
            )

    def note_import_errors(self, batch_id: BatchId, reasons: Mapping[QuestionId, str]) -> None:
        if reasons:
            self._session.execute(
                "note_import_errors", batch_id=batch_id, question_ids=list(reasons), reasons=list(reasons.values())
            )
