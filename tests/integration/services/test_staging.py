"""A question bank from file to production, on a real database: every operation, repeated, refused and recorded."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import BATCH_MOVES, QUESTION_MOVES, BatchStatus, QuestionStatus
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    DocumentError,
    IllegalMoveError,
    NotFoundError,
    RefusedError,
    ServiceUnavailableError,
    StagedStateError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import BatchId, QuestionId, user_id_for
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.domain.staging import Pair
from pipeline_core.ports.embedder import Embedded
from pipeline_core.review.decisions import Resolution
from pipeline_core.services.staging import StagedBank
from tests.support.banks import ALIKE, BANK
from tests.support.fakes import HashEmbedder
from tests.support.through import publish, upload


class MoodyEmbedder(HashEmbedder):
    """Refuses texts with some word, or everything, in the way it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.only = ""

    def embed(self, texts: Sequence[str]) -> Embedded:
        if self.error is not None and any(self.only in text for text in texts):
            raise self.error
        return super().embed(texts)


@pytest.fixture
def embedder() -> MoodyEmbedder:
    return MoodyEmbedder()


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline], embedder: MoodyEmbedder) -> Pipeline:
    return make_pipeline(embedder=embedder, changes={"duplicate_mode": "baseline", "duplicate_threshold": 0.7})


def stage(app: Pipeline, text: str = BANK, name: str = "bank.md") -> StagedBank:
    return app.staging.stage_bank(text.encode(), name, by=Reviewer(app.realm_id))


def batch_of(staged: StagedBank) -> BatchId:
    assert staged.batch is not None
    return staged.batch.batch_id


def ids(app: Pipeline, batch: BatchId, *statuses: str) -> list[QuestionId]:
    rows = app.staging.get_batch_questions(
        batch, realm_id=app.realm_id, statuses=[QuestionStatus(status) for status in statuses] or None
    )
    return [row.question_id for row in rows]


def statuses(app: Pipeline, batch: BatchId) -> list[str]:
    return [row.status.value for row in app.staging.get_batch_questions(batch, realm_id=app.realm_id)]


def status_of(app: Pipeline, batch: BatchId) -> str:
    [row] = [row for row in app.staging.batches(realm_id=app.realm_id) if row["batch_id"] == batch]
    return str(row["status"])


def published(app: Pipeline) -> list[str]:
    with psycopg.connect(app.database_url) as connection:
        rows = connection.execute("SELECT question FROM upload_pipeline.all_questions ORDER BY question").fetchall()
    return [row[0] for row in rows]


def approved_and_imported(app: Pipeline, text: str = BANK) -> BatchId:
    batch = batch_of(stage(app, text))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    return batch


def test_from_file_to_production(app: Pipeline) -> None:
    staged = stage(app)
    batch = batch_of(staged)
    assert (staged.new, staged.pairs, staged.bank.problems) == (3, [], ())
    assert status_of(app, batch) == "pending"
    first = ids(app, batch)[0]
    assert app.staging.approve_questions(batch, [first], by=Reviewer(app.realm_id, reason="good")).changed == [first]
    assert status_of(app, batch) == "reviewing"
    app.staging.reject_questions(batch, [ids(app, batch)[1]], by=Reviewer(app.realm_id))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    assert status_of(app, batch) == "reviewed"
    report = app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    assert (len(report.imported), report.failed, report.counts.imported) == (2, {}, 2)
    assert (status_of(app, batch), statuses(app, batch)) == ("imported", ["imported", "rejected", "imported"])
    assert published(app) == ["How long does a member have to report a theft?", "What does the deductible reduce?"]
    codes = [event.code for event in app.review.history(OfBatch(batch), app.realm_id)]
    assert codes == [
        "batch_created", "questions_staged", "questions_compared", "questions_approved", "questions_rejected",
        "questions_approved", "batch_imported",
    ]  # fmt: skip
    event = app.review.history(OfBatch(batch), app.realm_id)[3].payload
    assert event["by"] == str(app.realm_id)
    assert (event["reason"], event["before"], event["after"]) == ("good", {str(first): "pending"}, "approved")


