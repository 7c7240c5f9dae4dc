"""A document at rest is moved between realms of which the person is an admin."""

from typing import Any
from uuid import UUID

import pytest

from pipeline_core.db.documents import MovableDocument
from pipeline_core.domain.errors import ConflictError, NotFoundError, NotPermittedError
from pipeline_core.domain.ids import RealmId, UserId
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.realms import Person, Realm, Role
from pipeline_core.services.move import Moved, MoveDocument
from tests.support.fake_database import NOTHING_REVIVED, FakeDatabase
from tests.support.jobs import document_id

ADA = Person(UserId(UUID(int=1)), "Ada")
FROM, TO = RealmId(UUID(int=11)), RealmId(UUID(int=12))


def _document(state: JobState = JobState.DONE, realm_id: RealmId = FROM) -> MovableDocument:
    return MovableDocument(realm_id, "a.md", "0" * 64, state)


def _database(document: MovableDocument | None, roles: dict[RealmId, Role], **answers: Any) -> FakeDatabase:
    shared = [Realm(one, name, roles[one], False, 2, None) for one, name in ((TO, "Harbour"), (FROM, "Boats"))]
    return FakeDatabase(
        {
            "realms.shared_with": shared,
            "realms.of_row": (FROM, roles[FROM]),
            "documents.to_move": document,
            "documents.of_content": None,
            **NOTHING_REVIVED,
            **answers,
        }
    )


BOTH = {FROM: Role.ADMIN, TO: Role.ADMIN}


def test_a_document_is_moved_with_its_event_and_what_said_the_same_waits_again() -> None:
    database = _database(_document(), BOTH)
    assert MoveDocument(database, ADA)(document_id(1), "Harbour") == Moved(document_id(1), "a.md", TO, "Harbour")
    assert database.given("documents.move") == [{"document_id": document_id(1), "realm_id": TO}]
    [record] = database.given("realms.record_move")
    assert record["payload"] == {"by": ADA.shown, "from": FROM, "to": TO}
    assert {given["realm_ids"][0] for given in database.given("staging.revive_orphans")} == {FROM, TO}
    names = database.names
    assert names.index("staging.lock_matching") < names.index("documents.to_move") < names.index("documents.move")
    assert names[-1] == "commit"


def test_a_document_that_is_there_already_stays_as_it_is() -> None:
    database = _database(_document(), BOTH)
    assert MoveDocument(database, ADA)(document_id(1), "Boats").realm_id == FROM
    assert "documents.move" not in database.names


@pytest.mark.parametrize(
    ("document", "answers", "message"),
    [
        (None, {}, "was moved or removed meanwhile"),
        (_document(realm_id=TO), {}, "was moved or removed meanwhile"),
        (_document(JobState.WORKING), {}, r"a\.md is under way or waits for a person \(working\)"),
        (_document(), {"documents.of_content": document_id(2)}, r"Harbour already has the content of a\.md"),
    ],
)
def test_what_cannot_be_moved_is_a_conflict(
    document: MovableDocument | None, answers: dict[str, Any], message: str
) -> None:
    database = _database(document, BOTH, **answers)
    with pytest.raises(ConflictError, match=message):
        MoveDocument(database, ADA)(document_id(1), "Harbour")
    assert "commit" not in database.names


@pytest.mark.parametrize("realm_id", [FROM, TO])
def test_the_person_must_be_an_admin_of_both_realms(realm_id: RealmId) -> None:
    database = _database(_document(), {**BOTH, realm_id: Role.REVIEWER})
    with pytest.raises(NotPermittedError, match=f"You are a reviewer in the realm {realm_id}"):
        MoveDocument(database, ADA)(document_id(1), "Harbour")
    assert "documents.to_move" not in database.names


def test_a_document_that_is_not_there_is_named() -> None:
    database = _database(_document(), BOTH, **{"realms.of_row": None})
    with pytest.raises(NotFoundError, match=f"There is no document {document_id(1)}"):
        MoveDocument(database, ADA)(document_id(1), "Harbour")
