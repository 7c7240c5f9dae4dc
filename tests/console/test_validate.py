"""Validation review: findings with their places, return and override, and what happens to who comes too late."""

import re
import time
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import expect

from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.services.intake import Upload
from tests.console.conftest import NO_LIMITS, Console
from tests.samples.pdfs import pdf, photo, prose, text
from tests.support.reviewing import CONTRADICTORY, park
from tests.support.through import needs_work, receive, through
from tests.support.two_users import ANN, BOB

REASON = "The second amount is of next year."
OTHER = (
    "# Towing\n\nThe towing service takes 40 euros for each call at night.\n\n"
    "The towing service takes 60 euros for each call at night.\n"
)


@pytest.fixture
def console(make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]) -> Console:
    """Two documents wait in validation review, the older one first."""
    opened = open_console(make_pipeline(changes={**NO_LIMITS, "user_id": ANN}))
    park(opened.pipeline, "costs.md", CONTRADICTORY)
    park(opened.pipeline, "other.md", OTHER)
    return opened


def carry_out(pipeline: Pipeline) -> None:
    """Wait for the decisions that are parked, and carry them out."""
    until = time.monotonic() + 20
    while not pipeline.parking.carry_out_due() and time.monotonic() < until:
        time.sleep(0.2)


def test_findings_show_both_places_and_an_override_leads_to_the_next_document(console: Console) -> None:
    ann = console.sign_in()
    page = ann.page
    page.goto("/review")
    page.get_by_role("heading", name="costs.md", level=1).wait_for()
    finding = page.get_by_role("article").first
    expect(finding.get_by_role("heading")).to_have_text("The document contradicts itself.")
    places = finding.locator(".place")
    assert [("$500" in text, "$750" in text) for text in places.locator(".says").all_inner_texts()] == [
        (True, False), (False, True),
    ]  # fmt: skip
    expect(places.locator("mark.own")).to_have_text(["500", "750"])

    page.keyboard.press("o")
    dialog = page.get_by_role("dialog")
    assert dialog.locator(".named li").count() == page.locator(".finding.critical").count()
    button = dialog.get_by_role("button", name="Override")
    reason = dialog.get_by_label("Why it is published all the same")
    reason.fill("  nine chars \n ")
    expect(dialog.locator("[data-count-of]")).to_have_text("1 more character")
    expect(button).to_be_disabled()
    # counted as the server does: what has no width is no character, one beyond the first plane is one
    reason.fill("\u200b\u2060\ufeff\u00ad\U000e0041" * 3 + "eight 𝒏o")
    expect(dialog.locator("[data-count-of]")).to_have_text("3 more characters")
    expect(button).to_be_disabled()
    reason.fill(REASON)
    expect(dialog.locator("[data-count-of]")).to_have_text("Long enough")
    assert ann.axe() == []
    button.click()
    page.get_by_role("heading", name="other.md", level=1).wait_for()
    expect(page.locator("#notice")).to_contain_text("costs.md: critical findings overridden, carried out at")

    page.go_back()
    page.reload()
    expect(page.locator(".why")).to_contain_text("You decided “override”: it is carried out at")
    page.keyboard.press("u")
    expect(page.locator("#notice")).to_contain_text("The decision is taken back")
    page.keyboard.press("o")
    dialog.get_by_label("Why it is published all the same").fill(REASON)
    button.click()
    page.get_by_role("heading", name="other.md", level=1).wait_for()
    page.go_back()
    carry_out(console.pipeline)
    page.reload()
    expect(page.locator(".why")).to_contain_text("You overrode its findings on")
    expect(page.locator(".why")).to_contain_text(REASON)
    expect(page.locator(".why")).to_contain_text("Now it waits for a worker. It goes on by itself.")
    expect(page.get_by_role("link", name="See how it goes on")).to_have_attribute("href", re.compile("^/jobs/"))
    page.get_by_role("link", name="go to what waits next").click()
    page.get_by_role("heading", name="other.md", level=1).wait_for()
    page.go_back()
    expect(page.get_by_role("button", name="Override")).to_have_count(0)


def test_a_document_is_returned_to_matching_by_a_key(console: Console) -> None:
    ann = console.sign_in()
    ann.page.goto("/review")
    ann.page.keyboard.press("j")
    expect(ann.page.locator("[data-row][aria-current]")).to_have_count(1)
    ann.page.keyboard.press("b")
    ann.page.wait_for_url("**/review-matching/*")


def test_a_short_reason_is_refused_and_kept_without_scripts(console: Console) -> None:
    ann = console.sign_in(scripts=False)
    ann.page.goto("/review")
    ann.page.get_by_role("link", name="Override on a page of its own").click()
    ann.page.get_by_label("Why it is published all the same").fill("too short")
    ann.page.get_by_role("button", name="Override").click()
    ann.expected = ["422"]
    expect(ann.page.get_by_role("alert")).to_contain_text("8 characters that are not blank")
    expect(ann.page.get_by_label("Why it is published all the same")).to_have_value("too short")
    ann.page.get_by_label("Why it is published all the same").fill(REASON)
    ann.page.get_by_role("button", name="Override").click()
    expect(ann.page.get_by_role("heading", name="other.md", level=1)).to_be_visible()
    ann.page.get_by_role("button", name="Return to matching").click()
    ann.page.wait_for_url("**/review-matching/*")


