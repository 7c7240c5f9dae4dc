"""Dependencies of the routes: the user's services in a realm, and the origin of a request."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.auth import CurrentUser, User
from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.bootstrap import Pipeline, UserServices
from pipeline_core.domain.errors import NotFoundError, RefusedError
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.realms import Role
from pipeline_core.services.realms import require_role
from pipeline_core.settings import Settings

_SUBJECTS = ("document_id", "job_id", "batch_id", "duplicate_id", "webhook_id", "fact_id", "erasure_id", "source_id")


async def _pipeline(request: Request) -> Pipeline:
    pipeline: Pipeline = request.app.state.pipeline
    return pipeline


async def _settings(pipeline: Annotated[Pipeline, Depends(_pipeline)]) -> Settings:
    return pipeline.settings


RealmName = Annotated[
    str | None,
    Query(
        max_length=200,
        description="The realm, by id or name. Default: the realm of the document, job or batch in the path, else "
        "of the token's `realm_id` claim, else your personal realm",
    ),
]


class InRealm:
    """The asking user's services in the realm of the request.

    Raises:
        NotFoundError: the user is not a member of the realm (404).
        NotPermittedError: the user's role there is less than ``role`` (403).
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(
        self,
        request: Request,
        pipeline: Annotated[Pipeline, Depends(_pipeline)],
        user: CurrentUser,
        realm: RealmName = None,
    ) -> UserServices:
        if len(request.query_params.getlist("realm")) > 1:
            raise RefusedError(
                "This request is for one realm, but `realm` names several.", action="Send one request for each."
            )
        return services_in(pipeline, user, request, realm, self.role)


class SeenInAnyRealm(InRealm):
    """The asking user's services, to look at one row that its id names: the database shows rows of the user's realms
    only, and need not be asked before in which of them it is. A realm that is named must be the row's.

    Raises:
        NotFoundError: the user is not a member of the realm, or what the path names is in another one.
    """

    def __init__(self) -> None:
        super().__init__(Role.READER)

    async def __call__(  # type: ignore[override]
        self,
        request: Request,
        pipeline: Annotated[Pipeline, Depends(_pipeline)],
        user: CurrentUser,
        realm: RealmName = None,
    ) -> UserServices:
        if realm is None:
            return pipeline.for_user(user.person, as_correlation_id(request))
        return await run_in_threadpool(super().__call__, request, pipeline, user, realm)


def services_in(pipeline: Pipeline, user: User, request: Request, realm: str | None, role: Role) -> UserServices:
    """The user's services in this realm, or where the request is about something by its path.

    Raises:
        NotFoundError: the user is not a member of the realm, or what the path names is in another one.
        NotPermittedError: the user's role there is less than ``role``.
    """
    own = pipeline.for_user(user.person, as_correlation_id(request))
    named = own.realms.find(realm) if realm else None
    of_path = _realm_of_path(own, request)
    if named and of_path and named.realm_id != of_path[0]:
        raise NotFoundError(f"It is not in the realm {realm}.")
    known = (named.realm_id, named.role) if named else of_path
    realm_id = known[0] if known else user.realm_id
    if realm_id is None or realm_id == own.realm_id:
        return own
    if known:
        require_role(*known, role)
    else:
        own.realms.require(realm_id, role)
    return pipeline.for_user(user.person, as_correlation_id(request), realm_id=realm_id)


def _services_in_each(
    request: Request,
    pipeline: Annotated[Pipeline, Depends(_pipeline)],
    user: CurrentUser,
    realm: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Query(max_length=50, description="The realms, by id or name. Default: one realm, as in other requests"),
    ] = [],  # noqa: B006 - FastAPI copies it
) -> list[UserServices]:
    """The asking user's services in each realm that the request names, once each."""
    each = [services_in(pipeline, user, request, one, Role.READER) for one in (realm or (None,))]
    return list({one.realm_id: one for one in each}.values())


def _realm_of_path(services: UserServices, request: Request) -> tuple[RealmId, Role | None] | None:
    """The realm of what the path names, and the user's role there; None where it names nothing that this user sees."""
    named = next((request.path_params[name] for name in _SUBJECTS if name in request.path_params), None)
    if named is None:
        return None
    try:
        row_id = UUID(str(named))
    except ValueError:
        return None  # the route says what is wrong with it
    return services.realms.of_row(row_id)


def _own_services(
    request: Request, pipeline: Annotated[Pipeline, Depends(_pipeline)], user: CurrentUser
) -> UserServices:
    """The asking user's services in the personal realm."""
    return pipeline.for_user(user.person, as_correlation_id(request))


ThePipeline = Annotated[Pipeline, Depends(_pipeline)]
TheSettings = Annotated[Settings, Depends(_settings)]
OwnServices = Annotated[UserServices, Depends(_own_services)]
Services = Annotated[UserServices, Depends(InRealm(Role.READER))]
RowServices = Annotated[UserServices, Depends(SeenInAnyRealm())]
ToContribute = Annotated[UserServices, Depends(InRealm(Role.CONTRIBUTOR))]
ToReview = Annotated[UserServices, Depends(InRealm(Role.REVIEWER))]
ToAdminister = Annotated[UserServices, Depends(InRealm(Role.ADMIN))]
InEachRealm = Annotated[list[UserServices], Depends(_services_in_each)]
