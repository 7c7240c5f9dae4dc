"""A fact that the generator missed: a reviewer marks its words in the source, and says what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.confidence_model import ADDED
from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.errors import AlreadyDecidedError, LedgerError, NotFoundError
from pipeline_core.domain.facts import REVIEWER, Evidence, Fact, MatchKind, fact_text
from pipeline_core.domain.ids import (
    BatchId,
    ChunkId,
    DocumentId,
    QuestionId,
    batch_id_for,
    scan_batch_id_for,
)
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.languages import languages_of
from pipeline_core.domain.lifecycle import Outcome
from pipeline_core.domain.review import Reviewer, StagedFact
from pipeline_core.domain.same_words import exact_key
from pipeline_core.domain.staging import NewQuestion, NewRows, Pair
from pipeline_core.domain.wording import counted
from pipeline_core.duplicates.comparing import compare, languages_to_compare, match_keys
from pipeline_core.duplicates.detection import Detection, WithinTransaction
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.marking import MissedFact, quotes, read, statement_of


@dataclass(frozen=True, slots=True)
class Added:
    """The fact as it is staged now; ``is_new`` is False if it had been added before."""

    fact: StagedFact
    is_new: bool
    message: str


@dataclass(frozen=True, slots=True)
class AddFact:
    """Stages facts that reviewers find, one transaction a fact."""

    open_uow: OpenUnitOfWork
    detection: Detection

    def __call__(self, document_id: DocumentId, missed: MissedFact, *, by: Reviewer) -> Added:
        """Add the fact to the document, approved, and compare it with what is there. Adding it again changes nothing.

        Raises:
            NotFoundError: the user has no such document, or it has no such chunk.
            AlreadyDecidedError: the document does not wait for a person (any more), or the fact was added before and
                is not approved now.
            RefusedError: the document is not in matching review, or what is marked or said is no fact.
        """
        missed = read(missed)
        with self.open_uow() as uow:
            _, chunk, _ = _take(uow, document_id, missed.chunk_id, by)
        statement = missed.statement or statement_of(quotes(missed, chunk))
        near = self.detection.of_words(
            missed.question_id, fact_text(missed.question, missed.answer, statement), by=by.realm_id
        )
        with self.open_uow() as uow:
            scope, chunk, language = _take(uow, document_id, missed.chunk_id, by)
            there = scope.facts()
            if known := next(iter(uow.reviews.facts(scope.where, [missed.question_id])), None):
                return _again(scope, known) if known.taken_back else _added_before(known)
            fact = _fact(uow, document_id, missed, chunk, statement)
            [key] = match_keys(uow.staging, [statement], [language])
            new = NewQuestion(document_id, by.realm_id, chunk.chunk_id, chunk.heading_path, fact, REVIEWER, key)
            uow.staging.add_fact(new, _batch_of(scope.summary), added_by=by.by)
            pairs = _pairs(uow, document_id, fact.question_id, near)
            uow.staging.record_pairs(pairs, [])
            # before it was added nothing of it was to be published: that is what an undo goes back to
            scope.set_status(scope.facts([fact.question_id]), QuestionStatus.REJECTED, "undone")
            uow.reviews.take_back_addition(fact.question_id)
            staged = _approve(scope, fact.question_id)
            uow.commit()
        same = [fact for fact in there if exact_key(fact.statement or "") == key.sha256]
        return Added(staged, True, _message(staged, pairs, same))


def _take(
    uow: UnitOfWork, document_id: DocumentId, chunk_id: ChunkId, by: Reviewer
) -> tuple[DocumentScope, Chunk, str]:
    """The waiting document, locked; its chunk, and the language of that."""
    scope = DocumentScope(uow, document_id, by)
    if scope.summary.outcome is Outcome.PUBLISHED:
        raise AlreadyDecidedError(
            scope.moved_on().message,
            action="A fact can only be added while its document waits in matching review; `pipeline run FILE "
            "--publish-from 1 --ask-from 0` makes a published document wait there again.",
            http_action="A fact can only be added while its document waits in matching review; upload a published "
            "document again with the fields `publish_from` 1 and `ask_from` 0 to make it wait there.",
            page_action="A fact can only be added while its document waits in matching review.",
        )
    scope.begin("edit")
    chunks = [row.chunk for row in uow.staging.chunks([document_id])[document_id]]
    at = next((n for n, chunk in enumerate(chunks) if chunk.chunk_id == chunk_id), None)
    if at is None:
        raise NotFoundError(
            f"{scope.summary.filename} has no chunk {chunk_id}.",
            action="Leave out --chunk, and mark the words: --words TEXT.",
            http_action="`GET /api/v2/documents/{document_id}/files` names the file of `chunker` that has them.",
        )
    return scope, chunks[at], languages_of([chunk.text for chunk in chunks])[at]


def _fact(uow: UnitOfWork, document_id: DocumentId, missed: MissedFact, chunk: Chunk, statement: str) -> Fact:
    pages = _pages(uow, document_id)
    evidence = tuple(
        Evidence(
            quote,
            chunk.char_from + one.char_from,
            chunk.char_from + one.char_to,
            pages.page_shown(chunk.char_from + one.char_from),
            match=MatchKind.EXACT,
        )
        for one, quote in zip(missed.marked, quotes(missed, chunk), strict=True)
    )
    return Fact(missed.question_id, missed.question, missed.answer, statement, evidence, confidence=ADDED)


def _pages(uow: UnitOfWork, document_id: DocumentId) -> PageMap:
    """Return the page map of the text that the chunks were cut from."""
    outputs = uow.stages.outputs([document_id], ["optimized_markdown", "markdown"]).get(document_id, {})
    text = outputs.get("optimized_markdown") or outputs.get("markdown")
    if text is None or "page_map" not in text.metadata:
        raise LedgerError(f"The text of document {document_id} has no page map.")
    return PageMap.from_json(text.metadata["page_map"])


def _batch_of(summary: JobSummary) -> BatchId:
    """Return the document's batch; for a deep scan, that of the scan, so that the fact is rejected with it."""
    is_scan = summary.is_scan and summary.is_published
    return scan_batch_id_for(summary.job_id) if is_scan else batch_id_for(summary.document_id)


