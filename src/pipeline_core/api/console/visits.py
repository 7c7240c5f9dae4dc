"""A visit: one request of a signed-in person to a page, in a realm, with what the page is made of."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline_core.api.auth import User
from pipeline_core.api.console.people import People
from pipeline_core.api.console.sessions import Cookies, signed_in
from pipeline_core.api.console.templating import environment
from pipeline_core.api.deps import services_in
from pipeline_core.bootstrap import Pipeline, UserServices
from pipeline_core.domain.errors import NotFoundError, NotPermittedError, PipelineError
from pipeline_core.domain.realms import Realm, RealmMember, Role
from pipeline_core.domain.review import Expected, Reviewer
from pipeline_core.domain.rows.waiting import WaitingRow

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types htmx"
)
NOTHING_SEEN: Expected = MappingProxyType({})
_MAX_SAID = 3000
"""Characters of a cookie, every letter but the plainest as several."""


def html(request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
    """Render a page under the strict policy; its nonce is good for this answer alone."""
    nonce = secrets.token_urlsafe(16)
    cookies = Cookies(request)
    text = (
        environment()
        .get_template(template)
        .render(
            nonce=nonce,
            csrf=cookies.csrf(),
            here=here(request),
            is_htmx=is_htmx(request),
            **context,
        )
    )
    headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Vary": "HX-Request, HX-Target"}
    return HTMLResponse(text, status, headers=headers)


def is_htmx(request: Request) -> bool:
    """Return whether a script on an open page asks, and not the address bar."""
    return request.headers.get("hx-request") == "true"


def part_of(request: Request) -> str:
    """Return the part of an open page that a script asks for: its id up to a hyphen. Empty if it asks for the page."""
    return request.headers.get("hx-target", "").partition("#")[2].partition("-")[0] if is_htmx(request) else ""


def here(request: Request) -> str:
    """Return the path with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def own_path(path: str, otherwise: str = "/dashboard") -> str:
    """Return the path if it is one of this site, so that nobody is led away from it."""
    is_own = path.startswith("/") and path[1:2] not in ("/", "\\") and not any(ord(one) < 32 for one in path)
    return path if is_own else otherwise