def test_everything_twice_changes_and_records_nothing_more(app: Pipeline, embedder: MoodyEmbedder) -> None:
    batch = approved_and_imported(app)
    history, embedded = app.review.history(OfBatch(batch), app.realm_id), embedder.texts_embedded
    again = stage(app)
    assert (batch_of(again), again.new) == (batch, 0)
    assert app.staging.approve_questions(batch, ids(app, batch), by=Reviewer(app.realm_id)).unchanged == 3
    report = app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    assert (report.imported, report.already) == ([], 3)
    assert app.review.history(OfBatch(batch), app.realm_id) == history
    assert embedder.texts_embedded == embedded
    assert len(published(app)) == 3


def test_the_same_words_are_left_out_and_come_back_when_their_exact_duplicate_goes(app: Pipeline) -> None:
    first = batch_of(stage(app))
    second = stage(app, BANK + "\nQ: Something else?\nA: Yes.\n")
    assert second.counts is not None
    assert (second.counts.duplicate, second.counts.pending) == (3, 1)
    app.staging.reject_questions(first, [ids(app, first)[0]], by=Reviewer(app.realm_id))
    assert statuses(app, batch_of(second)) == ["pending", "duplicate", "duplicate", "pending"]


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        (Resolution.KEEP_EXISTING, {"a theft": True, "the theft": False}),
        (Resolution.REPLACE_EXISTING, {"a theft": False, "the theft": True}),
        (Resolution.KEEP_BOTH, {"a theft": True, "the theft": True}),
        (Resolution.NOT_DUPLICATE, {"a theft": True, "the theft": True}),
    ],
)
def test_what_a_decision_does_to_both_ends(app: Pipeline, resolution: Resolution, expected: dict[str, bool]) -> None:
    first = approved_and_imported(app)
    staged = stage(app, ALIKE)
    [pair] = staged.pairs
    batch = batch_of(staged)
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    with pytest.raises(UndecidedDuplicatesError, match="report the theft"):
        app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    assert len(published(app)) == 3
    decided = app.review.resolve_pair(pair.duplicate_id, resolution, by=Reviewer(app.realm_id, reason="read both"))
    assert decided.changed == [pair.duplicate_id]
    assert app.review.resolve_pair(pair.duplicate_id, resolution, by=Reviewer(app.realm_id)).changed == []
    app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    there = "\n".join(published(app))
    assert {words: words in there for words in expected} == expected
    assert "What colour is the form?" in there
    replaced = resolution is Resolution.REPLACE_EXISTING
    assert statuses(app, first)[0] == ("duplicate" if replaced else "imported")
    assert statuses(app, batch)[0] == ("duplicate" if resolution is Resolution.KEEP_EXISTING else "imported")
    if resolution is not Resolution.KEEP_EXISTING:
        with pytest.raises(StagedStateError, match="is final"):
            app.review.resolve_pair(pair.duplicate_id, Resolution.KEEP_EXISTING, by=Reviewer(app.realm_id))


def test_a_decision_is_not_overwritten_but_undone_until_the_import(app: Pipeline) -> None:
    approved_and_imported(app)
    staged = stage(app, ALIKE)
    [pair] = staged.pairs
    batch = batch_of(staged)
    ann, bob = Reviewer(app.realm_id, "Ann"), Reviewer(app.realm_id, "Bob")
    app.review.resolve(OfBatch(batch), Resolution.KEEP_EXISTING, by=ann)
    with pytest.raises(StagedStateError, match="is duplicate"):
        app.staging.approve_questions(batch, [pair.staged], by=ann)
    assert app.review.resolve_pair(pair.duplicate_id, Resolution.KEEP_EXISTING, by=bob).changed == []
    for reviewer in (bob, ann):
        with pytest.raises(AlreadyDecidedError, match=r"was decided keep_existing by Ann .*on \d{4}-"):
            app.review.resolve_pair(pair.duplicate_id, Resolution.KEEP_BOTH, by=reviewer)
    assert statuses(app, batch)[0] == "duplicate"
    app.review.undo_pair(OfBatch(batch), pair.duplicate_id, by=bob)
    app.review.resolve_pair(pair.duplicate_id, Resolution.KEEP_BOTH, by=bob)
    assert statuses(app, batch) == ["pending", "pending"]


