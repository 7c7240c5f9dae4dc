"""Question banks in a browser: from a file that is chosen to what is imported, and near-duplicates by keys."""

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Route, expect

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.review import OfBatch, Reviewer
from tests.api.bodies import BANK
from tests.console.conftest import NO_LIMITS, Console, Person
from tests.support.two_users import ANN

THEFTS = (
    b"# Thefts\n\n**Q:** How soon must a theft be reported to the police?\n**A:** Within 48 hours.\n\n"
    b"**Q:** What is a deductible?\n**A:** The part of a loss that the member does not pay.\n"
)


@pytest.fixture
def console(make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]) -> Console:
    return open_console(make_pipeline(changes={**NO_LIMITS, "user_id": ANN}))


def upload(console: Console, ann: Person, name: str, data: bytes) -> str:
    """Choose a file and send it; returns the bank's address, once it is compared."""
    ann.page.goto("/batches")
    ann.page.get_by_label("Question bank").set_input_files({"name": name, "mimeType": "text/markdown", "buffer": data})
    ann.page.get_by_role("button", name="Upload").click()
    ann.page.wait_for_url("**/batches/*")
    list(console.pipeline.bank_queue.drain())
    ann.page.reload()
    return ann.page.url.partition("?")[0]


def current(person: Person) -> str:
    return person.page.locator("tr[data-row][aria-current] .words a").inner_text().splitlines()[0]


def test_a_bank_is_dropped_reviewed_by_keys_and_imported(console: Console) -> None:
    ann = console.sign_in()
    page = ann.page
    page.goto("/batches")
    page.get_by_text("Nothing was uploaded yet.").wait_for()
    upload(console, ann, "household.md", BANK)
    page.keyboard.press("j")
    expect(page.locator("tr.opened")).to_have_count(1)
    first = current(ann)
    page.keyboard.press("a")
    expect(page.locator("tr[data-row][aria-current] .words a")).not_to_have_text(first)
    expect(page.locator("#notice")).to_have_text("Approved.")
    page.keyboard.press("u")
    expect(page.locator("#notice")).to_contain_text("Taken back: 1 decision.")
    expect(page.locator("tr[data-row][aria-current] .words a")).to_have_text(first)
    page.locator("[data-key=e]").click()
    page.get_by_label("Answer").fill("The share of a loss that the member pays first.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tr[aria-current] .tag", has_text="edited")).to_have_count(1)
    expect(page.locator("tr.opened .edits")).to_contain_text("Edited by you")
    expect(page.locator("tr.opened .edits del")).not_to_have_count(0)
    assert ann.axe() == []

    page.locator("tr.pending input[type=checkbox]").nth(1).check()
    page.locator("tr.pending input[type=checkbox]").nth(2).check()
    expect(page.locator("[data-n]")).to_have_text("2")
    page.get_by_role("button", name="Reject them").click()
    expect(page.locator("#notice")).to_contain_text("2 questions rejected.")
    page.keyboard.press("*")
    page.get_by_role("heading", name="Approve 5 questions of household.md?").wait_for()
    expect(page.locator("main")).to_contain_text("4 of them were never opened")
    expect(page.locator(".sample li")).to_have_count(5)
    page.get_by_role("button", name="Approve 5").click()
    expect(page.locator("#notice")).to_contain_text("5 questions approved.")
    assert " ".join(page.locator(".ledger").inner_text().split()) == (
        "7 questions = 0 to decide + 5 approved + 0 imported + 2 rejected + 0 left out"
    )
    page.get_by_role("button", name="Import 5").click()
    expect(page.locator("main")).to_contain_text("What is approved is being imported")
    list(console.pipeline.bank_queue.drain())
    expect(page.locator(".ledger")).to_contain_text("5 imported")
    expect(page.locator(".page-head .tag")).to_contain_text("imported")


