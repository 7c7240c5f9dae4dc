"""Matching review in a browser: keys decide and go on, all can be taken back, and two reviewers see each other."""

import re
from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.review import OfDocument, Reviewer
from pipeline_core.review.decisions import Decision
from tests.console.conftest import Console
from tests.support.reviewing import CONTRADICTORY, ask, facts, near_duplicate, park, state
from tests.support.through import through
from tests.support.two_users import BOB

TEXT = "# Boiler manual\n\n" + "\n\n".join(
    f"The {name} valve of the boiler opens at {n} bar and closes again at {n - 1} bar."
    for n, name in enumerate(("safety", "outer", "inner", "relief"), 3)
)


def open_document(console: Console, document_id: DocumentId, page: Page, query: str = "") -> None:
    [row] = console.pipeline.views.jobs(console.pipeline.realm_id, document_ids=[document_id])
    page.goto(f"/review-matching/{row['job_id']}{query}")


def statuses(console: Console, document_id: DocumentId) -> list[str]:
    return [fact.status for fact in facts(console.pipeline, document_id)]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_facts_are_decided_one_after_the_other_and_the_document_goes_on(console: Console, scripts: bool) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    person = console.sign_in(scripts=scripts)
    page = person.page
    open_document(console, document_id, page, "?order=page")
    count = len(facts(console.pipeline, document_id))
    assert count >= 3
    expect(page.locator("#list [data-row]")).to_have_count(count)
    first = page.locator("#fact .answer").inner_text()

    def press(key: str, name: str) -> None:
        if scripts:
            page.keyboard.press(key)
        else:
            page.locator("#fact").get_by_role("button", name=name).click()

    press("a", "Approve")
    expect(page.locator("#fact .answer")).not_to_have_text(first)
    press("r", "Reject")
    expect(page.locator("#list .row.rejected")).to_have_count(1)
    assert sorted(statuses(console, document_id))[:2] == ["approved", "pending"]
    press("u", "Undo")
    expect(page.locator("#list .row.rejected")).to_have_count(0)
    expect(page.locator("#list .row.approved")).to_have_count(1)
    if scripts:
        page.keyboard.press("Shift+A")
    else:
        page.get_by_role("link", name="Approve the rest and go on").click()
    page.get_by_role("button", name="and go on").click()
    expect(page.locator("#notice")).to_contain_text("approved, carried out at")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#notice")).to_contain_text("taken back")
    assert state(console.pipeline, document_id) == ("awaiting_review", "matching_review")


@pytest.mark.parametrize("width", [1440, 1280, 1180])
def test_one_row_holds_the_decisions_one_the_order_and_one_a_fact_of_no_question(console: Console, width: int) -> None:
    text = "# Rules\n\nStaff must lock every door at night.\n\nVisitors must sign the book at the desk.\n"
    document_id = park(console.pipeline, "rules.md", text)
    park(console.pipeline, "twin.md", f"{text}\nThe desk is closed.\n")
    page = console.sign_in().page
    page.set_viewport_size({"width": width, "height": 900})
    open_document(console, document_id, page, "?order=unsure")
    assert page.locator(".order").evaluate("e => e.scrollWidth <= e.clientWidth"), "the control of the order is whole"
    expect(page.locator(".order")).to_have_text("Least certain first")
    at = page.locator(".decide .button").evaluate_all("all => all.map(e => [e.innerText, e.offsetWidth, e.offsetTop])")
    assert len({top for _, _, top in at}) == 1, at
    rows = page.locator("#list .row:not([aria-current]):has(.q:empty):has(.tag)")
    assert rows.count(), page.locator("#list").inner_html()
    heights = rows.first.evaluate("e => [e.offsetHeight, e.querySelector('.a').offsetHeight]")
    assert heights[0] < 1.9 * heights[1], "the tags stand in the one line of the row"


