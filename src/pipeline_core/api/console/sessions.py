"""Cookie sessions: the cookie holds a token that the API itself would accept, and forms a proof that they are ours."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import Response

from pipeline_core.api.auth import User
from pipeline_core.domain.errors import AuthenticationError, ConfigurationError, NotPermittedError

_MAX_COOKIE_CHARS = 3800
"""Browsers keep cookies of 4,096 bytes, name and attributes included."""
_LONGEST_S = 30 * 24 * 3600
CSRF_FIELD = "csrf"


class ForgedFormError(NotPermittedError):
    """The form is not from this browser's session."""

    code = NotPermittedError.code


class ForeignPageError(NotPermittedError):
    """Another site's page made this request."""

    code = NotPermittedError.code


class SessionEndedError(AuthenticationError):
    """You are not signed in."""

    code = AuthenticationError.code


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of a request.

    Over TLS their names begin with ``__Host-``: no other host or path can set them. Plain HTTP is for this machine
    alone, where browsers disagree on whether such a cookie is kept: there they have plain names.
    """

    request: Request

    @property
    def _is_secure(self) -> bool:
        return self.request.url.scheme == "https"

    def name(self, what: str) -> str:
        """Return the cookie's full name."""
        return f"__Host-pipeline-{what}" if self._is_secure else f"pipeline-{what}"

    def get(self, what: str) -> str:
        """Return the cookie's value; "" where there is none."""
        return self.request.cookies.get(self.name(what), "")

    def put(self, response: Response, what: str, value: str, *, seconds: int | None, same_site: str = "lax") -> None:
        """Set a cookie that no script reads; without ``seconds`` it ends with the browser.

        Raises:
            ConfigurationError: the connection is neither encrypted nor within this machine.
        """
        if not self._is_secure and not _is_loopback(self.request.url.hostname or ""):
            raise ConfigurationError(
                "The console signs nobody in over plain HTTP, except on the machine that serves it.",
                action="Reach it over https; a proxy must say so with X-Forwarded-Proto.",
            )
        response.set_cookie(
            self.name(what),
            value,
            max_age=seconds,
            secure=self._is_secure,
            httponly=True,
            samesite="none" if same_site == "none" and self._is_secure else "lax",
        )

    def drop(self, response: Response, what: str) -> None:
        """Remove a cookie."""
        response.delete_cookie(self.name(what), secure=self._is_secure, httponly=True, samesite="lax")

    def csrf(self) -> str:
        """Return the proof for forms of this browser; "" before it was signed in."""
        secret = getattr(self.request.state, "form_secret", "") or self.get("form")
        return hashlib.sha256(f"form {secret}".encode()).hexdigest() if secret else ""


def signed_in(request: Request) -> User:
    """Return the user of the session.

    Raises:
        SessionEndedError: there is none, or its token has ended.
        ServiceUnavailableError: the issuer's keys cannot be had.
    """
    token = Cookies(request).get("session")
    if not token:
        raise SessionEndedError("Nobody is signed in here.", action="Sign in.")
    try:
        user: User = request.app.state.verify(token)
    except AuthenticationError as error:
        raise SessionEndedError(f"Your session has ended: {error.message}", action="Sign in again.") from None
    request.scope["state"]["user_id"] = str(user.user_id)
    return user


def begin(request: Request, response: Response, token: str) -> User:
    """Sign in whom the token names, for as long as it is good; pages that are open elsewhere stay usable.

    Raises:
        AuthenticationError: the token is not valid, or too long for a cookie.
    """
    user: User = request.app.state.verify(token)
    if len(token) > _MAX_COOKIE_CHARS:
        raise AuthenticationError(f"The token has {len(token):,} characters; a cookie keeps {_MAX_COOKIE_CHARS:,}.")
    cookies = Cookies(request)
    cookies.put(response, "session", token, seconds=max(1, int(min(user.until - time.time(), _LONGEST_S))))
    # the same page that signs somebody in may have a form already
    request.state.form_secret = cookies.get("form") or secrets.token_urlsafe(24)
    cookies.put(response, "form", request.state.form_secret, seconds=_LONGEST_S)
    return user


def end(request: Request, response: Response) -> None:
    """Sign out; forms of before are good no more."""
    cookies = Cookies(request)
    for what in ("session", "form"):
        cookies.drop(response, what)


async def require_own_form(request: Request) -> None:
    """Refuse what another site made this browser send.

    Raises:
        ForeignPageError: another site's page made it.
        ForgedFormError: it is no form of this browser's session.
        SessionEndedError: nobody is signed in.
    """
    if request.method in ("GET", "HEAD"):
        return
    require_same_origin(request)
    expected = Cookies(request).csrf()
    if not expected:
        raise SessionEndedError("Nobody is signed in here.", action="Sign in.")
    sent = (await request.form()).get(CSRF_FIELD)
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise ForgedFormError("The form belongs to another session.", action="Send it again.")


def require_same_origin(request: Request) -> None:
    """Refuse a request that another site's page has made.

    Raises:
        ForeignPageError: the browser says so.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = f"{request.url.scheme}://{request.url.netloc}"
    # a browser that says neither is older than both headers; the form's proof is asked for besides
    is_foreign = site not in ("same-origin", "none") if site else bool(origin) and origin not in (ours, "null")
    if is_foreign:
        raise ForeignPageError("Nothing was done.", action="Use this site's own pages.")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