def _pairs(uow: UnitOfWork, document_id: DocumentId, question_id: QuestionId, near: WithinTransaction) -> list[Pair]:
    """The pairs of the new fact: with what production and others say, and with the document's own facts."""
    rows = uow.staging.to_match([document_id], again=True)
    # behind all others: the later row of a pair is the one that yields
    rows.sort(key=lambda row: row.question_id == question_id)
    ids = [row.question_id for row in rows]
    new = NewRows(rows[0].realm_id, [document_id], ids, [document_id], languages_to_compare(rows[-1:]))
    found = compare(uow.staging, new, rows, near(uow, rows))
    return [pair for pair in found if pair.staged == question_id]


def _details(fact: StagedFact) -> dict[str, object]:
    after = {"status": fact.status, "question": fact.question, "answer": fact.answer, "statement": fact.statement}
    return {
        "question_id": fact.question_id,
        "chunk_id": fact.chunk_id,
        "evidence": [span.as_json() for span in fact.evidence],
        "before": None,
        "after": after,
    }


def _approve(scope: DocumentScope, question_id: QuestionId) -> StagedFact:
    """Approve the fact, as a change that an undo takes back whole."""
    scope.keep([question_id])
    scope.set_status(scope.facts([question_id]), QuestionStatus.APPROVED, scope.by.reason or "added")
    [staged] = scope.facts([question_id])
    scope.log("fact_added", **_details(staged))
    return staged


def _again(scope: DocumentScope, known: StagedFact) -> Added:
    """Add a fact again whose addition was undone."""
    staged = _approve(scope, known.question_id)
    scope.uow.commit()
    return Added(staged, True, _message(staged, (), ()))


def _added_before(fact: StagedFact) -> Added:
    if fact.status not in ("approved", "imported", "duplicate"):
        raise AlreadyDecidedError(
            f"This fact was added by {fact.added_by} before, and is {fact.status}: {fact.question_id}.",
            action="`pipeline review NAME approve --fact ID` approves it.",
            http_action="Approve it: `fact_ids` of `POST /api/job/{job_id}/approve-stage2`.",
            page_action="Approve it in the list of the document's facts.",
        )
    return Added(fact, False, f"this fact was added by {fact.added_by} before; nothing changed")


def _message(fact: StagedFact, pairs: Sequence[Pair], same: Sequence[StagedFact]) -> str:
    """Say what happened to the fact, and which others say the same or may."""
    if fact.status == "duplicate":
        return (
            f"fact added, and left out as a duplicate: {fact.duplicate_of} says the same; decide their pair "
            "differently to keep both"
        )
    told = ["fact added and approved"]
    told += [f"fact {one.question_id} says the same and is {one.status.replace('_', ' ')}" for one in same]
    if waiting := sum(pair.resolution == "pending" for pair in pairs):
        told.append(f"{counted(waiting, 'pair')} of near-duplicates to decide")
    return "; ".join([*told, "approve the document to go on"])
