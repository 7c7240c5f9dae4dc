"""The console as a program asks it: signed in by a cookie, with the proof that forms carry."""

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from pipeline_core.api.app import create_app
from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from tests.support.two_users import ANN


def signed_in(pipeline: Pipeline, user_id: UUID = ANN) -> TestClient:
    """A client with the session of this user."""
    client = TestClient(create_app(pipeline), base_url="http://127.0.0.1", client=("127.0.0.1", 50000))
    token = local_token(pipeline.settings.model_copy(update={"user_id": user_id}))
    client.post("/sign-in", data={"token": token}, follow_redirects=False)
    return client


def csrf(page: str) -> str:
    """The proof in the forms of a page."""
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def send(client: TestClient, path: str, page: str = "/documents", **fields: Any) -> str:
    """Send a form of this page; returns the page that it leads to."""
    form = {"csrf": csrf(client.get(page).text), **fields}
    answer = client.post(path, data=form)
    assert answer.status_code == 200, answer.text
    return answer.text
