"""Question banks in staging: taken in, compared, decided about and imported; every step is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.batches import Batch, BatchCounts, BatchPair, BatchQuestion, NewBankQuestion, QuestionStatus
from pipeline_core.domain.errors import (
    ConflictError,
    EmptyFileError,
    EncryptedDocumentError,
    FileTooLargeError,
    NotFoundError,
    RefusedError,
    StagedStateError,
    UnknownIdsError,
    UnsupportedTypeError,
)
from pipeline_core.domain.facts import fact_text
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.harmless_links import harmless
from pipeline_core.domain.ids import (
    BatchId,
    DuplicateId,
    QuestionId,
    UserId,
    bank_batch_id_for,
    bank_question_id_for,
    sha256_hex,
)
from pipeline_core.domain.languages import languages_of
from pipeline_core.domain.reasons import trimmed
from pipeline_core.domain.staging import MatchKey, Pair
from pipeline_core.domain.text_encoding import decode_text
from pipeline_core.domain.wording import counted
from pipeline_core.duplicates.comparing import in_languages, match_keys
from pipeline_core.duplicates.detection import Detection
from pipeline_core.question_banks.entries import MAX_CHARS, UNSTORABLE
from pipeline_core.question_banks.reading import Bank, Entry, parse
from pipeline_core.review.bank_matching import match_bank, prepare
from pipeline_core.review.banks import find_batch, held_bank, settle
from pipeline_core.review.decisions import Resolution
from pipeline_core.review.orphans import revive
from pipeline_core.services.batch_import import ImportBatch, ImportReport
from pipeline_core.settings import Settings

GENERATOR = "question-bank"
EDITABLE = frozenset({"question", "answer", "topic", "subtopic", "kind", "difficulty", "notes"})
_Status = QuestionStatus


@dataclass(frozen=True, slots=True)
class StagedBank:
    """A bank that was taken in. ``batch`` is None where no entry could be read; ``new`` were not there before."""

    bank: Bank
    batch: Batch | None
    new: int
    pairs: list[BatchPair]
    counts: BatchCounts | None


@dataclass(frozen=True, slots=True)
class BatchChange:
    """What a decision changed; ``unchanged`` were so already."""

    changed: list[UUID]
    unchanged: int
    counts: BatchCounts


@dataclass(frozen=True, slots=True)
class StagingService:
    """One transaction an operation, under the batch's lock; each may be repeated without further effect."""

    settings: Settings
    open_uow: OpenUnitOfWork
    detection: Detection
    importer: ImportBatch
    reviewer: str = ""
    """The name in the record of decisions; without it, the user's id."""

    def stage_bank(self, data: bytes, file_name: str, *, by: UserId) -> StagedBank:
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
            pairs = uow.batches.pairs(by, batch_id)
            counts = uow.batches.counts([batch_id])[batch_id]
        return replace(staged, pairs=pairs, counts=counts)

    def take_bank(self, data: bytes, file_name: str, *, by: UserId) -> StagedBank:
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
                f"{len(data):,} bytes are more than {self.settings.max_file_bytes:,}.", where=file_name
            )
        return parse(_markdown(data, file_name))

    def create_batch(self, data: bytes, file_name: str, *, by: UserId) -> Batch:
        """The batch of these bytes: a new one, or the one that they made before."""
        with self.open_uow() as uow:
            batch = self._open_bank(uow, data, file_name, by)
            uow.commit()
        return batch

    def stage_questions(self, batch_id: BatchId, entries: Sequence[Entry], *, by: UserId) -> int:
        """Stage what is not there yet; answers with its number. Decisions on what is there stand."""
        with self.open_uow() as uow:
            new = self._stage_entries(uow, batch_id, entries, by)
            uow.commit()
        return new

    def _open_bank(self, uow: UnitOfWork, data: bytes, file_name: str, by: UserId) -> Batch:
        batch_id = bank_batch_id_for(by, sha256_hex(data))
        uow.batches.lock(batch_id)
        is_new = uow.batches.open_bank(batch_id, by, file_name)
        batch = find_batch(uow, batch_id, by)
        if is_new:
            uow.batches.record(batch, "uploaded", "batch_created", {"by": self.reviewer or by, "file_name": file_name})
        return batch

    def _stage_entries(self, uow: UnitOfWork, batch_id: BatchId, entries: Sequence[Entry], by: UserId) -> int:
        batch = held_bank(uow, batch_id, by)
        texts = [fact_text(entry.question, entry.answer, None) for entry in entries]
        keys = in_languages(match_keys(uow.staging, texts), languages_of(texts))
        seen: dict[tuple[str, str], int] = {}
        questions = []
        for entry, key in zip(entries, keys, strict=True):
            words = (entry.question, entry.answer)
            question_id = bank_question_id_for(batch_id, *words, seen.setdefault(words, 0))
            seen[words] += 1
            questions.append(_new_question(question_id, entry, key))
        new = uow.batches.stage(batch_id, by, questions, GENERATOR)
        if new:
            uow.batches.record(batch, "review", "questions_staged", {"by": self.reviewer or by, "questions": new})
        settle(uow, batch)
        return len(new)

    def detect_duplicates(self, batch_id: BatchId, *, by: UserId) -> list[Pair]:
        """Compare what was never compared with production, other batches and itself."""
        look_alikes = prepare(self.detection, self.open_uow, batch_id)
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by)
            pairs = match_bank(uow, batch_id, by, look_alikes=look_alikes)
            settle(uow, batch)
            uow.commit()
        return pairs

    def update_batch_counts(self, batch_id: BatchId, *, by: UserId) -> BatchCounts:
        """The counts, read from the rows; the batch moves to where they put it."""
        with self.open_uow() as uow:
            uow.batches.lock(batch_id)
            batch = find_batch(uow, batch_id, by)
            if batch.document_id is None:
                counts = settle(uow, batch)
                uow.commit()
            else:
                counts = uow.batches.counts([batch_id])[batch_id]
        return counts

    def batches(self, *, by: UserId, named: str | None = None, limit: int | None = 100) -> list[dict[str, Any]]:
        """The user's batches with their counts and undecided pairs, newest first."""
        with self.open_uow() as uow:
            found = uow.batches.find(by, named=named, limit=limit)
            ids = [batch.batch_id for batch in found]
            counts, undecided = uow.batches.counts(ids), uow.batches.undecided(ids)
        return [
            {
                "batch_id": batch.batch_id,
                "file_name": batch.file_name,
                "document_id": batch.document_id,
                "status": batch.status,
                "uploaded_at": batch.uploaded_at,
                **counts[batch.batch_id].as_json(),
                "cost_usd": batch.cost_usd,
                "undecided": undecided.get(batch.batch_id, 0),
            }
            for batch in found
        ]

    def get_batch_questions(
        self,
        batch_id: BatchId,
        *,
        by: UserId,
        statuses: Sequence[QuestionStatus] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[BatchQuestion]:
        """The batch's questions in the file's order, those of some statuses or all."""
        with self.open_uow() as uow:
            find_batch(uow, batch_id, by)
            return uow.batches.questions(batch_id, statuses=statuses, limit=limit, offset=offset)

    def duplicates(self, batch_id: BatchId, *, by: UserId, resolution: str | None = None) -> list[BatchPair]:
        with self.open_uow() as uow:
            find_batch(uow, batch_id, by)
            return uow.batches.pairs(by, batch_id, resolution=resolution)

    def history(self, batch_id: BatchId, *, by: UserId) -> list[dict[str, Any]]:
        """What was done to the batch, by whom, when and why, oldest first."""
        with self.open_uow() as uow:
            find_batch(uow, batch_id, by)
            return uow.batches.history(batch_id)

    def approve_questions(
        self, batch_id: BatchId, question_ids: Sequence[QuestionId] | None = None, *, by: UserId, reason: str = ""
    ) -> BatchChange:
        """Approve these, rejected ones included; without ids, all that are pending.

        Raises:
            NotFoundError: one of them is not in this batch.
            StagedStateError: one of them is left out as a duplicate: its pair is to be decided otherwise first.
        """
        return self._decide(batch_id, question_ids, _Status.APPROVED, by, reason)

    def reject_questions(
        self, batch_id: BatchId, question_ids: Sequence[QuestionId] | None = None, *, by: UserId, reason: str = ""
    ) -> BatchChange:
        """Reject these; without ids, all that are pending. What repeated one of them waits again.

        Raises:
            NotFoundError: one of them is not in this batch.
            StagedStateError: one of them is imported.
        """
        return self._decide(batch_id, question_ids, _Status.REJECTED, by, reason)

    def _decide(
        self,
        batch_id: BatchId,
        question_ids: Sequence[QuestionId] | None,
        to: QuestionStatus,
        by: UserId,
        reason: str,
    ) -> BatchChange:
        reason = trimmed(reason)
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by)
            rows = _rows(uow, batch, question_ids)
            todo = [row for row in rows if row.status in _FROM[to]]
            same = [row for row in rows if row.status in _SAME[to]]
            if question_ids is None:
                todo = [row for row in todo if row.status is _Status.PENDING]
            else:
                _refuse(batch, to, [row for row in rows if row.status not in _FROM[to] | _SAME[to]])
            if to is _Status.APPROVED:
                kept = {pair.staged for pair in uow.batches.pairs(by, batch_id, resolution=Resolution.KEEP_EXISTING)}
                _refuse(batch, to, [row for row in todo if row.question_id in kept])
            ids = [row.question_id for row in todo]
            if uow.batches.decide(batch_id, ids, list(_FROM[to]), to, by=by, notes=reason or None) != len(ids):
                raise ConflictError(f"Questions of {batch.file_name} were decided by somebody else meanwhile.")
            if todo:
                before = {str(row.question_id): row.status for row in todo}
                payload = {"by": self.reviewer or by, "reason": reason, "before": before, "after": to}
                uow.batches.record(batch, "review", f"questions_{to}", payload)
            if todo and to is _Status.REJECTED:
                _settle_others(uow, batch, revive(uow, by))
            counts = settle(uow, batch, by=by)
            uow.commit()
        return BatchChange(list(ids), len(same), counts)

    def edit_question(
        self,
        batch_id: BatchId,
        question_id: QuestionId,
        changes: Mapping[str, str | None],
        *,
        by: UserId,
        reason: str = "",
    ) -> BatchChange:
        """Change fields of ``EDITABLE``. New words are compared again, and wait for an approval again.

        Raises:
            TransientError: the new words could not be embedded; nothing has changed.
            NotFoundError: it is not in this batch.
            RefusedError: a field cannot be changed, or not to this.
            StagedStateError: it is imported, rejected or left out as a duplicate.
        """
        reason = trimmed(reason)
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by)
            [row] = _rows(uow, batch, [question_id])
            edited = _edit(row, changes)
        if batch.is_matched and _has_new_words(row, edited):
            words = fact_text(edited.question, edited.answer, None)
            self.detection.prepare_words(self.open_uow, question_id, words, by=by)
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by)
            [row] = _rows(uow, batch, [question_id])
            edited = _edit(row, changes)
            if edited == row:
                return BatchChange([], 1, uow.batches.counts([batch_id])[batch_id])
            has_new_words = _has_new_words(row, edited)
            if has_new_words:
                edited = replace(edited, status=_Status.PENDING)
            edited = replace(edited, review_notes=reason or row.review_notes)
            [key] = match_keys(uow.staging, [fact_text(edited.question, edited.answer, None)])
            if not uow.batches.edit(batch_id, edited, key, row.status, by=by):
                raise ConflictError(f"“{_clip(row.title)}” was decided by somebody else meanwhile.")
            changed = [name for name in sorted(EDITABLE) if getattr(row, name) != getattr(edited, name)]
            payload = {
                "by": self.reviewer or by,
                "reason": reason,
                "question_id": question_id,
                "before": {"status": row.status, **{name: getattr(row, name) for name in changed}},
                "after": {"status": edited.status, **{name: getattr(edited, name) for name in changed}},
            }
            uow.batches.record(batch, "review", "question_edited", payload)
            if has_new_words and batch.is_matched:
                self._compare_again(uow, batch, question_id)
            counts = settle(uow, batch, by=by)
            uow.commit()
        return BatchChange([question_id], 0, counts)

    def _compare_again(self, uow: UnitOfWork, batch: Batch, question_id: QuestionId) -> None:
        again = uow.batches.forget_pairs(question_id)
        again[batch.batch_id] = list({*again.get(batch.batch_id, []), question_id})
        for other, ids in again.items():
            match_bank(uow, other, batch.user_id, ids)
        _settle_others(uow, batch, set(again))

    def resolve_duplicate(
        self, duplicate_id: DuplicateId, resolution: Resolution, *, by: UserId, reason: str = ""
    ) -> BatchChange:
        """Decide one pair; see ``resolve_duplicates``."""
        with self.open_uow() as uow:
            pairs = uow.batches.pairs(by, None, duplicate_ids=[duplicate_id])
        if not pairs:
            raise NotFoundError(
                f"There is no pair {duplicate_id}.",
                action="`pipeline batches BATCH` lists the pairs.",
                http_action="`GET /api/staging/duplicates/{batch_id}` lists the pairs of a batch.",
            )
        return self.resolve_duplicates(pairs[0].batch_id, resolution, [duplicate_id], by=by, reason=reason)

    def resolve_duplicates(
        self,
        batch_id: BatchId,
        resolution: Resolution,
        duplicate_ids: Sequence[DuplicateId] | None = None,
        *,
        by: UserId,
        reason: str = "",
    ) -> BatchChange:
        """Decide these pairs; without ids, all that nobody has decided.

        ``keep_existing`` leaves the staged question out at once, any other decision takes it back in. What
        ``replace_existing`` replaces goes when its successor is imported.

        Raises:
            NotFoundError: one of them is not of this batch.
            StagedStateError: its question is imported, or what it would yield to is there no more.
        """
        reason = trimmed(reason)
        with self.open_uow() as uow:
            batch = held_bank(uow, batch_id, by)
            pairs = uow.batches.pairs(
                by, batch_id, duplicate_ids=duplicate_ids, resolution="pending" if duplicate_ids is None else None
            )
            if duplicate_ids is not None and (unknown := set(duplicate_ids) - {p.duplicate_id for p in pairs}):
                given = len(set(duplicate_ids))
                raise UnknownIdsError.of(sorted(unknown), given, "pair", f"of {batch.file_name}")
            todo = [pair for pair in pairs if pair.resolution != resolution]
            for pair in todo:
                _refuse_resolution(pair, resolution)
            ids = [pair.duplicate_id for pair in todo]
            staged = sorted({pair.staged for pair in todo})
            if uow.batches.resolve(ids, staged, resolution, by=by, notes=reason or None) != len(ids):
                raise ConflictError(f"Pairs of {batch.file_name} were decided by somebody else meanwhile.")
            if todo:
                before = {str(pair.duplicate_id): pair.resolution for pair in todo}
                payload = {"by": self.reviewer or by, "reason": reason, "before": before, "after": resolution}
                uow.batches.record(batch, "review", "duplicates_resolved", payload)
                _settle_others(uow, batch, revive(uow, by))
            counts = settle(uow, batch, by=by)
            uow.commit()
        return BatchChange(list(ids), len(pairs) - len(todo), counts)

    def request_import(self, batch_id: BatchId, *, by: UserId) -> int:
        """Queue the import of what is approved; answers with its number. A worker ends it (``BankQueue``).

        Raises:
            NotFoundError, StagedStateError, UndecidedDuplicatesError: there is something against an import.
        """
        return self.importer.request(batch_id, by=by)

    def import_approved(self, batch_id: BatchId, *, by: UserId) -> ImportReport:
        """Embed what is approved, then move it to production in one transaction; see ``ImportBatch``."""
        return self.importer(batch_id, by=by)


