"""Going back to a version: whole, with what others say in its place, and nothing half."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    NotFoundError,
    NotPublishedError,
    ReasonTooShortError,
    RefusedError,
    ServiceUnavailableError,
    UndecidedDuplicatesError,
)
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.versions import Reverting
from pipeline_core.review.decisions import Decision, Request, Resolution
from pipeline_core.services.verify import Fault
from tests.support.folders import add_folder, sync, write
from tests.support.published import in_production, rows, standing
from tests.support.reviewing import be_due
from tests.support.statements import execute
from tests.support.through import publish, receive, through, upload

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


PLACE = "file:///policy.md"


@pytest.fixture
def edited(app: Pipeline) -> tuple[DocumentId, DocumentId]:
    """A file that was published with one content, and again with another: two documents of one place."""
    [old] = publish(app, upload("policy.md", "\n\n".join((FIRST, SECOND)), PLACE))
    [new] = publish(app, upload("policy.md", "\n\n".join((FIRST, THIRD)), PLACE))
    return old, new


def current(app: Pipeline) -> list[DocumentId]:
    return [one for (one,) in rows(app, "SELECT document_id FROM document_sources WHERE is_current")]


def test_earlier_content_of_the_file_comes_back(app: Pipeline, edited: tuple[DocumentId, DocumentId]) -> None:
    old, new = edited
    found = app.revert.foresee(new, 1, by=by(app))
    assert (found.comes, found.goes, found.elsewhere, found.instead_of) == (2, 2, 0, new)
    revert(app, new, 1)
    assert (said(app), current(app)) == ({FIRST, SECOND}, [old])
    assert numbers(app, old) == [(1, "published", None, "replaced"), (3, "reverted", 1, None)]
    assert numbers(app, new) == [(2, "published", None, "withdrawn")]
    assert (standing(app, old)[2], standing(app, new)[2]) == ("published", "withdrawn")
    [(reason,)] = rows(app, "SELECT end_reason FROM published_versions WHERE document_id = %s", new)
    assert reason == f"Reverted to version 1: {WHY}"
    told = rows(app, "SELECT document_id, kind FROM knowledge_changes ORDER BY change_id DESC LIMIT 2")
    assert sorted(told, key=str) == sorted([(old, "published"), (new, "withdrawn")], key=str)
    listed = app.for_user(app.person, realm_id=app.realm_id).versions(old)
    assert [(one.document_id, one.number) for one in listed] == [(old, 3), (new, 2), (old, 1)]
    assert [one for one in app.verify().found if one.fault is Fault.DISAGREES] == []
    assert rows(app, "SELECT document_id FROM vanished_documents") == []


def test_the_same_newer_file_again_is_left_alone_and_another_change_replaces(
    app: Pipeline, edited: tuple[DocumentId, DocumentId]
) -> None:
    old, new = edited
    revert(app, new, 1)
    received = receive(app, upload("policy.md", "\n\n".join((FIRST, THIRD)), PLACE))
    needed = app.find_work(list(received.documents), correlation_id=received.correlation_id)
    assert (needed.run, needed.withdrawn, current(app)) == ([], [new], [old])
    assert said(app) == {FIRST, SECOND}
    [latest] = publish(app, upload("policy.md", "\n\n".join((SECOND, THIRD)), PLACE))
    assert (said(app), current(app)) == ({SECOND, THIRD}, [latest])
    assert numbers(app, latest) == [(4, "published", None, None)]
    assert numbers(app, old)[-1] == (3, "reverted", 1, "replaced")


def test_it_goes_forward_again_by_a_revert_or_a_retry(app: Pipeline, edited: tuple[DocumentId, DocumentId]) -> None:
    old, new = edited
    revert(app, new, 1)
    revert(app, old, 2)
    assert (said(app), current(app)) == ({FIRST, THIRD}, [new])
    assert (standing(app, old)[2], standing(app, new)[2]) == ("withdrawn", "published")
    revert(app, new, 1)
    app.retry(new, from_stage=None, by="Ann")
    assert current(app) == [new]
    through(app, [new])
    assert (said(app), current(app)) == ({FIRST, THIRD}, [new])
    assert numbers(app, new)[-1] == (6, "published", None, None)
    assert [one for one in app.verify().found if one.fault is Fault.DISAGREES] == []


def test_earlier_content_that_is_gone_is_refused_with_words(
    app: Pipeline, edited: tuple[DocumentId, DocumentId]
) -> None:
    old, new = edited
    with app.open_uow() as uow:
        uow.session.connection.execute("SET LOCAL ROLE NONE")
        uow.session.connection.execute("UPDATE memory_reach SET since = now()")
        uow.commit()
    with pytest.raises(RefusedError, match="not remembered whole any more"):
        revert(app, new, 1)
    execute(app, f"DELETE FROM documents WHERE document_id = '{old}'")
    with pytest.raises(NotFoundError, match="no version 1"):
        revert(app, new, 1)
    assert said(app) == {FIRST, THIRD}


def test_what_changes_nothing_is_refused(app: Pipeline, document: DocumentId) -> None:
    without(app, document, SECOND)
    revert(app, document, 1)
    with pytest.raises(RefusedError, match="is what production says now"):
        revert(app, document, 1)
    listed = app.for_user(app.person, realm_id=app.realm_id).versions(document)
    assert [(one.number, one.is_present) for one in listed] == [(3, True), (2, False), (1, True)]


FEE = "The yearly fee for the alpha card is 40 euros."


def test_a_near_duplicate_of_what_others_say_is_left_out(app: Pipeline) -> None:
    [alpha] = publish(app, upload("alpha.md", "\n\n".join((FIRST, FEE))))
    without(app, alpha, FEE)
    publish(app, upload("beta.md", f"# Fees\n\n{FEE}"))
    before = said(app)
    found = app.revert.foresee(alpha, 1, by=by(app))
    assert (found.comes, found.elsewhere, list(found.undecided)) == (1, 1, [])
    assert revert(app, alpha, 1).elsewhere == 1
    assert said(app) == before, "published from beta alone"
    [pair] = rows(app, "SELECT resolution, existing_is_staged FROM staging_duplicates")
    assert pair == ("keep_existing", False)


@pytest.mark.parametrize("resolution", ["keep_existing", "keep_both"])
def test_what_a_person_would_be_asked_about_is_decided_or_refused(app: Pipeline, resolution: str) -> None:
    like = "A theft must be reported by members to the police within 24 hours of discovering it."
    [alpha] = publish(app, upload("alpha.md", "\n\n".join((FIRST, SECOND))))
    without(app, alpha, SECOND)
    publish(app, upload("beta.md", like))
    before = said(app)
    assert like in before
    [undecided] = app.revert.foresee(alpha, 1, by=by(app)).undecided
    assert (undecided.comes, undecided.says) == (SECOND, like)
    with pytest.raises(UndecidedDuplicatesError, match="may be what others say"):
        revert(app, alpha, 1)
    with pytest.raises(UndecidedDuplicatesError, match="may be what others say"):
        app.parking.park(alpha, Request(Decision.REVERT, by(app), version=1), 10)
    assert said(app) == before
    request = Request(Decision.REVERT, by(app), Resolution(resolution), version=1)
    app.parking.park(alpha, request, 10)
    be_due(app)
    assert said(app) == (before if resolution == "keep_existing" else before | {SECOND})
    assert rows(app, "SELECT resolution, resolved_by FROM staging_duplicates") == [(resolution, "Ann")]
    if resolution == "keep_both":
        revert(app, alpha, 2)
    assert list(app.revert.foresee(alpha, 1, by=by(app)).undecided) == [], "nobody is asked twice"


def published_as(app: Pipeline, name: str) -> list[DocumentId]:
    query = "SELECT document_id FROM documents WHERE filename = %s AND published_at IS NOT NULL"
    return [one for (one,) in rows(app, query, name)]


def test_a_sync_leaves_what_was_put_back_until_its_file_changes_or_goes(app: Pipeline, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": FIRST, "b.md": FEE})
    source = add_folder(app, folder)
    sync(app, source)
    write(folder, {"a.md": SECOND})
    sync(app, source)
    [new] = published_as(app, "a.md")
    revert(app, new, 1)
    sync(app, source)
    assert said(app) - {FEE} == {FIRST}
    os.utime(folder / "a.md", (1, 1))
    sync(app, source)
    assert said(app) - {FEE} == {FIRST}, "read again, it is the same"
    write(folder, {"a.md": THIRD})
    sync(app, source)
    assert said(app) - {FEE} == {THIRD}
    [newest] = published_as(app, "a.md")
    revert(app, newest, 1)
    (folder / "a.md").unlink()
    sync(app, source)
    assert said(app) - {FEE} == set()
