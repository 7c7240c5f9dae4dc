"""Realms and their members in PostgreSQL."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pipeline_core.db.session import Session, json_text
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.realms import Person, Realm, RealmMember, Role


class Realms:
    def __init__(self, session: Session) -> None:
        self._session = session

    def shared_with(self, user_id: UserId) -> list[Realm]:
        """The realms that the user is a member of, beside the personal one."""
        return self._session.rows(Realm, "realms_of", user_id=user_id)

    def named(self, name: str) -> list[RealmId]:
        """The realms of this name, whoever is in them."""
        return self._session.column("realms_named", name=name)

    def create(self, name: str, creator: Person) -> RealmId:
        """Create a realm, of which whoever acts in this transaction is the first admin."""
        [row] = self._session.all("create_realm", name=name, creator=creator.name)
        return RealmId(row["realm_id"])

    def rename(self, realm_id: RealmId, name: str) -> bool:
        return self._session.execute("rename_realm", realm_id=realm_id, name=name) == 1

    def role(self, realm_id: RealmId, user_id: UserId) -> Role | None:
        """The user's role in a shared realm; None for who is no member."""
        rows = self._session.all("role_in_realm", realm_id=realm_id, user_id=user_id)
        return Role(rows[0]["role"]) if rows else None

    def members(self, realm_id: RealmId) -> list[RealmMember]:
        """The members, admins first."""
        return self._session.rows(RealmMember, "members_of_realm", realm_id=realm_id)

    def put(self, realm_id: RealmId, person: Person, role: Role, *, by: Person) -> None:
        """Add a member, or give one another role.

        Raises:
            psycopg.errors.CheckViolation: it was the last admin's.
        """
        self._session.execute(
            "put_member", realm_id=realm_id, user_id=person.user_id, role=role, name=person.name, added_by=by.user_id
        )

    def name_myself(self, realm_id: RealmId, name: str) -> None:
        """Name whoever acts in this transaction, as others see them in the realm."""
        self._session.execute("name_myself", realm_id=realm_id, name=name)

    def remove(self, realm_id: RealmId, user_id: UserId) -> bool:
        """Remove the member; False if the user was none."""
        return self._session.execute("remove_member", realm_id=realm_id, user_id=user_id) == 1

    def record(self, realm_id: RealmId, code: str, payload: Mapping[str, Any]) -> None:
        """Write an event about the realm itself."""
        self._session.execute("realm_event", realm_id=realm_id, code=code, payload=json_text(payload))

    def record_move(self, document_id: DocumentId, realm_id: RealmId, payload: Mapping[str, Any]) -> None:
        """Write the event of a document that has come to this realm."""
        self._session.execute(
            "document_moved_event", document_id=document_id, realm_id=realm_id, payload=json_text(payload)
        )

    def of_row(self, row_id: UUID, user_id: UserId | None = None) -> tuple[RealmId, Role | None] | None:
        """Return the realm of a document, job, batch, pair or webhook by its id, and the user's role in that realm, as
        ``role`` does; None if there is no such row to be seen."""
        rows = self._session.all("realm_of_row", row_id=row_id, user_id=user_id)
        return next(((RealmId(row["realm_id"]), Role(row["role"]) if row["role"] else None) for row in rows), None)
