"""Realms: making one, saying who is a member, and telling what a member may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import NotFoundError, NotPermittedError, RefusedError
from pipeline_core.domain.ids import RealmId, UserId, personal_realm
from pipeline_core.domain.realms import Person, Realm, RealmMember, Role
from pipeline_core.domain.reasons import trimmed

PERSONAL = "personal"
"""The name of everybody's own realm."""
_MAY = {
    Role.READER: "members see what is in it",
    Role.CONTRIBUTOR: "contributors upload and have work done again",
    Role.REVIEWER: "reviewers decide",
    Role.ADMIN: "admins manage its members and webhooks, and move, withdraw and erase documents",
}


@dataclass(frozen=True, slots=True)
class Realms:
    """Realms as one person may use them."""

    open_uow: OpenUnitOfWork
    person: Person

    def all(self) -> list[Realm]:
        """The person's realms: the personal one, then the shared ones by name."""
        with self.open_uow() as uow:
            return [self._personal, *uow.realms.shared_with(self.person.user_id)]

    @property
    def _personal(self) -> Realm:
        return Realm(personal_realm(self.person.user_id), PERSONAL, Role.ADMIN, True, 1, None)

    def find(self, named: str | UUID) -> Realm:
        """The realm of this id or name.

        Raises:
            NotFoundError: the person is a member of none.
            RefusedError: the name means several.
        """
        text = str(named).strip()
        mine = self.all()
        found = [realm for realm in mine if str(realm.realm_id) == text.lower()]
        found = found or [realm for realm in mine if realm.name == text]
        if not found:
            raise _not_a_member(text)
        if len(found) > 1:
            ids = ", ".join(str(realm.realm_id) for realm in found)
            raise RefusedError(f"{len(found)} of your realms are named {text}: {ids}.", action="Name it by its id.")
        return found[0]

    def of_row(self, row_id: UUID) -> tuple[RealmId, Role | None] | None:
        """Return the realm of a document, job, batch, pair or webhook by its id, and the person's role in that realm;
        None if the person sees no such row."""
        with self.open_uow() as uow:
            found = uow.realms.of_row(row_id, self.person.user_id)
        if found and found[0] == personal_realm(self.person.user_id):
            return found[0], Role.ADMIN
        return found

    def require(self, realm_id: RealmId, role: Role) -> Role:
        """The person's role in the realm, which includes the one that is asked for.

        Raises:
            NotFoundError: the person is not a member.
            NotPermittedError: the role is less.
        """
        with self.open_uow() as uow:
            return self._require(uow, realm_id, role)

    def _require(self, uow: UnitOfWork, realm_id: RealmId, role: Role) -> Role:
        if realm_id == personal_realm(self.person.user_id):
            return Role.ADMIN
        return require_role(realm_id, uow.realms.role(realm_id, self.person.user_id), role)

    def create(self, name: str) -> Realm:
        """Create a realm, of which the person is the first admin.

        Raises:
            RefusedError: the name is blank, longer than 200 characters, an id, or that of another realm of the
                person's.
        """
        name = _realm_name(name)
        if any(realm.name == name for realm in self.all()):
            raise RefusedError(f"You already have a realm named {name}.", action="Choose another name.")
        with self.open_uow() as uow:
            realm_id = uow.realms.create(name, self.person)
            uow.realms.record(realm_id, "realm_created", {"by": self.person.shown, "name": name})
            uow.commit()
        return self.find(realm_id)

    def rename(self, realm_id: RealmId, name: str) -> Realm:
        """Give a realm another name.

        Raises:
            NotFoundError, NotPermittedError: the person is not an admin of the realm.
            RefusedError: the name is blank, too long or an id, or it is a personal realm.
        """
        name = _realm_name(name)
        with self.open_uow() as uow:
            self._require(uow, realm_id, Role.ADMIN)
            self._refuse_personal(realm_id)
            uow.realms.rename(realm_id, name)
            uow.realms.record(realm_id, "realm_renamed", {"by": self.person.shown, "name": name})
            uow.commit()
        return self.find(realm_id)

    def members(self, realm_id: RealmId) -> Sequence[RealmMember]:
        """List the members of the realm, admins first.

        Raises:
            NotFoundError: the person is not a member.
            RefusedError: it is a personal realm.
        """
        with self.open_uow() as uow:
            self._require(uow, realm_id, Role.READER)
            self._refuse_personal(realm_id)
            return uow.realms.members(realm_id)

    def put(self, realm_id: RealmId, user_id: UserId, role: Role, *, name: str = "") -> Sequence[RealmMember]:
        """Add a member, or give one another role; returns all members.

        Raises:
            NotFoundError, NotPermittedError: the person is not an admin of the realm.
            RefusedError: it is a personal realm, or its last admin would be none any more.
        """
        with self.open_uow() as uow:
            self._require(uow, realm_id, Role.ADMIN)
            self._refuse_personal(realm_id)
            before = uow.realms.role(realm_id, user_id)
            if before is Role.ADMIN and role is not Role.ADMIN:
                self._keep_an_admin(uow, realm_id, user_id)
            # before the change: who is an admin no more tells nothing of members
            if before is not role:
                code = "member_added" if before is None else "member_role_changed"
                uow.realms.record(
                    realm_id, code, {"by": self.person.shown, "user_id": user_id, "role": role, "before": before}
                )
            uow.realms.put(realm_id, Person(user_id, _checked(name, "member", least=0)), role, by=self.person)
            members = uow.realms.members(realm_id)
            uow.commit()
        return members

    def name_member(self, realm_id: RealmId, user_id: UserId, name: str) -> Sequence[RealmMember]:
        """Name a member as others see them; returns all members. Everybody names themselves, admins name others.

        Raises:
            NotFoundError: the person is not a member, or the user is none.
            NotPermittedError: the user is somebody else, and the person is not an admin of the realm.
            RefusedError: the name is blank or too long, or it is a personal realm.
        """
        name = _checked(name, "member")
        is_own = user_id == self.person.user_id
        with self.open_uow() as uow:
            self._require(uow, realm_id, Role.READER if is_own else Role.ADMIN)
            self._refuse_personal(realm_id)
            role = uow.realms.role(realm_id, user_id)
            if role is None:
                raise _no_member(user_id)
            if is_own:
                uow.realms.name_myself(realm_id, name)
            else:
                uow.realms.put(realm_id, Person(user_id, name), role, by=self.person)
            members = uow.realms.members(realm_id)
            uow.commit()
        return members

    def remove(self, realm_id: RealmId, user_id: UserId) -> None:
        """Remove a member. Everybody may leave; others are for admins to remove.

        Raises:
            NotFoundError: the person is not a member, or the user is none.
            NotPermittedError: the person is not an admin of the realm.
            RefusedError: it is a personal realm, or the user is its last admin.
        """
        with self.open_uow() as uow:
            self._require(uow, realm_id, Role.READER if user_id == self.person.user_id else Role.ADMIN)
            self._refuse_personal(realm_id)
            role = uow.realms.role(realm_id, user_id)
            if role is None:
                raise _no_member(user_id)
            if role is Role.ADMIN:
                self._keep_an_admin(uow, realm_id, user_id)
            # before the membership goes: who is no member tells nothing of the realm
            uow.realms.record(realm_id, "member_removed", {"by": self.person.shown, "user_id": user_id, "role": role})
            uow.realms.remove(realm_id, user_id)
            uow.commit()

    @staticmethod
    def _keep_an_admin(uow: UnitOfWork, realm_id: RealmId, user_id: UserId) -> None:
        """The database refuses it, too: of two admins that leave at once, the second."""
        if not any(one.role is Role.ADMIN and one.user_id != user_id for one in uow.realms.members(realm_id)):
            raise RefusedError(
                f"{user_id} is the last admin of the realm.", action="Make somebody else an admin first."
            )

    def _refuse_personal(self, realm_id: RealmId) -> None:
        if realm_id == personal_realm(self.person.user_id):
            raise RefusedError(
                "This is your personal realm: it cannot be shared or renamed.",
                action="Create one to share: `pipeline realm create NAME`.",
                http_action="Create one to share: `POST /api/v2/realms`.",
            )


