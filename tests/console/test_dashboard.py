"""The dashboard: what waits with its reason, the phases, dead letters and what to do, and what reviewing costs."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.review import OfDocument, Reviewer
from tests.api.bodies import BANK
from tests.console.conftest import NO_LIMITS, Console
from tests.support.console import signed_in
from tests.support.reviewing import CONTRADICTORY, FIRST, SECOND, facts, park
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB

BROKEN = "%PDF-1.4\nnothing that is a page\n%%EOF"


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


def test_nothing_waits(pipeline: Pipeline) -> None:
    publish(pipeline, upload("manual.md"))
    page = signed_in(pipeline).get("/dashboard").text
    assert "Nothing waits." in page
    assert "1 document was published today." in page
    assert 'action="/documents/upload"' in page, "files can be dropped"
    assert "Nobody has decided anything in 30 days." in page


def test_what_came_to_an_end_is_drawn_and_said_by_day_and_by_hour(pipeline: Pipeline) -> None:
    publish(pipeline, upload("manual.md"))
    through(pipeline, needs_work(pipeline, receive(pipeline, upload("broken.pdf", BROKEN))))
    client = signed_in(pipeline)
    for by, columns in (("day", 7), ("hour", 24)):
        page = client.get(f"/dashboard?by={by}").text
        table = page.partition(f"by {by} (UTC)</caption>")[2].partition("</table>")[0]
        rows = re.findall(r"<td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>", table)
        assert len(rows) == page.count('class="column"') == columns
        late = rows[-2:]  # a day or an hour may have ended meanwhile
        assert [sum(int(row[n]) for row in late) for n in range(3)] == [1, 0, 1]
        assert set(rows[:-2]) == {("0", "0", "0")}
    assert client.get("/dashboard?by=month").status_code == 422


def test_what_waits_with_its_reason_the_oldest_first(pipeline: Pipeline) -> None:
    park(pipeline, "costs.md", CONTRADICTORY)
    publish(pipeline, upload("first.md", FIRST))
    park(pipeline, "second.md", SECOND)
    client = signed_in(pipeline)
    services = pipeline.for_user(pipeline.person)
    assert services.views.waiting_total([services.realm_id]) == 2
    page = client.get("/dashboard").text
    assert "2 things wait for you" in page
    assert page.index("costs.md") < page.index("Validation found 1 critical finding") < page.index("second.md")
    assert "One fact looks like a published one." in page
    oldest = page.partition('class="button primary" href="')[2].partition('"')[0]
    assert oldest.startswith("/validate/")
    assert client.get("/review", follow_redirects=False).headers["location"] == oldest
    assert client.get("/waiting").text == "2"
    assert "2 more wait now" in client.get("/dashboard/changes?total=0").text
    assert client.get("/dashboard/changes?total=2").text.strip() == ""
    assert client.get("/dashboard?order=newest").status_code == 422


def test_next_leads_through_all_that_wait_and_around(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    for n in range(3):
        park(pipeline, f"{n}.md", FIRST.replace("every loss", f"loss {n}"))
    pipeline.staging.stage_bank(BANK, "bank.md", by=Reviewer(pipeline.realm_id))
    client = signed_in(pipeline)
    services = pipeline.for_user(pipeline.person)
    waiting = [row.page for row in services.views.waiting_page([services.realm_id], limit=9)]
    assert len(waiting) == 4
    visited = [client.get("/review", follow_redirects=False).headers["location"]]
    for _ in waiting:
        after = visited[-1].rpartition("/")[2]
        visited.append(client.get(f"/review?after={after}", follow_redirects=False).headers["location"])
    assert visited == [*waiting, waiting[0]]


def test_banks_wait_too(pipeline: Pipeline) -> None:
    pipeline.staging.stage_bank(BANK, "bank.md", by=Reviewer(pipeline.realm_id))
    page = signed_in(pipeline).get("/dashboard").text
    assert "Question bank" in page
    assert "for approval." in page


def test_a_dead_letter_says_what_happened_and_is_retried(pipeline: Pipeline) -> None:
    through(pipeline, needs_work(pipeline, receive(pipeline, upload("broken.pdf", BROKEN))))
    client = signed_in(pipeline)
    page = client.get("/dashboard").text
    [row] = pipeline.views.jobs(ANN)
    assert row.last_error is not None
    assert row.last_error["message"] in page
    form = {"csrf": page.partition('name="csrf" value="')[2].partition('"')[0], "return_to": "/dashboard"}
    after = client.post(f"/jobs/{row.job_id}/retry", data=form)
    assert after.url.path == "/dashboard"
    assert "It is queued again" in after.text
    assert pipeline.views.jobs(ANN)[0].state == "queued"
    again = client.post(f"/jobs/{row.job_id}/retry", data={**form, "return_to": "//evil.example"})
    assert again.status_code == 409, "it is not dead any more"


def test_what_reviewing_costs(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    where = OfDocument(park(pipeline))
    for fact in facts(pipeline, where.document_id)[:3]:
        services = pipeline.for_user(pipeline.person)
        services.review.decide_facts(where, [fact.question_id], QuestionStatus.APPROVED, by=services.reviewer)
    page = signed_in(pipeline).get("/dashboard").text
    assert '<dt>Decisions</dt><dd class="num">3</dd>' in page
    assert "By how certain they seemed" in page
    assert page.count("100 %") >= 3
    assert "Nobody has decided anything" in signed_in(pipeline, BOB).get("/dashboard").text


# --- in a browser ----------------------------------------------------------------------------------------------------


def test_the_oldest_by_one_key_and_numbers_that_move(console: Console) -> None:
    app = console.pipeline
    park(app)
    person = console.sign_in()
    page = person.page
    page.goto("/dashboard")
    expect(page.locator(".funnel li").nth(2)).to_contain_text("1")
    park(app, "costs.md", CONTRADICTORY)
    expect(page.locator("#changed")).to_contain_text("1 more waits now")
    expect(page.locator("#waits tbody tr")).to_have_count(1)
    expect(page.locator(".funnel li").nth(2)).to_contain_text("2")
    page.locator("#changed a").click()
    expect(page.locator("#waits tbody tr")).to_have_count(2)
    page.keyboard.press("n")
    page.wait_for_url("**/review-matching/*")
