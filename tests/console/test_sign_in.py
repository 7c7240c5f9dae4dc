"""Signing in and out, by a token, a one-time link and the installation's own page; what is sent without a session."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from pipeline_core.api.app import create_app
from pipeline_core.api.auth import local_token
from pipeline_core.api.console.sign_in import one_time_link
from pipeline_core.bootstrap import Pipeline
from tests.console.conftest import NO_LIMITS
from tests.support.two_users import ANN

HOST = "http://127.0.0.1"
LOGIN = "https://login.example.org/in?app=pipeline"


def anybody(pipeline: Pipeline) -> TestClient:
    return TestClient(create_app(pipeline), base_url=HOST, client=("127.0.0.1", 50000), follow_redirects=False)


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def nobody(pipeline: Pipeline) -> TestClient:
    return anybody(pipeline)


def test_a_page_leads_to_signing_in_and_back(pipeline: Pipeline, nobody: TestClient) -> None:
    asked = nobody.get("/review?phase=2")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?return_to=%2Freview%3Fphase%3D2")
    form = nobody.get(asked.headers["location"]).text
    assert 'value="/review?phase=2"' in form
    wrong = nobody.post("/sign-in", data={"token": "no token", "return_to": "/review"})
    assert wrong.status_code == 401
    assert "The token is not valid: it is no JSON web token, or not all of one." in wrong.text
    answer = nobody.post("/sign-in", data={"token": local_token(pipeline.settings), "return_to": "/review"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert nobody.get("/review").headers["location"] == "/dashboard", "nothing waits"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\tevil"])
def test_signing_in_leads_nowhere_else(pipeline: Pipeline, nobody: TestClient, elsewhere: str) -> None:
    answer = nobody.post("/sign-in", data={"token": local_token(pipeline.settings), "return_to": elsewhere})
    assert answer.headers["location"] == "/"


def test_a_link_signs_in_once(pipeline: Pipeline, nobody: TestClient) -> None:
    link = one_time_link(pipeline.settings, HOST, "/review")
    looked = nobody.head(link)
    assert (looked.status_code, looked.headers["allow"], "set-cookie" in looked.headers) == (405, "GET", False)
    assert nobody.get(link).headers["location"] == "/review"
    assert nobody.get("/waiting").text == "0"
    second = anybody(pipeline).get(link)
    assert second.status_code == 401
    assert "<h1>This link has been used, or is too old</h1>" in second.text
    assert "Each is good once. Run “pipeline console” on that machine again" in second.text
    forged = anybody(pipeline).get("/sign-in/link?ticket=x")
    assert "<h1>This link has been used, or is too old</h1>" in forged.text
    forged = anybody(pipeline).get("/sign-in/link", params={"ticket": local_token(pipeline.settings)})
    assert forged.status_code == 401, "a token of the API is no link"


def test_people_sign_in_where_the_installation_says(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "console_login_url": LOGIN})
    client = anybody(pipeline)
    away = urlsplit(client.get("/sign-in?return_to=/review").headers["location"])
    assert (away.netloc, away.path) == ("login.example.org", "/in")
    asked = parse_qs(away.query)
    assert asked["app"] == ["pipeline"]
    assert asked["return_to"] == [f"{HOST}/sign-in/return"]
    token = local_token(pipeline.settings)
    stranger = anybody(pipeline).get("/sign-in/return", params={"token": token, "state": asked["state"][0]})
    assert stranger.status_code == 401, "this browser had not asked"
    wrong = client.get("/sign-in/return", params={"token": token, "state": "another"})
    assert wrong.status_code == 401
    back = client.get("/sign-in/return", params={"token": token, "state": asked["state"][0]})
    assert back.headers["location"] == "/review"
    assert client.get("/waiting").text == "0"


def test_another_sites_form_does_nothing(pipeline: Pipeline, nobody: TestClient) -> None:
    nobody.post("/sign-in", data={"token": local_token(pipeline.settings)})
    assert nobody.post("/sign-out").status_code == 403, "no proof"
    foreign = nobody.post("/sign-in", data={"token": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert nobody.get("/waiting").text == "0", "still signed in"


def test_what_was_typed_when_the_session_ended_can_be_sent_afterwards(pipeline: Pipeline, nobody: TestClient) -> None:
    refused = nobody.post("/sign-out", data={"reason": 'an "important" <b>word</b>', "csrf": "x"})
    assert refused.status_code == 401
    assert "an &#34;important&#34; &lt;b&gt;word&lt;/b&gt;" in refused.text
    kept = '{"reason": ["an \\"important\\" <b>word</b>"]}'
    fields = {"token": local_token(pipeline.settings), "resend_to": "/sign-out", "kept": kept}
    again = nobody.post("/sign-in", data=fields)
    assert again.status_code == 200
    assert 'action="/sign-out"' in again.text
    assert "&lt;b&gt;word" in again.text
    csrf = again.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert nobody.post("/sign-out", data={"csrf": csrf}).headers["location"] == "/sign-in"


def test_static_files_are_kept_for_ever_under_their_version_only(nobody: TestClient) -> None:
    page = nobody.get("/sign-in").text
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in nobody.get(path).headers["cache-control"]
    assert nobody.get("/static/0/site.css").headers["cache-control"] == "no-cache"
    assert nobody.get("/static/0/../install.py").status_code == 404
    assert nobody.get("/static/0/vendor/htmx.LICENSE").status_code == 404
