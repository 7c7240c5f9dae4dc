"""Tokens: those that are good, every way that they are forged, and keys that rotate."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from pipeline_core.api.auth import TokenVerifier, local_token, verifier
from pipeline_core.api.key_set import KeySet
from pipeline_core.domain.errors import AuthenticationError, ConfigurationError, ServiceUnavailableError
from pipeline_core.settings import Settings, load_settings
from tests.api.issuer import Issuer, serve_issuer
from tests.support.two_users import ANN

SECRET = "an HS256 secret of at least 32 bytes"
ISSUER = "https://project.example/auth/v1"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serve_issuer() as issuer:
        issuer.make_key("rsa", "RS256")
        issuer.make_key("ec", "ES256")
        issuer.make_key("stranger", "RS256", publish=False)
        yield issuer


def _settings(**changes: Any) -> Settings:
    return load_settings(api_auth="jwt", jwt_issuer=ISSUER, **changes)


@pytest.fixture
def verify(issuer: Issuer) -> TokenVerifier:
    return verifier(_settings(jwt_secret=SecretStr(SECRET), jwt_jwks_url=issuer.url))


def _claims(**changes: Any) -> dict[str, Any]:
    claims = {"sub": str(ANN), "aud": "authenticated", "iss": ISSUER, "exp": int(time.time()) + 60, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def _hs256(claims: dict[str, Any], secret: str = SECRET, **header: Any) -> str:
    return jwt.encode(claims, secret, algorithm="HS256", headers=header or None)


def _raw(header: dict[str, Any], claims: dict[str, Any], key: bytes | None) -> str:
    """A token as an attacker makes it: no library keeps it from being wrong."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    signature = hmac.new(key, signed, hashlib.sha256).digest() if key is not None else b""
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def _public_pem(issuer: Issuer) -> bytes:
    return (
        issuer.keys["rsa"][1]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def test_good_tokens_name_their_user(verify: TokenVerifier, issuer: Issuer) -> None:
    for token in (_hs256(_claims()), issuer.sign(_claims(), "rsa"), issuer.sign(_claims(), "ec")):
        assert verify(token).user_id == ANN


FORGED: dict[str, Callable[[Issuer], str]] = {
    "no algorithm": lambda _: _raw({"alg": "none", "typ": "JWT"}, _claims(), None),
    "no algorithm, in other letters": lambda _: _raw({"alg": "nOnE"}, _claims(), None),
    "another algorithm": lambda _: jwt.encode(_claims(), SECRET * 2, algorithm="HS512"),
    "the public key taken as a secret": lambda issuer: _raw(
        {"alg": "HS256", "kid": "rsa"}, _claims(), _public_pem(issuer)
    ),
    "a key of the other algorithm": lambda issuer: issuer.sign(_claims(), "rsa", kid="ec"),
    "a key that the issuer does not have": lambda issuer: issuer.sign(_claims(), "stranger"),
    "another's key under a known id": lambda issuer: issuer.sign(_claims(), "stranger", kid="rsa"),
    "a key in the token itself": lambda issuer: issuer.sign(
        _claims(), "stranger", kid="rsa", jwk={"kty": "RSA", "n": "x", "e": "AQAB"}
    ),
    "a file as key id": lambda issuer: issuer.sign(_claims(), "stranger", kid="../../../../dev/null"),
    "no key id": lambda issuer: jwt.encode(_claims(), issuer.keys["rsa"][1], algorithm="RS256"),
    "another secret": lambda _: _hs256(_claims(), "another secret of at least 32 bytes!"),
    "an empty secret": lambda _: _raw({"alg": "HS256"}, _claims(), b""),
    "for somebody else": lambda _: _hs256(_claims(aud="anon")),
    "for nobody": lambda _: _hs256(_claims(aud=None)),
    "of another issuer": lambda _: _hs256(_claims(iss="https://evil.example")),
    "of no issuer": lambda _: _hs256(_claims(iss=None)),
    "expired": lambda _: _hs256(_claims(exp=int(time.time()) - 60)),
    "never expiring": lambda _: _hs256(_claims(exp=None)),
    "not yet good": lambda _: _hs256(_claims(nbf=int(time.time()) + 600)),
    "of nobody": lambda _: _hs256(_claims(sub=None)),
    "of no user": lambda _: _hs256(_claims(sub="admin")),
    "changed after signing": lambda _: ".".join(
        [
            _hs256(_claims()).split(".")[0],
            _hs256(_claims(sub=str(uuid4()))).split(".")[1],
            _hs256(_claims()).split(".")[2],
        ]
    ),
    "without signature": lambda _: _hs256(_claims()).rpartition(".")[0] + ".",
    "no token": lambda _: "x.y.z",
    "empty": lambda _: "",
    "endless": lambda _: _hs256(_claims(more="x" * 10_000)),
}


@pytest.mark.parametrize("kind", FORGED)
def test_forged_tokens_are_refused(verify: TokenVerifier, issuer: Issuer, kind: str) -> None:
    with pytest.raises(AuthenticationError):
        verify(FORGED[kind](issuer))


def test_keys_rotate(issuer: Issuer) -> None:
    now = [0.0]
    verify = _with_clock(issuer, now)
    assert verify(issuer.sign(_claims(), "rsa")).user_id == ANN
    issuer.make_key("newer", "RS256")
    now[0] += 31
    assert verify(issuer.sign(_claims(), "newer")).user_id == ANN
    issuer.published.remove("rsa")
    now[0] += 601
    with pytest.raises(AuthenticationError):
        verify(issuer.sign(_claims(), "rsa"))


def test_forged_key_ids_do_not_flood_the_issuer(issuer: Issuer) -> None:
    verify = _with_clock(issuer, [0.0])
    assert verify(issuer.sign(_claims(), "rsa")).user_id == ANN
    for number in range(50):
        with pytest.raises(AuthenticationError):
            verify(issuer.sign(_claims(), "stranger", kid=f"forged-{number}"))
    assert issuer.asked == 1


def test_an_issuer_that_is_away(issuer: Issuer) -> None:
    now = [0.0]
    issuer.is_up = False
    verify = _with_clock(issuer, now)
    with pytest.raises(ServiceUnavailableError):
        verify(issuer.sign(_claims(), "rsa"))
    issuer.is_up = True
    assert verify(issuer.sign(_claims(), "rsa")).user_id == ANN
    issuer.is_up = False
    now[0] += 10_000
    # what is kept goes on to serve
    assert verify(issuer.sign(_claims(), "rsa")).user_id == ANN


def _with_clock(issuer: Issuer, now: list[float]) -> TokenVerifier:
    keys = KeySet(issuer.url, clock=lambda: now[0])
    return TokenVerifier({"RS256": keys.key_for}, issuer=ISSUER, audience="authenticated")


def test_local_tokens_are_good_here_only(settings: Settings, tmp_path: Any) -> None:
    token = local_token(settings)
    assert verifier(settings)(token).user_id == settings.user_id
    assert (settings.home / "api.key").stat().st_mode & 0o077 == 0
    with pytest.raises(AuthenticationError):
        verifier(settings.model_copy(update={"home": tmp_path / "another"}))(token)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_local_mode_refuses_other_addresses(settings: Settings, host: str) -> None:
    with pytest.raises(ConfigurationError, match="loopback only"):
        verifier(settings.model_copy(update={"api_host": host}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_local_mode_serves_loopback(settings: Settings, host: str) -> None:
    assert verifier(settings.model_copy(update={"api_host": host}))


def test_keys_are_asked_for() -> None:
    with pytest.raises(ConfigurationError, match="no key"):
        verifier(load_settings(api_auth="jwt"))
    with pytest.raises(ConfigurationError, match="32"):
        verifier(load_settings(api_auth="jwt", jwt_secret=SecretStr("short")))


def test_supabase_is_known_by_its_url() -> None:
    assert verifier(load_settings(api_auth="jwt", supabase_url="https://project.example"))
