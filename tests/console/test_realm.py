"""The realm: members, roles, other realms; who is no admin sees it and changes nothing."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from pipeline_core.bootstrap import Pipeline
from tests.console.conftest import NO_LIMITS, Console, Person
from tests.support.two_users import ANN, BOB


@pytest.fixture
def console(make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]) -> Console:
    return open_console(make_pipeline(changes={**NO_LIMITS, "user_id": ANN}))


def make_realm(ann: Person, name: str = "Claims") -> None:
    ann.page.goto("/realm")
    ann.page.get_by_label("Name of the new realm").fill(name)
    ann.page.get_by_role("button", name="Create").click()
    ann.page.get_by_role("heading", name=name, level=1).wait_for()


def add(ann: Person, user_id: object, role: str, name: str) -> None:
    ann.page.get_by_label("User's id").fill(str(user_id))
    ann.page.get_by_label("Name that others see").fill(name)
    ann.page.get_by_role("radio", name=role).check()
    ann.page.get_by_role("button", name="Add", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_admin_makes_a_realm_and_its_members(console: Console, scripts: bool) -> None:
    ann = console.sign_in(scripts=scripts)
    make_realm(ann)
    expect(ann.page.locator("#notice")).to_contain_text("you are its admin")
    add(ann, BOB, "reader", "Bob Ott")
    row = ann.page.locator("tr", has_text="Bob Ott")
    row.wait_for()
    row.get_by_label("Role of Bob Ott").select_option("reviewer")
    row.get_by_role("button", name="Change").click()
    ann.page.get_by_text("Bob Ott has the role reviewer.").wait_for()
    expect(row.get_by_label("Role of Bob Ott")).to_have_value("reviewer")
    row.get_by_role("button", name="Remove").click()
    ann.page.get_by_text("The member was removed.").wait_for()
    expect(ann.page.get_by_text("Bob Ott")).to_have_count(0)
    expect(ann.page.get_by_role("button", name="Leave")).to_be_disabled()  # the last admin stays


@pytest.mark.parametrize("scripts", [True, False])
def test_the_name_that_the_realm_has_is_shown_and_everybody_says_their_own(console: Console, scripts: bool) -> None:
    ann = console.sign_in(name="", scripts=scripts)
    make_realm(ann)
    mine = ann.page.locator("tr", has=ann.page.get_by_text("you", exact=True))
    expect(mine).to_contain_text("No name")
    mine.get_by_label("Your name").fill("Ann Berger")
    mine.get_by_role("button", name="Save").click()
    expect(ann.page.locator("#notice")).to_contain_text("You are called Ann Berger in Claims now.")
    add(ann, BOB, "reader", "Bob Ott")
    expect(ann.page.locator(".top .menu summary")).to_contain_text("Ann Berger")
    bob = console.sign_in(BOB, "bob-4711", scripts=scripts)
    bob.page.goto("/realm")
    bob.page.locator("li", has_text="Claims").get_by_role("button", name="Work here").click()
    expect(bob.page.locator(".top .menu summary")).to_contain_text("Bob Ott")
    bob.page.goto("/realm")
    expect(bob.page.locator(".naming")).to_have_count(1)
    csrf = bob.page.locator("input[name=csrf]").first.get_attribute("value") or ""
    theirs = {"csrf": csrf, "user_id": str(ANN), "name": "Eve"}
    assert bob.context.request.post("/realm/members/name", form=theirs).status == 403
    bob.page.locator(".naming summary").click()
    bob.page.get_by_label("Your name").fill("Robert Ott")
    bob.page.locator(".naming").get_by_role("button", name="Save").click()
    expect(bob.page.locator(".top .menu summary")).to_contain_text("Robert Ott")
    expect(bob.page.locator("tr", has_text="Robert Ott")).to_contain_text("reader")


def test_what_was_typed_stays_when_it_is_refused(console: Console) -> None:
    ann = console.sign_in()
    make_realm(ann)
    add(ann, "bob@example.org", "contributor", "Bob Ott")
    ann.page.get_by_text("is not the id of a user").wait_for()
    expect(ann.page.get_by_label("User's id")).to_have_value("bob@example.org")
    expect(ann.page.get_by_role("radio", name="contributor")).to_be_checked()
    ann.expected = ["422"]
    assert ann.axe() == []


def test_a_member_who_is_no_admin_sees_the_members_and_changes_nothing(console: Console) -> None:
    ann = console.sign_in()
    make_realm(ann)
    add(ann, BOB, "reader", "<b>Bob</b>")
    add(ann, uuid4(), "reviewer", "")
    bob = console.sign_in(BOB, "Bob")
    bob.page.goto("/realm")
    bob.page.locator("li", has_text="Claims").get_by_role("button", name="Work here").click()
    expect(bob.page.locator("#notice")).to_be_visible()
    bob.page.goto("/realm")
    expect(bob.page.get_by_role("heading", name="Claims", level=1)).to_be_visible()
    expect(bob.page.locator("tr", has_text="<b>Bob</b>")).to_have_count(1)
    expect(bob.page.get_by_role("button", name="Change")).to_have_count(0)
    expect(bob.page.get_by_label("User's id")).to_have_count(0)
    csrf = bob.page.locator("input[name=csrf]").first.get_attribute("value")
    tried = {"csrf": csrf or "", "user_id": str(BOB), "role": "admin"}
    assert bob.context.request.post("/realm/members", form=tried).status == 403
    bob.page.get_by_role("button", name="Leave").click()
    expect(bob.page.locator("#notice")).to_be_visible()
    bob.page.goto("/realm")
    expect(bob.page.get_by_role("heading", name="personal", level=1)).to_be_visible()
    bob.expected = ["404"]
