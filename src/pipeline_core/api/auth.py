"""Authentication by JSON web tokens of Supabase, another issuer, or this machine's own key. Only routers use it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Protocol
from uuid import UUID

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.key_set import KeySet
from pipeline_core.domain.errors import AuthenticationError, ConfigurationError
from pipeline_core.domain.ids import RealmId, UserId
from pipeline_core.domain.realms import Person
from pipeline_core.machine import home_choices, private_files
from pipeline_core.settings import Settings

LOCAL_ISSUER = "upload-pipeline-local"
_KEY_BYTES = 32
_LEEWAY_S = 10
_MAX_TOKEN_CHARS = 8192
_MAX_NAME_CHARS = 200
_NOT_YET = "it is not good yet"
_WRONG: tuple[tuple[type[Exception], str], ...] = (
    (jwt.InvalidSignatureError, "it was signed with another key, or changed since"),
    (jwt.DecodeError, "it is no JSON web token, or not all of one"),
    (jwt.InvalidAudienceError, "it was made for another service"),
    (jwt.InvalidIssuerError, "it was made by another issuer"),
    (jwt.ImmatureSignatureError, _NOT_YET),
    (jwt.InvalidIssuedAtError, _NOT_YET),
    (jwt.MissingRequiredClaimError, "something that it must say is missing"),
    (jwt.InvalidTokenError, "something that it says is not as it must be"),
    (jwt.PyJWTError, "its signature cannot be checked with a key of its issuer"),
    (ValueError, "what it names its user or realm by is no id"),
    (TypeError, "something that it says is not as it must be"),
)
"""What is wrong with a token, by the error that says so; the first that fits."""
_PUBLIC_KEY_ALGORITHMS = ("RS256", "ES256")
_TOKEN_DAYS = 30


@dataclass(frozen=True, slots=True)
class User:
    """The user that a token names."""

    user_id: UserId
    until: float = float("inf")
    """When the token ends, leeway included: seconds since 1970."""
    name: str = ""
    """The token's `name`, else its `email`: what the record shows of who decided."""
    realm_id: RealmId | None = None
    """The token's `realm_id`: where its requests go that name no realm."""

    @property
    def person(self) -> Person:
        return Person(self.user_id, self.name)


class _Key(Protocol):
    def __call__(self, header: Mapping[str, Any]) -> Any: ...


class TokenVerifier:
    """Tells whose a token is. The algorithm decides which key is asked, never the key which algorithm."""

    def __init__(self, keys: Mapping[str, _Key], *, issuer: str | None, audience: str) -> None:
        """``keys`` gives the key for a token's header, by algorithm; an algorithm that is not there is refused."""
        self._keys = keys
        self.never_waits = keys.keys() <= {"HS256"}
        """It asks nobody for keys: a token is verified in less time than a thread takes to be given it."""
        self._issuer = issuer
        self._audience = audience

    def __call__(self, token: str) -> User:
        """The user whom the token names.

        Raises:
            AuthenticationError: it is malformed, forged, expired, or made by or for somebody else.
            ServiceUnavailableError: the issuer's keys cannot be had.
        """
        if len(token) > _MAX_TOKEN_CHARS:
            raise AuthenticationError("The token is too long.")
        try:
            header = jwt.get_unverified_header(token)
            algorithm = str(header.get("alg"))
            if algorithm not in self._keys:
                raise AuthenticationError(f"Tokens signed with {algorithm[:20]!r} are not accepted.")
            claims = jwt.decode(
                token,
                self._keys[algorithm](header),
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "sub", "aud", *(["iss"] if self._issuer else [])]},
            )
            return User(
                UserId(UUID(str(claims["sub"]))),
                float(claims["exp"]) + _LEEWAY_S,
                _name(claims),
                RealmId(UUID(str(claims["realm_id"]))) if claims.get("realm_id") else None,
            )
        except jwt.ExpiredSignatureError:
            raise AuthenticationError("The token has expired.") from None
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            why = next(said for kind, said in _WRONG if isinstance(error, kind))
            raise AuthenticationError(f"The token is not valid: {why}.") from None


def _name(claims: Mapping[str, Any]) -> str:
    said = next((claims[key] for key in ("name", "email") if isinstance(claims.get(key), str)), "")
    return " ".join(str(said).split())[:_MAX_NAME_CHARS]


def verifier(settings: Settings) -> TokenVerifier:
    """The verifier that the settings ask for.

    Raises:
        ConfigurationError: they name no key, a weak one, or an address that local mode does not serve.
    """
    return _VERIFIERS[settings.api_auth](settings)


