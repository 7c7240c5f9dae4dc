"""A decision holds for the state that its reviewer saw: of two that conflict one wins, and the other is told."""

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import ChangedMeanwhileError, ConflictError, RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer, Seen, StagedFact, Where
from pipeline_core.review.decisions import Change, Decision, Request, Resolution
from tests.support.through import publish, upload

BANK = "# Claims\n\n1. How long does a member have to report a theft?\n   24 hours.\n"
MANUAL = "# Manual\n\nThe valve opens at 3 bar. The pump is serviced every 12 months.\n"
STATUS = {"approve": QuestionStatus.APPROVED, "reject": QuestionStatus.REJECTED}


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={"workflow": "manual", "duplicate_mode": "baseline", "duplicate_threshold": 0.7})


def bank(app: Pipeline) -> Where:
    staged = app.staging.stage_bank(BANK.encode(), "bank.md", by=Reviewer(app.realm_id))
    assert staged.batch is not None
    return OfBatch(staged.batch.batch_id)


def document(app: Pipeline) -> Where:
    [document_id] = publish(app, upload("manual.md", MANUAL))
    return OfDocument(document_id)


def first(app: Pipeline, where: Where) -> StagedFact:
    return app.review.facts(where, app.realm_id)[0]


def act(app: Pipeline, where: Where, name: str, verb: str, fact: StagedFact) -> Change:
    """What a reviewer does who saw ``fact``; each edit gives words of its own."""
    by = Reviewer(app.realm_id, name, expected={fact.question_id: fact.seen})
    if verb == "edit":
        words = {"question": "What is told?", "answer": f"Words number {fact.version} of {name}."}
        return app.review.edit(where, fact.question_id, words, by=by)
    return app.review.decide_facts(where, [fact.question_id], STATUS[verb], by=by)


INTERLEAVINGS = sorted({tuple(order) for order in permutations(["Ann", "Ann", "Bob", "Bob"])})
VERBS = st.sampled_from(["approve", "reject", "edit"])


@pytest.mark.parametrize("subject", [bank, document], ids=["bank", "document"])
def test_in_any_order_what_was_seen_holds_or_the_decision_is_refused(
    app: Pipeline, subject: Callable[[Pipeline], Where]
) -> None:
    """Each looks, then acts: who acts on what has changed since is refused, with who did it; nothing is overwritten."""
    where = subject(app)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(order=st.sampled_from(INTERLEAVINGS), verbs=st.fixed_dictionaries({"Ann": VERBS, "Bob": VERBS}))
    def interleave(order: tuple[str, ...], verbs: dict[str, str]) -> None:
        saw: dict[str, StagedFact] = {}
        app.review.decide_facts(where, [first(app, where).question_id], STATUS["approve"], by=Reviewer(app.realm_id))
        for name in order:
            present = first(app, where)
            if name not in saw:
                saw[name] = present
                continue
            if saw[name].seen == present.seen:
                if verbs[name] == "edit" or present.status != STATUS[verbs[name]]:
                    if verbs[name] == "edit" and present.status is QuestionStatus.REJECTED:
                        continue  # what is rejected cannot be edited
                    assert act(app, where, name, verbs[name], saw[name]).changed == [present.question_id]
                    assert first(app, where).version > present.version
                    assert first(app, where).changed_by == name
                continue
            with pytest.raises(ChangedMeanwhileError) as told:
                act(app, where, name, verbs[name], saw[name])
            [changed] = told.value.changed
            assert (changed.who, changed.version) == (present.changed_by, present.version)
            assert changed.who in told.value.message
            assert first(app, where) == present

    interleave()


def _decide_fact(app: Pipeline, name: str, document_id: DocumentId, fact: StagedFact, _whole: Seen) -> object:
    verb = "approve" if name == "Ann" else "reject"
    return act(app, OfDocument(document_id), name, verb, fact)


def _edit_fact(app: Pipeline, name: str, document_id: DocumentId, fact: StagedFact, _whole: Seen) -> object:
    return act(app, OfDocument(document_id), name, "edit", fact)


def _decide_all(app: Pipeline, name: str, document_id: DocumentId, _fact: StagedFact, whole: Seen) -> object:
    decision = Decision.APPROVE if name == "Ann" else Decision.REJECT
    return app.review.decide(document_id, Request(decision, Reviewer(app.realm_id, name), expected=whole))