def test_the_page_of_a_bank_follows_its_comparison_and_its_import(console: Console) -> None:
    ann = console.sign_in()
    page = ann.page
    upload(console, ann, "thefts.md", THEFTS)
    page.goto("/batches")
    page.get_by_label("Question bank").set_input_files({"name": "b.md", "mimeType": "text/markdown", "buffer": BANK})
    with page.expect_response(lambda answer: "/live" in answer.url):
        page.get_by_role("button", name="Upload").click()
        page.wait_for_url("**/batches/*")
    expect(page.locator("main")).to_contain_text("are being compared")
    list(console.pipeline.bank_queue.drain())
    expect(page.get_by_role("link", name="2 pairs of near-duplicates to decide")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("are being compared")


def test_nothing_that_happens_between_a_page_and_its_stream_is_missed(console: Console) -> None:
    page = console.sign_in().page
    console.pipeline.staging.take_bank(BANK, "household.md", by=Reviewer(console.pipeline.realm_id))
    batch = console.pipeline.staging.batches(realm_id=console.pipeline.realm_id)[0]

    def late(route: Route) -> None:
        list(console.pipeline.bank_queue.drain())
        route.continue_()

    page.route("**/live*", late)
    page.goto(f"/batches/{batch.batch_id}")
    expect(page.locator("main")).not_to_contain_text("are being compared")


def test_what_another_decides_while_an_answer_is_on_its_way_is_shown_after_it(console: Console) -> None:
    ann = console.sign_in()
    page = ann.page
    url = upload(console, ann, "household.md", BANK)
    page.keyboard.press("j")
    expect(page.locator("tr.opened")).to_have_count(1)

    def hold(route: Route) -> None:
        answer = route.fetch()
        where = OfBatch(BatchId(UUID(url.rpartition("/")[2])))
        other = console.pipeline.review.facts(where, console.pipeline.realm_id)[-1].question_id
        with page.expect_request(lambda request: "/waiting" in request.url):
            by = Reviewer(console.pipeline.realm_id)
            console.pipeline.review.decide_facts(where, [other], QuestionStatus.REJECTED, by=by)
        route.fulfill(response=answer)

    page.route("**/decide?*", hold)
    page.keyboard.press("a")
    expect(page.locator("tr.approved")).to_have_count(1)
    expect(page.locator("tr.rejected")).to_have_count(1)


def test_a_refresh_that_comes_late_takes_no_edit_away(console: Console) -> None:
    ann = console.sign_in()
    page = ann.page
    url = upload(console, ann, "household.md", BANK)
    page.keyboard.press("j")
    expect(page.locator("tr.opened")).to_have_count(1)
    held: list[Route] = []
    page.route(
        "**/batches/*",
        lambda route: held.append(route) if route.request.headers["hx-source"] == "div#bank" else route.continue_(),
    )
    where = OfBatch(BatchId(UUID(url.rpartition("/")[2])))
    other = console.pipeline.review.facts(where, console.pipeline.realm_id)[-1].question_id
    by = Reviewer(console.pipeline.realm_id)
    console.pipeline.review.decide_facts(where, [other], QuestionStatus.REJECTED, by=by)
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.press("e")
    page.get_by_label("Answer").fill("It stays.")
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    expect(page.get_by_label("Answer")).to_have_value("It stays.")


def test_a_bank_is_reviewed_without_scripts(console: Console) -> None:
    ann = console.sign_in(scripts=False)
    upload(console, ann, "household.md", BANK)
    ann.page.locator("tr[data-row] .words a").first.click()
    ann.page.get_by_role("button", name="Approve a", exact=True).or_(
        ann.page.locator(".opened button[value=approve]")
    ).first.click()
    expect(ann.page.locator("#notice")).to_contain_text("Approved.")
    ann.page.locator("tr.pending input[type=checkbox]").first.check()
    ann.page.get_by_role("button", name="Approve them").click()
    expect(ann.page.locator("#notice")).to_contain_text("1 question approved.")
    ann.page.get_by_role("link", name="Approve all that match").click()
    ann.page.locator("main .button.primary").click()
    expect(ann.page.locator("#notice")).to_contain_text("5 questions approved.")


def test_pairs_are_decided_by_keys_and_undone(console: Console) -> None:
    ann = console.sign_in()
    page = ann.page
    upload(console, ann, "thefts.md", THEFTS)
    upload(console, ann, "household.md", BANK)
    page.get_by_role("link", name="2 pairs of near-duplicates to decide").click()
    page.wait_for_url("**/duplicates/*")
    expect(page.locator(".group-head h2")).to_have_text(["Another number 1", "A negation or an opposite 1"])
    assert (page.locator("del").all_inner_texts(), page.locator("ins").all_inner_texts()) == (["48"], ["24"])
    expect(page.locator(".differs")).not_to_contain_text("the same numbers")
    page.keyboard.press("2")
    expect(page.locator("#notice")).to_contain_text("the new one takes its place")
    expect(page.locator(".pair-row[aria-current]")).to_contain_text("deductible")
    expect(page.locator(".pair-row.done")).to_have_count(1)
    page.keyboard.press("k")
    expect(page.locator(".decided")).to_contain_text("Replace existing, decided by you")
    page.keyboard.press("u")
    expect(page.locator("#notice")).to_contain_text("Taken back: 1 decision.")
    expect(page.locator(".pair-row.done")).to_have_count(0)
    page.keyboard.press("4")
    expect(page.locator(".pair-row[aria-current]")).to_contain_text("deductible")
    page.keyboard.press("3")
    expect(page.locator("h1 + p")).to_have_text("Nothing is left to decide here.")


def test_of_two_reviewers_each_sees_what_the_other_decides(console: Console) -> None:
    ann, home = console.sign_in(), console.sign_in(name="Ann at home")
    url = upload(console, ann, "household.md", BANK)
    home.page.goto(url)
    home.page.locator("input[type=checkbox]").nth(4).check()
    ann.page.keyboard.press("j")
    ann.page.locator("tr.opened").wait_for()
    ann.page.keyboard.press("r")
    expect(home.page.locator("tr.rejected")).to_have_count(1)
    expect(home.page.locator("input[type=checkbox]").nth(4)).to_be_checked()  # what is selected stays so


def test_a_pair_stays_open_when_another_reviewer_decides_it(console: Console) -> None:
    ann, home = console.sign_in(), console.sign_in(name="Ann at home")
    upload(console, ann, "thefts.md", THEFTS)
    url = upload(console, ann, "household.md", BANK).replace("/batches/", "/duplicates/")
    for person in (ann, home):
        person.page.goto(url)
    ann.page.keyboard.press("3")
    expect(home.page.locator(".decided")).to_contain_text("Keep both, decided by you")
    expect(home.page.locator(".pair-row[aria-current]")).to_contain_text("How soon must a theft")


def test_pairs_are_decided_without_scripts_one_by_one_and_in_groups(console: Console) -> None:
    ann = console.sign_in(scripts=False)
    page = ann.page
    upload(console, ann, "thefts.md", THEFTS)
    upload(console, ann, "household.md", BANK)
    page.get_by_role("link", name="2 pairs of near-duplicates to decide").click()
    page.get_by_role("button", name="Keep both").click()
    expect(page.locator("#notice")).to_contain_text("kept beside the new one")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("Taken back")
    page.goto(page.url.partition("?")[0] + "/group?group=negation")
    page.get_by_role("button", name="They differ").click()
    expect(page.locator("#notice")).to_contain_text("1 pair decided")
    expect(page.locator(".group-head h2")).to_have_text(["Another number 1"])


def test_signs_of_markup_in_a_bank_are_read_as_they_were_written(console: Console) -> None:
    """A tag that would run code is kept as text; what is shown, edited and saved is its characters."""
    ann = console.sign_in()
    page = ann.page
    asked = b"# Web\n\n**Q:** Which tag runs code?\n**A:** The <script> tag, where A &amp; B allow it.\n"
    bank = upload(console, ann, "web.md", asked)
    again = upload(console, ann, "again.md", asked.replace(b"Which tag runs code", b"Which tag does run code"))
    shown = "The <script> tag, where A & B allow it."
    page.goto(bank)
    expect(page.locator("tr[data-row] .answer")).to_have_text(shown)
    page.locator("tr[data-row] .words a").click()
    page.locator("[data-key=e]").click()
    expect(page.get_by_label("Answer")).to_have_value(shown)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_have_text("Nothing was changed.")
    page.locator("[data-key=e]").click()
    page.get_by_label("Answer").fill("The <script>alert(1)</script> tag & [this](javascript:alert%281%29).")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tr[data-row] .answer")).to_contain_text("The <script>alert(1)")
    batch = OfBatch(BatchId(UUID(bank.rpartition("/")[2])))
    [fact] = console.pipeline.review.facts(batch, console.pipeline.realm_id)
    assert fact.answer == "The &lt;script>alert(1)&lt;/script> tag & this."
    page.goto(again.replace("/batches/", "/duplicates/"))
    expect(page.locator(".side").first).to_contain_text("<script>")
    expect(page.locator(".alikes")).not_to_contain_text("&lt;")