def test_an_edited_question_is_compared_again_and_waits_again(app: Pipeline) -> None:
    approved_and_imported(app)
    batch = batch_of(stage(app, ALIKE))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    alike, form = ids(app, batch)
    app.review.edit(
        OfBatch(batch),
        alike,
        {"question": "What is the hotline's number?", "answer": "555."},
        by=Reviewer(app.realm_id, reason="mixed up"),
    )
    assert app.review.pairs(OfBatch(batch), app.realm_id) == []
    assert statuses(app, batch) == ["pending", "approved"]
    change = {"question": "Who inspects the damage after a flood in the basement?", "answer": "An adjuster."}
    app.review.edit(OfBatch(batch), form, change, by=Reviewer(app.realm_id))
    assert statuses(app, batch) == ["pending", "duplicate"]
    event = app.review.history(OfBatch(batch), app.realm_id)[-2].payload
    assert event["before"]["question"] == "How long does a member have to report the theft?"
    assert (event["after"]["answer"], event["reason"]) == ("555.", "mixed up")
    assert app.review.edit(OfBatch(batch), alike, {"answer": "555."}, by=Reviewer(app.realm_id)).unchanged == 1
    app.review.edit(OfBatch(batch), alike, {"difficulty": "easy"}, by=Reviewer(app.realm_id))
    assert app.staging.get_batch_questions(batch, realm_id=app.realm_id)[0].difficulty == "easy"


@pytest.mark.parametrize(
    ("changes", "methods"),
    [
        ({}, ["scored"]),
        ({"duplicate_threshold": 1.0}, []),
        ({"duplicate_mode": "baseline"}, ["trigram"]),
        ({"duplicate_mode": "baseline", "duplicate_threshold": 0.9}, []),
    ],
)
def test_an_edited_question_is_compared_as_the_settings_say(
    make_pipeline: Callable[..., Pipeline], changes: dict[str, Any], methods: list[str]
) -> None:
    """In the mode and from the threshold that hold for documents too, with vectors that the edit has made."""
    app = make_pipeline(changes=changes)
    approved_and_imported(app)
    batch = batch_of(stage(app, ALIKE))
    question = ids(app, batch)[1]
    change = {"question": "Who inspects flood damages in basements?", "answer": "The adjuster does."}
    app.review.edit(OfBatch(batch), question, change, by=Reviewer(app.realm_id))
    with psycopg.connect(app.database_url) as connection:
        pairs = connection.execute(
            "SELECT method, reasons FROM upload_pipeline.staging_duplicates WHERE staged_question_id = %s", (question,)
        ).fetchall()
    assert [method for method, _ in pairs] == methods
    assert not any("no_vector" in reasons.get("flags", []) for _, reasons in pairs)


class PaidEmbedder(HashEmbedder):
    """A token a letter, a cent a call."""

    def embed(self, texts: Sequence[str]) -> Embedded:
        made = super().embed(texts)
        return Embedded(made.vectors, Usage(sum(map(len, texts)), 0, 0.01))


