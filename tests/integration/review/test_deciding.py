"""Decisions of reviewers: one after another, at once, about single facts and about single pairs."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    NotFoundError,
    PipelineError,
    RefusedError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.ids import DocumentId, user_id_for
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.review.decisions import Decided, Decision, Request, Resolution
from tests.support.reviewing import (
    CONTRADICTORY,
    FIRST,
    REASON,
    SECOND,
    ask,
    facts,
    near_duplicate,
    park,
    published,
    reviews,
    state,
)
from tests.support.through import publish, through, upload


def test_who_comes_late_is_told_what_happened(manual: Pipeline) -> None:
    document_id = park(manual)
    manual.review.decide(document_id, ask(manual, Decision.REJECT, reason="not ours", reviewer="Ann"))
    with pytest.raises(AlreadyDecidedError) as told:
        manual.review.decide(document_id, ask(manual, Decision.APPROVE, reviewer="Bob"))
    event = reviews(manual, document_id)[-1]
    assert "Ann rejected it" in told.value.message
    assert f"{event['ts']:%Y-%m-%d at %H:%M:%S}" in told.value.message
    assert "not ours" in told.value.message


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_reviewers_at_once_one_wins(make_pipeline: Callable[..., Pipeline], attempt: int) -> None:
    """Two sessions of the database, two threads, opposite decisions."""
    apps = [make_pipeline(changes={"workflow": "manual"}) for _ in range(2)]
    document_id = park(apps[0])
    wishes = [("Ann", Decision.APPROVE), ("Bob", Decision.REJECT)]
    both = threading.Barrier(2)

    def decide(app: Pipeline, reviewer: str, decision: Decision) -> Decided | PipelineError:
        both.wait(timeout=10)
        try:
            return app.review.decide(document_id, ask(app, decision, reviewer=reviewer))
        except PipelineError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda pair: decide(pair[0], *pair[1]), zip(apps, wishes, strict=True)))

    [won] = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Decided)]
    lost = outcomes[1 - won]
    assert isinstance(lost, AlreadyDecidedError)
    assert f"{wishes[won][0]} {['approved', 'rejected'][won]} it on 20" in lost.message
    # nothing of the decision that lost is left
    statuses = {fact.status for fact in facts(apps[0], document_id)}
    assert statuses == {["approved", "rejected"][won]}
    assert [event["payload"]["by"] for event in reviews(apps[0], document_id)] == [wishes[won][0]]


def test_an_answer_to_findings_that_were_answered_already(app: Pipeline) -> None:
    document_id = park(app, "costs.md", CONTRADICTORY)
    assert state(app, document_id) == ("awaiting_review", "validation_review")
    app.review.decide(document_id, ask(app, Decision.RETURN, reviewer="Ann"))
    for decision in (Decision.OVERRIDE, Decision.RETURN):
        with pytest.raises(AlreadyDecidedError, match="Ann returned it to matching review"):
            app.review.decide(document_id, ask(app, decision, reason=REASON))


def test_another_user_has_no_such_document(manual: Pipeline) -> None:
    document_id = park(manual)
    bob = user_id_for("bob")
    with pytest.raises(NotFoundError):
        manual.review.decide(document_id, Request(Decision.APPROVE, Reviewer(bob)))
    with pytest.raises(NotFoundError):
        manual.review.edit(OfDocument(document_id), uuid4(), {"answer": "x"}, by=Reviewer(bob))
    with pytest.raises(NotFoundError):
        manual.review.facts(OfDocument(document_id), bob)
    assert manual.review.next_waiting(bob) is None


def test_who_looks_does_not_wait_for_who_decides(manual: Pipeline) -> None:
    document_id = park(manual)
    where = OfDocument(document_id)
    with ThreadPoolExecutor(1) as pool, manual.open_uow() as uow:
        assert uow.reviews.lock(document_id, manual.realm_id) is not None
        assert pool.submit(manual.review.facts, where, manual.realm_id).result(timeout=10)
        assert pool.submit(manual.review.pairs, where, manual.realm_id).result(timeout=10) == []
        assert pool.submit(manual.review.history, where, manual.realm_id).result(timeout=10) == []


def test_the_next_one_is_the_one_that_has_waited_longest(manual: Pipeline) -> None:
    assert manual.review.next_waiting(manual.realm_id) is None
    first, second = park(manual), park(manual, "costs.md", CONTRADICTORY)
    waiting = manual.review.next_waiting(manual.realm_id)
    assert waiting is not None
    assert (waiting.document_id, waiting.filename, waiting.phase) == (first, "manual.md", 2)

    manual.review.decide(second, ask(manual, Decision.APPROVE, duplicates=Resolution.KEEP_BOTH))
    through(manual, [second])
    stopped = manual.review.next_waiting(manual.realm_id, phase=4)
    assert stopped is not None
    assert (stopped.document_id, stopped.critical) == (second, 1)
    after = manual.review.next_waiting(manual.realm_id, besides=(first,))
    assert after is not None
    assert after.document_id == second
    manual.review.decide(first, ask(manual, Decision.REJECT))
    assert manual.review.next_waiting(manual.realm_id, phase=2) is None


def test_single_facts_are_rejected_and_taken_back(manual: Pipeline) -> None:
    document_id = park(manual)
    first, second, *_ = (fact.question_id for fact in facts(manual, document_id))
    for decision, wanted in ((Decision.REJECT, (first, second)), (Decision.APPROVE, (second,))):
        manual.review.decide(
            document_id, ask(manual, decision, question_ids=wanted, reason="looked up", reviewer="Ann")
        )
        manual.review.decide(document_id, ask(manual, decision, question_ids=wanted))  # once more: no event
    statuses = {fact.question_id: fact.status for fact in facts(manual, document_id)}
    assert (statuses[first], statuses[second]) == ("rejected", "approved")
    events = reviews(manual, document_id)
    assert [event["code"] for event in events] == ["fact_rejected", "fact_rejected", "fact_approved"]
    assert events[-1]["payload"] | {"by": "Ann", "reason": "looked up", "question_id": str(second)} == {
        **events[-1]["payload"]
    }
    assert (events[-1]["payload"]["before"], events[-1]["payload"]["after"]) == (
        {"status": "rejected"},
        {"status": "approved"},
    )
    assert state(manual, document_id) == ("awaiting_review", "matching_review")

    manual.review.decide(document_id, ask(manual, Decision.APPROVE, duplicates=Resolution.KEEP_BOTH))
    through(manual, [document_id])
    ids = {fact["question_id"] for fact in published(manual, document_id)}
    assert first not in ids
    assert second in ids


def test_an_edited_fact_keeps_its_id_and_its_evidence(manual: Pipeline) -> None:
    document_id = park(manual)
    old = facts(manual, document_id)[0]
    edit = {"question": "How often is it serviced?", "answer": "Once every 12 months, by a certified engineer."}
    decided = manual.review.edit(
        OfDocument(document_id), old.question_id, edit, by=Reviewer(manual.realm_id, "Ann", "shorter")
    )
    assert not decided.to_run
    [new] = [fact for fact in facts(manual, document_id) if fact.question_id == old.question_id]
    assert (new.answer, new.edited_by) == (edit["answer"], "Ann")
    assert (new.quote, new.page, new.match, new.statement) == (old.quote, old.page, old.match, old.statement)
    [event] = reviews(manual, document_id)
    assert event["code"] == "fact_edited"
    assert event["payload"]["before"] == {"question": old.question, "answer": old.answer}
    assert event["payload"]["after"] == {"question": new.question, "answer": new.answer}

    manual.review.decide(document_id, ask(manual, Decision.APPROVE, duplicates=Resolution.KEEP_BOTH))
    through(manual, [document_id])
    [fact] = [f for f in published(manual, document_id) if f["question_id"] == old.question_id]
    assert (fact["answer"], fact["quote"]) == (edit["answer"], old.quote)


def test_validation_runs_over_an_edited_fact(manual: Pipeline) -> None:
    document_id = park(manual)
    fact = facts(manual, document_id)[0]
    manual.review.edit(
        OfDocument(document_id),
        fact.question_id,
        {"question": "How often?", "answer": "Every 99 months."},
        by=Reviewer(manual.realm_id),
    )
    manual.review.decide(document_id, ask(manual, Decision.APPROVE, duplicates=Resolution.KEEP_BOTH))
    through(manual, [document_id])
    assert state(manual, document_id) == ("awaiting_review", "validation_review")
    [row] = manual.views.jobs(manual.realm_id, document_ids=[document_id])
    findings = manual.views.job(manual.realm_id, row["job_id"])["findings"]
    assert [f["code"] for f in findings if f["severity"] == "critical"] == ["number_not_in_evidence"]


def test_an_edited_statement_is_compared_again(app: Pipeline) -> None:
    """Once it says something else it is no near-duplicate; once it says the same words it is a duplicate."""
    document_id = near_duplicate(app)
    [fact] = facts(app, document_id)
    other = {"statement": "Visitors leave their umbrellas at the entrance of the building."}
    app.review.edit(OfDocument(document_id), fact.question_id, other, by=Reviewer(app.realm_id))
    with app.open_uow() as uow:
        assert uow.staging.undecided([document_id]) == {}
    same = {"statement": FIRST.split("\n")[2]}
    app.review.edit(OfDocument(document_id), fact.question_id, same, by=Reviewer(app.realm_id))
    app.review.decide(document_id, ask(app, Decision.APPROVE))
    through(app, [document_id])
    [fact] = facts(app, document_id)
    assert fact.status == "duplicate"


def test_what_cannot_be_done_to_a_fact_is_said(app: Pipeline, manual: Pipeline) -> None:
    waiting, stopped = park(manual), park(app, "costs.md", CONTRADICTORY)
    fact, elsewhere = facts(manual, waiting)[0], facts(app, stopped)[0]

    def edit(document_id: DocumentId, question_id: Any, change: dict[str, str]) -> None:
        manual.review.edit(OfDocument(document_id), question_id, change, by=Reviewer(manual.realm_id))

    with pytest.raises(RefusedError, match="blank"):
        edit(waiting, fact.question_id, {"answer": "  "})
    with pytest.raises(RefusedError, match="needs a question"):
        edit(waiting, fact.question_id, {})
    with pytest.raises(NotFoundError, match="not of this document"):
        edit(waiting, elsewhere.question_id, {"answer": "x"})
    with pytest.raises(RefusedError, match="validation review"):
        edit(stopped, elsewhere.question_id, {"answer": "x"})
    with pytest.raises(RefusedError, match="validation review"):
        app.review.decide(stopped, ask(app, Decision.REJECT, question_ids=(elsewhere.question_id,)))
    manual.review.decide(waiting, ask(manual, Decision.REJECT, question_ids=(fact.question_id,)))
    with pytest.raises(RefusedError, match="is rejected"):
        edit(waiting, fact.question_id, {"answer": "x"})
    assert [event["code"] for event in reviews(manual, waiting)] == ["fact_rejected"]


@pytest.mark.parametrize(
    ("resolution", "count"),
    [
        (Resolution.KEEP_EXISTING, {"first": 1, "second": 0}),
        (Resolution.REPLACE_EXISTING, {"first": 0, "second": 1}),
        (Resolution.KEEP_BOTH, {"first": 1, "second": 1}),
        (Resolution.NOT_DUPLICATE, {"first": 1, "second": 1}),
    ],
)
def test_one_pair_is_decided(app: Pipeline, resolution: Resolution, count: dict[str, int]) -> None:
    [first] = publish(app, upload("first.md", FIRST))
    document_id = park(app, "second.md", SECOND)
    [pair] = app.review.pairs(OfDocument(document_id), app.realm_id)
    with pytest.raises(UndecidedDuplicatesError):
        app.review.decide(document_id, ask(app, Decision.APPROVE))
    for _ in range(2):  # the second time changes nothing
        decided = app.review.resolve(
            OfDocument(document_id),
            resolution,
            [pair.duplicate_id],
            by=Reviewer(app.realm_id, "Ann", "read both"),
        )
        assert not decided.to_run
    [event] = reviews(app, document_id)
    assert event["code"] == "pair_resolved"
    assert event["payload"]["after"] == {"resolution": resolution}
    assert (event["payload"]["by"], event["payload"]["reason"]) == ("Ann", "read both")

    other = next(r for r in Resolution if r is not resolution)
    with pytest.raises(AlreadyDecidedError, match=f"decided {resolution} by Ann on 20"):
        app.review.resolve(OfDocument(document_id), other, [pair.duplicate_id], by=Reviewer(app.realm_id))

    app.review.decide(document_id, ask(app, Decision.APPROVE))
    through(app, [document_id])
    assert {"first": len(published(app, first)), "second": len(published(app, document_id))} == count


def test_a_pair_of_another_document_is_not_found(app: Pipeline, manual: Pipeline) -> None:
    document_id, other = near_duplicate(app), park(manual)
    [pair] = app.review.pairs(OfDocument(document_id), app.realm_id)
    with pytest.raises(NotFoundError, match="not of this document"):
        app.review.resolve(OfDocument(other), Resolution.KEEP_BOTH, [pair.duplicate_id], by=Reviewer(app.realm_id))
