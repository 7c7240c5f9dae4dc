"""Search, a fact walked back, and pages with the places of facts, in a browser and without one."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote
from uuid import UUID

import pytest
from playwright.sync_api import expect

from pipeline_core.api.auth import local_token
from pipeline_core.api.console.pages.search import highlighted
from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.connection import connect
from pipeline_core.services.intake import Upload
from tests.console.conftest import NO_LIMITS, Console
from tests.samples.pdfs import pdf, text
from tests.support.console import signed_in
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB

FIRST = (
    "The boiler must be serviced once every 12 months by an engineer.",
    "The pressure relief valve opens at 3 bar and protects the vessel.",
)
SECOND = ("Members of staff must switch the boiler off before they clean the burner.",)
HOSTILE = '<img src=x onerror=alert(1)><div hx-get="/evil" hx-trigger="load">'
HOSTILE_TEXT = f"""# {HOSTILE}

The valve {HOSTILE} must be opened every 3 weeks, says [the maker](javascript:alert(1)) of ![it](https://example.org/t.png).
"""


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def document(pipeline: Pipeline) -> str:
    """A published PDF of two pages."""
    [document_id] = publish(
        pipeline, Upload("manual.pdf", pdf(text("Boiler manual", *FIRST), text("Operation", *SECOND)), None)
    )
    return str(document_id)


def fact_of(pipeline: Pipeline, document_id: str, words: str) -> str:
    services = pipeline.for_user(ANN)
    with services.open_uow() as uow:
        from pipeline_core.domain.ids import DocumentId
        from pipeline_core.domain.review import OfDocument

        facts = uow.reviews.facts(OfDocument(DocumentId(UUID(document_id))))
    return str(next(fact.question_id for fact in facts if words in fact.quote))


def test_pages_are_pictures_for_members_only(pipeline: Pipeline, document: str) -> None:
    ann, bob = signed_in(pipeline), signed_in(pipeline, BOB)
    for path in (f"/documents/{document}/pages/1.webp", f"/documents/{document}/pages/2.small.webp"):
        shown = ann.get(path)
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
        again = ann.get(path, headers={"If-None-Match": shown.headers["etag"]})
        assert again.status_code == 304
        assert bob.get(path, headers={"If-None-Match": shown.headers["etag"]}).status_code == 404
    assert ann.get(f"/documents/{document}/pages/3.webp").status_code == 404
    original = ann.get(f"/documents/{document}/original/manual.pdf")
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.content.startswith(b"%PDF")
    assert bob.get(f"/documents/{document}/original/manual.pdf").status_code == 404


def test_a_page_leads_to_each_of_its_facts(pipeline: Pipeline, document: str) -> None:
    page = signed_in(pipeline).get(f"/documents/{document}/pages/1").text
    for line in FIRST:
        assert page.count(f'href="/facts/{fact_of(pipeline, document, line)}"') == 2, "a row, and a box"
    assert fact_of(pipeline, document, SECOND[0]) not in page


def test_a_fact_is_walked_back(pipeline: Pipeline, document: str) -> None:
    page = signed_in(pipeline).get(f"/facts/{fact_of(pipeline, document, FIRST[0])}").text
    assert "No person was asked: confidence 0." in page
    assert page.count('<rect class="mark"') == 1
    assert page.count('<rect class="other approved"') == 1
    assert f'aria-label="Page 1 with the quote marked: {FIRST[0]}"' in page
    for opened in (f"/documents/{document}/pages/1", "/jobs/", f"/documents/{document}/original/manual.pdf"):
        assert f'href="{opened}' in page
    assert signed_in(pipeline, BOB).get(f"/facts/{fact_of(pipeline, document, FIRST[0])}").status_code == 404


@pytest.mark.parametrize("name", ["manual.pdf", "manual.md"])
def test_a_published_fact_that_is_staged_no_more_has_its_evidence(pipeline: Pipeline, name: str) -> None:
    data = (
        pdf(text("Boiler manual", *FIRST))
        if name.endswith("pdf")
        else "\n\n".join(["# Boiler manual", *FIRST]).encode()
    )
    [document_id] = publish(pipeline, Upload(name, data, None))
    fact = fact_of(pipeline, str(document_id), FIRST[0])
    ann = signed_in(pipeline)
    before = ann.get(f"/facts/{fact}").text.partition('aria-label="Source"')[2]
    with connect(pipeline.database_url) as connection:  # as another generator does that does not find it any more
        for table in ("staged_questions", "staged_chunks"):
            connection.execute(f"DELETE FROM upload_pipeline.{table} WHERE document_id = %s", [document_id])
    after = ann.get(f"/facts/{fact}").text.partition('aria-label="Source"')[2]
    shown = {"manual.pdf": '<rect class="mark"', "manual.md": f"<mark>{FIRST[0]}</mark>"}[name]
    assert before.count(shown) == after.count(shown) == 1


def test_every_step_back_opens(pipeline: Pipeline, document: str) -> None:
    ann = signed_in(pipeline)
    page = ann.get(f"/facts/{fact_of(pipeline, document, FIRST[0])}").text
    way = page.partition('<ol class="way')[2].partition("</ol>")[0]
    links = re.findall(r'<a href="([^"]+)"', way)
    assert len(links) == 5
    assert {link: ann.get(unescape(link)).status_code for link in links} == dict.fromkeys(links, 200)


def test_search_shows_quotes_on_their_page(pipeline: Pipeline, document: str) -> None:
    ann = signed_in(pipeline)
    samples = ann.get("/search").text
    found = ann.get("/search", params={"q": "When does the pressure relief valve open?"}).text
    assert f'href="/facts/{fact_of(pipeline, document, FIRST[1])}"' in found
    assert "<mark>pressure</mark>" in found
    assert '<rect class="mark"' in found
    assert "The answer is the quote itself, letter for letter, on page 1" in found
    assert "Ask what your documents say" in samples
    assert samples.count('href="/search?q=') == 2
    assert "Nothing published answers this" in ann.get("/search?q=giraffes+of+Kenya").text


def test_search_without_anything_published_says_so(pipeline: Pipeline) -> None:
    assert "Nothing is published yet" in signed_in(pipeline).get("/search").text


def test_what_a_document_says_is_text(pipeline: Pipeline) -> None:
    [document_id] = publish(pipeline, upload("<b>x.md", HOSTILE_TEXT))
    ann = signed_in(pipeline)
    fact_id = fact_of(pipeline, str(document_id), "every 3 weeks")
    for path in (
        f"/facts/{fact_id}",
        f"/search?q={quote('valve opened every 3 weeks')}",
        f"/search?q={quote(HOSTILE)}",
    ):
        page = ann.get(path).text
        assert "<img src=x" not in page
        assert '<div hx-get="/evil"' not in page
        assert "javascript:alert" not in page.replace('title="javascript:', "")
        assert 'src="https://example.org' not in page


def test_what_a_reviewer_says_is_text(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    received = receive(pipeline, upload())
    through(pipeline, needs_work(pipeline, received))
    [document_id] = received.documents
    fact_id = fact_of(pipeline, str(document_id), "3 bar")
    ann = signed_in(pipeline)
    token = local_token(pipeline.settings)
    said = {"status": "rejected", "reviewer": HOSTILE, "reason": HOSTILE}
    address = f"/api/v2/documents/{document_id}/facts/{fact_id}"
    assert ann.patch(address, json=said, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    page = ann.get(f"/facts/{fact_id}").text
    assert "Rejected by &lt;img src=x" in page
    assert "<img src=x" not in page
    assert '<div hx-get="/evil"' not in page


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("Two deductibles never apply.", "which deductible applies", "Two <mark>deductibles</mark> never apply."),
        ("The valve & <b>", "the valve", "The <mark>valve</mark> &amp; &lt;b&gt;"),
        ("nothing", "", "nothing"),
    ],
)
def test_words_that_were_asked_for_are_marked(text: str, asked: str, marked: str) -> None:
    assert str(highlighted(text, asked)) == marked


def test_a_browser_walks_from_an_answer_to_its_page(
    pipeline: Pipeline, document: str, open_console: Callable[[Pipeline], Console]
) -> None:
    person = open_console(pipeline).sign_in()
    page = person.page
    page.goto("/search?q=When does the pressure relief valve open?")
    expect(page.locator(".crop .mark")).to_have_count(1)
    page.locator(".answer a").first.click()
    page.wait_for_url("**/facts/*")
    expect(page.locator(".page-image .mark")).to_have_count(1)
    other = page.locator(".page-image a")
    expect(other).to_have_count(1)
    other.locator("rect").first.click(force=True)
    page.wait_for_url(f"**/facts/{fact_of(pipeline, document, FIRST[0])}")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.locator("#question").fill("boiler engineer")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=boiler+engineer*")
    page.locator(".answer a").first.wait_for()
    page.locator(".answer a").first.click()
    page.get_by_role("link", name="Open page 1 with all its facts").click()
    page.wait_for_url("**/pages/1")
    expect(page.locator(".page-image a")).to_have_count(2)


def test_everything_works_without_scripts(
    pipeline: Pipeline, document: str, open_console: Callable[[Pipeline], Console]
) -> None:
    page = open_console(pipeline).sign_in(scripts=False).page
    page.goto("/search")
    page.locator("#question").fill("relief valve")
    page.get_by_role("button", name="Search").click()
    page.locator(".answer a").first.click()
    expect(page.locator(".page-image .mark")).to_have_count(1)


def test_the_page_beside_a_fact_shows_its_mark(
    make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]
) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    lines = [f"The valve number {n} opens at {n} bar and protects vessel number {n}." for n in range(1, 40)]
    received = receive(
        pipeline, Upload("valves.pdf", pdf(text("Valves", *lines), text("Pumps", "Each pump has two motors.")), None)
    )
    through(pipeline, needs_work(pipeline, received))
    [document_id] = received.documents
    fact_id = fact_of(pipeline, str(document_id), "number 38")
    [job] = pipeline.views.jobs(pipeline.realm_id)
    page = open_console(pipeline).sign_in().page
    page.goto(f"/review-matching/{job.job_id}?fact={fact_id}")
    mark = page.locator(".sheet .mark").first.bounding_box()
    assert mark is not None
    assert 0 < mark["y"] < 800

    # the pages about it are drawn in the same place, by keys
    page.keyboard.press("]")
    expect(page.locator("#page-now")).to_have_text("Page 2")
    expect(page.locator(".sheet .page-image")).to_have_attribute("aria-label", "Page 2 with the places of its facts")
    expect(page.locator("#fact .answer")).to_contain_text("number 38")
    page.keyboard.press("[")
    expect(page.locator("#page-now")).to_have_text("Page 1")
    expect(page.locator(".sheet .mark")).not_to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_mark_is_shown_at_twice_the_size(
    make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console], scripts: bool
) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    lines = ["The left valve opens at 3 bar.", *FIRST, "The boiler and its pumps have been tested by the maker." * 2]
    through(pipeline, needs_work(pipeline, receive(pipeline, Upload("valves.pdf", pdf(text("Valves", *lines)), None))))
    [job] = pipeline.views.jobs(pipeline.realm_id)
    fact_id = fact_of(pipeline, str(job.document_id), "left valve")
    page = open_console(pipeline).sign_in(scripts=scripts).page

    def width() -> float:
        box = page.locator(".page-image .mark").first.bounding_box()
        assert box
        return box["width"]

    for address, place in (
        (f"/review-matching/{job.job_id}?fact={fact_id}", "#source"),
        (f"/facts/{fact_id}", ".drawn"),
    ):
        page.goto(address)
        before = width()
        link, back = (page.locator(place).get_by_role("link", name=name) for name in ("Larger", "Whole page"))
        if scripts:
            page.keyboard.press("z")
        else:
            link.click()
        expect(back).to_be_visible()
        assert width() == pytest.approx(2 * before, rel=0.03)
        expect(page.locator(".page-image .mark").first).to_be_in_viewport(ratio=1)
        back.click()
        expect(link).to_be_visible()
        assert width() == pytest.approx(before, rel=0.03)
