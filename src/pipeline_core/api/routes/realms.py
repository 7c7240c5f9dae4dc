"""Realms: which there are, who shares them, and documents that move from one to another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from pipeline_core.api.deps import Services
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.realms import Realm, RealmMember, Role
from pipeline_core.services.move import Moved

router = APIRouter(tags=["realms"])
PATH = "/api/v2/realms"
Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewRealm(Body):
    """The name of a new realm."""

    model_config = example({"name": "claims"})

    name: Name


class Membership(Body):
    """A member's role, and the name that others see."""

    model_config = example({"role": "reviewer", "name": "Ann Smith"})

    role: Role
    name: str = Field("", max_length=200, description="Default: the known name is kept")


class Move(Body):
    """The realm that a document moves to."""

    model_config = example({"to": "claims"})

    to: Name = Field(description="The realm, by id or name")


@router.get(PATH, summary="List realms")
def list_realms(services: Services) -> list[Realm]:
    """Your realms: the personal one, then those that you share, by name."""
    return services.realms.all()


@router.post(PATH, status_code=201, summary="Create a realm")
def create_realm(body: NewRealm, services: Services) -> Realm:
    """Create a realm and become its first admin."""
    return services.realms.create(body.name)


@router.patch(PATH + "/{realm_id}", summary="Rename a realm")
def rename_realm(realm_id: UUID, body: NewRealm, services: Services) -> Realm:
    """Give a realm another name; for its admins."""
    return services.realms.rename(RealmId(realm_id), body.name)


@router.get(PATH + "/{realm_id}/members", summary="List members")
def list_members(realm_id: UUID, services: Services) -> list[RealmMember]:
    """The members of the realm, admins first."""
    return list(services.realms.members(RealmId(realm_id)))


@router.put(PATH + "/{realm_id}/members/{user_id}", summary="Add a member, or change a role")
def put_member(realm_id: UUID, user_id: UUID, body: Membership, services: Services) -> list[RealmMember]:
    """Add a member, or give one another role; for admins of the realm. Its last admin stays one (422)."""
    return list(services.realms.put(RealmId(realm_id), UserId(user_id), body.role, name=body.name))


@router.delete(PATH + "/{realm_id}/members/{user_id}", status_code=204, summary="Remove a member")
def remove_member(realm_id: UUID, user_id: UUID, services: Services) -> None:
    """Remove a member; for admins of the realm, or for whoever leaves. Its last admin stays (422)."""
    services.realms.remove(RealmId(realm_id), UserId(user_id))


@router.post(
    "/api/v2/documents/{document_id}/move",
    summary="Move a document to another realm",
    responses=responses(409),
)
def move_document(document_id: UUID, body: Move, services: Services) -> Moved:
    """Move a document at rest, with all that was made of it; for who is an admin of both realms."""
    return services.move_document(DocumentId(document_id), body.to)
