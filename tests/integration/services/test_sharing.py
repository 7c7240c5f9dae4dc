"""What people do together in one realm, and that it always has an admin."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.bootstrap import Pipeline
from pipeline_core.bootstrap.users import UserServices
from pipeline_core.domain.errors import NotFoundError, NotPermittedError, RefusedError
from pipeline_core.domain.ids import DocumentId, RealmId, personal_realm, user_id_for
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.realms import Person, Role
from pipeline_core.domain.review import OfDocument, StagedPair
from pipeline_core.review.decisions import Resolution
from tests.support.examples import examples
from tests.support.published import EACH_LOSS, EVERY_LOSS, text_of
from tests.support.through import needs_work, through, upload

ADMIN, REVIEWER, STRANGER = (Person(user_id_for(name), name.title()) for name in ("admin", "reviewer", "stranger"))
FIRST, SECOND, THIRD = text_of("Rules", EVERY_LOSS), text_of("Rules", EACH_LOSS), text_of("More rules", EACH_LOSS)


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={"duplicate_mode": "baseline", "duplicate_threshold": 0.6})


@pytest.fixture
def team(app: Pipeline) -> RealmId:
    """A realm of an admin and a reviewer."""
    realm_id = app.for_user(ADMIN).realms.create("team").realm_id
    app.for_user(ADMIN).realms.put(realm_id, REVIEWER.user_id, Role.REVIEWER)
    return realm_id


def publish(app: Pipeline, person: Person, realm_id: RealmId, name: str, text: str) -> JobSummary:
    """Uploaded as this person, over HTTP's services, and taken through everything that needs nobody."""
    mine = app.for_user(person, realm_id=realm_id)
    document_id = _upload(app, mine, name, text)
    with app.open_uow() as uow:
        [document] = uow.documents.find([document_id]).values()
    if document.state.value == "queued":
        through(app, [document_id])
    return document


def _upload(app: Pipeline, mine: UserServices, name: str, text: str) -> DocumentId:
    with mine.open_uow():
        received = app.intake.receive([upload(name, text, f"file:///{name}")], realm_id=mine.realm_id)
    needs_work(app, received)
    [document_id] = received.documents
    return document_id


def pairs(app: Pipeline, realm_id: RealmId, document: JobSummary) -> list[StagedPair]:
    return app.review.pairs(OfDocument(document.document_id), realm_id)


def found(app: Pipeline, person: Person, realm_id: RealmId) -> set[UUID]:
    hits = app.for_user(person, realm_id=realm_id).search(realm_id, "loss reported to the service office", limit=20)
    return {hit["document_id"] for hit in hits}


def test_what_two_members_upload_is_compared_found_and_remembered_together(app: Pipeline, team: RealmId) -> None:
    first = publish(app, ADMIN, team, "first.md", FIRST)
    # the same bytes are one document, whoever sends them; elsewhere they are another
    assert publish(app, REVIEWER, team, "copy.md", FIRST).document_id == first.document_id
    own = publish(app, STRANGER, personal_realm(STRANGER.user_id), "first.md", FIRST)
    assert own.document_id != first.document_id

    second = publish(app, REVIEWER, team, "second.md", SECOND)
    [pair] = pairs(app, team, second)
    app_of_reviewer = app.for_user(REVIEWER, realm_id=team)
    app_of_reviewer.review.resolve(
        OfDocument(second.document_id), Resolution.KEEP_BOTH, [pair.duplicate_id], by=app_of_reviewer.reviewer
    )
    # the admin is not asked again what the reviewer decided about the same two texts
    third = publish(app, ADMIN, team, "third.md", THIRD)
    assert {one.resolution for one in pairs(app, team, third)} == {"keep_both"}

    for person in (ADMIN, REVIEWER):
        assert first.document_id in found(app, person, team)
        assert found(app, person, personal_realm(person.user_id)) == set()
    # who is not a member finds neither, though it asks for the realm
    assert found(app, STRANGER, team) == set()
    assert found(app, STRANGER, personal_realm(STRANGER.user_id)) == {own.document_id}


def test_a_near_duplicate_in_another_realm_is_none(app: Pipeline, team: RealmId) -> None:
    publish(app, ADMIN, personal_realm(ADMIN.user_id), "first.md", FIRST)
    second = publish(app, ADMIN, team, "second.md", SECOND)
    assert pairs(app, team, second) == []


PEOPLE = [Person(user_id_for(name), name) for name in ("a", "b", "c")]
STEPS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from([None, *Role])), max_size=12
)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_history_leaves_a_realm_without_an_admin(
    app: Pipeline, steps: list[tuple[Person, Person, Role | None]]
) -> None:
    """Each step is somebody's: a member is put in with a role, or removed; and what was refused changes nothing."""
    realm_id = app.for_user(PEOPLE[0]).realms.create(f"Claims {uuid4()}").realm_id
    roles: dict[UUID, Role] = {PEOPLE[0].user_id: Role.ADMIN}
    for by, whom, role in steps:
        realms = app.for_user(by).realms
        wanted = {k: v for k, v in roles.items() if k != whom.user_id} | ({whom.user_id: role} if role else {})
        try:
            if role:
                realms.put(realm_id, whom.user_id, role)
            else:
                realms.remove(realm_id, whom.user_id)
            roles = wanted
        except (NotFoundError, NotPermittedError):
            by_admin = roles.get(by.user_id) is Role.ADMIN
            assert not by_admin or whom.user_id not in roles
        except RefusedError:
            assert Role.ADMIN not in wanted.values()
        with app.open_uow() as uow:
            assert {one.user_id: one.role for one in uow.realms.members(realm_id)} == roles
        assert Role.ADMIN in roles.values()
