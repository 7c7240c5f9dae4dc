"""Limits over HTTP: 429 with the limit's name and when to come back."""

import re
from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from pipeline_core.api.all_routes import ROUTERS
from pipeline_core.api.limits import LimitReview
from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import client_of
from tests.support.through import receive, upload
from tests.support.two_users import ANN, BOB


def _client(make_pipeline: Callable[..., Pipeline], realm_id: object = ANN, **limits: int) -> TestClient:
    none = {"limit_uploads_per_day": 0, "limit_polls_per_minute": 0, "limit_active_jobs": 0}
    return client_of(make_pipeline(changes={**none, "limit_requests_per_hour": 0, **limits}), realm_id)


def _upload(client: TestClient, text: str) -> tuple[int, dict[str, str]]:
    answer = client.post("/api/v2/upload", files={"file": ("a.md", f"# A\n\n{text}.".encode())})
    return answer.status_code, {**answer.json(), "retry_after": answer.headers.get("Retry-After", "")}


@pytest.mark.parametrize("limit", ["active_jobs", "uploads_per_day"])
def test_uploads_are_limited(make_pipeline: Callable[..., Pipeline], limit: str) -> None:
    client = _client(make_pipeline, **{f"limit_{limit}": 2})
    assert [_upload(client, text)[0] for text in ("one", "two")] == [202, 202]
    status, body = _upload(client, "three")
    assert (status, body["code"], body["limit"]) == (429, "limit_exceeded", limit)
    assert int(body["retry_after"]) > 0
    # the same bytes again add nothing
    assert _upload(client, "one")[0] == 200
    bob = _client(make_pipeline, BOB, **{f"limit_{limit}": 2})
    assert _upload(bob, "three")[0] == 202


def test_polls_of_a_job_are_limited(make_pipeline: Callable[..., Pipeline]) -> None:
    client = _client(make_pipeline, limit_polls_per_minute=3)
    first, second = (_upload(client, text)[1]["status_url"] for text in ("one", "two"))
    statuses = [client.get(first).status_code for _ in range(5)]
    assert statuses == [200] * 3 + [429] * 2
    assert client.get(second).status_code == 200


def test_requests_to_an_endpoint_are_limited_for_all_processes(make_pipeline: Callable[..., Pipeline]) -> None:
    one, other = (_client(make_pipeline, limit_requests_per_hour=4) for _ in range(2))
    statuses = [client.get("/api/v2/jobs").status_code for client in (one, other) * 3]
    assert statuses == [200] * 4 + [429] * 2
    assert one.get("/api/staging/batches").status_code == 200
    assert one.get("/health").status_code == 200


def test_what_came_otherwise_is_not_counted(make_pipeline: Callable[..., Pipeline]) -> None:
    """Many files on the command line, waiting and taken in today, use up no limit of HTTP."""
    direct = make_pipeline(changes={"user_id": ANN})
    receive(direct, *[upload(f"{number}.md", f"# {number}\n\nText {number}.\n") for number in range(5)])
    client = _client(make_pipeline, limit_active_jobs=1, limit_uploads_per_day=2)
    assert [_upload(client, "one")[0], _upload(client, "two")[0]] == [202, 429]
    receive(direct, upload("more.md", "# More\n\nText.\n"))
    assert _upload(client, "two")[1]["limit"] == "active_jobs"


_OF_ONE = re.compile(
    r"/(facts|questions|duplicates|presence|pages|chunks|undo|history|resolve|review-preview|review)(/|$|\.)|/api/job/"
)
"""In the paths of what a reviewer's front end asks for each fact, pair or document that it shows."""
_OF_NOTHING_SHOWN = "/api/v2/review/"


def test_whatever_a_reviewers_keys_ask_has_the_limit_of_reviewing() -> None:
    routes = [one for router in ROUTERS for one in router.routes if isinstance(one, APIRoute)]
    is_asked = {
        one.path: bool(_OF_ONE.search(one.path)) and not one.path.startswith(_OF_NOTHING_SHOWN) for one in routes
    }
    is_limited = {one.path: LimitReview in one.dependencies for one in routes}
    assert is_limited == is_asked


def test_looking_at_one_fact_after_another_is_counted_by_the_minute(make_pipeline: Callable[..., Pipeline]) -> None:
    client = _client(make_pipeline, limit_requests_per_hour=1)
    document = f"/api/v2/documents/{_upload(client, 'one')[1]['document_id']}"
    assert [client.post(f"{document}/presence").status_code for _ in range(3)] == [200] * 3
