"""Requests to a Prefect server whose database is locked now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pipeline_core.adapters.prefect_api import PrefectApi
from pipeline_core.domain.errors import ServiceUnavailableError
from tests.support.handling import Asked, handled_by


@contextmanager
def busy_server(refusals: int, asked: Callable[[str], None]) -> Iterator[str]:
    """A server that refuses so many requests, and takes those that follow."""
    left = [503] * refusals

    def handle(request: Asked) -> None:
        request.sent()
        asked(request.path)
        request.answer(left.pop() if left else 204)

    with handled_by("POST", handle) as url:
        yield f"{url}/api"


@pytest.mark.parametrize(("refusals", "requests", "is_taken"), [(0, 1, True), (2, 3, True), (3, 3, False)])
def test_a_server_that_is_busy_is_asked_again(refusals: int, requests: int, is_taken: bool) -> None:
    asked: list[str] = []
    with busy_server(refusals, asked.append) as url:
        runs = PrefectApi(url, "a/b")
        if is_taken:
            runs.call("POST", "/events", json=[])
        else:
            with pytest.raises(ServiceUnavailableError, match="503"):
                runs.call("POST", "/events", json=[])
        runs.close()
    assert asked == ["/api/events"] * requests
