"""A visitor of the console without a browser: signed in by a cookie, with forms that are its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import httpx
from fastapi.testclient import TestClient

from pipeline_core.api.app import create_app
from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from tests.support.two_users import ANN


@dataclass(frozen=True)
class Visitor:
    """Opens pages and posts forms; every answer is the page that it led to."""

    client: TestClient

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(path, params=params or None)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        return self.client.post(path, data={"csrf": self._csrf, **(fields or {})}, **more)

    @property
    def _csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.client.get("/realm").text)
        assert found
        return found[1]


def visit(pipeline: Pipeline, user_id: UUID = ANN, name: str = "Ann Berger") -> Visitor:
    """A visitor who is signed in over the real application."""
    client = TestClient(create_app(pipeline), base_url="http://127.0.0.1", client=("127.0.0.1", 50000))
    token = local_token(pipeline.settings.model_copy(update={"user_id": user_id, "reviewer": name}))
    assert client.post("/sign-in", data={"token": token, "return_to": "/realm"}).status_code == 200
    return Visitor(client)


def text_of(answer: httpx.Response) -> str:
    """What a person reads on a page: without marks, on one line."""
    body = answer.text.partition("<body")[2].partition(">")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