def test_of_two_reviewers_the_second_is_told_who_decided(console: Console) -> None:
    ann, second = console.sign_in(), console.sign_in(name="Ann at home")
    for person in (ann, second):
        person.page.goto("/review")

    # once it is decided nothing of it has keys any more on a page that was open; taken back, it has them again
    expect(second.page.locator("[data-key='o']")).to_be_visible()
    ann.page.keyboard.press("o")
    ann.page.get_by_label("Why it is published all the same").fill(REASON)
    ann.page.get_by_role("dialog").get_by_role("button", name="Override").click()
    expect(second.page.locator("[data-key='o'], [data-key='b'], .other")).to_have_count(0)
    second.page.keyboard.press("u")
    expect(second.page.locator("[data-key='o']")).to_be_visible()

    ann.page.goto("/review")
    ann.page.get_by_role("button", name="Return to matching").click()
    ann.page.wait_for_url("**/review-matching/*")
    second.page.keyboard.press("o")
    second.page.get_by_label("Why it is published all the same").fill(REASON)
    second.page.get_by_role("dialog").get_by_role("button", name="Override").click()
    expect(second.page.get_by_role("alert")).to_contain_text("returned it to matching review")
    expect(second.page.locator("dl.kept")).to_have_text(f"Why{REASON}")  # what was typed is kept, and that alone
    second.expected = ["409"]


def test_a_reader_sees_the_findings_and_decides_nothing(console: Console) -> None:
    ann = console.sign_in()
    made = ann.context.request
    token = {"Authorization": f"Bearer {local_token(console.pipeline.settings)}"}
    realm = made.post("/api/v2/realms", data={"name": "team"}, headers=token).json()["realm_id"]
    made.put(f"/api/v2/realms/{realm}/members/{BOB}", data={"role": "reader"}, headers=token)
    file = {"name": "c.md", "mimeType": "text/markdown", "buffer": CONTRADICTORY.encode()}
    sent = made.post("/api/v2/upload", multipart={"file": file, "realm": realm}, headers=token).json()
    through(console.pipeline, [DocumentId(UUID(sent["document_id"]))])
    bob = console.sign_in(BOB, "Bob")
    bob.page.goto(f"/validate/{sent['job_id']}")
    expect(bob.page.locator(".finding.critical")).not_to_have_count(0)
    expect(bob.page.locator("main")).to_contain_text("You are a reader in team: reviewers decide.")
    expect(bob.page.get_by_role("button", name="Return to matching")).to_have_count(0)
    csrf = bob.page.locator("input[name=csrf]").first.get_attribute("value") or ""
    answer = bob.context.request.post(f"/validate/{sent['job_id']}/return", form={"csrf": csrf, "version": "0"})
    assert answer.status == 403


def test_places_in_a_pdf_are_crops_of_their_pages_and_pages_are_thumbnails(console: Console) -> None:
    file = pdf(
        text("Costs", "The annual deductible is $500 for each insured member.", *prose(6)),
        text("More costs", "The annual deductible is $750 for each insured member.", *prose(12)[6:]),
    )
    through(console.pipeline, needs_work(console.pipeline, receive(console.pipeline, Upload("costs.pdf", file, None))))
    pictures = Upload("pictures.pdf", pdf(text("Cover", *prose(3)), photo, photo, photo, photo), None)
    through(console.pipeline, needs_work(console.pipeline, receive(console.pipeline, pictures)))
    ann = console.sign_in()
    jobs = {job.filename: job for job in console.pipeline.views.jobs(console.pipeline.realm_id)}
    ann.page.goto(f"/validate/{jobs['costs.pdf'].job_id}")
    finding = ann.page.get_by_role("article").filter(has_text="contradicts itself").first
    expect(finding.locator(".crop svg")).to_have_count(2)
    assert [one.split(":")[0] for one in finding.locator(".crop svg").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label'))"
    )] == ["Page 1 with the quote marked", "Page 2 with the quote marked"]  # fmt: skip
    loaded = "all => Promise.all(all.map(one => fetch(one.getAttribute('href')).then(a => a.status)))"
    assert finding.locator(".crop image").evaluate_all(loaded) == [200, 200]
    assert ann.axe() == []
    ann.page.goto(f"/validate/{jobs['pictures.pdf'].job_id}")
    finding = ann.page.get_by_role("article").filter(has_text="no text could be read").first
    expect(finding.locator(".page-thumb img")).to_have_count(4)
    finding.get_by_role("link", name="Page 3").click()
    ann.page.wait_for_url("**/pages/3")