def test_keys_walk_the_list_and_say_what_they_do(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in().page
    open_document(console, document_id, page, "?order=page")
    current = page.locator("#list [data-row][aria-current]")
    answer = page.locator("#fact .answer")
    second = page.locator("#list [data-row] .a").nth(1).inner_text()
    page.keyboard.press("j")
    expect(answer).to_have_text(second)
    expect(current).to_have_count(1)
    page.keyboard.press("k")
    expect(answer).not_to_have_text(second)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("It is published with the document")
    page.keyboard.press("Escape")

    # one press leaves an edit; what is typed is not lost without a question
    statement = page.get_by_label("Statement")
    page.keyboard.press("e")
    expect(statement).to_be_focused()
    page.keyboard.press("Escape")
    expect(statement).to_have_count(0)
    page.keyboard.press("e")
    statement.fill("My own words.")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    statement.blur()
    page.keyboard.press("j")
    expect(statement).to_have_value("My own words.")
    assert asked == ["What you typed is not saved. Leave it?"]
    page.once("dialog", lambda dialog: dialog.accept())
    statement.press("Escape")
    expect(statement).to_have_count(0)

    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page).to_have_url(re.compile("/review-matching/"))


def test_a_pair_is_decided_by_one_key(console: Console) -> None:
    document_id = near_duplicate(console.pipeline)
    page = console.sign_in().page
    open_document(console, document_id, page)
    expect(page.locator(".alikes del")).to_have_text("every")
    expect(page.locator(".alikes ins")).to_have_text("each")
    expect(page.locator(".choice[data-key='1']")).to_contain_text("Keep the earlier one")
    expect(page.locator("#job")).to_contain_text("Decide the near-duplicate first")
    page.keyboard.press("Shift+A")
    expect(page).to_have_url(re.compile(f"fact={facts(console.pipeline, document_id)[0].question_id}"))
    page.keyboard.press("1")
    expect(page.locator("#list")).to_contain_text("1 left out")
    page.keyboard.press("u")
    expect(page.locator(".choice[data-key='1']")).to_be_visible()
    assert statuses(console, document_id) == ["pending"]


def test_an_edit_that_comes_too_late_keeps_what_was_typed(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    ann, ben = console.sign_in(), console.sign_in(name="Ben Osei")
    for one in (ann, ben):
        open_document(console, document_id, one.page, "?order=page")
    ann.page.keyboard.press("e")
    ann.page.get_by_label("Statement").fill("My own words about the valve.")
    ben.page.keyboard.press("r")
    expect(ben.page.locator("#list .row.rejected")).to_have_count(1)
    ann.expected.append("409")
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.locator(".problem")).to_contain_text("You rejected it already")
    expect(ann.page.get_by_label("Statement")).to_have_value("My own words about the valve.")
    assert "My own words" not in str(facts(console.pipeline, document_id))


def test_an_edited_fact_shows_what_it_said_before(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    person = console.sign_in()
    person.expected.append("status of 422")
    page = person.page
    open_document(console, document_id, page, "?order=page")
    page.keyboard.press("e")
    statement = page.get_by_label("Statement")
    before = statement.input_value()
    assert "opens at 3 bar" in before
    page.get_by_label("Answer").fill("3 bar")
    page.get_by_label("Question").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("” would have an answer and no question: it needs both or neither.")
    expect(page.locator("#notice")).to_contain_text("Fill in the field “Question” too, or empty both.")
    page.get_by_label("Answer").fill("")
    statement.fill(before.replace("opens at 3 bar", "opens at 33 bar"))
    page.get_by_label("Why").fill("A slip")
    page.get_by_role("button", name="Save").click()
    edits = page.locator("#fact .edits")
    expect(edits.locator("del")).to_have_text(["3"])
    expect(edits.locator("ins")).to_have_text(["33"])
    expect(edits).to_contain_text("Edited by you")
    expect(edits).to_contain_text("“A slip”")
    page.keyboard.press("u")
    expect(edits).to_have_count(0)


def test_a_session_that_ends_during_an_edit_loses_nothing(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    ann = console.sign_in()
    open_document(console, document_id, ann.page)
    ann.page.keyboard.press("e")
    ann.page.get_by_label("Statement").fill("My own words about the valve.")
    kept = ann.context.cookies()
    ann.context.clear_cookies(name="pipeline-session")
    ann.expected.append("401")
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.locator("#notice")).to_contain_text("Nothing that you typed is lost")
    expect(ann.page.get_by_label("Statement")).to_have_value("My own words about the valve.")
    ann.context.add_cookies(kept)  # type: ignore[arg-type]
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.locator("#notice")).to_contain_text("Edited")
    assert "My own words" in str(facts(console.pipeline, document_id))


