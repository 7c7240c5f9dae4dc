"""Question banks in staging: taken in, compared, decided about and imported; every step is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.batches import Batch, BatchCounts, NewBankQuestion, QuestionStatus
from pipeline_core.domain.errors import (
    EmptyFileError,
    EncryptedDocumentError,
    FileTooLargeError,
    UnsupportedTypeError,
)
from pipeline_core.domain.facts import fact_text
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.harmless_links import harmless
from pipeline_core.domain.ids import (
    BatchId,
    QuestionId,
    RealmId,
    bank_batch_id_for,
    bank_question_id_for,
    sha256_hex,
)
from pipeline_core.domain.languages import languages_of
from pipeline_core.domain.reasons import trimmed
from pipeline_core.domain.review import OfBatch, Reviewer, StagedFact, StagedPair
from pipeline_core.domain.rows.batches import ListedBatch
from pipeline_core.domain.staging import MatchKey, Pair
from pipeline_core.domain.text_encoding import decode_text
from pipeline_core.duplicates.comparing import match_keys
from pipeline_core.duplicates.detection import Detection
from pipeline_core.question_banks.reading import Bank, Entry, parse
from pipeline_core.review.banks import find_batch, held_bank, match_bank, no_such_batch, settle
from pipeline_core.review.decisions import Change, require_storable
from pipeline_core.review.service import Review
from pipeline_core.services.batch_import import ImportBatch, ImportReport
from pipeline_core.settings import Settings

GENERATOR = "question-bank"


@dataclass(frozen=True, slots=True)
class StagedBank:
    """A bank that was taken in. ``batch`` is None where no entry could be read; ``new`` were not there before."""

    bank: Bank
    batch: Batch | None
    new: int
    pairs: list[StagedPair]
    counts: BatchCounts | None


@dataclass(frozen=True, slots=True)
class StagingService:
    """One transaction an operation, under the batch's lock; each may be repeated without further effect."""

    settings: Settings
    open_uow: OpenUnitOfWork
    detection: Detection
    importer: ImportBatch
    review: Review

    def stage_bank(self, data: bytes, file_name: str, *, by: Reviewer) -> StagedBank:
        """Take in a question bank: make its batch, stage its questions, look for duplicates.

        Raises:
            EmptyFileError, FileTooLargeError, UnsupportedTypeError: the file is no text to be read.
        """
        staged = self.take_bank(data, file_name, by=by)
        if staged.batch is None:
            return staged
        batch_id = staged.batch.batch_id
        self.detect_duplicates(batch_id, by=by)
        with self.open_uow() as uow:
            pairs = uow.reviews.pairs(OfBatch(batch_id), by.realm_id)
            counts = uow.batches.counts([batch_id])[batch_id]
        return replace(staged, pairs=pairs, counts=counts)

    def take_bank(self, data: bytes, file_name: str, *, by: Reviewer) -> StagedBank:
        """Make the bank's batch and stage its questions; a worker looks for duplicates (``BankQueue``).

        Raises:
            EmptyFileError, FileTooLargeError, UnsupportedTypeError: the file is no text to be read.
        """
        bank = self.read_bank(data, file_name)
        if not bank.entries:
            return StagedBank(bank, None, 0, [], None)
        with self.open_uow() as uow:  # nobody sees a batch that has no questions yet
            batch = self._open_bank(uow, data, file_name, by)
            new = self._stage_entries(uow, batch.batch_id, bank.entries, by)
            uow.commit()
        return StagedBank(bank, batch, new, [], None)

    def read_bank(self, data: bytes, file_name: str) -> Bank:
        """The file's entries and problems.

        Raises:
            EmptyFileError, FileTooLargeError, UnsupportedTypeError: the file is no text to be read.
        """
        if not data.strip():
            raise EmptyFileError(where=file_name)
        if len(data) > self.settings.max_file_bytes:
            raise FileTooLargeError(
                f"The file has {len(data):,} bytes; the limit is {self.settings.max_file_bytes:,}.", where=file_name
            )
        return parse(_markdown(data, file_name))

    def create_batch(self, data: bytes, file_name: str, *, by: Reviewer) -> Batch:
        """The batch of these bytes: a new one, or the one that they made before."""
        with self.open_uow() as uow:
            batch = self._open_bank(uow, data, file_name, by)
            uow.commit()
        return batch

    def stage_questions(self, batch_id: BatchId, entries: Sequence[Entry], *, by: Reviewer) -> int:
        """Stage what is not there yet; returns its number. Decisions on what is there stand."""
        with self.open_uow() as uow:
            new = self._stage_entries(uow, batch_id, entries, by)
            uow.commit()
        return new

    def _open_bank(self, uow: UnitOfWork, data: bytes, file_name: str, by: Reviewer) -> Batch:
        batch_id = bank_batch_id_for(by.realm_id, sha256_hex(data))
        uow.batches.lock(batch_id)
        is_new = uow.batches.open_bank(batch_id, by.realm_id, file_name)
        batch = find_batch(uow, batch_id, by.realm_id)
        if is_new:
            uow.reviews.record(batch, "uploaded", "batch_created", {"by": by.by, "file_name": file_name})
        return batch

    def _stage_entries(self, uow: UnitOfWork, batch_id: BatchId, entries: Sequence[Entry], by: Reviewer) -> int:
        batch = held_bank(uow, batch_id, by.realm_id)
        texts = [fact_text(entry.question, entry.answer, None) for entry in entries]
        keys = match_keys(uow.staging, texts, languages_of(texts))
        seen: dict[tuple[str, str], int] = {}
        questions = []
        for entry, key in zip(entries, keys, strict=True):
            words = (entry.question, entry.answer)
            question_id = bank_question_id_for(batch_id, *words, seen.setdefault(words, 0))
            seen[words] += 1
            questions.append(_new_question(question_id, entry, key))
        new = uow.batches.stage(batch_id, by.realm_id, questions, GENERATOR)
        if new:
            uow.reviews.record(batch, "uploaded", "questions_staged", {"by": by.by, "questions": new})
        settle(uow, batch)
        return len(new)

    def detect_duplicates(self, batch_id: BatchId, *, by: Reviewer) -> list[Pair]:
        """Compare what was never compared with production, other batches and itself."""
        near = self.detection.prepare(self.open_uow, lambda uow: uow.batches.to_match(batch_id, None))
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by.realm_id)
            pairs = match_bank(uow, batch_id, by.realm_id, within=lambda _uow, _rows: near)
            if not batch.is_matched:
                uow.reviews.record(batch, "uploaded", "questions_compared", {"by": by.by, "pairs": len(pairs)})
            settle(uow, batch)
            uow.commit()
        return pairs

    def update_batch_counts(self, batch_id: BatchId, *, by: Reviewer) -> BatchCounts:
        """The counts, read from the rows; the batch moves to where they put it."""
        with self.open_uow() as uow:
            uow.batches.lock(batch_id)
            batch = find_batch(uow, batch_id, by.realm_id)
            if batch.document_id is None:
                counts = settle(uow, batch)
                uow.commit()
            else:
                counts = uow.batches.counts([batch_id])[batch_id]
        return counts

    def set_notes(self, batch_id: BatchId, notes: str, *, by: Reviewer) -> None:
        """Keep what people say of a batch as a whole; blank: nothing.

        Raises:
            NotFoundError: the realm has no such batch.
        """
        kept = trimmed(notes) or None
        require_storable("notes", kept or "")
        with self.open_uow() as uow:
            uow.batches.lock(batch_id)
            batch = find_batch(uow, batch_id, by.realm_id)
            uow.batches.note(batch_id, kept)
            uow.reviews.record(batch, "review", "batch_noted", {"by": by.by, "reason": by.reason, "notes": kept})
            uow.commit()

    def batches(
        self, *, realm_id: RealmId | None, named: str | None = None, limit: int | None = 100
    ) -> list[ListedBatch]:
        """The batches of a realm, or of all, with their counts and undecided pairs, newest first."""
        with self.open_uow() as uow:
            return uow.batches.listed(realm_id, named=named, limit=limit)

    def realm_of(self, batch_id: BatchId) -> RealmId:
        """The realm that a batch is in.

        Raises:
            NotFoundError: there is no such batch.
        """
        with self.open_uow() as uow:
            found = uow.realms.of_row(batch_id)
        if found is None:
            raise no_such_batch(batch_id)
        return found[0]

    def get_batch_questions(
        self, batch_id: BatchId, *, realm_id: RealmId, statuses: Sequence[QuestionStatus] | None = None
    ) -> list[StagedFact]:
        """The batch's questions in the file's order, those of some statuses or all."""
        return self.review.facts(OfBatch(batch_id), realm_id, statuses=statuses)

    def approve_questions(
        self, batch_id: BatchId, question_ids: Sequence[QuestionId] | None = None, *, by: Reviewer
    ) -> Change:
        """Approve these, rejected ones included; without ids, all that are pending: see ``Review.decide_facts``."""
        return self.review.decide_facts(OfBatch(batch_id), question_ids, QuestionStatus.APPROVED, by=by)

    def reject_questions(
        self, batch_id: BatchId, question_ids: Sequence[QuestionId] | None = None, *, by: Reviewer
    ) -> Change:
        """Reject these; without ids, all that are pending. What repeated one of them waits again."""
        return self.review.decide_facts(OfBatch(batch_id), question_ids, QuestionStatus.REJECTED, by=by)

    def import_approved(self, batch_id: BatchId, *, by: Reviewer) -> ImportReport:
        """Embed what is approved, then move it to production in one transaction; see ``ImportBatch``."""
        return self.importer(batch_id, by=by)


_SAVE_AS_MARKDOWN = "Save it as markdown, which is plain text, and import that."


def _markdown(data: bytes, file_name: str) -> str:
    """The bank's text, of which no link runs code and no image is loaded from elsewhere.

    Raises:
        UnsupportedTypeError: it is none; says what it is instead.
    """
    try:
        kind = detect(data, file_name)
    except (UnsupportedTypeError, EncryptedDocumentError) as error:
        raise UnsupportedTypeError(error.message, where=file_name, action=_SAVE_AS_MARKDOWN) from None
    text = decode_text(data)
    if text is None or not kind.is_text:
        raise UnsupportedTypeError(
            f"A question bank is markdown; this is {kind.label}.", where=file_name, action=_SAVE_AS_MARKDOWN
        )
    return harmless(text)


def _new_question(question_id: QuestionId, entry: Entry, key: MatchKey) -> NewBankQuestion:
    return NewBankQuestion(
        question_id,
        entry.question,
        entry.answer,
        entry.topic,
        entry.subtopic,
        entry.kind,
        entry.difficulty,
        entry.notes,
        key,
    )