_FROM = {
    _Status.APPROVED: frozenset({_Status.PENDING, _Status.REJECTED}),
    _Status.REJECTED: frozenset({_Status.PENDING, _Status.APPROVED, _Status.DUPLICATE}),
}
_SAME = {
    _Status.APPROVED: frozenset({_Status.APPROVED, _Status.IMPORTED}),
    _Status.REJECTED: frozenset({_Status.REJECTED}),
}


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


def _rows(uow: UnitOfWork, batch: Batch, question_ids: Sequence[QuestionId] | None) -> list[BatchQuestion]:
    rows = uow.batches.questions(batch.batch_id, question_ids=question_ids)
    if question_ids is not None and (unknown := set(question_ids) - {row.question_id for row in rows}):
        raise UnknownIdsError.of(sorted(unknown), len(set(question_ids)), "question", f"of {batch.file_name}")
    return rows


def _refuse(batch: Batch, to: QuestionStatus, rows: Sequence[BatchQuestion]) -> None:
    if rows:
        named = "; ".join(f"“{_clip(row.title)}” is {row.status}" for row in rows[:5])
        raise StagedStateError(f"{batch.file_name}: {counted(len(rows), 'question')} cannot become {to}: {named}.")


def _refuse_resolution(pair: BatchPair, resolution: Resolution) -> None:
    if pair.staged_status is _Status.IMPORTED:
        raise StagedStateError(f"“{_clip(pair.staged_text)}” is imported: its pair is decided for good.")
    if resolution is Resolution.KEEP_EXISTING and not pair.existing_stands:
        raise StagedStateError(f"What “{_clip(pair.staged_text)}” repeats is there no more: it cannot be kept instead.")


