"""A document leaves production whole; what another published one says as well stays, and it can come back."""

import io
from collections.abc import Callable

import numpy as np
import psycopg
import pytest
from rich.console import Console

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    NotFoundError,
    NotPublishedError,
    ReasonTooShortError,
    TransientError,
)
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.domain.rows.withdrawals import Leaving
from pipeline_core.review.decisions import Decision
from pipeline_core.review.parking import MOST_S
from pipeline_core.terminal.status import print_job
from tests.support.published import EACH_LOSS, EVERY_LOSS, FACT, drain, in_production, standing, text_of, who_says
from tests.support.reviewing import ask, be_due, park, reviews
from tests.support.through import publish, receive, through, upload

OPENS = "The alpha office opens at 8 in the morning on Mondays."
BOILER = "The beta boiler must be serviced every 12 months by an engineer."
FIRST, SECOND = text_of("Alpha", FACT, OPENS), text_of("Beta", FACT, BOILER)
WHY = "It was sent to us by mistake."


def by(app: Pipeline, reason: str = WHY) -> Reviewer:
    return Reviewer(app.realm_id, "Ann", reason)


def withdraw(app: Pipeline, *document_ids: DocumentId, reason: str = WHY) -> list[Leaving]:
    return app.withdraw(document_ids, by=by(app, reason))


def test_it_leaves_whole_and_says_why(app: Pipeline, database_url: str) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    [left] = withdraw(app, document_id)
    assert (left.facts, left.chunks, left.taken_over) == (2, 1, 0)
    assert standing(app, document_id) == ("done", "ingested", "withdrawn")
    assert in_production(app) == []
    with psycopg.connect(database_url) as owner:
        assert owner.execute("SELECT count(*) FROM upload_pipeline.document_chunks").fetchone() == (0,)
        row = owner.execute("SELECT withdrawn_by, reason, facts FROM upload_pipeline.withdrawals").fetchone()
    assert row == ("Ann", WHY, 2)
    assert app.search(app.realm_id, "When does the alpha office open?") == []
    shown = io.StringIO()
    [row] = app.views.jobs(app.realm_id)
    print_job(Console(file=shown, width=200), app.views.job(app.realm_id, row.job_id))
    assert f"document_withdrawn by Ann: “{WHY}”" in shown.getvalue()


def test_what_another_published_document_says_is_never_gone(app: Pipeline, database_url: str) -> None:
    [first] = publish(app, upload("a.md", FIRST))
    [second] = publish(app, upload("b.md", SECOND))
    assert who_says(app, FACT) == ["a.md"]
    [leaving] = app.withdraw.foresee([first], by=by(app))
    assert (leaving.facts, leaving.taken_over) == (2, 1)
    [left] = withdraw(app, first)
    assert left.taken_over == 1
    assert who_says(app, FACT) == ["b.md"]
    assert who_says(app, OPENS) == []
    assert who_says(app, BOILER) == ["b.md"]
    assert standing(app, second) == ("done", "ingested", "published"), "it was not started again"
    with psycopg.connect(database_url) as owner:
        owner.execute("SET search_path TO upload_pipeline, public, extensions")
        [vector, text] = owner.execute(
            "SELECT embedding::text, fact_text(question, answer, statement) FROM all_questions WHERE document_id = %s "
            "AND question_id IN (SELECT q.question_id FROM staged_questions q WHERE status = 'imported') "
            "ORDER BY published_at DESC LIMIT 1",
            [second],
        ).fetchone() or ("", "")
    [expected] = app.embedders.active().embed([text]).vectors
    assert np.allclose(np.fromstring(vector.strip("[]"), sep=","), expected, rtol=1e-3, atol=1e-6), "its own vector"


