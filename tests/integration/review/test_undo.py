"""Undoing what was done to a fact or a pair: exactly what was there before, in documents and in question banks."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline, UserServices
from pipeline_core.client import Client
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    ChangedMeanwhileError,
    ConflictError,
    NotFoundError,
    RefusedError,
    StagedStateError,
    UnknownIdsError,
)
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import OfBatch, OfDocument, Reviewer, StagedFact, StagedPair, Where
from pipeline_core.review.decisions import Decision, Resolution
from pipeline_core.services.history import forget_changes
from pipeline_core.terminal.actions import Typed, carry_out
from tests.support.reviewing import CONTRADICTORY, ask, near_duplicate, park
from tests.support.through import publish, through, upload

S = QuestionStatus
Reviewed = Pipeline | UserServices
RULES = (
    "# Rules\n\nMembers must report every loss to the service office within thirty days.\n\n"
    "The pool closes at ten in the evening on every day of the week.\n\n"
    "Guests must sign the visitors' book before they enter the building.\n"
)
ALIKE = RULES.replace("every loss", "each loss").replace("closes at ten", "shuts at ten")
BANK = "## Rules\n\n### How long does a claim take?\n\nTen days.\n\n### Who signs the form?\n\nThe owner signs it.\n"
BANK_ALIKE = (
    "## Rules\n\n### How long does one claim take?\n\nTen days.\n\n### Who signs this form?\n\nThe owner signs it.\n"
)
COUNTED = ("version", "changed_by", "changed_at")


def by(app: Reviewed, name: str = "Ann") -> Reviewer:
    return Reviewer(app.realm_id, name)


def everything(url: str) -> dict[str, list[Any]]:
    """All facts, pairs, remembered decisions and counts, but for how often and by whom they were changed."""
    with psycopg.connect(url) as connection:
        return {
            table: sorted(
                str(sorted((name, value) for name, value in row.items() if name not in COUNTED))
                for (row,) in connection.execute(f"SELECT to_jsonb(t) FROM upload_pipeline.{table} t".encode())
            )
            for table in ("staged_questions", "staging_duplicates", "duplicate_decisions", "upload_batch_counts")
        }


def facts(app: Reviewed, where: Where) -> list[StagedFact]:
    return app.review.facts(where, app.realm_id)


def pairs(app: Reviewed, where: Where) -> list[StagedPair]:
    return app.review.pairs(where, app.realm_id)


def bank(app: Pipeline, text: str = BANK, name: str = "bank.md") -> BatchId:
    staged = app.staging.stage_bank(text.encode(), name, by=Reviewer(app.realm_id))
    assert staged.batch is not None
    return staged.batch.batch_id


def document(app: Pipeline) -> Where:
    """It waits, and is like one that waits and like one that is published."""
    publish(app, upload("first.md", RULES))
    park(app, "other.md", ALIKE + "\nVisitors park their cars behind the main building only.\n")
    return OfDocument(park(app, "second.md", ALIKE))


def question_bank(app: Pipeline) -> Where:
    bank(app, BANK_ALIKE, "other.md")
    return OfBatch(bank(app))


def act(app: Reviewed, where: Where, choose: random.Random) -> tuple[str, UUID] | None:
    """Do something to a fact or a pair; None if it is refused."""
    fact, there = choose.choice(facts(app, where)), pairs(app, where)
    kind = choose.choice(["approve", "reject", "edit", "resolve"])
    try:
        if kind in ("approve", "reject"):
            to = S.APPROVED if kind == "approve" else S.REJECTED
            change = app.review.decide_facts(where, [fact.question_id], to, by=by(app))
        elif kind == "edit":
            words = {"question": f"What is rule {choose.randrange(99)}?", "answer": f"It is {choose.randrange(99)}."}
            change = app.review.edit(where, fact.question_id, words, by=by(app))
        else:
            pair, to_what = choose.choice(there), choose.choice(list(Resolution))
            change = app.review.resolve(where, to_what, [pair.duplicate_id], by=by(app))
    except (ConflictError, RefusedError):
        return None
    return ("pair" if kind == "resolve" else "fact", change.changed[0]) if change.changed else None


def undo(app: Reviewed, where: Where, what: str, subject: UUID, **more: Any) -> None:
    undo_it = app.review.undo_pair if what == "pair" else app.review.undo_fact
    undo_it(where, subject, by=replace(by(app, "Bob"), **more))


@pytest.mark.parametrize("made", [document, question_bank])
def test_any_history_goes_back_step_by_step(
    make_pipeline: Callable[..., Pipeline], database_url: str, made: Callable[[Pipeline], Where]
) -> None:
    """A document with the rights of the API, which are the fewest."""
    app = make_pipeline(changes={"workflow": "manual"})
    where, choose = made(app), random.Random(4)
    reviewed = app.for_user(app.realm_id) if made is document else app
    assert pairs(app, where)
    done = 0
    for _ in range(8):
        before = everything(database_url)
        acted = act(reviewed, where, choose)
        if acted is None:
            assert everything(database_url) == before
            continue
        done += 1
        after = everything(database_url)
        assert after != before
        undo(reviewed, where, *acted)
        assert everything(database_url) == before, acted
        undo(reviewed, where, *acted)
        assert everything(database_url) == after, acted
    assert done > 3


def events(app: Pipeline, where: Where) -> list[tuple[str, Any]]:
    return [(event.code, event.payload) for event in app.review.history(where, app.realm_id)]


def test_an_undo_is_an_event_and_nothing_is_deleted_from_the_trail(manual: Pipeline) -> None:
    where = OfDocument(park(manual))
    fact = facts(manual, where)[0]
    words = {"question": "When?", "answer": "Yearly."}
    manual.review.edit(where, fact.question_id, words, by=replace(by(manual), reason="shorter"))
    undo(manual, where, "fact", fact.question_id, reason="it was right")
    (edited, was), (undone, told) = events(manual, where)
    assert (edited, was["by"], undone, told["by"], told["reason"]) == (
        "fact_edited", "Ann", "fact_undone", "Bob", "it was right",
    )  # fmt: skip
    assert told["undone"]["by"] == "Ann"
    assert told["before"] == words
    assert told["after"] == {"question": fact.question, "answer": fact.answer}
    undo(manual, where, "fact", fact.question_id)
    assert events(manual, where)[-1][1]["undone"]["is_undo"] is True


def test_only_until_the_document_goes_on(manual: Pipeline) -> None:
    document_id = park(manual)
    where = OfDocument(document_id)
    [fact_id, *_] = [fact.question_id for fact in facts(manual, where)]
    manual.review.decide_facts(where, [fact_id], S.REJECTED, by=by(manual))
    manual.review.decide(document_id, ask(manual, Decision.APPROVE))
    with pytest.raises(AlreadyDecidedError, match="approved it"):
        undo(manual, where, "fact", fact_id)
    through(manual, [document_id])
    with pytest.raises(AlreadyDecidedError):
        undo(manual, where, "fact", fact_id)


def test_only_until_the_bank_is_imported(app: Pipeline) -> None:
    where = question_bank(app)
    assert isinstance(where, OfBatch)
    fact_id = facts(app, where)[0].question_id
    app.review.resolve(where, Resolution.KEEP_BOTH, by=by(app))
    app.review.decide_facts(where, [fact_id], S.APPROVED, by=by(app))
    app.staging.import_approved(where.batch_id, by=Reviewer(app.realm_id))
    with pytest.raises(StagedStateError, match="imported"):
        undo(app, where, "fact", fact_id)
    for pair in pairs(app, where):
        if pair.staged == fact_id:
            with pytest.raises(StagedStateError, match="imported"):
                undo(app, where, "pair", pair.duplicate_id)


def test_what_was_seen_has_to_be_there_still(manual: Pipeline) -> None:
    where = OfDocument(park(manual))
    fact_id = facts(manual, where)[0].question_id
    manual.review.decide_facts(where, [fact_id], S.REJECTED, by=by(manual))
    seen = facts(manual, where)[0].seen
    manual.review.decide_facts(where, [fact_id], S.APPROVED, by=by(manual, "Cid"))
    with pytest.raises(ChangedMeanwhileError, match="Cid"):
        undo(manual, where, "fact", fact_id, expected={fact_id: seen})


def test_what_there_is_not(manual: Pipeline) -> None:
    where = OfDocument(park(manual))
    with pytest.raises(ConflictError, match="There is no decision on"):
        undo(manual, where, "fact", facts(manual, where)[0].question_id)
    for what in ("fact", "pair"):
        with pytest.raises(UnknownIdsError):
            undo(manual, where, what, uuid4())
    with pytest.raises(NotFoundError):
        manual.review.undo_pair(None, uuid4(), by=by(manual))


def test_of_several_that_were_decided_at_once_one_goes_back(manual: Pipeline) -> None:
    where = OfDocument(park(manual))
    [one, other, *_] = [fact.question_id for fact in facts(manual, where)]
    manual.review.decide_facts(where, [one, other], S.REJECTED, by=by(manual))
    undo(manual, where, "fact", one)
    now = {fact.question_id: fact.status for fact in facts(manual, where)}
    assert (now[one], now[other]) == (S.PENDING, S.REJECTED)
    undo(manual, where, "fact", other)
    assert {fact.status for fact in facts(manual, where)} == {S.PENDING}


def test_what_followed_and_was_decided_since_is_to_be_undone_first(app: Pipeline) -> None:
    where = question_bank(app)
    [pair, *_] = pairs(app, where)
    assert (pair.resolution, pair.staged_status) == (Resolution.KEEP_EXISTING, S.DUPLICATE)
    app.review.resolve(where, Resolution.KEEP_BOTH, [pair.duplicate_id], by=by(app))
    app.review.decide_facts(where, [pair.staged], S.REJECTED, by=by(app, "Cid"))
    with pytest.raises(ConflictError, match=r"was changed since by Cid on .*: it is rejected now") as told:
        undo(app, where, "pair", pair.duplicate_id)
    assert str(pair.staged) in told.value.message
    undo(app, where, "fact", pair.staged)
    undo(app, where, "pair", pair.duplicate_id)
    [now] = [one for one in pairs(app, where) if one.duplicate_id == pair.duplicate_id]
    assert (now.resolution, now.staged_status) == (pair.resolution, pair.staged_status)


def test_a_pair_that_others_waited_for(app: Pipeline, database_url: str) -> None:
    """Another document went on by the same decision: it has gone on; what is remembered of the texts is not."""
    first = OfDocument(near_duplicate(app))
    text = "# More\n\nMembers must report each loss to the service office within thirty days.\n\n"
    second = OfDocument(park(app, "third.md", text + CONTRADICTORY))
    waiting = [pair for pair in pairs(app, second) if pair.resolution == "pending"]
    [pair] = pairs(app, first)
    app.review.resolve(first, Resolution.NOT_DUPLICATE, [pair.duplicate_id], by=by(app))
    decided = {one.duplicate_id: one.resolution for one in pairs(app, second)}
    app.review.undo_pair(None, pair.duplicate_id, by=by(app, "Bob"))
    assert [one.resolution for one in pairs(app, first)] == ["pending"]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM upload_pipeline.duplicate_decisions").fetchone() == (0,)
    [row] = app.views.jobs(app.realm_id, document_ids=[second.document_id])
    for one in waiting:
        now = next(found.resolution for found in pairs(app, second) if found.duplicate_id == one.duplicate_id)
        assert now == ("pending" if row["state"] == "awaiting_review" else decided[one.duplicate_id])


def test_as_it_is_typed(manual: Pipeline) -> None:
    where, client = OfDocument(park(manual)), Client(app=manual)
    one, *_ = facts(manual, where)
    named = str(one.question_id)[:13]
    carry_out(client, where, Typed("reject", facts=[named]))
    done = carry_out(client, where, Typed("undo", "it is right", facts=[named]))
    assert "undone" in done.message
    assert facts(manual, where)[0].status is one.status
    with pytest.raises(NotFoundError, match="No decision"):  # of the document itself
        carry_out(client, where, Typed("undo"))
    with pytest.raises(RefusedError, match="one fact, or to one pair"):
        carry_out(client, where, Typed("undo", facts=[str(fact.question_id) for fact in facts(manual, where)]))


def test_what_has_gone_on_is_kept_no_longer(manual: Pipeline, database_url: str) -> None:
    document_id, waiting = park(manual), park(manual, "costs.md", CONTRADICTORY)
    for one in (document_id, waiting):
        where = OfDocument(one)
        manual.review.decide_facts(where, [facts(manual, where)[0].question_id], S.REJECTED, by=by(manual))
    manual.review.decide(document_id, ask(manual, Decision.REJECT))
    forget_changes(manual.open_uow)
    with psycopg.connect(database_url) as connection:
        kept = connection.execute("SELECT document_id FROM upload_pipeline.review_changes").fetchall()
    assert kept == [(waiting,)]
    assert "fact_rejected" in [code for code, _ in events(manual, OfDocument(document_id))]


def test_from_python(manual: Pipeline) -> None:
    document_id = park(manual)
    where, client = OfDocument(document_id), Client(app=manual)
    one, *_ = facts(manual, where)
    client.decide(document_id, Decision.REJECT, fact_ids=[one.question_id])
    assert client.undo_fact(document_id, one.question_id, reviewer="Bob").changed == [one.question_id]
    assert facts(manual, where)[0].status is one.status
    with pytest.raises(NotFoundError):
        client.undo_pair(uuid4())
    manual.parking.park(document_id, ask(manual, Decision.REJECT), 10)
    assert "taken back" in client.undo(document_id).message