@pytest.mark.parametrize("way", [_decide_fact, _edit_fact, _decide_all])
def test_of_two_reviewers_at_once_exactly_one_wins(
    make_pipeline: Callable[..., Pipeline], way: Callable[..., object]
) -> None:
    """Two sessions, two threads, one state that both saw."""
    apps = [make_pipeline(changes={"workflow": "manual"}) for _ in range(2)]
    where = document(apps[0])
    assert isinstance(where, OfDocument)
    fact, whole = first(apps[0], where), apps[0].review.seen(where, Reviewer(apps[0].realm_id))
    both = threading.Barrier(2)

    def decide(app: Pipeline, name: str) -> object:
        both.wait(timeout=10)
        try:
            return way(app, name, where.document_id, fact, whole)
        except ConflictError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(decide, apps, ["Ann", "Bob"]))
    [lost] = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
    winner = ["Bob", "Ann"][outcomes.index(lost)]
    assert winner in lost.message


def test_a_whole_document_is_not_approved_over_an_edit_that_nobody_saw(app: Pipeline) -> None:
    where = document(app)
    assert isinstance(where, OfDocument)
    seen = app.review.seen(where, Reviewer(app.realm_id))
    act(app, where, "Bob", "edit", first(app, where))
    request = Request(
        Decision.APPROVE, Reviewer(app.realm_id, "Ann", reason="read"), Resolution.KEEP_BOTH, expected=seen
    )
    with pytest.raises(ChangedMeanwhileError, match="Bob changed it on 20") as told:
        app.review.decide(where.document_id, request)
    assert told.value.asked == {"decision": "approve", "reason": "read", "duplicates": "keep_both"}
    anew = replace(request, expected=app.review.seen(where, Reviewer(app.realm_id)))
    assert app.review.decide(where.document_id, anew).goes_on


def test_a_pair_that_was_decided_meanwhile_is_not_overwritten(app: Pipeline) -> None:
    bank(app)
    again = BANK.replace("a theft", "the theft").replace("Claims", "Again")
    staged = app.staging.stage_bank(again.encode(), "again.md", by=Reviewer(app.realm_id))
    [pair] = [pair for pair in staged.pairs if pair.resolution == "pending"]
    seen = {pair.duplicate_id: pair.seen}
    ann, bob = Reviewer(app.realm_id, "Ann", "", seen), Reviewer(app.realm_id, "Bob", "other years", seen)
    app.review.resolve_pair(pair.duplicate_id, Resolution.KEEP_BOTH, by=ann)
    with pytest.raises(ChangedMeanwhileError, match="Ann kept both") as told:
        app.review.resolve_pair(pair.duplicate_id, Resolution.NOT_DUPLICATE, by=bob)
    assert told.value.asked["reason"] == "other years"
    copy: Any = pickle.loads(pickle.dumps(told.value))  # as the error of a task travels
    assert (copy.changed, copy.asked) == (told.value.changed, told.value.asked)


def test_the_database_counts_versions_itself(app: Pipeline) -> None:
    """Whatever changes a fact; nobody sets a version, and what a reviewer does not see counts for nothing."""
    where = bank(app)
    fact = first(app, where)
    for change, version, by in (
        ("version = 7, changed_by = 'Eve'", 1, "system"),
        ("match_trigrams = match_trigrams + 1", 1, "system"),
        ("status = 'rejected', reviewed_by = realm_id, reviewed_at = now()", 2, "system"),
        ("status = 'rejected', reviewed_by = realm_id, reviewed_at = now()", 2, "system"),
        ("answer = 'In time.', version = 1", 3, "system"),
    ):
        with psycopg.connect(app.database_url) as connection:
            connection.execute(f"UPDATE upload_pipeline.staged_questions SET {change}")
        [row] = app.review.facts(where, app.realm_id)
        assert (row.version, row.changed_by) == (version, by), change
    assert row.question_id == fact.question_id


def test_a_history_tells_of_one_fact_and_of_the_whole(app: Pipeline) -> None:
    where = document(app)
    assert isinstance(where, OfDocument)
    one, other = app.review.facts(where, app.realm_id)[:2]
    act(app, where, "Ann", "reject", one)
    act(app, where, "Bob", "edit", other)
    app.review.decide(where.document_id, Request(Decision.APPROVE, Reviewer(app.realm_id), Resolution.KEEP_BOTH))
    codes = {
        fact.question_id: [event.code for event in app.review.history(where, app.realm_id, fact.question_id)]
        for fact in (one, other)
    }
    assert codes == {
        one.question_id: ["fact_rejected", "matches_approved"],
        other.question_id: ["fact_edited", "matches_approved"],
    }
    assert len(app.review.history(where, app.realm_id)) == 3


def test_an_expectation_of_something_else_is_refused(app: Pipeline) -> None:
    """A typo never decides anything."""
    where = document(app)
    one, other = app.review.facts(where, app.realm_id)[:2]
    with pytest.raises(RefusedError, match=str(other.question_id)):
        app.review.decide_facts(
            where,
            [one.question_id],
            STATUS["reject"],
            by=Reviewer(app.realm_id, expected={other.question_id: other.seen}),
        )
    assert app.review.facts(where, app.realm_id)[0] == one