def _settle_others(uow: UnitOfWork, batch: Batch, batch_ids: set[BatchId]) -> None:
    for other in batch_ids - {batch.batch_id}:
        settle(uow, find_batch(uow, other, batch.user_id))


def _edit(row: BatchQuestion, changes: Mapping[str, str | None]) -> BatchQuestion:
    """The question after the change, which is the question itself where that changes nothing."""
    edited = _edited(row, changes)
    if edited != row and row.status not in (_Status.PENDING, _Status.APPROVED):
        raise StagedStateError(f"“{_clip(row.title)}” is {row.status}: it cannot be edited.")
    return edited


def _has_new_words(row: BatchQuestion, edited: BatchQuestion) -> bool:
    return (edited.question, edited.answer) != (row.question, row.answer)


def _edited(row: BatchQuestion, changes: Mapping[str, str | None]) -> BatchQuestion:
    if unknown := set(changes) - EDITABLE:
        raise RefusedError(
            f"{', '.join(sorted(unknown))} cannot be edited.", action=f"One of: {', '.join(sorted(EDITABLE))}."
        )
    needed = {"question", "answer", "kind"}
    for name, value in changes.items():
        if name in needed and not (value or "").strip():
            raise RefusedError(f"The {name} cannot be empty.")
        if value is not None and (UNSTORABLE.search(value) or len(value) > MAX_CHARS):
            raise RefusedError(f"The {name} has a character that cannot be stored, or more than {MAX_CHARS:,}.")
    values: dict[str, Any] = {name: value if name in needed else value or None for name, value in changes.items()}
    return replace(row, **values)


def _clip(text: str, length: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