def _fitting(said: str) -> str:
    """The text as a cookie can carry it; of one that is too long, the beginning."""
    while len(quoted := quote(said)) > _MAX_SAID:
        said = said[: len(said) * _MAX_SAID // len(quoted)]
    return quoted


@dataclass(frozen=True)
class Visit:
    """The request, the services and the place that a page is made with."""

    request: Request
    services: UserServices
    user: User
    realm: Realm
    """The realm of what the path names, else the one that the visitor chose to work in."""
    realms: Sequence[Realm]
    """All that the visitor is a member of."""
    newest_event: int = 0
    """The newest event of these realms before anything of a page was read, whose stream begins after it."""

    @property
    def name(self) -> str:
        """The visitor's name, as others see it in the realm."""
        own = next((one.name for one in self.members if one.user_id == self.user.user_id), "")
        return own or self.user.name or f"User {str(self.user.user_id)[:8]}"

    @cached_property
    def members(self) -> Sequence[RealmMember]:
        """The members of the realm; of a personal one, none."""
        return () if self.realm.is_personal else self.services.realms.members(self.realm.realm_id)

    @cached_property
    def people(self) -> People:
        """The people that the visitor knows, by name."""
        return People(self.user.user_id, self.user.name, self._names)

    def _names(self) -> Mapping[UUID, str]:
        return {
            **{UUID(str(one.user_id)): one.name for one in self.members},
            **{UUID(str(one.realm_id)): one.name for one in self.realms if not one.is_personal},
        }

    @cached_property
    def waiting(self) -> int:
        """The number of documents and question banks that wait for a person in this realm."""
        return self.services.views.waiting_total([self.services.realm_id])

    def next_waiting(self, after: UUID | None = None) -> WaitingRow | None:
        """Return the document or bank that has waited longest for a person in this realm; of one of them the next in
        that order, and of the last the first. None if nothing else waits."""
        page, realms = self.services.views.waiting_page, [self.services.realm_id]
        this = page(realms, ids=[after], limit=1) if after else ()
        place = next(((row.rank, row.waits_since, row.id) for row in this), None)
        found = (page(realms, after=place, limit=1) if place else ()) or page(realms, limit=1)
        return next((row for row in found if row.id != after), None)

    def reviewer(self, reason: str = "", expected: Expected = NOTHING_SEEN) -> Reviewer:
        """Return the visitor as who decides, why, and having seen what."""
        services = self.services
        return Reviewer(services.realm_id, services.person.shown, reason, expected, services.user_id)

    def may(self, role: Role | str) -> bool:
        """Return whether the visitor's role includes this one."""
        return self.realm.role.includes(Role(role))

    def page(self, template: str, status: int = 200, **context: object) -> Response:
        """Render a template, with what is said now, or was by the action before it."""
        before = unquote(Cookies(self.request).get("said"))
        made = html(self.request, template, status, **{"visit": self, **context, "said": context.get("said") or before})
        if before:
            Cookies(self.request).drop(made, "said")
        # a form that a script has sent leads to another page, whose address is then that of the page that is open
        if self.request.method == "GET" and self.request.headers.get("hx-source", "").startswith("form"):
            made.headers["HX-Push-Url"] = here(self.request)
        return made

    @property
    def before(self) -> UUID | None:
        """The job that was decided on the page before this one: for some seconds that can be taken back."""
        try:
            return UUID(self.request.query_params.get("before", ""))
        except ValueError:
            return None

    def go(self, path: str, *, said: str = "") -> Response:
        """Lead to a page after an action, which then shows what was done."""
        answer = RedirectResponse(own_path(path), 303)
        if said:
            Cookies(self.request).put(answer, "said", _fitting(said), seconds=60)
        return answer


class Visiting:
    """The visit of a signed-in member with at least this role.

    Raises:
        SessionEndedError: nobody is signed in.
        NotFoundError: what the path names does not exist, or is of a realm that the visitor does not see.
        NotPermittedError: the visitor's role there is less.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request) -> Visit:
        user = signed_in(request)
        pipeline: Pipeline = request.app.state.pipeline
        chosen = None if _names_something(request.path_params) else _chosen(pipeline, user, request)
        services = services_in(pipeline, user, request, str(chosen.realm_id) if chosen else None, self.role)
        realms = services.realms.all()
        realm = next((one for one in realms if one.realm_id == services.realm_id), None)
        if realm is None:
            raise NotFoundError("There is nothing of that id in your realms.")
        newest = 0 if is_htmx(request) else _newest_event(services, realms)
        return Visit(request, services, user, realm, realms, newest)


def _newest_event(services: UserServices, realms: Sequence[Realm]) -> int:
    return services.views.newest_event([one.realm_id for one in realms])


def visit_of(request: Request) -> Visit | None:
    """The visit of a page that says what went wrong; None where nobody is signed in, or not even that can be known."""
    try:
        user = signed_in(request)
        try:
            visit = Visiting(Role.READER)(request)
        except (NotFoundError, NotPermittedError):
            visit = _at_home(request, user)
        _ = visit.waiting  # the menu has it
    except PipelineError:
        return None
    return visit


def _at_home(request: Request, user: User) -> Visit:
    """The visit of somebody to no page: in the realm that is theirs alone."""
    pipeline: Pipeline = request.app.state.pipeline
    services = pipeline.for_user(user.person)
    realms = services.realms.all()
    realm = next(one for one in realms if one.realm_id == services.realm_id)
    return Visit(request, services, user, realm, realms, _newest_event(services, realms))


def _names_something(params: Mapping[str, object]) -> bool:
    return any(name.endswith("_id") for name in params)


def _chosen(pipeline: Pipeline, user: User, request: Request) -> Realm | None:
    """The realm that the visitor chose to work in; None for the one of the token, or the personal one."""
    chosen = Cookies(request).get("realm")
    if not chosen:
        return None
    try:
        return pipeline.for_user(user.person).realms.find(str(UUID(chosen)))
    except (NotFoundError, ValueError):
        return None  # no member of it any more


ToLook = Annotated[Visit, Depends(Visiting(Role.READER))]
ToContribute = Annotated[Visit, Depends(Visiting(Role.CONTRIBUTOR))]
ToReview = Annotated[Visit, Depends(Visiting(Role.REVIEWER))]
ToAdminister = Annotated[Visit, Depends(Visiting(Role.ADMIN))]