def _local(settings: Settings) -> TokenVerifier:
    _require_loopback(settings.api_host)
    key = local_key(settings.home)
    return TokenVerifier({"HS256": lambda _: key}, issuer=LOCAL_ISSUER, audience=settings.jwt_audience)


def _jwt(settings: Settings) -> TokenVerifier:
    keys: dict[str, _Key] = {}
    supabase = f"{settings.supabase_url.rstrip('/')}/auth/v1" if settings.supabase_url else None
    if settings.jwt_secret:
        secret = settings.jwt_secret.get_secret_value().encode()
        if len(secret) < _KEY_BYTES:
            raise ConfigurationError(
                f"The HS256 secret has {len(secret)} bytes; it must have {_KEY_BYTES} (RFC 7518, 3.2).",
                action="Set UPLOAD_PIPELINE_JWT_SECRET to the issuer's secret.",
            )
        keys["HS256"] = lambda _: secret
    url = settings.jwt_jwks_url or (f"{supabase}/.well-known/jwks.json" if supabase else None)
    if url:
        key_set = KeySet(url)
        for algorithm in _PUBLIC_KEY_ALGORITHMS:
            keys[algorithm] = key_set.key_for
    if not keys:
        raise ConfigurationError(
            "Tokens cannot be verified: there is no key.",
            action="Set SUPABASE_URL, UPLOAD_PIPELINE_JWT_JWKS_URL or UPLOAD_PIPELINE_JWT_SECRET, "
            "or UPLOAD_PIPELINE_API_AUTH=local.",
        )
    return TokenVerifier(keys, issuer=settings.jwt_issuer or supabase, audience=settings.jwt_audience)


_VERIFIERS = {"local": _local, "jwt": _jwt}


def _require_loopback(host: str) -> None:
    try:
        is_loopback = host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ConfigurationError(
            f"UPLOAD_PIPELINE_API_AUTH=local serves loopback only, not {host}.",
            action="Set UPLOAD_PIPELINE_API_AUTH=jwt and the issuer's keys, or UPLOAD_PIPELINE_API_HOST=127.0.0.1.",
        )


def local_key(home: Path) -> bytes:
    """The key of local mode, made on first use in a file that only its owner reads."""
    path = home / "api.key"
    private_files.open_home(home)
    try:
        with open(path, "xb", opener=private_files.opener) as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
    except FileExistsError:
        pass
    key = path.read_bytes()
    if len(key) < _KEY_BYTES:
        raise ConfigurationError(f"{path} does not hold a valid key.", action="Remove it: a new one will be made.")
    return key


def local_token(settings: Settings) -> str:
    """A token of local mode for the settings' user, good for 30 days.

    Raises:
        ConfigurationError: tokens are made elsewhere.
    """
    if settings.api_auth != "local":
        raise ConfigurationError(
            "Tokens are made by their issuer: UPLOAD_PIPELINE_API_AUTH is not `local`.",
            action="Sign in there, or set UPLOAD_PIPELINE_API_AUTH=local.",
        )
    now = datetime.now(UTC)
    claims = {
        "sub": str(settings.user_id),
        **({"name": name} if (name := settings.reviewer.strip() or home_choices.name(settings.home)) else {}),
        "aud": settings.jwt_audience,
        "iss": LOCAL_ISSUER,
        "iat": now,
        "exp": now + timedelta(days=_TOKEN_DAYS),
    }
    return jwt.encode(claims, local_key(settings.home), algorithm="HS256")


_bearer = HTTPBearer(auto_error=False, description="A JSON web token; in local mode `pipeline token` prints one")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def optional_user(request: Request, credentials: Credentials) -> User | None:
    """Return the user of the request, or None without a token; an invalid token is refused all the same.

    Raises:
        AuthenticationError: the token is not valid.
    """
    if credentials is None:
        return None
    verify: TokenVerifier = request.app.state.verify
    token = credentials.credentials
    user = verify(token) if verify.never_waits else await run_in_threadpool(verify, token)
    request.scope["state"]["user_id"] = str(user.user_id)
    return user


async def require_user(user: Annotated[User | None, Depends(optional_user)]) -> User:
    """Return the user of the request.

    Raises:
        AuthenticationError: there is no valid token.
    """
    if user is None:
        raise AuthenticationError("The request has no token.")
    return user


OptionalUser = Annotated[User | None, Depends(optional_user)]
CurrentUser = Annotated[User, Depends(require_user)]
__all__: Sequence[str] = (
    "CurrentUser",
    "OptionalUser",
    "TokenVerifier",
    "User",
    "local_token",
    "optional_user",
    "require_user",
    "verifier",
)
