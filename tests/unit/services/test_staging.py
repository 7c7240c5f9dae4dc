"""Question banks are taken in once, whatever is given again, and their counts move them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.batches import Batch, BatchCounts, BatchStatus, QuestionStatus
from pipeline_core.domain.errors import (
    EmptyFileError,
    FileTooLargeError,
    NotFoundError,
    PipelineError,
    UnsupportedTypeError,
)
from pipeline_core.domain.ids import BatchId, bank_batch_id_for, bank_question_id_for, sha256_hex
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.duplicates.detection import Detection
from pipeline_core.services.staging import GENERATOR, StagingService
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id
from tests.support.stage_context import OneEmbedder

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ADA = Reviewer(REALM, "Ada")
BANK = b"""# Boats

## Q: Do boats float?
A: They do. ![a picture](https://elsewhere.example/a.png)

## Q: Do boats float?
A: They do. ![a picture](https://elsewhere.example/a.png)

## Q: Do oars float?
A: Most do.
"""
BATCH = bank_batch_id_for(REALM, sha256_hex(BANK))


class _Review:
    """What the service passes on to the review."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., str]:
        def act(*args: Any, **kwargs: Any) -> str:
            self.asked.append((name, *args, kwargs))
            return name

        return act


def _staging(
    *, is_new: bool = True, document: UUID | None = None, answers: Mapping[str, Any] | None = None, **settings: Any
) -> tuple[StagingService, FakeDatabase, _Review]:
    def find(_realm: object, batch_id: BatchId) -> Batch:
        return Batch(batch_id, REALM, document, "bank.md", BatchStatus.PENDING, NOW, False)  # type: ignore[arg-type]

    database = FakeDatabase(
        {
            "batches.open_bank": is_new,
            "batches.find": find,
            "batches.stage": lambda _id, _realm, questions, _generator: (
                [q.question_id for q in questions] if is_new else []
            ),
            "batches.counts": lambda ids: dict.fromkeys(ids, BatchCounts(3, 3, 0, 0, 0, 0)),
            "batches.move": True,
            "batches.to_match": [],
            "staging.asked_before": [],
            "reviews.pairs": [],
            **(answers or {}),
        }
    )
    of, review = Settings(duplicate_mode="baseline", **settings), _Review()
    service = StagingService(of, database, Detection(of, OneEmbedder()), None, review)  # type: ignore[arg-type]
    return service, database, review


def test_a_bank_is_taken_in_with_its_questions_in_one_transaction() -> None:
    staging, database, _ = _staging()
    staged = staging.take_bank(BANK, "bank.md", by=ADA)
    assert staged.batch is not None
    assert (staged.batch.batch_id, staged.new, len(staged.bank.entries)) == (BATCH, 3, 3)
    assert database.names.count("commit") == 1
    records = [(given["code"], given["payload"]) for given in database.given("reviews.record")]
    assert records == [
        ("batch_created", {"by": "Ada", "file_name": "bank.md"}),
        ("questions_staged", {"by": "Ada", "questions": [q.question_id for q in _questions(database)]}),
    ]


def _questions(database: FakeDatabase) -> list[Any]:
    [given] = database.given("batches.stage")
    assert given["generator"] == GENERATOR
    return list(given["questions"])


def test_equal_questions_have_ids_of_their_own_and_no_picture_is_loaded_from_elsewhere() -> None:
    staging, database, _ = _staging()
    staging.take_bank(BANK, "bank.md", by=ADA)
    first, second, third = _questions(database)
    words = (first.question, first.answer)
    ids = [bank_question_id_for(BATCH, *words, occurrence) for occurrence in (0, 1)]
    assert [first.question_id, second.question_id] == ids
    assert third.question_id not in ids
    assert "elsewhere.example" not in first.answer


def test_the_same_bank_again_changes_nothing() -> None:
    staging, database, _ = _staging(is_new=False)
    assert staging.take_bank(BANK, "bank.md", by=ADA).new == 0
    assert database.given("reviews.record") == []


def test_a_bank_without_a_question_makes_no_batch() -> None:
    staging, database, _ = _staging()
    staged = staging.take_bank(b"Nothing is asked here.\n", "bank.md", by=ADA)
    assert (staged.batch, staged.new, staged.counts) == (None, 0, None)
    assert staging.stage_bank(b"Nothing is asked here.\n", "bank.md", by=ADA).batch is None
    assert database.names == []


def test_a_bank_that_is_staged_is_compared_and_counted() -> None:
    staging, database, _ = _staging()
    staged = staging.stage_bank(BANK, "bank.md", by=ADA)
    assert (staged.counts, staged.pairs) == (BatchCounts(3, 3, 0, 0, 0, 0), [])
    names = database.names
    assert names.index("batches.stage") < names.index("batches.matched")
    assert names.count("commit") == 2


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b" \n", EmptyFileError, "The file is empty."),
        (b"x" * 101, FileTooLargeError, None),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", UnsupportedTypeError, "A question bank is markdown; this is PDF document."),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, UnsupportedTypeError, None),
    ],
)
def test_a_file_that_is_no_text_is_refused(data: bytes, error: type[PipelineError], message: str | None) -> None:
    staging, _, _ = _staging(max_file_bytes=100)
    with pytest.raises(error) as refused:
        staging.read_bank(data, "bank.md")
    assert refused.value.where == "bank.md"
    assert message is None or refused.value.message == message
    if error is UnsupportedTypeError:
        assert refused.value.what_to_do == "Save it as markdown, which is plain text, and import that."


def test_counts_move_a_bank_and_leave_a_document_to_its_review() -> None:
    reviewing = {"batches.counts": lambda ids: dict.fromkeys(ids, BatchCounts(3, 1, 2, 0, 0, 0))}
    staging, database, _ = _staging(answers=reviewing)
    assert staging.update_batch_counts(BATCH, by=ADA).approved == 2
    assert [given["to_status"] for given in database.given("batches.move")] == [BatchStatus.REVIEWING]
    assert database.names[-1] == "commit"
    staging, database, _ = _staging(answers=reviewing, document=document_id(1))
    assert staging.update_batch_counts(BATCH, by=ADA).approved == 2
    assert {"batches.move", "commit"}.isdisjoint(database.names)


def test_a_batch_that_is_not_there_has_no_realm() -> None:
    staging, _, _ = _staging(answers={"realms.of_row": None})
    with pytest.raises(NotFoundError, match=f"There is no batch {BATCH}"):
        staging.realm_of(BATCH)
    assert _staging(answers={"realms.of_row": (REALM, None)})[0].realm_of(BATCH) == REALM


def test_decisions_are_those_of_the_one_review() -> None:
    staging, _, review = _staging()
    staging.approve_questions(BATCH, [], by=ADA)
    staging.reject_questions(BATCH, by=ADA)
    where = OfBatch(BATCH)
    assert review.asked == [
        ("decide_facts", where, [], QuestionStatus.APPROVED, {"by": ADA}),
        ("decide_facts", where, None, QuestionStatus.REJECTED, {"by": ADA}),
    ]
