"""A database with a personal realm, a shared one of four roles, and another shared one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from pipeline_core.adapters.converters.local import LocalConverter
from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.domain.ids import RealmId, UserId, personal_realm, user_id_for
from tests.support.two_users import API, TwoUsers, two_users

ADMIN, REVIEWER, CONTRIBUTOR, READER, OUTSIDER, STRANGER = (
    user_id_for(name) for name in ("admin", "reviewer", "contributor", "reader", "outsider", "stranger")
)
"""Ann shares her realm with nobody. The outsider is an admin of another shared realm, the stranger a member of none."""
MEMBERS: dict[str, UserId] = {
    "admin": ADMIN,
    "reviewer": REVIEWER,
    "contributor": CONTRIBUTOR,
    "reader": READER,
}
EVERYBODY: dict[str, UserId] = {**MEMBERS, "outsider": OUTSIDER, "stranger": STRANGER}


@dataclass(frozen=True)
class Realms:
    """The database, and the realms in it; nothing that is done on a connection stays unless it is committed."""

    users: TwoUsers
    shared: RealmId
    other: RealmId

    @contextmanager
    def acting(self, user_id: UUID, name: str = "") -> Iterator[psycopg.Connection[Any]]:
        """The API's connection while it serves this person."""
        with self.users.role(API, claims={"sub": user_id, **({"name": name} if name else {})}) as connection:
            yield connection


@contextmanager
def realms_with_members(
    postgres_url: str, template: str, home: Path, **adapters: WorkerProcesses | LocalConverter
) -> Iterator[Realms]:
    """Ann's personal realm, and a shared one that has the same tables filled."""
    with two_users(postgres_url, template, home, **adapters) as users:
        shared, other = RealmId(personal_realm(user_id_for("bob"))), RealmId(uuid4())
        with psycopg.connect(users.url) as connection:
            connection.execute("SET search_path = upload_pipeline, public")
            for realm_id, name, admin in ((shared, "team", ADMIN), (other, "other team", OUTSIDER)):
                connection.execute(
                    "INSERT INTO realms (realm_id, name, created_by) VALUES (%s, %s, %s)", (realm_id, name, admin)
                )
                connection.execute(
                    "INSERT INTO realm_members (realm_id, user_id, role, added_by) VALUES (%s, %s, 'admin', %s)",
                    (realm_id, admin, admin),
                )
            for role, user_id in MEMBERS.items():
                if role != "admin":
                    connection.execute(
                        "INSERT INTO realm_members (realm_id, user_id, role, added_by) VALUES (%s, %s, %s, %s)",
                        (shared, user_id, role, ADMIN),
                    )
        yield Realms(users, shared, other)
