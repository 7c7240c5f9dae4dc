"""NUL and halves of characters, which no database holds, in every text that comes in: the field is named."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from tests.support.console_pages import routes

JSON = "application/json"


def _operations(client: TestClient) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    described = client.get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            made = path
            for one in operation.get("parameters", ()):
                made = made.replace(f"{{{one['name']}}}", "1" if one["name"] == "number" else str(uuid4()))
            yield method, made, operation


def _wrong(answer: Any) -> list[str]:
    assert answer.status_code == 422, (answer.request.url, answer.text)
    return [one["where"] for one in answer.json()["errors"] if one["kind"] == "unstorable_text"]


def test_no_parameter_takes_what_cannot_be_stored(ann: TestClient) -> None:
    asked = 0
    for method, path, operation in _operations(ann):
        for one in operation.get("parameters", ()):
            if one["in"] == "query" and operation.get("security") != []:
                answer = ann.request(method, path, params={one["name"]: "a\0"})
                assert _wrong(answer) == [f"query/{one['name']}"]
                asked += 1
    assert asked > 100


def test_no_body_takes_what_cannot_be_stored(ann: TestClient) -> None:
    asked = 0
    for method, path, operation in _operations(ann):
        if JSON in operation.get("requestBody", {}).get("content", {}):
            body = b'{"reason":"\\u0000","in":{"a":["b","\\ud800"]},"c":{"\\u0000":1}}'
            answer = ann.request(method, path, content=body, headers={"Content-Type": JSON})
            assert sorted(_wrong(answer)) == ["body/c/\0", "body/in/a/1", "body/reason"]
            asked += 1
    assert asked > 15


@pytest.mark.parametrize("path", ["/api/v2/upload", "/api/upload-markdown"])
def test_no_upload_takes_a_field_that_cannot_be_stored(ann: TestClient, path: str) -> None:
    answer = ann.post(path, data={"realm": "a\0"}, files={"file": ("a.md", b"# A")})
    assert _wrong(answer) == ["body/realm"]


def test_no_page_and_no_form_takes_what_cannot_be_stored(
    api_pipeline: Pipeline, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(None)
    client.post("/sign-in", data={"token": local_token(api_pipeline.settings)})
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/dashboard").text)
    assert csrf
    for route in routes():
        path = re.sub(r"{(\w+)[^}]*}", lambda name: "1" if name[1] == "page" else str(uuid4()), route.path)
        if "GET" in route.methods:
            assert client.get(f"{path}?reason=%00").status_code == 422, path
        if "POST" in route.methods and route.body_field:
            answer = client.post(path, data={"csrf": csrf[1], "reason": "because\0"})
            assert answer.status_code == 422, path
            assert "“Why” has a character that no text may have" in answer.text, path
