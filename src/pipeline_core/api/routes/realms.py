"""Realms: which there are, who shares them, and documents that move from one to another."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.api.deps import Services
from pipeline_core.api.examples import example
from pipeline_core.api.known_names import Body
from pipeline_core.api.problems import responses
from pipeline_core.domain import realms
from pipeline_core.domain.ids import DocumentId, RealmId, UserId
from pipeline_core.domain.realms import Role

router = APIRouter(tags=["realms"])
PATH = "/api/v2/realms"
Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewRealm(Body):
    """The name of a new realm."""

    model_config = example({"name": "claims"})

    name: Name


class Realm(BaseModel):
    """A realm, and what you may do there."""

    model_config = ConfigDict(from_attributes=True)

    realm_id: UUID
    name: str
    role: Role
    is_personal: bool = Field(description="Yours alone: its id is your user id")
    members: int
    created_at: datetime | None


class Member(BaseModel):
    """A user who shares the realm."""

    model_config = ConfigDict(from_attributes=True)

    user_id: UUID
    name: str
    role: Role
    added_by: UUID
    added_at: datetime


class Membership(Body):
    """A member's role, and the name that others see."""

    model_config = example({"role": "reviewer", "name": "Ann Smith"})

    role: Role
    name: str = Field("", max_length=200, description="Without it, the name that is known stays")


class Move(Body):
    """The realm that a document moves to."""

    model_config = example({"to": "claims"})

    to: Name = Field(description="The realm, by id or name")


class Moved(BaseModel):
    """The document is in its new realm."""

    model_config = ConfigDict(from_attributes=True)

    document_id: UUID
    filename: str
    realm_id: UUID
    realm: str


@router.get(
    PATH, operation_id="list_realms", summary="List realms", response_model=list[Realm], responses=responses(401, 429)
)
def list_realms(services: Services) -> list[realms.Realm]:
    """Your realms: the personal one, then those that you share, by name."""
    return services.realms.all()


@router.post(
    PATH,
    operation_id="create_realm",
    status_code=201,
    summary="Make a realm",
    response_model=Realm,
    responses=responses(401, 422, 429),
)
def create_realm(body: NewRealm, services: Services) -> realms.Realm:
    """Create a realm and become its first admin."""
    return services.realms.create(body.name)


@router.patch(
    PATH + "/{realm_id}",
    operation_id="rename_realm",
    summary="Rename a realm",
    response_model=Realm,
    responses=responses(401, 403, 404, 422, 429),
)
def rename_realm(realm_id: UUID, body: NewRealm, services: Services) -> realms.Realm:
    """Give a realm another name; for its admins."""
    return services.realms.rename(RealmId(realm_id), body.name)


@router.get(
    PATH + "/{realm_id}/members",
    operation_id="list_members",
    summary="List members",
    response_model=list[Member],
    responses=responses(401, 404, 422, 429),
)
def list_members(realm_id: UUID, services: Services) -> list[realms.RealmMember]:
    """The members of the realm, admins first."""
    return list(services.realms.members(RealmId(realm_id)))


@router.put(
    PATH + "/{realm_id}/members/{user_id}",
    operation_id="put_member",
    summary="Add a member, or change a role",
    response_model=list[Member],
    responses=responses(401, 403, 404, 422, 429),
)
def put_member(realm_id: UUID, user_id: UUID, body: Membership, services: Services) -> list[realms.RealmMember]:
    """Add a member, or give one another role; for admins of the realm. Its last admin stays one (422)."""
    return list(services.realms.put(RealmId(realm_id), UserId(user_id), body.role, name=body.name))


@router.delete(
    PATH + "/{realm_id}/members/{user_id}",
    operation_id="remove_member",
    status_code=204,
    summary="Remove a member",
    responses=responses(401, 403, 404, 422, 429),
)
def remove_member(realm_id: UUID, user_id: UUID, services: Services) -> None:
    """Remove a member; for admins of the realm, or for whoever leaves. Its last admin stays (422)."""
    services.realms.remove(RealmId(realm_id), UserId(user_id))


@router.post(
    "/api/v2/documents/{document_id}/move",
    operation_id="move_document",
    summary="Move a document to another realm",
    response_model=Moved,
    responses=responses(401, 403, 404, 409, 422, 429),
)
def move_document(document_id: UUID, body: Move, services: Services) -> object:
    """Move a document at rest, with all that was made of it; for who is an admin of both realms."""
    return services.move_document(DocumentId(document_id), body.to)
