"""Rate limits in Redis, or in any other storage that the library ``limits`` knows."""

import time

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError

_AWAY = "The limits cannot be counted: their store (UPLOAD_PIPELINE_LIMITS_STORE) does not answer."
_REDIS_WAITS = {"socket_connect_timeout": 2.0, "socket_timeout": 2.0}
"""Seconds: a request is not to wait for a store that does not answer."""


class SharedRateLimits:
    """Counts where the URI says: ``redis://host:6379/0``."""

    def __init__(self, uri: str) -> None:
        """Connects on first use.

        Raises:
            ConfigurationError: the URI names no storage, or its client is not installed.
        """
        try:
            waits = _REDIS_WAITS if uri.startswith(("redis://", "rediss://", "redis+unix://")) else {}
            self._storage = storage_from_string(uri, wrap_exceptions=True, **waits)
            self._limiter = SlidingWindowCounterRateLimiter(self._storage)
        except Exception as error:
            scheme = uri.partition(":")[0]
            raise ConfigurationError(
                f"The limits cannot be counted in {scheme}: {error}.",
                action="Set UPLOAD_PIPELINE_LIMITS_STORE to redis://HOST:PORT/0 and install the extra `redis`.",
            ) from error

    def hit(self, key: str, *, limit: int, window_s: int) -> float | None:
        item = RateLimitItemPerSecond(limit, window_s)
        try:
            if self._limiter.hit(item, key):
                return None
            return max(0.0, self._limiter.get_window_stats(item, key).reset_time - time.time())
        except StorageError as error:
            raise ServiceUnavailableError(_AWAY) from error

    def check(self) -> None:
        try:
            answers = self._storage.check()
        except Exception as error:
            # whatever its client raises, and its words may have the password
            raise ServiceUnavailableError(_AWAY) from error
        if not answers:
            raise ServiceUnavailableError(_AWAY)
