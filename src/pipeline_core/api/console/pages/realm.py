"""The realm that the visitor works in: its members and their roles, other realms, and a new one."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import Response

from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.sessions import Cookies
from pipeline_core.api.console.visits import ToAdminister, ToLook, Visit
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import UserId
from pipeline_core.domain.realms import Role

router = console_router()
PATH = "/realm"
_KEPT_S = 30 * 24 * 3600
MAY = {
    Role.READER: "sees, searches and exports",
    Role.CONTRIBUTOR: "also uploads, and has work done again",
    Role.REVIEWER: "also decides: facts, pairs, documents, imports",
    Role.ADMIN: "also manages members, webhooks and sources, moves documents and erases",
}
Name = Annotated[str, Form(max_length=1000)]


@router.get(PATH)
def realm(visit: ToLook) -> Response:
    """Show the realm, its members, and the visitor's other realms."""
    return _show(visit)


def _show(visit: Visit, status: int = 200, **more: object) -> Response:
    members = visit.members
    admins = sum(member.role is Role.ADMIN for member in members)
    context = {"wrong": "", "typed": {}, **more}
    return visit.page("realm.html", status, members=members, admins=admins, roles=Role, may=MAY, **context)


@router.post(PATH + "/choose")
def choose(visit: ToLook, realm_id: Annotated[UUID, Form()]) -> Response:
    """Work in another of the visitor's realms from now on."""
    found = visit.services.realms.find(realm_id)
    answer = visit.go("/dashboard", said=f"You work in the realm {found.name} now.")
    Cookies(visit.request).put(answer, "realm", str(found.realm_id), seconds=_KEPT_S)
    return answer


@router.post(PATH + "/create")
def create(visit: ToLook, name: Name) -> Response:
    """Make a realm, and work in it."""
    try:
        made = visit.services.realms.create(name)
    except RefusedError as error:
        return _show(visit, 422, wrong=_said(error), typed={"name": name})
    answer = visit.go(PATH, said=f"{made.name} is made: you are its admin, and work in it now.")
    Cookies(visit.request).put(answer, "realm", str(made.realm_id), seconds=_KEPT_S)
    return answer


@router.post(PATH + "/rename")
def rename(visit: ToAdminister, name: Name) -> Response:
    """Give the realm another name."""
    renamed = visit.services.realms.rename(visit.realm.realm_id, name)
    return visit.go(PATH, said=f"The realm is called {renamed.name} now.")


@router.post(PATH + "/members")
def put_member(
    visit: ToAdminister,
    user_id: Annotated[str, Form(max_length=200)],
    role: Annotated[Role, Form()],
    name: Name = "",
) -> Response:
    """Add a member, or give one another role."""
    try:
        member = UserId(UUID(user_id.strip()))
    except ValueError:
        typed = {"user_id": user_id, "role": role, "member_name": name}
        told = f"“{user_id.strip()[:60]}” is not the id of a user. An id has 32 digits and letters in five groups."
        return _show(visit, 422, wrong=told, typed=typed)
    realms = visit.services.realms
    known = {one.user_id for one in realms.members(visit.realm.realm_id)}
    members = realms.put(visit.realm.realm_id, member, role, name=name)
    shown = next((one.name for one in members if one.user_id == member), "") or str(member)
    done = "has the role" if member in known else "was added as"
    return visit.go(PATH, said=f"{shown} {done} {role}.")


@router.post(PATH + "/members/name")
def name_member(visit: ToLook, user_id: Annotated[UUID, Form()], name: Name) -> Response:
    """Name a member as others see them; everybody may name themselves."""
    visit.services.realms.name_member(visit.realm.realm_id, UserId(user_id), name)
    shown = " ".join(name.split())
    whom = "You are" if user_id == visit.user.user_id else "The member is"
    return visit.go(PATH, said=f"{whom} called {shown} in {visit.realm.name} now.")


@router.post(PATH + "/members/remove")
def remove_member(visit: ToLook, user_id: Annotated[UUID, Form()]) -> Response:
    """Remove a member; the visitor may leave."""
    visit.services.realms.remove(visit.realm.realm_id, UserId(user_id))
    if user_id != visit.user.user_id:
        return visit.go(PATH, said="The member was removed.")
    answer = visit.go("/dashboard", said=f"You have left {visit.realm.name}.")
    Cookies(visit.request).drop(answer, "realm")
    return answer


def _said(error: RefusedError) -> str:
    return error.message
