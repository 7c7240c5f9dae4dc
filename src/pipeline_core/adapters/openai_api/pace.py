"""The pace of requests: how many at a time, and how many requests and tokens a minute.

Two things slow it down: limits of our own, as token buckets, and what the endpoint says in its headers. Both hold
for all threads of the process.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipeline_core.adapters.retry_after import span_s
from pipeline_core.domain.errors import RateLimitedError

_BURST_S = 10.0


class _Bucket:
    """A minute's allowance that refills steadily and holds ten seconds of it; a larger request overdraws it."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60.0
        self._capacity = self._level = max(1.0, self._rate * _BURST_S)
        self._at = time.monotonic()

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken."""
        self._level = min(self._capacity, self._level + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (min(amount, self._capacity) - self._level) / self._rate)

    def take(self, amount: float) -> None:
        self._level -= amount


class Pace:
    """``turn`` waits until a request may be sent; ``observe`` and ``hold`` take in what the endpoint says."""

    def __init__(self, *, concurrency: int, requests_per_minute: int = 0, tokens_per_minute: int = 0) -> None:
        self._slots = threading.Semaphore(concurrency)
        self._lock = threading.Lock()
        limits = {"requests": requests_per_minute, "tokens": tokens_per_minute}
        self._buckets = {kind: _Bucket(limit) for kind, limit in limits.items() if limit}
        self._held_until = 0.0
        self._left: dict[str, tuple[float, float]] = {}
        """Rest of each quota by the endpoint's report, and when it is whole again."""

    @contextmanager
    def turn(self, tokens: int, *, until: float) -> Iterator[None]:
        """Wait for a slot and for the limits; ``until`` is in seconds of ``time.monotonic``.

        Raises:
            RateLimitedError: it would not be our turn before that.
        """
        if not self._slots.acquire(timeout=max(0.0, until - time.monotonic())):
            raise RateLimitedError("No turn for a paid call before its deadline.")
        try:
            self._await(tokens, until)
            yield
        finally:
            self._slots.release()

    def _await(self, tokens: int, until: float) -> None:
        amounts = {"requests": 1.0, "tokens": float(tokens)}
        while True:
            with self._lock:
                now = time.monotonic()
                wait = max(
                    self._held_until - now,
                    *(bucket.wait_s(amounts[kind], now) for kind, bucket in self._buckets.items()),
                    *(whole - now for kind, (left, whole) in self._left.items() if left < amounts[kind]),
                    0.0,
                )
                if wait <= 0:
                    self._take(amounts, now)
                    return
            if now + wait > until:
                raise RateLimitedError(f"The rate limit asks for a wait of {wait:.0f} s, beyond the call's deadline.")
            time.sleep(min(wait, 1.0))

    def _take(self, amounts: Mapping[str, float], now: float) -> None:
        for kind, bucket in self._buckets.items():
            bucket.take(amounts[kind])
        self._left = {kind: (left - amounts[kind], whole) for kind, (left, whole) in self._left.items() if whole > now}

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take in the rate-limit headers of an answer."""
        with self._lock:
            for kind in ("requests", "tokens"):
                left = headers.get(f"x-ratelimit-remaining-{kind}", "")
                reset = span_s(headers.get(f"x-ratelimit-reset-{kind}", ""))
                if left.isdigit() and reset is not None:
                    self._left[kind] = (float(left), time.monotonic() + reset)

    def hold(self, seconds: float) -> None:
        """Nobody sends anything for so long."""
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + seconds)