def test_what_detection_embeds_is_in_the_cost(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(embedder=PaidEmbedder())
    publish(app, upload("rules.md", "# Rules\n\nMembers must report every theft to the office within three days.\n"))
    [row] = app.views.jobs(app.realm_id)
    assert row["cost_usd"] == pytest.approx(0.02)  # the fact in detection, the chunk in the embedder stage
    batch = approved_and_imported(app)
    [bank] = app.staging.batches(realm_id=app.realm_id, named="bank.md")
    assert bank["cost_usd"] == pytest.approx(0.01)
    with psycopg.connect(app.database_url) as connection:
        tokens = connection.execute(
            "SELECT b.input_tokens, sum(length(question || answer) + 1) FROM upload_pipeline.upload_batches b "
            "JOIN upload_pipeline.staged_questions ON upload_batch_id = batch_id WHERE batch_id = %s GROUP BY 1",
            (batch,),
        ).fetchone()
    assert tokens is not None
    assert tokens[0] == tokens[1]


def test_what_repeats_an_edited_question_waits_again(app: Pipeline) -> None:
    first = batch_of(stage(app))
    second = batch_of(stage(app, BANK + "\n# End\n"))
    assert statuses(app, second) == ["duplicate"] * 3
    question = ids(app, first)[0]
    app.review.edit(
        OfBatch(first), question, {"question": "What is a zebra?", "answer": "A horse."}, by=Reviewer(app.realm_id)
    )
    assert statuses(app, second) == ["pending", "duplicate", "duplicate"]


_SOMEBODY = user_id_for("somebody else")


def _edit(app: Pipeline, batch: BatchId, one: QuestionId, **changes: str) -> object:
    return app.review.edit(OfBatch(batch), one, changes, by=Reviewer(app.realm_id))


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda app, batch, one: _edit(app, batch, one, answer="x"), StagedStateError),
        (lambda app, batch, one: _edit(app, batch, one, status="pending"), RefusedError),
        (lambda app, batch, one: _edit(app, batch, one, question=" "), RefusedError),
        (lambda app, batch, one: _edit(app, batch, one, answer="\x00"), RefusedError),
        (
            lambda app, batch, one: app.staging.reject_questions(batch, [one], by=Reviewer(app.realm_id)),
            StagedStateError,
        ),
        (lambda app, batch, _: app.staging.approve_questions(batch, [batch], by=Reviewer(app.realm_id)), NotFoundError),
        (lambda app, _, one: app.staging.approve_questions(one, by=Reviewer(app.realm_id)), NotFoundError),
        (
            lambda app, _, one: app.review.resolve_pair(one, Resolution.KEEP_BOTH, by=Reviewer(app.realm_id)),
            NotFoundError,
        ),
    ],
)
def test_what_the_state_does_not_allow_is_refused(
    app: Pipeline, act: Callable[[Pipeline, Any, Any], object], error: type[Exception]
) -> None:
    batch = approved_and_imported(app)
    before = statuses(app, batch)
    with pytest.raises(error):
        act(app, batch, ids(app, batch)[0])
    assert statuses(app, batch) == before


def test_a_batch_of_another_user_is_not_there(app: Pipeline) -> None:
    batch = batch_of(stage(app))
    for work in (app.staging.import_approved, app.staging.approve_questions):
        with pytest.raises(NotFoundError):
            work(batch, by=Reviewer(_SOMEBODY))
    with pytest.raises(NotFoundError):
        app.staging.get_batch_questions(batch, realm_id=_SOMEBODY)


def test_nothing_approved_is_nothing_to_import(app: Pipeline) -> None:
    with pytest.raises(StagedStateError, match="No question"):
        app.staging.import_approved(batch_of(stage(app)), by=Reviewer(app.realm_id))


def test_what_was_not_compared_is_not_imported(app: Pipeline) -> None:
    """As after a crash between staging and comparing; taking the bank in again goes on from there."""
    approved_and_imported(app)
    batch = app.staging.create_batch(ALIKE.encode(), "bank.md", by=Reviewer(app.realm_id)).batch_id
    entries = app.staging.read_bank(ALIKE.encode(), "bank.md").entries
    app.staging.stage_questions(batch, entries[1:], by=Reviewer(app.realm_id))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    with pytest.raises(StagedStateError, match="not been compared"):
        app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    app.staging.detect_duplicates(batch, by=Reviewer(app.realm_id))
    app.staging.stage_questions(batch, entries, by=Reviewer(app.realm_id))
    with pytest.raises(StagedStateError, match="not been compared"):
        app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    again = stage(app, ALIKE)
    assert (again.new, len(again.pairs)) == (0, 1)
    assert len(app.staging.import_approved(batch, by=Reviewer(app.realm_id)).imported) == 1


def test_a_documents_batch_is_not_decided_here(app: Pipeline) -> None:
    publish(app, upload())
    [row] = app.staging.batches(realm_id=app.realm_id)
    assert row["imported"] == row["total"] > 0
    with pytest.raises(StagedStateError, match="document"):
        app.staging.approve_questions(row["batch_id"], by=Reviewer(app.realm_id))
    assert app.staging.update_batch_counts(row["batch_id"], by=Reviewer(app.realm_id)).total == row["total"]


