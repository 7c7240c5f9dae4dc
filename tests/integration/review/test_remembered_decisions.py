"""What a person decided about two texts, or about a fact, is not forgotten and not asked again."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer, StagedPair
from pipeline_core.review.decisions import Decision, Request, Resolution
from tests.support.published import (
    EACH_LOSS,
    EVERY_LOSS,
    FACT,
    decide,
    drain,
    in_production,
    staged,
    standing,
    text_of,
    who_says,
)
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]
FIRST, SECOND = text_of("Rules", EVERY_LOSS), text_of("Rules", EACH_LOSS)
OPENS = "The alpha office opens its doors to all visitors at 8 in the morning on Mondays."
LETTERS = {"duplicate_mode": "baseline", "duplicate_threshold": 0.6}


def the_pair(app: Pipeline, document_id: DocumentId) -> StagedPair:
    [pair] = app.review.pairs(OfDocument(document_id), app.realm_id)
    return pair


def resolve(app: Pipeline, document_id: DocumentId, resolution: Resolution) -> None:
    pair = the_pair(app, document_id).duplicate_id
    app.review.resolve(OfDocument(document_id), resolution, [pair], by=Reviewer(app.realm_id, "Ann", "read both"))


def test_a_fact_that_was_rejected_by_itself_stays_so_when_its_document_is_retried(manual: Pipeline) -> None:
    [document_id] = publish(manual, upload("a.md", MANUAL))
    false, *others = manual.review.facts(OfDocument(document_id), manual.realm_id)
    ids = (false.question_id,)
    manual.review.decide(
        document_id, Request(Decision.REJECT, Reviewer(manual.realm_id, reason="false"), question_ids=ids)
    )
    for _ in range(2):  # rejecting the whole twice does not make the first rejection one of the whole
        manual.review.decide(document_id, Request(Decision.REJECT, Reviewer(manual.realm_id, reason="not now")))
        manual.retry(document_id, from_stage=None, by="test")
        drain(manual)
    assert standing(manual, document_id)[:2] == ("awaiting_review", "matching_review")
    decide(manual, document_id, Resolution.KEEP_BOTH)
    assert sorted(said for _, said in in_production(manual)) == sorted(fact.statement for fact in others)


def test_a_rejection_that_was_taken_back_is_one_with_the_document_again(manual: Pipeline) -> None:
    [document_id] = publish(manual, upload("a.md", MANUAL))
    [fact, *_] = manual.review.facts(OfDocument(document_id), manual.realm_id)
    for decision in (Decision.REJECT, Decision.APPROVE):
        request = Request(decision, Reviewer(manual.realm_id, reason="looked up"), question_ids=(fact.question_id,))
        manual.review.decide(document_id, request)
    manual.review.decide(document_id, Request(Decision.REJECT, Reviewer(manual.realm_id, reason="not now")))
    manual.retry(document_id, from_stage=None, by="test")
    drain(manual)
    decide(manual, document_id, Resolution.KEEP_BOTH)
    assert who_says(manual, fact.statement) == ["a.md"]


@pytest.mark.parametrize("resolution", list(Resolution))
@pytest.mark.parametrize("change", ["bytes", pytest.param("chunks", marks=pytest.mark.chaos)])
def test_a_decision_about_two_texts_holds_when_their_rows_are_new(
    make_pipeline: MakePipeline, resolution: Resolution, change: str
) -> None:
    """Other bytes, or other chunks, make other rows of the same words."""
    app = make_pipeline()
    texts = {"a.md": text_of("Rules", OPENS, EVERY_LOSS), "b.md": text_of("Rules", OPENS, EACH_LOSS)}
    publish(app, upload("a.md", texts["a.md"], "file:///a.md"))
    [document_id] = publish(app, upload("b.md", texts["b.md"], "file:///b.md"))
    decide(app, document_id, resolution)
    before, old_rows = in_production(app), row_ids(app)
    again = make_pipeline(changes={"chunk_max_chars": 100, "chunk_min_chars": 1}) if change == "chunks" else app
    end = "\nSee above.\n" if change == "bytes" else ""
    for name in ("b.md", "a.md"):
        publish(again, upload(name, texts[name] + end, f"file:///{name}"))
        drain(again)
        assert in_production(again) == before
    assert row_ids(again).isdisjoint(old_rows)


def row_ids(app: Pipeline) -> set[UUID]:
    """The published facts about losses, by id."""
    with psycopg.connect(app.database_url) as connection:
        query = "SELECT question_id FROM upload_pipeline.all_questions WHERE statement LIKE 'Members%'"
        return {row[0] for row in connection.execute(query)}


def test_a_decision_is_its_users_own(make_pipeline: MakePipeline) -> None:
    app = make_pipeline()
    publish(app, upload("a.md", FIRST))
    [document_id] = publish(app, upload("b.md", SECOND))
    decide(app, document_id, Resolution.KEEP_BOTH)
    with psycopg.connect(app.database_url) as connection:
        query = "SELECT realm_id, resolution, decided_by FROM upload_pipeline.duplicate_decisions"
        assert connection.execute(query).fetchall() == [(app.realm_id, "keep_both", str(app.realm_id))]


@pytest.mark.parametrize("max_chars", [1600, 100])
def test_a_fact_that_a_bank_replaced_stays_out_when_its_document_runs_again(
    make_pipeline: MakePipeline, max_chars: int
) -> None:
    """With the same rows, and with new ones."""
    app = make_pipeline(changes=LETTERS)
    text = text_of("Rules", OPENS, EVERY_LOSS)
    [document_id] = publish(app, upload("a.md", text))
    bank = app.staging.stage_bank(f"Q: {EVERY_LOSS}\nA: Yes.\n".encode(), "bank.md", by=Reviewer(app.realm_id))
    assert bank.batch is not None
    assert len(bank.pairs) == 1
    app.review.resolve(OfBatch(bank.batch.batch_id), Resolution.REPLACE_EXISTING, by=Reviewer(app.realm_id))
    app.staging.approve_questions(bank.batch.batch_id, by=Reviewer(app.realm_id))
    app.staging.import_approved(bank.batch.batch_id, by=Reviewer(app.realm_id))
    assert in_production(app) == [("a.md", OPENS)]
    again = make_pipeline(changes={**LETTERS, "chunk_max_chars": max_chars, "chunk_min_chars": 1})
    assert needs_work(again, receive(again, upload("a.md", text))) == [document_id]
    drain(again)
    again.retry(document_id, from_stage=StageName.FACT_GENERATOR, by="test")
    drain(again)
    assert standing(again, document_id) == ("done", "ingested", "published")
    assert (in_production(again), staged(again, EVERY_LOSS)) == ([("a.md", OPENS)], [("a.md", "duplicate")])


def test_a_person_overrules_an_automatic_merge(manual: Pipeline) -> None:
    [first] = publish(manual, upload("a.md", text_of("A", FACT)))
    decide(manual, first)
    [second] = publish(manual, upload("b.md", text_of("B", FACT)))
    assert (the_pair(manual, second).resolution, staged(manual, FACT)[1]) == ("keep_existing", ("b.md", "duplicate"))
    resolve(manual, second, Resolution.KEEP_BOTH)
    [row] = manual.views.jobs(manual.realm_id, document_ids=[second])
    [event] = [e for e in manual.views.job(manual.realm_id, row["job_id"])["events"] if e["code"] == "pair_resolved"]
    assert event["payload"]["before"] == {"resolution": "keep_existing", "by": "system"}
    assert event["payload"]["after"] == {"resolution": "keep_both"}
    decide(manual, second)
    assert who_says(manual, FACT) == ["a.md", "b.md"]
    with pytest.raises(RefusedError, match="is published"):
        resolve(manual, second, Resolution.KEEP_EXISTING)
    # and so it stays, for these words
    manual.retry(second, from_stage=StageName.FACT_GENERATOR, by="test")
    drain(manual)
    if standing(manual, second)[0] == "awaiting_review":
        decide(manual, second)
    assert who_says(manual, FACT) == ["a.md", "b.md"]


def test_a_person_merges_what_the_system_told_apart(make_pipeline: MakePipeline) -> None:
    app, manual = (make_pipeline(changes={**LETTERS, "workflow": workflow}) for workflow in ("automatic", "manual"))
    one, other = "The fee is $500 for each insured member.", "The fee is $750 for each insured member."
    publish(app, upload("a.md", text_of("Costs", one)))
    [second] = publish(manual, upload("b.md", text_of("Costs", other)))
    assert the_pair(manual, second).resolution == "not_duplicate"
    resolve(manual, second, Resolution.KEEP_EXISTING)
    decide(manual, second)
    assert in_production(manual) == [("a.md", one)]


def test_waiting_is_undone_by_no_overruling(manual: Pipeline) -> None:
    """A decision of the system is overruled once; what a person decided is not."""
    publish(manual, upload("a.md", text_of("A", FACT)))
    [second] = publish(manual, upload("b.md", text_of("B", FACT)))
    resolve(manual, second, Resolution.NOT_DUPLICATE)
    resolve(manual, second, Resolution.NOT_DUPLICATE)
    assert staged(manual, FACT) == [("a.md", "pending"), ("b.md", "pending")]
    through(manual, [second])
    assert the_pair(manual, second).resolution == "not_duplicate"


@pytest.mark.parametrize(
    "words", [OPENS, "Members must report each and every loss to the service office within thirty days."]
)
def test_what_looked_like_a_fact_is_asked_about_by_its_new_words(manual: Pipeline, words: str) -> None:
    """The pair of another document with a fact that is edited goes; the edited fact is compared with it anew."""
    [first] = publish(manual, upload("a.md", FIRST))
    [second] = publish(manual, upload("b.md", SECOND))
    old = the_pair(manual, second)
    assert old.resolution == "pending"
    [fact] = manual.review.facts(OfDocument(first), manual.realm_id)
    manual.review.edit(OfDocument(first), fact.question_id, {"statement": words}, by=Reviewer(manual.realm_id))
    assert manual.review.pairs(OfDocument(second), manual.realm_id) == []
    manual.review.decide(first, Request(Decision.APPROVE, Reviewer(manual.realm_id, reason="edited")))
    through(manual, [first])
    left = [pair.resolution for pair in manual.review.pairs(OfDocument(first), manual.realm_id)]
    assert left == (["pending"] if words != OPENS else [])


@pytest.mark.parametrize("resolution", list(Resolution))
@pytest.mark.parametrize("at_once", [True, pytest.param(False, marks=pytest.mark.chaos)])
def test_nobody_is_asked_twice_about_two_texts(app: Pipeline, resolution: Resolution, at_once: bool) -> None:
    """Two documents wait because the same words of theirs look like a published fact: one decision is for both."""
    publish(app, upload("a.md", FIRST))
    [second] = publish(app, upload("b.md", text_of("Rules", EACH_LOSS, FACT)))
    [third] = publish(app, upload("c.md", text_of("Rules", EACH_LOSS, OPENS)))
    assert [standing(app, one)[0] for one in (second, third)] == ["awaiting_review"] * 2
    if at_once:
        decided = app.review.decide(
            second, Request(Decision.APPROVE, Reviewer(app.realm_id, "Ann", reason="read"), resolution)
        )
    else:
        pair = the_pair(app, second).duplicate_id
        decided = app.review.resolve(OfDocument(second), resolution, [pair], by=Reviewer(app.realm_id, "Ann", "read"))
    assert list(decided.to_run)[-1:] == [third]
    assert "1 document that waited" in decided.message
    assert standing(app, third)[0] == "queued"
    drain(app)
    if not at_once:
        decide(app, second)
    drain(app)
    said = [said for _, said in in_production(app) if said in (EVERY_LOSS, EACH_LOSS)]
    expected = {Resolution.KEEP_EXISTING: [EVERY_LOSS], Resolution.REPLACE_EXISTING: [EACH_LOSS]}
    assert sorted(said) == sorted(expected.get(resolution, [EVERY_LOSS, EACH_LOSS]))
    found = [pair for one in (second, third) for pair in app.review.pairs(OfDocument(one), app.realm_id)]
    assert "pending" not in [pair.resolution for pair in found]
