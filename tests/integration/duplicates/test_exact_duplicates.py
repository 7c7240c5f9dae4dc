"""No fact is lost to an exact duplicate that is never published, and none is published twice when that comes back."""

from collections.abc import Callable

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import EncryptedDocumentError
from pipeline_core.domain.ids import BatchId, DocumentId
from pipeline_core.domain.jobs import WorkBatch
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.services.failures import record_failures
from pipeline_core.stages.registry import BY_NAME
from tests.support.published import (
    EACH_LOSS,
    EVERY_LOSS,
    FACT,
    decide,
    drain,
    in_production,
    standing,
    text_of,
    who_says,
)
from tests.support.through import needs_work, publish, receive, through, upload

OPENS = "The alpha office opens at 8 in the morning on Mondays."
BOILER = "The beta boiler must be serviced every 12 months by an engineer."
OTHER = "The alpha office keeps its records for seven years in the basement."
FIRST = text_of("Alpha", FACT, OPENS)
WITHOUT = text_of("Alpha", OPENS)
SECOND = text_of("Beta", FACT, BOILER)


def dead_letter(app: Pipeline, batch: WorkBatch) -> None:
    """The batch's documents die, as an error of a stage would have it."""
    with app.open_uow() as uow:
        failed = dict.fromkeys(batch.document_ids, EncryptedDocumentError("no use"))
        record_failures(uow, app.settings, StageName.EMBEDDER, failed, lease=batch.lease)
        uow.commit()


def run_until(app: Pipeline, stage: StageName, name: str, text: str, source: str | None = None) -> WorkBatch:
    """Take one file through the stages up to this one; its lease is still held."""
    batch, _ = through(app, needs_work(app, receive(app, upload(name, text, source))), until=stage)
    return batch


def test_an_exact_duplicate_that_is_dead_is_no_exact_duplicate(app: Pipeline) -> None:
    dead_letter(app, run_until(app, StageName.VALIDATION, "a.md", FIRST))
    publish(app, upload("b.md", SECOND))
    assert who_says(app, FACT) == ["b.md"]


def test_an_exact_duplicate_that_was_superseded_is_no_exact_duplicate(app: Pipeline) -> None:
    batch = run_until(app, StageName.EMBEDDER, "a.md", FIRST, "file:///a.md")
    publish(app, upload("a.md", WITHOUT, "file:///a.md"))
    app.run_stage(BY_NAME[StageName.INGESTOR], batch)
    assert standing(app, batch.document_ids[0])[2] == "superseded"
    publish(app, upload("b.md", SECOND))
    assert who_says(app, FACT) == ["b.md"]


@pytest.mark.parametrize("end", ["dead", "superseded"])
def test_a_fact_stays_when_its_exact_duplicate_ends_unpublished(app: Pipeline, end: str) -> None:
    batch = run_until(app, StageName.EMBEDDER, "a.md", FIRST, "file:///a.md")
    publish(app, upload("b.md", SECOND))
    assert who_says(app, FACT) == ["b.md"]
    if end == "dead":
        dead_letter(app, batch)
    else:
        received = receive(app, upload("a.md", WITHOUT, "file:///a.md"))
        app.run_stage(BY_NAME[StageName.INGESTOR], batch)
        assert needs_work(app, received) == list(received.documents)
    drain(app)
    assert who_says(app, FACT) == ["b.md"]


@pytest.mark.parametrize("from_stage", [None, StageName.EMBEDDER, StageName.FACT_GENERATOR])
def test_a_dead_exact_duplicate_that_is_retried_is_compared_again(app: Pipeline, from_stage: StageName | None) -> None:
    batch = run_until(app, StageName.EMBEDDER, "a.md", FIRST)
    publish(app, upload("b.md", SECOND, "file:///b.md"))
    dead_letter(app, batch)
    drain(app)
    [first] = batch.document_ids
    app.retry(first, from_stage=from_stage, by="test")
    drain(app)
    assert standing(app, first) == ("done", "ingested", "published")
    assert who_says(app, FACT) == ["b.md"]
    assert who_says(app, OPENS) == ["a.md"]
    # and when the one that stands goes, the other is published after all
    publish(app, upload("b.md", SECOND, "file:///b.md"))
    publish(app, upload("b.md", text_of("Beta", BOILER), "file:///b.md"))
    drain(app)
    assert who_says(app, FACT) == ["a.md"]
    # back again: it stays one
    publish(app, upload("b.md", SECOND, "file:///b.md"))
    drain(app)
    assert who_says(app, FACT) == ["a.md"]


def test_a_dead_document_goes_on_where_it_failed_when_nothing_was_compared_since(manual: Pipeline) -> None:
    """What a person approved is not asked again for a failure that has nothing to do with it."""
    [first] = publish(manual, upload("a.md", FIRST))
    manual.review.decide(first, Request(Decision.APPROVE, Reviewer(manual.realm_id, reason="read")))
    batch, _ = through(manual, [first], until=StageName.EMBEDDER)
    dead_letter(manual, batch)
    manual.retry(first, from_stage=None, by="test")
    assert standing(manual, first)[:2] == ("queued", "embedded")
    drain(manual)
    assert who_says(manual, FACT) == ["a.md"]


