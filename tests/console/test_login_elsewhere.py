"""Signing in at the installation's own page, on another origin: in a browser, from a page of ours there and back."""

import time
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pydantic import SecretStr

from pipeline_core.bootstrap import Pipeline
from tests.console.conftest import NO_LIMITS
from tests.support.login_page import LoginPage, serve_login
from tests.support.serving import served
from tests.support.two_users import ANN

SECRET = "an HS256 secret of at least 32 bytes"
ISSUER = "https://project.example/auth/v1"


def token(**changes: Any) -> str:
    claims = {"sub": str(ANN), "aud": "authenticated", "iss": ISSUER, "exp": int(time.time()) + 600, "name": "Ann Lee"}
    return jwt.encode({**claims, **changes}, SECRET, algorithm="HS256")


@pytest.fixture
def login(request: pytest.FixtureRequest) -> Iterator[LoginPage]:
    with serve_login(token, getattr(request, "param", "127.0.0.1")) as login:
        yield login


@pytest.fixture
def url(make_pipeline: Callable[..., Pipeline], login: LoginPage) -> Iterator[str]:
    jwt_settings = {"api_auth": "jwt", "jwt_issuer": ISSUER, "jwt_secret": SecretStr(SECRET)}
    changes = {**NO_LIMITS, **jwt_settings, "user_id": ANN, "console_login_url": f"{login.url}/in?app=pipeline"}
    with served(make_pipeline(changes=changes)) as url:
        yield url


@pytest.fixture
def browser(chromium: Browser, url: str) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=url)
    yield context
    context.close()


# over plain HTTP no cookie goes with the form of another site; over TLS it does
@pytest.mark.parametrize(
    ("login", "way"), [("localhost", "link"), ("127.0.0.1", "link"), ("127.0.0.1", "form")], indirect=["login"]
)
def test_a_page_leads_there_and_back_to_itself(url: str, login: LoginPage, browser: BrowserContext, way: str) -> None:
    login.way = way
    page = browser.new_page()
    page.goto("/documents?name=boiler&state=done")
    assert page.url.startswith(f"{login.url}/in?app=pipeline&")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["return_to"] == [f"{url}/sign-in/return"]
    assert len(asked["state"][0]) >= 32
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/documents?name=boiler&state=done")
    expect(page.locator("details.menu summary")).to_contain_text("Ann Lee")
    assert not page.evaluate("document.cookie"), "no script reads the session"
    answer = httpx.get(f"{url}/api/v2/jobs", headers={"Authorization": f"Bearer {login.told[-1]['token']}"})
    assert answer.status_code == 200, "the same token that the API accepts"
    page.goto(f"{url}/sign-in/return?{urlencode(login.told[-1])}")
    expect(page.get_by_role("alert")).to_contain_text("This browser did not ask to sign in")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"state": "another"}, "This browser did not ask to sign in"),
        ({"state": ""}, "This browser did not ask to sign in"),
        ({"token": token(exp=int(time.time()) - 60)}, "The token has expired"),
        ({"token": token(iss="https://evil.example")}, "The token is not valid"),
        ({"token": token(aud="another")}, "The token is not valid"),
    ],
    ids=["another state", "no state", "expired", "another issuer", "another audience"],
)
def test_what_does_not_fit_signs_nobody_in(
    url: str, login: LoginPage, browser: BrowserContext, changed: dict[str, str], says: str
) -> None:
    login.changes = changed
    page = browser.new_page()
    page.goto("/documents")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/sign-in/return?*")
    expect(page.get_by_role("alert")).to_contain_text(says)
    assert "pipeline-session" not in {cookie["name"] for cookie in browser.cookies(url)}
    page.goto("/documents")
    assert page.url.startswith(login.url), "nobody is signed in"


def test_what_was_asked_by_another_browser_signs_nobody_in(
    url: str, login: LoginPage, browser: BrowserContext, chromium: Browser
) -> None:
    asked = httpx.get(f"{url}/sign-in", params={"return_to": "/documents"})
    state = parse_qs(urlsplit(asked.headers["location"]).query)["state"][0]
    page = browser.new_page()
    page.goto(f"/sign-in/return?{urlencode({'token': token(), 'state': state})}")
    expect(page.get_by_role("alert")).to_contain_text("This browser did not ask to sign in")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_away(url: str, login: LoginPage, browser: BrowserContext, elsewhere: str) -> None:
    page = browser.new_page()
    page.goto(f"/sign-in?{urlencode({'return_to': elsewhere})}")
    assert elsewhere not in page.content()
    assert escape(elsewhere) not in page.url
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/dashboard")


def test_what_was_sent_when_the_session_ended_is_sent_after_signing_in_on_another_tab(
    url: str, login: LoginPage, browser: BrowserContext
) -> None:
    page = browser.new_page()
    page.goto("/realm")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/realm")
    browser.clear_cookies(name="pipeline-session")
    page.evaluate("document.querySelectorAll('[hx-post]').forEach((form) => form.removeAttribute('hx-post'))")
    page.get_by_placeholder("Claims").fill("Underwriters")
    page.locator("form[action='/realm/create']").evaluate("form => form.submit()")
    expect(page.get_by_role("alert")).to_contain_text("Nothing that you typed is lost")
    assert page.get_by_label("Token").count() == 0, "people have none"
    with browser.expect_page() as opened:
        page.get_by_role("link", name="sign in on another tab").click()
    opened.value.get_by_role("button", name="Sign in").click()
    opened.value.wait_for_url(f"{url}/dashboard")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator("main")).to_contain_text("Underwriters")
    expect(page.locator("h1")).to_contain_text("Underwriters")
