"""An issuer of tokens: its key set over real HTTP, with keys that rotate and a count of how often it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.support.handling import Asked, handled_by

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_ALGORITHMS = {
    "RS256": (lambda: rsa.generate_private_key(65537, 2048), jwt.algorithms.RSAAlgorithm),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm),
}


class Issuer:
    """Keys by id; ``published`` are those of the key set."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Key]] = {}
        self.published: list[str] = []
        self.asked = 0
        self.is_up = True
        self.url = ""

    def make_key(self, key_id: str, algorithm: str, *, publish: bool = True) -> None:
        self.keys[key_id] = (algorithm, _ALGORITHMS[algorithm][0]())
        if publish:
            self.published.append(key_id)

    def key_set(self) -> dict[str, Any]:
        keys = []
        for key_id in self.published:
            algorithm, key = self.keys[key_id]
            public = _ALGORITHMS[algorithm][1].to_jwk(key.public_key(), as_dict=True)
            keys.append({**public, "kid": key_id, "alg": algorithm, "use": "sig"})
        return {"keys": keys}

    def sign(self, claims: dict[str, Any], key_id: str, **header: Any) -> str:
        algorithm, key = self.keys[key_id]
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id, **header})


@contextmanager
def serve_issuer() -> Iterator[Issuer]:
    issuer = Issuer()

    def handle(request: Asked) -> None:
        issuer.asked += 1
        request.answer(200 if issuer.is_up else 503, json.dumps(issuer.key_set()).encode())

    with handled_by("GET", handle) as url:
        issuer.url = f"{url}/keys"
        yield issuer
