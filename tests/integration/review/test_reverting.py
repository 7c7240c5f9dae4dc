"""Going back to a version: whole, with what others say in its place, and nothing half."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    NotFoundError,
    NotPublishedError,
    ReasonTooShortError,
    RefusedError,
    ServiceUnavailableError,
)
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.versions import Reverting
from pipeline_core.review.decisions import Decision, Request
from pipeline_core.services.verify import Fault
from tests.support.published import in_production, rows, standing
from tests.support.reviewing import be_due
from tests.support.statements import execute
from tests.support.through import publish, through, upload

WHY = "The old wording was right."
FIRST = "The bicycle must be locked to a fixed object whenever it is left outside."
SECOND = "Members must report a theft to the police within 24 hours of discovering it."
THIRD = "Claims are paid within thirty days of the last document that was asked for."


def by(app: Pipeline, reason: str = WHY) -> Reviewer:
    return Reviewer(app.realm_id, "Ann", reason)


def revert(app: Pipeline, document_id: DocumentId, number: int) -> Reverting:
    return app.revert(document_id, number, by=by(app))


def said(app: Pipeline) -> set[str]:
    return {statement for _, statement in in_production(app)}


def numbers(app: Pipeline, document_id: DocumentId) -> list[tuple[int, str, int | None, str | None]]:
    query = "SELECT number, origin, reverted_to, ended FROM published_versions WHERE document_id = %s ORDER BY number"
    return rows(app, query, document_id)


def without(app: Pipeline, document_id: DocumentId, statement: str) -> None:
    """Publish the document again without a fact, which a person rejects."""
    execute(
        app,
        "UPDATE staged_questions SET status = 'rejected', reviewed_at = now(), decided_by_itself = true "
        f"WHERE document_id = '{document_id}' AND statement = '{statement}'",
    )
    app.retry(document_id, from_stage=None, by="Ann")
    through(app, [document_id])


@pytest.fixture
def document(app: Pipeline) -> DocumentId:
    [document_id] = publish(app, upload("a.md", "\n\n".join((FIRST, SECOND))))
    return document_id


def test_it_says_again_what_it_said(app: Pipeline, document: DocumentId) -> None:
    without(app, document, SECOND)
    assert said(app) == {FIRST}
    assert app.revert.foresee(document, 1, by=by(app)).comes == 1
    assert (revert(app, document, 1).comes, said(app)) == (1, {FIRST, SECOND})
    assert numbers(app, document) == [
        (1, "published", None, "republished"),
        (2, "published", None, "reverted"),
        (3, "reverted", 1, None),
    ]
    assert (revert(app, document, 2).goes, said(app)) == (1, {FIRST})
    assert [one for one in app.verify().found if one.fault is Fault.DISAGREES] == []
    [approved] = rows(app, "SELECT approved_name FROM published_versions WHERE number = 4")
    assert approved == ("Ann",)
    assert standing(app, document)[2] == "published"
    app.retry(document, from_stage=None, by="Ann")
    through(app, [document])
    assert said(app) == {FIRST}, "the next run publishes nothing that was taken back"


def test_what_others_say_by_now_stays_theirs_and_what_leaves_is_taken_over(app: Pipeline, document: DocumentId) -> None:
    publish(app, upload("b.md", "\n\n".join((FIRST, SECOND, THIRD))))
    assert in_production(app) == sorted([("a.md", FIRST), ("a.md", SECOND), ("b.md", THIRD)])
    without(app, document, SECOND)
    through(app, [row.document_id for row in app.views.jobs(app.realm_id, states=["queued"])])
    assert in_production(app) == sorted([("a.md", FIRST), ("b.md", SECOND), ("b.md", THIRD)])
    found = revert(app, document, 1)
    assert (found.comes, found.elsewhere) == (1, 1)
    assert in_production(app) == sorted([("a.md", FIRST), ("b.md", SECOND), ("b.md", THIRD)])
    app.withdraw([b for (b,) in rows(app, "SELECT document_id FROM documents WHERE filename = 'b.md'")], by=by(app))
    assert in_production(app) == sorted([("a.md", FIRST), ("a.md", SECOND)])


def test_a_fact_that_goes_comes_from_another_document_in_the_same_transaction(
    app: Pipeline, document: DocumentId
) -> None:
    without(app, document, SECOND)
    revert(app, document, 1)
    publish(app, upload("b.md", "\n\n".join((SECOND, THIRD))))
    assert in_production(app) == sorted([("a.md", FIRST), ("a.md", SECOND), ("b.md", THIRD)])
    revert(app, document, 2)
    assert in_production(app) == sorted([("a.md", FIRST), ("b.md", SECOND), ("b.md", THIRD)])


def test_what_cannot_be_reverted_is_refused_with_words(app: Pipeline, document: DocumentId) -> None:
    with pytest.raises(RefusedError, match="is what production says now"):
        revert(app, document, 1)
    with pytest.raises(NotFoundError, match="no version 7"):
        revert(app, document, 7)
    without(app, document, SECOND)
    with pytest.raises(ReasonTooShortError, match="going back to a version needs 10"):
        app.revert(document, 1, by=by(app, "short"))
    app.retry(document, from_stage=None, by="Ann")
    with pytest.raises(AlreadyDecidedError, match="is being processed"):
        revert(app, document, 1)
    through(app, [document])
    app.withdraw([document], by=by(app))
    with pytest.raises(NotPublishedError, match="is not published"):
        revert(app, document, 1)


def test_vectors_of_another_model_are_made_anew(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline()
    [document_id] = publish(app, upload("a.md", "\n\n".join((FIRST, SECOND))))
    without(app, document_id, SECOND)
    with app.open_uow() as uow:
        uow.session.connection.execute("SET LOCAL ROLE NONE")
        uow.session.connection.execute("UPDATE past_questions SET embed_model = 'another'")
        uow.commit()

    def away(*_: object) -> None:
        raise ServiceUnavailableError("away")

    with pytest.raises(ServiceUnavailableError):
        replace(app.revert, vectorise=away)(document_id, 1, by=by(app))
    assert said(app) == {FIRST}
    revert(app, document_id, 1)
    assert said(app) == {FIRST, SECOND}
    assert rows(app, "SELECT count(DISTINCT embed_model) FROM all_questions") == [(1,)]


def test_it_is_parked_and_carried_out(app: Pipeline, document: DocumentId) -> None:
    without(app, document, SECOND)
    kept, foreseen = app.parking.park(document, Request(Decision.REVERT, by(app), version=1), 10)
    assert (kept.decision, foreseen.message) == ("revert", "1 fact would come back, 0 would leave and 0 would change")
    assert said(app) == {FIRST}
    be_due(app)
    assert said(app) == {FIRST, SECOND}
    decided = app.review.decide(document, Request(Decision.REVERT, by(app), version=2))
    assert decided.message == "0 facts came back, 1 left and 0 changed"
