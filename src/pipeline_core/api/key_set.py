"""An issuer's public keys (RFC 7517), fetched when needed, kept, and fetched again when they rotate."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt

from pipeline_core.domain.errors import AuthenticationError, ServiceUnavailableError

_TIMEOUT_S = 5.0
_MAX_BYTES = 256 * 1024


class KeySet:
    """Keys by their id. A key that is not known makes the set be fetched anew, but not more often than the cooldown:
    forged ids cannot make us flood the issuer. When the issuer is away, keys that are kept go on to serve."""

    def __init__(
        self, url: str, *, keep_s: float = 600.0, cooldown_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``keep_s``: age at which the set is fetched anew; ``cooldown_s``: least time between two fetches."""
        self._url = url
        self._keep_s = keep_s
        self._cooldown_s = cooldown_s
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = self._tried = float("-inf")
        self._lock = threading.Lock()

    def key_for(self, header: Mapping[str, Any]) -> Any:
        """The key that the token's header names.

        Raises:
            AuthenticationError: the issuer has no such key for this algorithm.
            ServiceUnavailableError: the keys were never had and cannot be had now.
        """
        key_id = str(header.get("kid", ""))
        key = self._keys.get(key_id)
        if key is None or self._clock() - self._fetched > self._keep_s:
            self._refresh(key_id)
            key = self._keys.get(key_id)
        if key is None or key.algorithm_name != header.get("alg"):
            raise AuthenticationError("The token is signed with a key that its issuer does not have.")
        return key.key

    def _refresh(self, key_id: str) -> None:
        with self._lock:
            now = self._clock()
            fresh = key_id in self._keys and now - self._fetched <= self._keep_s
            if fresh or now - self._tried < self._cooldown_s:
                return
            self._tried = now
            try:
                self._keys = self._fetch()
                self._fetched = now
            except (httpx.HTTPError, jwt.PyJWTError, ValueError) as error:
                if not self._keys:
                    # the next request may try at once: nobody is served meanwhile
                    self._tried = float("-inf")
                    raise ServiceUnavailableError(
                        f"The issuer's keys cannot be fetched: {type(error).__name__}.", where=self._url
                    ) from error

    def _fetch(self) -> dict[str, jwt.PyJWK]:
        answer = httpx.get(self._url, timeout=_TIMEOUT_S, follow_redirects=False)
        answer.raise_for_status()
        if len(answer.content) > _MAX_BYTES:
            raise ValueError("the key set is too large")
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        return {key.key_id: key for key in keys if key.key_id and key.public_key_use in (None, "sig")}
