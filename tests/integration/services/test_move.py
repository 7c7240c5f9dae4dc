"""A document that moves to another realm: all that was made of it goes along, and nothing reaches back."""

from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client
from pipeline_core.domain.errors import ConflictError, NotFoundError, NotPermittedError
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.realms import Role
from tests.support.through import MANUAL, publish, receive, upload

TEXT = MANUAL


def realm(app: Pipeline, name: str = "team") -> RealmId:
    return Client(app=app).realms.create(name).realm_id


def one(app: Pipeline, name: str = "a.md", text: str = TEXT) -> DocumentId:
    [document_id] = publish(app, upload(name, text, f"file:///{name}"))
    return document_id


def rows(app: Pipeline, table: str, realm_id: RealmId) -> int:
    with app.open_uow() as uow:
        [count] = uow.session.connection.execute(
            f"SELECT count(*) FROM {table} WHERE realm_id = %s", (realm_id,)
        ).fetchone()
        return int(count)


TABLES = (
    "documents", "document_sources", "upload_jobs", "document_processing_stages", "processing_workflows",
    "stage_output_files", "staged_chunks", "upload_batches", "staged_questions", "document_chunks", "all_questions",
    "events", "search_sources", "search_postings",
)  # fmt: skip


def test_everything_of_a_document_goes_along(app: Pipeline) -> None:
    team = realm(app)
    document_id = one(app)
    before = {table: rows(app, table, app.realm_id) for table in TABLES}
    assert all(before.values())
    events_of_realm = rows(app, "events", team)
    moved = Client(app=app).move(document_id, "team")
    assert (moved.document_id, moved.realm_id) == (document_id, team)
    assert {table: rows(app, table, app.realm_id) for table in TABLES} == dict.fromkeys(TABLES, 0)
    there = {table: rows(app, table, team) for table in TABLES}
    # and the event of the move itself
    assert there == before | {"events": before["events"] + events_of_realm + 1}
    found = Client(realm="team", app=app).search("boiler", limit=1)
    assert found[0].document_id == document_id
    assert not Client(app=app).search("boiler", limit=1)


def test_the_same_content_is_a_new_document_where_it_was(app: Pipeline) -> None:
    team = realm(app)
    first = one(app)
    Client(app=app).move(first, "team")
    second = one(app)
    assert second != first
    assert list(receive(app, upload("a.md", TEXT, "file:///a.md")).documents) == [second]
    with pytest.raises(ConflictError, match="has the content"):
        Client(app=app).move(second, "team")
    there = app.intake.receive([upload("again.md", TEXT, "file:///again.md")], realm_id=team)
    assert list(there.documents) == [first]
    assert not there.new


def test_what_was_left_out_for_it_is_said_again(app: Pipeline) -> None:
    """A copy that stays behind says what has left its realm."""
    realm(app)
    first = one(app)
    second = one(app, "b.md", TEXT + "\nAppendix: none.\n")
    Client(app=app).move(first, "team")
    with app.open_uow() as uow:
        [job] = uow.documents.find([second]).values()
    assert job.state.value == "queued"


def test_who_is_no_admin_of_both_moves_nothing(app: Pipeline) -> None:
    team, ann, bob = realm(app), Client(app=app), UserId(uuid4())
    document_id = one(app)
    with pytest.raises(NotFoundError):
        Client(user_id=bob, app=app).realms.find("team")
    ann.realms.put(team, bob, Role.REVIEWER)
    ann.move(document_id, "team")
    reviewer = Client(user_id=bob, realm="team", app=app)
    with pytest.raises(NotPermittedError, match="admins manage"):
        reviewer.move(document_id, str(bob))
    ann.realms.put(team, bob, Role.ADMIN)
    reviewer.move(document_id, str(bob))
    assert rows(app, "documents", RealmId(bob)) == 1


def test_what_is_under_way_does_not_move(app: Pipeline) -> None:
    realm(app)
    [document_id] = receive(app, upload("a.md", TEXT, "file:///a.md")).documents
    with pytest.raises(ConflictError, match="under way"):
        Client(app=app).move(document_id, "team")
