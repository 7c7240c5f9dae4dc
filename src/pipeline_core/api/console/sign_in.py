"""Signing in: by a token, by the installation's own login page, or by a one-time link on the machine itself."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import jwt
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from pydantic import Field, TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from pipeline_core.api.auth import LOCAL_ISSUER, local_key, local_token
from pipeline_core.api.console.limits import LimitConsole
from pipeline_core.api.console.routing import ConsoleRoute
from pipeline_core.api.console.sessions import Cookies, begin, end, require_own_form, require_same_origin
from pipeline_core.api.console.visits import html, own_path
from pipeline_core.api.deps import TheSettings
from pipeline_core.api.head import IS_HEAD
from pipeline_core.api.storable import RefuseUnstorable
from pipeline_core.domain.errors import AuthenticationError
from pipeline_core.settings import Settings

router = APIRouter(include_in_schema=False, route_class=ConsoleRoute, dependencies=[LimitConsole, RefuseUnstorable])

LINK_GOOD_S = 60
_ANOTHER = "Run “pipeline console” on that machine again for another, or sign in by a token."
_LINK_AUDIENCE = "pipeline-console-link"
_AWAY_S = 900
"""How long somebody may take at the installation's login page."""
_Kept = TypeAdapter(dict[str, list[str]])
Path = Annotated[str, Field(max_length=2000)]


class LinkSpentError(AuthenticationError):
    """This link has been used, or is too old."""

    code = AuthenticationError.code


class NotSignedInError(AuthenticationError):
    """Signing in did not work."""

    code = AuthenticationError.code


def one_time_link(settings: Settings, base: str, to: str = "/") -> str:
    """Return an address that signs the settings' user in, good once and for a minute.

    Raises:
        ConfigurationError: people sign in elsewhere.
    """
    local_token(settings)  # refuses where tokens are made by an issuer
    claims = {"iss": LOCAL_ISSUER, "aud": _LINK_AUDIENCE, "jti": uuid4().hex}
    expires = datetime.now(UTC) + timedelta(seconds=LINK_GOOD_S)
    ticket = jwt.encode({**claims, "exp": expires}, local_key(settings.home), algorithm="HS256")
    return f"{base}/sign-in/link?{urlencode({'ticket': ticket, **({} if to == '/' else {'return_to': to})})}"


def refuse_head(request: Request) -> None:
    """Refuse HEAD where GET signs in: previews of links and virus scanners ask so, and nobody is at them.

    Raises:
        HTTPException: it is HEAD.
    """
    if request.scope.get(IS_HEAD):
        raise HTTPException(405, "Open the address itself: it signs in.", {"Allow": "GET"})


@router.get("/sign-in/link", dependencies=[Depends(refuse_head)])
def sign_in_by_link(
    request: Request, settings: TheSettings, ticket: Annotated[str, Query(max_length=1000)], return_to: Path = "/"
) -> Response:
    """Sign in whoever opens the link first."""
    if settings.api_auth != "local":
        raise NotSignedInError("Links sign in on a machine of one's own only.")
    try:
        claims = jwt.decode(
            ticket,
            local_key(settings.home),
            algorithms=["HS256"],
            audience=_LINK_AUDIENCE,
            issuer=LOCAL_ISSUER,
            options={"require": ["exp", "jti"]},
        )
    except jwt.PyJWTError:
        raise LinkSpentError(f"Each is good once, and for {LINK_GOOD_S} seconds.", page_action=_ANOTHER) from None
    if request.app.state.rate_limits.hit(f"link {claims['jti']}", limit=1, window_s=10 * LINK_GOOD_S) is not None:
        raise LinkSpentError("Each is good once.", page_action=_ANOTHER)
    return _enter(request, local_token(settings), return_to)


@router.get("/sign-in")
def sign_in_page(request: Request, settings: TheSettings, return_to: Path = "/") -> Response:
    """Ask for a token, or lead to the installation's login page."""
    if not settings.console_login_url:
        return _ask(request, settings, return_to)
    state = secrets.token_urlsafe(24)
    base = settings.api_url.rstrip("/") or str(request.base_url).rstrip("/")
    asked = urlencode({"return_to": f"{base}/sign-in/return", "state": state})
    joined = "&" if urlsplit(settings.console_login_url).query else "?"
    answer = RedirectResponse(f"{settings.console_login_url}{joined}{asked}", 303)
    kept = json.dumps({"state": state, "return_to": own_path(return_to, "/")})
    # the login page may come back with a form of its own, which is another site's
    Cookies(request).put(answer, "away", kept.encode().hex(), seconds=_AWAY_S, same_site="none")
    return answer


@router.get("/sign-in/return", dependencies=[Depends(refuse_head)])
def come_back(
    request: Request, token: Annotated[str, Query(max_length=8192)], state: Annotated[str, Query(max_length=200)]
) -> Response:
    """Come back from the login page with a token in the address."""
    return _come_back(request, token, state)


@router.post("/sign-in/return")
def come_back_by_form(request: Request, token: Annotated[str, Form()], state: Annotated[str, Form()]) -> Response:
    """Come back from the login page with a token in a form."""
    return _come_back(request, token, state)


def _come_back(request: Request, token: str, state: str) -> Response:
    """Sign in, if it was this browser that went to the login page.

    Raises:
        NotSignedInError: it was not, or the token is not valid.
    """
    cookies = Cookies(request)
    try:
        left = json.loads(bytes.fromhex(cookies.get("away")))
    except ValueError:
        left = {}
    if not left or not secrets.compare_digest(str(left["state"]).encode(), state.encode()):
        raise NotSignedInError("This browser did not ask to sign in, or too long ago.")
    try:
        answer = _enter(request, token, left["return_to"])
    except AuthenticationError as error:
        raise NotSignedInError(error.page_message) from None
    cookies.drop(answer, "away")
    return answer


@router.post("/sign-in")
def sign_in(
    request: Request,
    settings: TheSettings,
    token: Annotated[str, Form(max_length=10_000)],
    return_to: Annotated[str, Form(max_length=2000)] = "/",
    resend_to: Annotated[str, Form(max_length=2000)] = "",
    kept: Annotated[str, Form(max_length=1_000_000)] = "{}",
) -> Response:
    """Sign in by a token; a form that was refused meanwhile is shown again, to be sent."""
    require_same_origin(request)
    try:
        fields = _Kept.validate_json(kept)
    except ValidationError:
        fields = {}
    try:
        answer = _enter(request, token.strip(), return_to)
    except AuthenticationError as error:
        return _ask(request, settings, return_to, wrong=error.page_message, resend_to=resend_to, kept=fields)
    if not resend_to:
        return answer
    again = html(request, "signed_in.html", resend_to=own_path(resend_to), kept=fields)
    for value in answer.headers.getlist("set-cookie"):
        again.headers.append("set-cookie", value)
    return again


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session in this browser."""
    await require_own_form(request)
    answer = RedirectResponse("/sign-in", 303)
    end(request, answer)
    return answer


def _enter(request: Request, token: str, return_to: str) -> RedirectResponse:
    answer = RedirectResponse(own_path(return_to, "/"), 303)
    begin(request, answer, token)
    return answer


def _ask(
    request: Request,
    settings: Settings,
    return_to: str,
    *,
    wrong: str = "",
    resend_to: str = "",
    kept: dict[str, list[str]] | None = None,
) -> Response:
    return html(
        request,
        "sign_in.html",
        401 if wrong else 200,
        wrong=wrong,
        return_to=own_path(return_to, "/"),
        resend_to=resend_to,
        kept=kept or {},
        is_local=settings.api_auth == "local",
    )
