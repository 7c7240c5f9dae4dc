"""Realms: knowledge bases that people share, and what each of them may do there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pipeline_core.domain.ids import RealmId, UserId

OWN = UserId(UUID(int=0))
"""Stands for the user whose personal realm it is, where nobody else is named."""


def user_of(user_id: UserId, realm_id: RealmId) -> UserId:
    """The user, or the realm's own."""
    return UserId(realm_id) if user_id == OWN else user_id


class Role(StrEnum):
    """From least to most: each may do what those before it may. The same order as the SQL function ``role_rank``."""

    READER = "reader"
    """sees what is there"""
    CONTRIBUTOR = "contributor"
    """uploads, and has work done again"""
    REVIEWER = "reviewer"
    """decides"""
    ADMIN = "admin"
    """manages members, webhooks and sources, moves, withdraws and erases"""

    def includes(self, other: "Role") -> bool:
        """Returns whether this role may do all that the other may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts, by id and by the name that others know."""

    user_id: UserId
    name: str = ""

    @property
    def shown(self) -> str:
        """The name with the id, as the record has it."""
        return f"{self.name} ({self.user_id})" if self.name else str(self.user_id)

    @property
    def claims(self) -> dict[str, str]:
        """The same as claims of a token."""
        return {"sub": str(self.user_id), **({"name": self.name} if self.name else {})}


def via_prefect(name: str) -> str:
    """A name for the record that somebody typed into Prefect's form, where nobody signs in."""
    return f"{name.strip() or 'somebody'} (via prefect, not verified)"


@dataclass(frozen=True, slots=True)
class Realm:
    """A realm as one of its members sees it; a personal one belongs to its user alone, and its id is the user's id."""

    realm_id: RealmId
    name: str
    role: Role
    is_personal: bool
    members: int
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class RealmMember:
    """A user in a realm."""

    user_id: UserId
    name: str
    role: Role
    added_by: UserId
    added_at: datetime
