"""The pace of requests: bounds, buckets, and what the endpoint's headers say."""

import threading
import time

import pytest

from pipeline_core.adapters.openai_api.errors import scrubbed
from pipeline_core.adapters.openai_api.pace import Pace
from pipeline_core.adapters.openai_api.tokens import expected_tokens, most_tokens
from pipeline_core.adapters.retry_after import span_s
from pipeline_core.domain.errors import RateLimitedError


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def timed(pace: Pace, tokens: int = 0, count: int = 1) -> float:
    start = time.monotonic()
    for _ in range(count):
        with pace.turn(tokens, until=soon()):
            pass
    return time.monotonic() - start


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0), ("6m0s", 360.0), ("120ms", 0.12), ("1h2m3.5s", 3723.5), ("7.5", 7.5), ("", None),
        ("soon", None), ("3x", None),
    ],
)  # fmt: skip
def test_spans_of_the_headers(text: str, seconds: float | None) -> None:
    assert span_s(text) == seconds


def test_without_limits_nobody_waits() -> None:
    assert timed(Pace(concurrency=1), 10_000, count=50) < 0.2


def test_requests_beyond_the_burst_wait() -> None:
    pace = Pace(concurrency=1, requests_per_minute=600)
    assert timed(pace, count=100) < 0.5  # ten seconds' worth
    assert 0.15 < timed(pace, count=3) < 1.0


def test_tokens_beyond_the_burst_wait_and_a_large_request_passes() -> None:
    pace = Pace(concurrency=1, tokens_per_minute=6000)
    assert timed(pace, 5000) < 0.2
    with pytest.raises(RateLimitedError, match="deadline"), pace.turn(1, until=soon(0.1)):
        pass


def test_the_endpoints_remainder_is_kept_to() -> None:
    pace = Pace(concurrency=4)
    pace.observe({"x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "300ms"})
    assert timed(pace, 90) < 0.1
    assert 0.15 < timed(pace, 90) < 1.0  # ten were left
    pace.observe({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1h"})
    with pytest.raises(RateLimitedError), pace.turn(0, until=soon(0.2)):
        pass


def test_a_hold_holds_all_threads() -> None:
    pace = Pace(concurrency=4)
    pace.hold(0.3)
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.append(timed(pace))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(0.2 < wait < 1.0 for wait in waits)


def test_a_slot_is_given_back_whatever_happens() -> None:
    pace = Pace(concurrency=1)
    for _ in range(3):
        with pytest.raises(KeyError), pace.turn(0, until=soon()):
            raise KeyError
    with pace.turn(0, until=soon()), pytest.raises(RateLimitedError), pace.turn(0, until=soon(0.05)):
        pass


@pytest.mark.parametrize("text", ["", "plain words", "表格 保険料", "{}[]  \n\n 0123456789", "é" * 50])
def test_most_tokens_bounds_what_is_expected(text: str) -> None:
    assert expected_tokens(text) <= most_tokens(text)


@pytest.mark.parametrize(
    "text", ["key sk-abc123*** is wrong", "Bearer tok-1", "it is my-own-secret-7 here", "sk-proj-Ab_9…xyz"]
)
def test_keys_are_scrubbed(text: str) -> None:
    clean = scrubbed(text, "my-own-secret-7")
    assert "(key hidden)" in clean
    for secret in ("abc123", "tok-1", "my-own-secret-7", "Ab_9"):
        assert secret not in clean
