"""Realms as one person may use them: who sees them, who manages them, and what is refused."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from pipeline_core.domain.errors import NotFoundError, NotPermittedError, RefusedError
from pipeline_core.domain.ids import RealmId, UserId, personal_realm
from pipeline_core.domain.realms import Person, Realm, RealmMember, Role
from pipeline_core.services.realms import PERSONAL, Realms
from tests.support.fake_database import FakeDatabase, in_turn

ADA, BEN = Person(UserId(UUID(int=1)), "Ada"), UserId(UUID(int=2))
OWN = personal_realm(ADA.user_id)
BOATS = RealmId(UUID(int=11))


def _shared(name: str, realm_id: RealmId = BOATS) -> Realm:
    return Realm(realm_id, name, Role.ADMIN, False, 2, None)


def _member(user_id: UserId, role: Role) -> RealmMember:
    return RealmMember(user_id, "", role, ADA.user_id, None)  # type: ignore[arg-type]


def _realms(roles: dict[UserId, Role], **answers: Any) -> tuple[Realms, FakeDatabase]:
    database = FakeDatabase(
        {
            "realms.shared_with": [_shared("Boats")],
            "realms.role": lambda _realm_id, user_id: roles.get(user_id),
            "realms.members": [_member(user_id, role) for user_id, role in roles.items()],
            "realms.create": BOATS,
            "realms.rename": True,
            "realms.remove": True,
            **answers,
        }
    )
    return Realms(database, ADA), database


ADMIN = {ADA.user_id: Role.ADMIN}


def test_the_personal_realm_comes_first() -> None:
    realms, _ = _realms(ADMIN)
    assert [(realm.name, realm.realm_id) for realm in realms.all()] == [(PERSONAL, OWN), ("Boats", BOATS)]


@pytest.mark.parametrize("named", ["Boats", " Boats ", str(BOATS), str(BOATS).upper(), BOATS])
def test_a_realm_is_found_by_its_name_or_id(named: str) -> None:
    realms, _ = _realms(ADMIN)
    assert realms.find(named).realm_id == BOATS


def test_a_realm_of_others_is_as_one_that_is_not_there() -> None:
    realms, _ = _realms(ADMIN)
    with pytest.raises(NotFoundError, match="You are not a member of any realm Harbour"):
        realms.find("Harbour")


def test_a_name_of_several_realms_is_refused_with_their_ids() -> None:
    other = RealmId(UUID(int=12))
    realms, _ = _realms(ADMIN, **{"realms.shared_with": [_shared("Boats"), _shared("Boats", other)]})
    with pytest.raises(RefusedError, match=f"2 of your realms are named Boats: {BOATS}, {other}"):
        realms.find("Boats")


@pytest.mark.parametrize(
    ("has", "asked", "is_enough"),
    [
        (Role.ADMIN, Role.REVIEWER, True),
        (Role.REVIEWER, Role.REVIEWER, True),
        (Role.CONTRIBUTOR, Role.REVIEWER, False),
        (Role.READER, Role.CONTRIBUTOR, False),
    ],
)
def test_a_role_includes_those_before_it(has: Role, asked: Role, is_enough: bool) -> None:
    realms, _ = _realms({ADA.user_id: has})
    if is_enough:
        assert realms.require(BOATS, asked) is has
    else:
        with pytest.raises(NotPermittedError, match=f"You are a {has} in the realm {BOATS}"):
            realms.require(BOATS, asked)


def test_nobody_needs_a_row_for_the_own_realm_and_a_stranger_finds_none() -> None:
    realms, database = _realms({})
    assert realms.require(OWN, Role.ADMIN) is Role.ADMIN
    assert database.names == []
    with pytest.raises(NotFoundError, match=f"You are not a member of any realm {BOATS}"):
        realms.require(BOATS, Role.READER)


def test_a_realm_is_made_with_its_event() -> None:
    realms, database = _realms(ADMIN, **{"realms.shared_with": in_turn([], [_shared("Boats")])})
    assert realms.create("  Boats ").realm_id == BOATS
    [record] = database.given("realms.record")
    assert (record["code"], record["payload"]) == ("realm_created", {"by": ADA.shown, "name": "Boats"})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("  ", "The name of a realm has 1 to 200 characters, not 0"),
        ("\u2800\u3164", "The name of a realm has 1 to 200 characters, not 0"),
        ("x" * 201, "The name of a realm has 1 to 200 characters, not 201"),
        ("Boats\nand oars", "The name of a realm is one line"),
        ("Boats", "You already have a realm named Boats"),
        ("aac31a71-8269-584a-98b2-67b168cf32ed", "is the form of an id"),
        (PERSONAL, "You already have a realm named personal"),
    ],
)
def test_a_name_that_will_not_do_is_refused(name: str, message: str) -> None:
    realms, database = _realms(ADMIN)
    with pytest.raises(RefusedError, match=message):
        realms.create(name)
    assert "commit" not in database.names


def test_a_realm_is_renamed_by_an_admin() -> None:
    realms, database = _realms(ADMIN)
    realms.rename(BOATS, "Ships")
    assert database.given("realms.rename") == [{"realm_id": BOATS, "name": "Ships"}]
    realms, _ = _realms({ADA.user_id: Role.REVIEWER})
    with pytest.raises(NotPermittedError):
        realms.rename(BOATS, "Ships")


@pytest.mark.parametrize(
    "act",
    [
        lambda realms: realms.rename(OWN, "Mine"),
        lambda realms: realms.members(OWN),
        lambda realms: realms.put(OWN, BEN, Role.READER),
        lambda realms: realms.name_member(OWN, ADA.user_id, "Ada"),
        lambda realms: realms.remove(OWN, BEN),
    ],
)
def test_a_personal_realm_is_shared_with_nobody(act: Callable[[Realms], object]) -> None:
    realms, database = _realms({})
    with pytest.raises(RefusedError, match="This is your personal realm"):
        act(realms)
    assert "commit" not in database.names


@pytest.mark.parametrize(
    ("before", "role", "code"),
    [
        (None, Role.READER, "member_added"),
        (Role.READER, Role.ADMIN, "member_role_changed"),
        (Role.READER, Role.READER, None),
    ],
)
def test_a_change_of_role_is_put_with_an_event(before: Role | None, role: Role, code: str | None) -> None:
    realms, database = _realms(ADMIN | ({BEN: before} if before else {}))
    realms.put(BOATS, BEN, role, name=" Ben ")
    assert [given["code"] for given in database.given("realms.record")] == ([code] if code else [])
    [given] = database.given("realms.put")
    assert (given["person"], given["role"], given["by"]) == (Person(BEN, "Ben"), role, ADA)


def test_everybody_names_themselves_and_admins_name_others() -> None:
    realms, database = _realms({ADA.user_id: Role.READER, BEN: Role.REVIEWER})
    realms.name_member(BOATS, ADA.user_id, " Ada L. ")
    assert database.given("realms.name_myself") == [{"realm_id": BOATS, "name": "Ada L."}]
    with pytest.raises(NotPermittedError):
        realms.name_member(BOATS, BEN, "Ben")
    realms, database = _realms(ADMIN | {BEN: Role.REVIEWER})
    realms.name_member(BOATS, BEN, "Ben")
    [given] = database.given("realms.put")
    assert (given["person"], given["role"]) == (Person(BEN, "Ben"), Role.REVIEWER)


def test_the_event_is_written_before_the_change_since_who_is_no_admin_tells_nothing() -> None:
    realms, database = _realms(ADMIN | {BEN: Role.ADMIN})
    realms.put(BOATS, ADA.user_id, Role.READER)
    assert database.names.index("realms.record") < database.names.index("realms.put")
    realms, database = _realms(ADMIN | {BEN: Role.ADMIN})
    realms.remove(BOATS, ADA.user_id)
    assert database.names.index("realms.record") < database.names.index("realms.remove")


@pytest.mark.parametrize(
    "act",
    [
        lambda realms: realms.put(BOATS, ADA.user_id, Role.READER),
        lambda realms: realms.remove(BOATS, ADA.user_id),
    ],
)
def test_the_last_admin_stays(act: Callable[[Realms], object]) -> None:
    realms, database = _realms(ADMIN | {BEN: Role.REVIEWER})
    with pytest.raises(RefusedError, match=f"{ADA.user_id} is the last admin of the realm"):
        act(realms)
    assert "commit" not in database.names


def test_everybody_may_leave_and_only_admins_remove_others() -> None:
    realms, database = _realms({ADA.user_id: Role.READER, BEN: Role.READER})
    realms.remove(BOATS, ADA.user_id)
    assert database.given("realms.remove") == [{"realm_id": BOATS, "user_id": ADA.user_id}]
    with pytest.raises(NotPermittedError):
        realms.remove(BOATS, BEN)


def test_who_is_no_member_cannot_be_removed() -> None:
    realms, _ = _realms(ADMIN)
    with pytest.raises(NotFoundError, match=f"{BEN} is not a member of the realm"):
        realms.remove(BOATS, BEN)
