"""Approved questions into production: embedded first, each imported, replaced or left with its reason."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.batches import Batch, BatchCounts, BatchStatus, QuestionStatus
from pipeline_core.domain.errors import (
    NoTextError,
    PipelineError,
    RateLimitedError,
    StagedStateError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import BatchId, DuplicateId, QuestionId, text_sha256
from pipeline_core.domain.review import Reviewer, StagedFact, StagedPair
from pipeline_core.domain.rows.desk import PairSide
from pipeline_core.domain.staging import Embeddable
from pipeline_core.ports.embedder import Embedded
from pipeline_core.services.batch_import import ImportBatch, plan
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase
from tests.support.fakes import HashEmbedder
from tests.support.jobs import REALM, document_id

BATCH, OTHER = BatchId(UUID(int=0xBA)), BatchId(UUID(int=0xBB))
NOW = datetime(2026, 11, 30, tzinfo=UTC)
ADA = Reviewer(REALM, "Ada")
A, B, C, D = (QuestionId(UUID(int=n)) for n in range(1, 5))
NO_VECTOR = "there is no vector for its words: it was edited during the import, or could not be embedded"
CIRCLE = "it and others would replace one another in a circle: decide one of the pairs differently"


@pytest.mark.parametrize(
    ("approved", "imports", "replaced", "failed"),
    [
        ({A: (True, []), B: (False, [])}, [A], {}, {B: NO_VECTOR}),
        ({A: (True, [B]), B: (True, [])}, [A], {B: A}, {}),
        # the last of a chain stands for all
        ({A: (True, [B]), B: (True, [C]), C: (True, [])}, [A], {B: A, C: A}, {}),
        ({A: (True, [D])}, [A], {D: A}, {}),
        # what cannot be imported replaces nothing
        ({A: (False, [B]), B: (True, [])}, [B], {}, {A: NO_VECTOR}),
        # nobody has decided who of a circle stands
        ({A: (True, [B]), B: (True, [A]), C: (True, [])}, [C], {}, {A: CIRCLE, B: CIRCLE}),
        ({}, [], {}, {}),
    ],
)
def test_each_approved_question_is_imported_replaced_or_left(
    approved: dict[QuestionId, tuple[bool, list[QuestionId]]],
    imports: list[QuestionId],
    replaced: dict[QuestionId, QuestionId],
    failed: dict[QuestionId, str],
) -> None:
    found = plan(approved)
    assert (found.imports, found.replaced, found.failed) == (imports, replaced, failed)


def _text(question_id: QuestionId) -> Embeddable:
    text = f"question {question_id.int}"
    return Embeddable(question_id, "question", text_sha256(text), text)


def _pair(number: int, status: QuestionStatus = QuestionStatus.APPROVED) -> StagedPair:
    return StagedPair(
        DuplicateId(UUID(int=number)), BATCH, None, A, B, 0.912, "scored", "pending", None, None, None, 1, "", NOW,
        f"new {number}\nits answer", f"old {number}\nits answer", status, True, (), "keep_both",
        PairSide(A, None, None, "new", None, None, None, None, None, None, None), None,
    )  # fmt: skip


def _fact(question_id: QuestionId) -> StagedFact:
    return StagedFact(question_id, "Why?", "Because.", None, QuestionStatus.APPROVED, 1, "", NOW)


def _database(*texts: Embeddable, status: BatchStatus = BatchStatus.REVIEWED, **answers: Any) -> FakeDatabase:
    batch = Batch(BATCH, REALM, None, "bank.md", status, NOW, True)
    return FakeDatabase(
        {
            "batches.find": batch,
            "batches.counts": lambda ids: dict.fromkeys(ids, BatchCounts(3, 0, 3, 0, 0, 1)),
            "batches.move": True,
            "batches.embeddable": list(texts),
            "batches.importable": {question.owner_id: (True, []) for question in texts},
            "batches.replace": {BATCH, OTHER},
            "reviews.pairs": [],
            "reviews.facts": [_fact(A)],
            "caches.vectors": {},
            **NOTHING_REVIVED,
            **answers,
        }
    )


def _import(database: FakeDatabase, embedder: HashEmbedder | None = None) -> ImportBatch:
    return ImportBatch(database, lambda: embedder or HashEmbedder())


class _Embedder(HashEmbedder):
    """Refuses one text, which sinks the whole request."""

    def __init__(self, refused: str, error: Exception) -> None:
        super().__init__()
        self._refused, self._error = refused, error
        self.requests: list[int] = []

    def embed(self, texts: Sequence[str]) -> Embedded:
        self.requests.append(len(texts))
        if self._refused in texts:
            raise self._error
        return Embedded(super().embed(texts).vectors, Usage(len(texts)))


def test_what_is_approved_is_embedded_then_imported_in_one_transaction() -> None:
    database = _database(_text(A), _text(B))
    report = _import(database)(BATCH, by=ADA)
    assert (report.imported, report.already, report.failed) == ([A, B], 1, {})
    names = database.names
    assert names.index("caches.put_vectors") < names.index("models.hold") < names.index("batches.import_questions")
    assert names.count("commit") == 3
    [record] = [one for one in database.given("reviews.record") if one["code"] == "batch_imported"]
    assert record["severity"] == "info"
    assert record["payload"]["questions"] == [A, B]


def test_cached_vectors_are_not_made_again() -> None:
    cached = {text_sha256("question 1"): HashEmbedder().embed(["question 1"]).vectors[0]}
    embedder = HashEmbedder()
    assert _import(_database(_text(A), _text(B), **{"caches.vectors": cached}), embedder).embed(BATCH, by=ADA) == {}
    assert embedder.texts_embedded == 1


def test_a_text_that_is_refused_does_not_sink_the_others() -> None:
    embedder = _Embedder("question 2", NoTextError("no words"))
    database = _database(_text(A), _text(B), _text(C), _text(D))
    failed = _import(database, embedder).embed(BATCH, by=ADA)
    assert list(failed) == [B]
    assert failed[B].startswith("no words")
    # halved until the one at fault is alone
    assert sorted(embedder.requests) == [1, 1, 2, 2, 4]
    [kept] = database.given("caches.put_vectors")
    assert len(kept["rows"]) == 3
    assert database.given("staging.spend")[0]["usages"] == {A: Usage(1), C: Usage(1), D: Usage(1)}


def test_why_a_question_failed_is_said_rather_than_that_it_has_no_vector() -> None:
    importable = {A: (True, []), B: (False, [])}
    database = _database(_text(A), _text(B), **{"batches.importable": importable})
    report = _import(database, _Embedder("question 2", NoTextError("no words")))(BATCH, by=ADA)
    assert report.imported == [A]
    assert report.failed[B].startswith("no words")
    [record] = [one for one in database.given("reviews.record") if one["code"] == "batch_imported"]
    assert record["severity"] == "warning"


class _ShortEmbedder(HashEmbedder):
    def embed(self, texts: Sequence[str]) -> Embedded:
        return super().embed(texts[:-1])


def test_vectors_that_do_not_fit_the_texts_are_not_kept() -> None:
    database = _database(_text(A))
    failed = _import(database, _ShortEmbedder()).embed(BATCH, by=ADA)
    assert failed[A].startswith("1 texts were embedded and vectors of shape (0, 64) came back.")
    assert "caches.put_vectors" not in database.names


def test_a_defect_of_the_embedder_is_said_of_its_text() -> None:
    failed = _import(_database(_text(A)), _Embedder("question 1", ZeroDivisionError("0"))).embed(BATCH, by=ADA)
    assert failed[A].startswith("ZeroDivisionError: 0")


def test_an_embedder_that_is_away_ends_the_import_and_says_so_on_each_question() -> None:
    database = _database(_text(A), status=BatchStatus.IMPORTING)
    with pytest.raises(RateLimitedError):
        _import(database, _Embedder("question 1", RateLimitedError("slow down")))(BATCH, by=ADA)
    assert database.given("batches.note_import_errors") == [{"batch_id": BATCH, "reasons": {A: "slow down"}}]
    [record] = database.given("reviews.record")
    assert (record["code"], record["severity"]) == ("import_failed", "warning")
    assert database.names[-1] == "commit"


def test_an_import_that_fails_says_why_and_raises() -> None:
    database = _database(_text(A), **{"batches.import_questions": StagedStateError("changed meanwhile")})
    with pytest.raises(StagedStateError):
        _import(database)(BATCH, by=ADA)
    assert database.given("batches.note_import_errors")[-1]["reasons"] == {A: "changed meanwhile"}


def test_replacing_others_settles_their_banks_and_revives_what_they_left_out() -> None:
    database = _database(_text(A), **{"batches.importable": {A: (True, [D])}})
    report = _import(database)(BATCH, by=ADA)
    assert report.replaced == {D: A}
    assert database.given("batches.replace") == [{"replaced": {D: A}, "by": ADA.user_id}]
    assert "staging.revive_orphans" in database.names
    assert OTHER in {given["batch_id"] for given in database.given("batches.find")}


@pytest.mark.parametrize(
    ("answers", "error", "message"),
    [
        (
            {"batches.find": Batch(BATCH, REALM, None, "bank.md", BatchStatus.PENDING, NOW, False)},
            StagedStateError,
            "bank.md has not been compared with existing questions yet.",
        ),
        (
            {"batches.embeddable": [], "batches.counts": {BATCH: BatchCounts(1, 1, 0, 0, 0, 0)}},
            StagedStateError,
            "No question of bank.md is approved.",
        ),
        (
            {"reviews.pairs": [_pair(1), _pair(2, QuestionStatus.REJECTED)]},
            UndecidedDuplicatesError,
            "bank.md: 1 undecided pair of near-duplicates: 00000000 “new 1” / “old 1” (0.91).",
        ),
        (
            {"batches.find": Batch(BATCH, REALM, document_id(1), "a.md", BatchStatus.PENDING, NOW, True)},
            StagedStateError,
            "a.md is a document: its facts are decided in its review, and published by its run.",
        ),
    ],
)
def test_what_speaks_against_an_import_is_said(
    answers: dict[str, Any], error: type[PipelineError], message: str
) -> None:
    with pytest.raises(error) as refused:
        _import(_database(_text(A), **answers)).check(BATCH, by=ADA)
    assert refused.value.message == message


def test_of_many_undecided_pairs_the_first_are_named() -> None:
    pairs = [_pair(number) for number in range(1, 8)]
    with pytest.raises(UndecidedDuplicatesError, match="7 undecided pairs") as refused:
        _import(_database(_text(A), **{"reviews.pairs": pairs})).check(BATCH, by=ADA)
    assert refused.value.message.endswith("“new 5” / “old 5” (0.91) and 2 more.")


def test_what_was_imported_before_is_nothing_against_it() -> None:
    assert _import(_database()).check(BATCH, by=ADA) == 0


@pytest.mark.parametrize(
    ("texts", "status", "moves"),
    [
        ([A, B], BatchStatus.REVIEWED, [(BatchStatus.REVIEWED, BatchStatus.IMPORTING)]),
        ([A, B], BatchStatus.IMPORTING, []),
        ([], BatchStatus.REVIEWED, []),
    ],
)
def test_a_bank_stands_as_being_imported_once_that_is_asked_for(
    texts: list[QuestionId], status: BatchStatus, moves: list[tuple[BatchStatus, BatchStatus]]
) -> None:
    database = _database(*map(_text, texts), status=status)
    assert _import(database).request(BATCH, by=ADA) == len(texts)
    assert [(one["from_status"], one["to_status"]) for one in database.given("batches.move")] == moves