def test_a_rejected_document_that_is_retried_finds_what_was_published_meanwhile(manual: Pipeline) -> None:
    [first] = publish(manual, upload("a.md", FIRST))
    [second] = publish(manual, upload("b.md", SECOND))
    manual.review.decide(first, Request(Decision.REJECT, Reviewer(manual.realm_id, reason="not ours")))
    decide(manual, second)
    drain(manual)
    for _ in range(2):  # what was left out for the rejected exact duplicate waits for a person again
        if standing(manual, second)[0] == "awaiting_review":
            decide(manual, second)
    assert who_says(manual, FACT) == ["b.md"]
    manual.retry(first, from_stage=None, by="test")
    drain(manual)
    decide(manual, first)
    assert (who_says(manual, FACT), who_says(manual, OPENS)) == (["b.md"], ["a.md"])


def test_going_back_to_an_older_version_finds_duplicates_and_passes_the_gates(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", FIRST, "file:///a.md"))
    publish(app, upload("a.md", WITHOUT, "file:///a.md"))
    publish(app, upload("b.md", SECOND))
    publish(app, upload("a.md", FIRST, "file:///a.md"))
    assert standing(app, first) == ("done", "ingested", "published")
    assert (who_says(app, FACT), who_says(app, OPENS)) == (["b.md"], ["a.md"])


def test_going_back_to_an_older_version_that_looks_like_another_waits(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", text_of("Rules", EVERY_LOSS), "file:///a.md"))
    publish(app, upload("a.md", WITHOUT, "file:///a.md"))
    publish(app, upload("b.md", text_of("Rules", EACH_LOSS)))
    publish(app, upload("a.md", text_of("Rules", EVERY_LOSS), "file:///a.md"))
    assert standing(app, first)[:2] == ("awaiting_review", "matching_review")
    assert ("a.md", OPENS) in in_production(app)
    decide(app, first, Resolution.KEEP_EXISTING)
    assert in_production(app) == [("b.md", EACH_LOSS)]


def bank_of(app: Pipeline, text: str) -> BatchId:
    bank = app.staging.stage_bank(text.encode(), "bank.md", by=Reviewer(app.realm_id))
    assert bank.batch is not None
    return bank.batch.batch_id


def statuses(app: Pipeline, *batches: BatchId) -> list[str]:
    return [q.status.value for batch in batches for q in app.staging.get_batch_questions(batch, realm_id=app.realm_id)]


def test_of_two_banks_left_out_for_one_question_only_one_comes_back(app: Pipeline) -> None:
    """What both repeat goes; they repeat one another."""
    bank = "Q: How soon must a theft be reported to the police?\nA: Within 24 hours.\n"
    first, *others = (bank_of(app, text) for text in (bank, f"{bank}\n", bank * 2))
    assert statuses(app, first, *others) == ["pending", "duplicate", "duplicate", "duplicate"]
    app.staging.reject_questions(first, by=Reviewer(app.realm_id))
    assert sorted(statuses(app, *others)) == ["duplicate", "duplicate", "pending"]


def test_what_was_rejected_in_a_bank_does_not_come_back_through_its_copy(app: Pipeline) -> None:
    batch = bank_of(app, "Q: How soon must a theft be reported to the police?\nA: Within 24 hours.\n\n" * 2)
    app.staging.reject_questions(batch, by=Reviewer(app.realm_id, reason="false"))
    assert statuses(app, batch) == ["rejected", "duplicate"]


def reworded(app: Pipeline, document_id: DocumentId) -> None:
    [fact] = [f for f in app.review.facts(OfDocument(document_id), app.realm_id) if f.statement == FACT]
    words = {"question": "When does the office open?", "answer": OTHER, "statement": OTHER}
    app.review.edit(
        OfDocument(document_id), fact.question_id, words, by=Reviewer(app.realm_id, reason="as it is said here")
    )


def test_an_edited_fact_leaves_its_old_words_to_its_exact_duplicate(make_pipeline: Callable[..., Pipeline]) -> None:
    """A reviewer edits a staged fact while the document that repeats its old words is under way: that says them."""
    app, manual = make_pipeline(), make_pipeline(changes={"workflow": "manual"})
    [first] = publish(manual, upload("a.md", FIRST))
    batch = run_until(app, StageName.EMBEDDER, "b.md", SECOND)

    reworded(manual, first)
    app.run_stage(BY_NAME[StageName.INGESTOR], batch)
    drain(app)
    assert who_says(app, FACT) == ["b.md"]

    manual.review.decide(first, Request(Decision.APPROVE, Reviewer(manual.realm_id, reason="edited")))
    drain(app)
    assert (who_says(app, FACT), who_says(app, OTHER)) == (["b.md"], ["a.md"])


def test_a_published_fact_gives_its_old_words_up_when_its_new_ones_are_published(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    app = make_pipeline(changes={"workflow": "manual"})
    [first] = publish(app, upload("a.md", FIRST))
    decide(app, first)
    drain(app)
    [second] = publish(app, upload("b.md", SECOND))
    decide(app, second)
    drain(app)
    assert who_says(app, FACT) == ["a.md"]

    app.retry(first, from_stage=StageName.FACT_GENERATOR, by="test")
    drain(app)
    reworded(app, first)
    drain(app)
    assert who_says(app, FACT) == ["a.md"]
    app.review.decide(first, Request(Decision.APPROVE, Reviewer(app.realm_id, reason="edited")))
    drain(app)
    assert standing(app, second)[0] == "awaiting_review"
    decide(app, second)
    drain(app)
    assert (who_says(app, FACT), who_says(app, OTHER)) == (["b.md"], ["a.md"])
