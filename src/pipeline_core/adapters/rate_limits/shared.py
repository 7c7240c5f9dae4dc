"""Rate limits in Redis, or in any other storage that the library ``limits`` knows."""

import time

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError


class SharedRateLimits:
    """Counts where the URI says: ``redis://host:6379/0``."""

    def __init__(self, uri: str) -> None:
        """Connects on first use.

        Raises:
            ConfigurationError: the URI names no storage, or its client is not installed.
        """
        try:
            storage = storage_from_string(uri, wrap_exceptions=True)
            self._limiter = SlidingWindowCounterRateLimiter(storage)
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
            raise ServiceUnavailableError("The limits cannot be counted: their store does not answer.") from error