def test_two_reviewers_see_each_other_and_what_the_other_decides(team_console: Callable[[Role], Console]) -> None:
    console = team_console(Role.REVIEWER)
    document_id = park(console.pipeline, "boiler.md", TEXT)
    bob, ann = console.sign_in(BOB, "Bob Osei"), console.sign_in()
    for one in (bob, ann):
        open_document(console, document_id, one.page, "?order=page")
    expect(ann.page.locator("#people")).to_contain_text("Bob Osei")
    bob.page.keyboard.press("r")
    expect(bob.page.locator("#list .row.rejected")).to_have_count(1)
    expect(ann.page.locator("#list .row.rejected")).to_have_count(1)
    expect(ann.page.locator("#list .row.rejected .face.other")).to_be_visible()
    expect(ann.page.locator("#fact .standing")).to_contain_text("Rejected by Bob Osei")  # it was open before both
    expect(bob.page.locator("#people")).to_contain_text("Ann Berger")
    # who has decided a fact and looks at it again is shown once
    bob.page.locator("#list .row.rejected a").click()
    expect(bob.page.locator("#list .row.rejected[aria-current]")).to_have_count(1)
    ann.page.reload()
    expect(ann.page.locator("#list .row.rejected .face.other")).to_have_count(1)

    # while the whole document is on its way, nothing of it has keys; taken back, all of it has them again
    expect(ann.page.locator("[data-key='r']")).to_be_visible()
    bob.page.goto(bob.page.url.replace("?", "/approve?"))
    bob.page.get_by_role("button", name="and go on").click()
    expect(ann.page.locator("#job")).to_contain_text("Bob Osei decided “approve”")
    expect(ann.page.locator("[data-key='r']")).to_have_count(0)
    expect(ann.page.locator(".decide")).to_contain_text("A decision about the document is on its way.")
    ann.page.keyboard.press("u")
    expect(ann.page.locator("[data-key='r']")).to_be_visible()


def test_who_may_not_decide_is_told_so(team_console: Callable[[Role], Console]) -> None:
    console = team_console(Role.READER)
    document_id = park(console.pipeline, "boiler.md", TEXT)
    bob = console.sign_in(BOB, "Bob Osei")
    open_document(console, document_id, bob.page)
    expect(bob.page.locator(".decide")).to_contain_text("You are a reader in team: reviewers decide.")
    expect(bob.page.locator("#fact button")).to_have_count(0)
    path = bob.page.url.partition("?")[0]
    form = {"csrf": bob.page.locator("input[name=csrf]").first.input_value(), "version": "1"}
    assert bob.context.request.post(f"{path}/approve", form=form).status == 403
    stranger = console.sign_in(UUID(int=7), "Eve")
    stranger.expected.append("404")
    answer = stranger.page.goto(path)
    assert answer is not None
    assert answer.status == 404


@pytest.mark.parametrize("key", ["j", "e"])
def test_what_happens_while_a_fact_is_asked_for_is_shown_after_it(console: Console, key: str) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in().page
    open_document(console, document_id, page, "?order=page")
    second = facts(console.pipeline, document_id)[1].question_id

    def hold(route: Route) -> None:
        answer = route.fetch()
        where, by = OfDocument(document_id), Reviewer(console.pipeline.realm_id)
        console.pipeline.review.decide_facts(where, [second], QuestionStatus.REJECTED, by=by)
        # the list does not wait for the fact: once it shows the decision, this has been heard
        expect(page.locator("#list .row.rejected")).to_have_count(1)
        route.fulfill(response=answer)

    page.route(f"**/*fact={second}" if key == "j" else "**/*edit=true", hold, times=1)
    page.keyboard.press(key)
    expect(page.locator("#list .row.rejected")).to_have_count(1)
    if key == "j":
        expect(page.locator("#fact .standing")).to_contain_text("Rejected")
    else:
        page.wait_for_timeout(500)
        expect(page.locator("#fact form.editing")).to_be_visible()