def require_role(realm_id: RealmId, has: Role | None, role: Role) -> Role:
    """Return the role that somebody has in a realm, which includes the one that is asked for.

    Raises:
        NotFoundError: it is None, as nobody but a member has one.
        NotPermittedError: it is less.
    """
    if has is None:
        raise _not_a_member(realm_id)
    if not has.includes(role):
        raise NotPermittedError(f"You are a {has} in the realm {realm_id}: {_MAY[role]}.")
    return has


def _not_a_member(realm: object) -> NotFoundError:
    return NotFoundError(
        f"You are not a member of any realm {realm}.",
        action="`pipeline realm list` shows yours.",
        http_action="`GET /api/v2/realms` lists yours.",
    )


def _realm_name(name: str) -> str:
    """A name that no id can be mistaken for."""
    name = _checked(name, "realm")
    try:
        UUID(name)
    except ValueError:
        return name
    raise RefusedError(f"{name} is the form of an id, and realms are found by id or name.", action="Give it a name.")


def _no_member(user_id: UserId) -> NotFoundError:
    return NotFoundError(
        f"{user_id} is not a member of the realm.",
        action="`pipeline realm members` lists them.",
        http_action="`GET /api/v2/realms/{realm_id}/members` lists them.",
    )


def _checked(name: str, noun: str, *, least: int = 1) -> str:
    name = trimmed(name)
    if not least <= len(name) <= 200:
        raise RefusedError(f"The name of a {noun} has {least} to 200 characters, not {len(name)}.")
    if not name.isprintable():
        raise RefusedError(f"The name of a {noun} is one line of letters, digits and signs.")
    return name