def test_one_text_that_cannot_be_embedded_does_not_sink_the_others(app: Pipeline, embedder: MoodyEmbedder) -> None:
    batch = batch_of(stage(app))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    embedder.error, embedder.only = DocumentError("too long for the model"), "deductible"
    report = app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    assert (len(report.imported), len(report.failed)) == (2, 1)
    left = app.staging.get_batch_questions(batch, realm_id=app.realm_id)[2]
    assert (left.status, status_of(app, batch)) == ("approved", "reviewed")
    assert "too long for the model" in (left.import_error or "")
    embedder.error = None
    assert len(app.staging.import_approved(batch, by=Reviewer(app.realm_id)).imported) == 1
    assert status_of(app, batch) == "imported"
    assert app.staging.get_batch_questions(batch, realm_id=app.realm_id)[2].import_error is None


def test_a_service_that_is_down_leaves_everything_approved(app: Pipeline, embedder: MoodyEmbedder) -> None:
    batch = batch_of(stage(app))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    embedder.error = ServiceUnavailableError("the embedder is down")
    with pytest.raises(ServiceUnavailableError):
        app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    assert (statuses(app, batch), status_of(app, batch)) == (["approved"] * 3, "reviewed")
    rows = app.staging.get_batch_questions(batch, realm_id=app.realm_id)
    assert all("down" in (row.import_error or "") for row in rows)
    embedder.error = None
    assert len(app.staging.import_approved(batch, by=Reviewer(app.realm_id)).imported) == 3


def test_what_is_edited_while_it_is_embedded_stays(app: Pipeline, embedder: MoodyEmbedder) -> None:
    batch = batch_of(stage(app))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    question = ids(app, batch)[0]

    class Meddler(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Embedded:
            app.review.edit(OfBatch(batch), question, {"answer": "48 hours."}, by=Reviewer(app.realm_id))
            app.staging.approve_questions(batch, [question], by=Reviewer(app.realm_id))
            return HashEmbedder.embed(self, texts)

    importer = replace(app.staging.importer, embedder=Meddler)
    report = importer(batch, by=Reviewer(app.realm_id))
    assert (len(report.imported), list(report.failed)) == (2, [question])
    assert statuses(app, batch) == ["approved", "imported", "imported"]


def test_a_published_fact_of_a_document_is_replaced_and_stays_out(app: Pipeline) -> None:
    publish(
        app, upload("a.md", "# Rules\n\nMembers must report every loss to the service office within thirty days.\n")
    )
    with psycopg.connect(app.database_url, row_factory=psycopg.rows.dict_row) as connection:
        [fact] = connection.execute("SELECT * FROM upload_pipeline.all_questions").fetchall()
    batch = batch_of(stage(app, f"Q: {fact['statement'][:-1]}?\nA: {fact['statement']}\n"))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))
    with app.open_uow() as uow:
        question = ids(app, batch)[0]
        uow.session.connection.execute(
            "INSERT INTO staging_duplicates (duplicate_id, realm_id, staged_question_id, existing_question_id, "
            "existing_is_staged, similarity_score, method) "
            "VALUES (gen_random_uuid(), %s, %s, %s, false, 0.9, 'trigram') ON CONFLICT DO NOTHING",
            (app.realm_id, question, fact["question_id"]),
        )
        uow.commit()
    app.review.resolve(OfBatch(batch), Resolution.REPLACE_EXISTING, by=Reviewer(app.realm_id))
    report = app.staging.import_approved(batch, by=Reviewer(app.realm_id))
    assert report.replaced == {fact["question_id"]: question}
    assert published(app) == [f"{fact['statement'][:-1]}?"]
    with psycopg.connect(app.database_url) as connection:
        row = connection.execute(
            "SELECT status, duplicate_of FROM upload_pipeline.staged_questions WHERE question_id = %s",
            (fact["question_id"],),
        ).fetchone()
        assert row == ("duplicate", question)
        event = connection.execute(
            "SELECT document_id, payload -> 'before' ->> 'question' FROM upload_pipeline.events "
            "WHERE code = 'replaced_by_question'"
        ).fetchone()
        assert event == (fact["document_id"], fact["question"])