def test_a_refresh_that_failed_is_asked_for_again(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    person = console.sign_in()
    open_document(console, document_id, person.page, "?order=page")
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed or route.request.headers.get("hx-source") != "div#ledger":
            route.fallback()
        else:
            failed.append(route.request.url)
            route.fulfill(status=503, body="busy")

    person.page.route("**/review-matching/*", fail_once)
    where, by = OfDocument(document_id), Reviewer(console.pipeline.realm_id)
    first = facts(console.pipeline, document_id)[0].question_id
    console.pipeline.review.decide_facts(where, [first], QuestionStatus.REJECTED, by=by)
    expect(person.page.locator("#list .row.rejected")).to_have_count(1)
    assert failed
    person.expected = ["503"]


def test_a_page_hears_what_was_under_way_when_it_was_read(console: Console, database_url: str) -> None:
    """The id of its event is smaller than that of the newest which the page had read."""
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in().page
    tell = "INSERT INTO upload_pipeline.events (realm_id, type, code) VALUES (%s, 'review', 'test') RETURNING event_id"
    with psycopg.connect(database_url) as slow, psycopg.connect(database_url) as quick:
        ids = [one.execute(tell, [console.pipeline.realm_id]).fetchone() for one in (slow, quick)]
        quick.commit()
        with page.expect_response(lambda answer: "/live" in answer.url) as live:
            open_document(console, document_id, page)
        assert ids == sorted(ids)
        assert live.value.url.endswith(f"after={ids[1][0] if ids[1] else None}")
        with page.expect_request(lambda request: "/waiting" in request.url):
            slow.commit()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_missed_fact_is_added_by_marking_its_words(console: Console, scripts: bool) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in(scripts=scripts).page
    open_document(console, document_id, page)
    page.get_by_role("link", name="Missed").click()
    expect(page.locator("[data-source] .heading").first).to_be_visible()
    page.get_by_label("Statement").fill("The boiler opens at 3 bar.")
    words = page.locator(".word")
    words.get_by_text("boiler", exact=True).first.click()
    words.get_by_text("3", exact=True).first.click()
    if scripts:
        expect(page.locator("[data-marked]")).to_have_text("boiler opens at 3")
    expect(page.get_by_label("Statement")).to_have_value("The boiler opens at 3 bar.")
    page.get_by_role("button", name="Add and approve it").click()
    expect(page.locator("#notice")).to_contain_text("added and approved")
    [added] = [fact for fact in facts(console.pipeline, document_id) if fact.added_by]
    assert (added.statement, added.quote) == ("The boiler opens at 3 bar.", "boiler opens at 3")
    assert added.status == "approved"


def test_words_that_are_no_evidence_are_refused_and_what_was_typed_stays(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    person = console.sign_in()
    page = person.page
    open_document(console, document_id, page)
    page.keyboard.press("m")
    expect(page.locator(".word").nth(4)).to_be_visible()
    page.evaluate(
        "() => { const words = document.querySelectorAll('.word'); const range = document.createRange();"
        " range.setStartBefore(words[2]); range.setEndAfter(words[4]); getSelection().addRange(range); }"
    )
    expect(page.locator(".word.own")).to_have_count(3)
    expect(page.locator(".word :checked")).to_have_count(2)
    page.get_by_label("Question").fill("What opens?")
    person.expected.append("422")
    page.get_by_role("button", name="Add and approve it").click()
    expect(page.locator(".problem")).to_contain_text("no answer")
    expect(page.get_by_label("Question")).to_have_value("What opens?")
    expect(page.locator(".word.own")).to_have_count(3)
    page.locator(".word").first.dblclick()
    expect(page.locator(".word.own")).to_have_count(1)
    for number in (3, 6):
        page.locator(".word").nth(number).click()
    expect(page.locator(".word.own")).to_have_count(1)  # a third word begins anew


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_what_is_typed_of_a_missed_fact_stays_when_another_part_is_shown(console: Console, scripts: bool) -> None:
    long = "\n\n".join(f"## Part {n}\n\nThe valve {n} opens at **{n} bar**. {TEXT}" * 12 for n in range(1, 4))
    document_id = park(console.pipeline, "long.md", long)
    page = console.sign_in(scripts=scripts).page
    open_document(console, document_id, page)
    page.goto(page.url.partition("?")[0] + "/missed")
    expect(page.locator("h1 + p")).to_contain_text("part 1 of")
    page.get_by_label("Statement").fill("It opens.")
    page.locator(".word").nth(3).click()
    page.get_by_role("button", name="Next part").click()
    expect(page.locator("h1 + p")).to_contain_text("part 2 of")
    expect(page.get_by_label("Statement")).to_have_value("It opens.")
    expect(page.locator(".word :checked")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_many_are_decided_after_a_look_at_some_and_taken_back_at_once(console: Console, scripts: bool) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in(scripts=scripts).page
    open_document(console, document_id, page, "?order=page")
    count = len(facts(console.pipeline, document_id))
    bar = page.locator("#bulk")
    if scripts:
        page.keyboard.press("*")
        expect(bar.get_by_text(f"All {count} listed")).to_be_visible()
        expect(bar.get_by_text("selected")).to_be_hidden()
        page.keyboard.press("*")
        expect(bar).to_be_hidden()
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(bar).to_contain_text("2 selected")
        page.keyboard.press("*")
    else:
        page.locator("input[name=all_matching]").check()
    page.get_by_role("button", name="Reject…").click()
    expect(page.locator("main")).to_contain_text("nobody has opened")
    assert set(statuses(console, document_id)) == {"pending"}
    page.get_by_role("button", name=f"Reject {count} facts").click()
    expect(page.locator("#list .row.rejected")).to_have_count(count)
    page.locator("#fact").get_by_role("button", name="Undo").click()
    expect(page.locator("#list .row.rejected")).to_have_count(0)
    assert set(statuses(console, document_id)) == {"pending"}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_list_is_searched_and_all_that_match_are_decided(console: Console, scripts: bool) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in(scripts=scripts).page
    open_document(console, document_id, page, "?order=page")
    field = page.get_by_role("searchbox", name="Find in this list")
    if scripts:
        page.keyboard.press("/")
        expect(field).to_be_focused()
    field.fill("OUTER valve")
    field.press("Enter")
    expect(page.locator("#list [data-row]")).to_have_count(1)
    expect(page.locator("#list")).to_contain_text("1 found")
    expect(page.locator("#fact .answer")).to_contain_text("outer valve")
    assert "search=OUTER+valve" in page.url
    assert "order=page" in page.url
    if scripts:
        page.keyboard.press("x")
    page.locator("input[name=all_matching]").check()
    page.get_by_role("button", name="Reject…").click()
    expect(page.locator("main")).to_contain_text("all with “OUTER valve”")
    page.get_by_role("button", name="Reject 1 fact").click()
    expect(page.locator("#notice")).to_contain_text("1 fact rejected.")
    assert statuses(console, document_id).count("rejected") == 1
    assert "search=OUTER+valve" in page.url
    field.fill("giraffe")
    field.press("Enter")
    expect(page.locator("#list")).to_contain_text("No fact here has “giraffe”")
    page.get_by_role("link", name="list all again").click()
    expect(page.locator("#list [data-row]")).not_to_have_count(0)
    assert "search" not in page.url


def test_a_decision_that_did_not_arrive_is_said_and_nothing_typed_is_lost(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    person = console.sign_in()
    page = person.page
    person.expected += ["Failed to load resource", "Failed to fetch", "network error", "ERR_"]
    page.route("**/live*", lambda route: route.abort())
    open_document(console, document_id, page, "?order=page")
    expect(page.get_by_text("Not connected")).to_be_visible()
    page.unroute("**/live*")
    expect(page.get_by_text("Not connected")).to_be_hidden()
    page.keyboard.press("e")
    page.get_by_label("Statement").fill("It opens at 3 bar.")
    for answer in ("abort", "proxy"):
        page.route(
            "**/edit?*",
            lambda route, answer=answer: (
                route.abort() if answer == "abort" else route.fulfill(status=502, body="<h1>Bad Gateway</h1>")
            ),
        )
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#notice")).to_contain_text("The server did not answer.")
        expect(page.get_by_label("Statement")).to_have_value("It opens at 3 bar.")
        page.evaluate("document.querySelector('#notice').replaceChildren()")
        page.unroute("**/edit?*")
    person.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("The server did not answer.")
    person.context.set_offline(False)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_contain_text("Edited.")
    assert any(fact.statement == "It opens at 3 bar." for fact in facts(console.pipeline, document_id))


def test_thousands_of_ticks_are_read(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    ann = console.sign_in()
    open_document(console, document_id, ann.page)
    path = ann.page.url.partition("?")[0]
    sent = [("csrf", ann.page.locator("input[name=csrf]").first.input_value()), ("status", "approved")]
    sent += [("fact_id", str(fact.question_id)) for fact in facts(console.pipeline, document_id)]
    sent += [("fact_id", str(uuid4())) for _ in range(3000)]
    answer = ann.context.request.post(
        f"{path}/bulk", data=urlencode(sent), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status == 200, answer.text()
    assert "Approve 4 facts?" in answer.text()


def test_a_button_that_is_pressed_twice_decides_once(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in().page
    open_document(console, document_id, page, "?order=page")
    page.locator("#fact").get_by_role("button", name="Approve").dblclick()
    expect(page.locator("#list .row.approved")).to_have_count(1)
    expect(page.locator(".problem")).to_have_count(0)
    assert statuses(console, document_id).count("approved") == 1


def test_however_fast_keys_are_pressed_what_is_marked_is_what_is_shown(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in().page
    open_document(console, document_id, page, "?order=page")
    for key in "jjkjjk":
        page.keyboard.press(key)
    page.wait_for_timeout(1500)
    marked = page.locator("#list [data-row][aria-current]").get_attribute("id")
    assert page.locator("#fact").get_attribute("data-of") == marked
    assert marked is not None
    assert page.url.endswith(marked.removeprefix("row-"))


def test_an_answer_brings_what_the_page_has_not_got_and_its_event_brings_it_no_more(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    mine, other = console.sign_in().page, console.sign_in().page
    for page in (mine, other):
        open_document(console, document_id, page, "?order=page")
    before = mine.locator("#list [data-row]").first.evaluate("row => (row.closest('.scroll').kept = true, row.id)")
    with (
        mine.expect_response(lambda answer: answer.request.headers.get("hx-target") == "div#ledger") as of_event,
        mine.expect_response(lambda answer: answer.request.method == "POST") as decided,
    ):
        mine.keyboard.press("a")
    text = decided.value.text()
    assert f'id="{before}"' in text
    assert 'id="list"' not in text
    assert "<html" not in text
    assert of_event.value.status == 204
    assert mine.locator("#list .scroll").evaluate("list => list.kept"), "the list is the same"
    # the reviewer's other page hears of it
    expect(other.locator("#list .row.approved")).to_have_count(1)
    expect(other.locator("#ledger")).to_contain_text("1 approved")


def test_keys_in_a_row_never_lead_back_to_what_is_decided(console: Console) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    page = console.sign_in().page
    open_document(console, document_id, page, "?order=page")
    count = len(facts(console.pipeline, document_id))
    for n in range(1, count + 1):
        # an event of the decision before comes while this one is on its way
        page.wait_for_timeout(250)
        page.keyboard.press("a")
        expect(page.locator("#list .row.approved")).to_have_count(n)
        if n < count:
            expect(page.locator("#fact .standing")).to_have_text("To decide")


def test_a_returned_document_begins_with_what_validation_named(console: Console) -> None:
    document_id = park(console.pipeline, "costs.md", CONTRADICTORY)
    app = console.pipeline
    app.review.decide(document_id, ask(app, Decision.APPROVE))
    through(app, [document_id])
    app.review.decide(document_id, ask(app, Decision.RETURN))
    page = console.sign_in().page
    open_document(console, document_id, page)
    expect(page.locator("#list .group").first).to_have_text("Named by validation")
    expect(page.locator("#job .why")).to_contain_text("returned to matching review for")


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("?since=99999999999999999999", None, 422),
        ("?show=zzz", None, 422),
        ("?show=%00", None, 422),
        ("/bulk", {"status": "pending"}, 422),
        ("/decide", None, 405),
        ("/bulk", {"status": "approved"}, 422),
    ],
)
def test_what_is_no_address_or_form_is_a_page(
    console: Console, path: str, fields: dict[str, str] | None, status: int
) -> None:
    document_id = park(console.pipeline, "boiler.md", TEXT)
    ann = console.sign_in()
    open_document(console, document_id, ann.page)
    address, csrf = ann.page.url.partition("?")[0], ann.page.locator("input[name=csrf]").first.input_value()
    headers = {"Accept": "text/html"}
    send = ann.context.request
    answer = (
        send.get(address + path, headers=headers)
        if fields is None
        else send.post(address + path, form={**fields, "csrf": csrf}, headers=headers)
    )
    assert answer.status == status, answer.text()
    assert answer.headers["content-type"].startswith("text/html")


def test_another_sites_form_cannot_be_sent_again(console: Console) -> None:
    ann = console.sign_in()
    refused = ann.context.request.post("/realm/create", form={"name": "evil"}, headers={"Sec-Fetch-Site": "same-site"})
    assert refused.status == 403
    assert "Send it again" not in refused.text()