def test_of_three_that_say_the_same_one_takes_the_place(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", FIRST))
    publish(app, upload("b.md", SECOND))
    publish(app, upload("c.md", text_of("Gamma", FACT)))
    withdraw(app, first)
    assert who_says(app, FACT) == ["b.md"]
    drain(app)
    assert who_says(app, FACT) == ["b.md"]


def test_documents_that_leave_together_are_not_substitutes_of_each_other(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", FIRST))
    [second] = publish(app, upload("b.md", SECOND))
    publish(app, upload("c.md", text_of("Gamma", FACT)))
    withdraw(app, first, second)
    assert who_says(app, FACT) == ["c.md"]
    assert who_says(app, BOILER) == []


def test_it_comes_back_when_somebody_asks_for_it(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", FIRST))
    publish(app, upload("b.md", SECOND))
    withdraw(app, first)
    found = app.find_work([first], correlation_id=receive(app, upload("a.md", FIRST)).correlation_id)
    assert (found.run, found.left()) == ([], {"withdrawn before": 1}), "not by itself"
    app.retry(first, from_stage=None, by="Ann")
    through(app, [first])
    assert standing(app, first)[2] == "published"
    assert who_says(app, OPENS) == ["a.md"]
    assert who_says(app, FACT) == ["b.md"], "once"


def test_nothing_is_withdrawn_that_is_not_there_or_without_a_reason(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    with pytest.raises(ReasonTooShortError):
        withdraw(app, document_id, reason=" too short ")
    with pytest.raises(NotFoundError):
        app.withdraw([document_id], by=Reviewer(RealmId(app.person.user_id.__class__(int=9)), "Eve", WHY))
    [waiting] = receive(app, upload("b.md", SECOND)).documents
    with pytest.raises(NotPublishedError, match=r"b\.md is not published"):
        withdraw(app, document_id, waiting)
    assert who_says(app, FACT) == ["a.md"], "all or nothing"
    withdraw(app, document_id)
    with pytest.raises(NotPublishedError):
        withdraw(app, document_id)


def test_not_while_a_worker_has_it_in_hand(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    app.retry(document_id, from_stage=None, by="Ann")
    batch = app.claim([document_id])
    with app.claim.released(batch), pytest.raises(AlreadyDecidedError, match="being processed"):
        withdraw(app, document_id)
    assert who_says(app, FACT) == ["a.md"]


def test_while_it_waits_to_be_processed_again(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    app.retry(document_id, from_stage=None, by="Ann")
    withdraw(app, document_id)
    assert standing(app, document_id)[2] == "withdrawn"
    assert app.claim([document_id]).document_ids == ()


def test_an_embedder_that_is_away_takes_nothing_out(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline()
    [first] = publish(app, upload("a.md", FIRST))
    publish(app, upload("b.md", SECOND))

    def away(*_: object) -> None:
        raise TransientError("away")

    broken = type(app.withdraw)(app.open_uow, away)
    with pytest.raises(TransientError):
        broken([first], by=by(app))
    assert who_says(app, FACT) == ["a.md"]
    assert who_says(app, OPENS) == ["a.md"]


def test_it_is_parked_taken_back_and_carried_out(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    request = ask(app, Decision.WITHDRAW, reviewer="Ann", reason=WHY)
    _, foreseen = app.parking.park(document_id, request, MOST_S)
    assert foreseen.message == "2 facts would leave production"
    assert app.parking.carry_out_due() == []
    with pytest.raises(AlreadyDecidedError, match="Ann decided"):
        withdraw(app, document_id)
    app.parking.undo(document_id, by=by(app))
    assert who_says(app, FACT) == ["a.md"]
    app.parking.park(document_id, request, MOST_S)
    be_due(app)
    assert standing(app, document_id)[2] == "withdrawn"


def completed(app: Pipeline, document_id: DocumentId) -> None:
    [row] = app.views.jobs(app.realm_id, document_ids=[document_id])
    app.acknowledge(row["job_id"], realm_id=app.realm_id)


def downloaded(app: Pipeline, document_id: DocumentId) -> None:
    exported = app.views.export(app.realm_id, document_id)
    assert app.acknowledge.downloaded(document_id, exported["published_at"], realm_id=app.realm_id)


def queued_again(app: Pipeline, document_id: DocumentId) -> None:
    app.retry(document_id, from_stage=None, by="Bob")


def published_again(app: Pipeline, document_id: DocumentId) -> None:
    queued_again(app, document_id)
    through(app, [document_id])


@pytest.mark.parametrize("meanwhile", [completed, downloaded, queued_again, published_again])
def test_what_it_does_not_depend_on_keeps_no_parked_withdrawal(
    app: Pipeline, meanwhile: Callable[[Pipeline, DocumentId], None]
) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    app.parking.park(document_id, ask(app, Decision.WITHDRAW, reviewer="Ann", reason=WHY), MOST_S)
    meanwhile(app, document_id)
    be_due(app)
    assert standing(app, document_id)[2] == "withdrawn"
    assert in_production(app) == []


def test_a_parked_withdrawal_waits_for_the_worker_that_has_the_document_in_hand(app: Pipeline) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    app.parking.park(document_id, ask(app, Decision.WITHDRAW, reviewer="Ann", reason=WHY), MOST_S)
    queued_again(app, document_id)
    batch = app.claim([document_id])
    with app.claim.released(batch):
        be_due(app)
        assert who_says(app, OPENS) == ["a.md"]
        app.run_through(batch)
    assert app.parking.carry_out_due() == []
    assert standing(app, document_id)[2] == "withdrawn"
    assert in_production(app) == []


GONE = "what its facts resembled was replaced or withdrawn"


def test_who_waited_only_because_it_resembled_what_is_withdrawn_goes_on(app: Pipeline) -> None:
    [first] = publish(app, upload("a.md", text_of("Alpha", EVERY_LOSS)))
    second = park(app, "b.md", text_of("Beta", EACH_LOSS))
    assert standing(app, second)[:2] == ("awaiting_review", "matching_review")
    withdraw(app, first)
    assert standing(app, second)[0] == "queued"
    gone, approved = reviews(app, second)
    assert (gone["code"], approved["code"]) == ("near_duplicates_gone", "matches_approved")
    assert (approved["payload"]["by"], approved["payload"]["reason"]) == ("system", GONE)
    drain(app)
    assert in_production(app) == [("b.md", EACH_LOSS)]


def test_who_waits_for_a_person_besides_still_waits(app: Pipeline, make_pipeline: Callable[..., Pipeline]) -> None:
    [first] = publish(app, upload("a.md", text_of("Alpha", EVERY_LOSS)))
    begun = park(app, "b.md", text_of("Beta", EACH_LOSS, OPENS))
    fact = next(one for one in app.review.facts(OfDocument(begun), app.realm_id) if one.statement == OPENS)
    app.review.decide_facts(OfDocument(begun), [fact.question_id], QuestionStatus.REJECTED, by=by(app))
    manual = make_pipeline(changes={"workflow": "manual"})
    asked = park(
        manual, "c.md", text_of("Gamma", "Members must report all losses to the service office in thirty days.")
    )
    withdraw(app, first)
    for document_id in (begun, asked):
        assert standing(app, document_id)[:2] == ("awaiting_review", "matching_review")


def test_a_publication_says_who_goes_on_by_it(app: Pipeline) -> None:
    """A newer version replaces what another document resembled: whoever published it can finish that one too."""
    publish(app, upload("a.md", text_of("Alpha", EVERY_LOSS), "file:///a.md"))
    second = park(app, "b.md", text_of("Beta", EACH_LOSS))
    [newer] = publish(app, upload("a.md", text_of("Alpha", BOILER), "file:///a.md"))
    with app.open_uow() as uow:
        assert set(uow.documents.revived(app.realm_id, [newer])) == {second}
    drain(app)
    assert who_says(app, EACH_LOSS) == ["b.md"]


def test_the_database_refuses_what_is_only_half_withdrawn(app: Pipeline, database_url: str) -> None:
    [document_id] = publish(app, upload("a.md", FIRST))
    with psycopg.connect(database_url) as owner, pytest.raises(psycopg.errors.CheckViolation, match="on record"):
        owner.execute(
            "UPDATE upload_pipeline.upload_jobs SET outcome = 'withdrawn' WHERE document_id = %s", [document_id]
        )