def test_a_question_left_out_for_a_documents_fact_waits_again_when_that_goes(app: Pipeline) -> None:
    text = "# Rules\n\nMembers must report every loss to the service office within thirty days.\n"
    publish(app, upload("a.md", text, "file:///a.md"))
    with psycopg.connect(app.database_url, row_factory=psycopg.rows.dict_row) as connection:
        [fact] = connection.execute("SELECT * FROM upload_pipeline.all_questions").fetchall()
    staged = stage(app, f"Q: {fact['statement'][:-1]}?\nA: {fact['answer']}\n")
    batch = batch_of(staged)
    with app.open_uow() as uow:
        pair = Pair(ids(app, batch)[0], fact["question_id"], False, 0.9, "trigram")
        uow.staging.record_pairs([pair], [])
        uow.commit()
    app.review.resolve(OfBatch(batch), Resolution.KEEP_EXISTING, by=Reviewer(app.realm_id))
    assert statuses(app, batch) == ["duplicate"]
    publish(
        app, upload("a.md", "# Rules\n\nThe towers of the harbour were built in the ninth century.\n", "file:///a.md")
    )
    assert statuses(app, batch) == ["pending"]
    assert status_of(app, batch) in ("pending", "reviewing")


@pytest.mark.parametrize(
    ("table", "moves"), [("staged_question_moves", QUESTION_MOVES), ("upload_batch_moves", BATCH_MOVES)]
)
def test_the_moves_are_the_same_in_the_database(app: Pipeline, table: str, moves: Any) -> None:
    with psycopg.connect(app.database_url) as connection:
        rows = connection.execute(f"SELECT from_status, to_status FROM upload_pipeline.{table}").fetchall()
    assert set(rows) == {(start.value, end.value) for start, ends in moves.items() for end in ends}


@pytest.mark.parametrize(
    ("start", "end"),
    [(start, end) for start, ends in QUESTION_MOVES.items() for end in QuestionStatus if end not in {*ends, start}],
)
def test_the_database_refuses_other_moves_of_a_question(
    app: Pipeline, start: QuestionStatus, end: QuestionStatus
) -> None:
    stage(app)
    update = (
        "UPDATE upload_pipeline.staged_questions SET status = %s, duplicate_of = question_id, reviewed_at = now(), "
    )
    update += "reviewed_by = realm_id, left_out_reason = 'evidence_scattered_on_page'"
    with psycopg.connect(app.database_url) as connection:
        connection.execute("SET session_replication_role = replica")  # triggers are off
        connection.execute(update, (start,))
        connection.execute("SET session_replication_role = origin")
        with pytest.raises(psycopg.errors.CheckViolation, match="illegal move"):
            connection.execute(update, (end,))


def test_the_database_refuses_other_moves_of_a_batch(app: Pipeline) -> None:
    batch = approved_and_imported(app)
    for end in set(BatchStatus) - BATCH_MOVES[BatchStatus.IMPORTED] - {BatchStatus.IMPORTED}:
        with pytest.raises(IllegalMoveError, match="illegal move"), app.open_uow() as uow:
            uow.session.connection.execute("UPDATE upload_batches SET status = %s WHERE batch_id = %s", (end, batch))


def test_vectors_of_the_wrong_shape_move_nothing(app: Pipeline) -> None:
    batch = batch_of(stage(app))
    app.staging.approve_questions(batch, by=Reviewer(app.realm_id))

    class Short(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Embedded:
            return Embedded(np.zeros((len(texts), 3), dtype=np.float32))

    report = replace(app.staging.importer, embedder=Short)(batch, by=Reviewer(app.realm_id))
    assert (report.imported, len(report.failed)) == ([], 3)
    assert published(app) == []


def test_links_of_a_bank_run_no_code(app: Pipeline) -> None:
    text = "Q: What is [the pump](javascript:a)?\nA: ![A machine](https://x.example/p.png), see [this](https://a.example).\n"
    bank = app.staging.read_bank(text.encode(), "bank.md")
    assert [(entry.question, entry.answer) for entry in bank.entries] == [
        ("What is the pump?", "A machine, see [this](https://a.example).")
    ]
