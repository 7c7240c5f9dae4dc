"""Whole flows, as a person goes through them: from uploading files to finding what was published."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline_core.bootstrap import Pipeline
from tests.console.conftest import NO_LIMITS, Console
from tests.support.reviewing import CONTRADICTORY, REASON, be_due
from tests.support.through import through
from tests.support.two_users import ANN

PLAIN = "# Boiler\n\nThe {name} valve of the boiler opens at {n} bar and closes again at {less} bar.\n"


@pytest.fixture
def console(make_pipeline: Callable[..., Pipeline], open_console: Callable[[Pipeline], Console]) -> Console:
    return open_console(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"}))


def upload(console: Console, page: Page, folder: Path, *, scripts: bool, **texts: str) -> None:
    """Upload by the page, and run the stages as a worker does."""
    page.goto("/documents")
    files = [folder / f"{name}.md" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text, "utf-8")
    page.locator("#files").set_input_files(files)
    if not scripts:
        page.get_by_role("button", name="Upload").click()
    expect(page.locator("#notice")).to_contain_text("taken in")
    run(console)


def run(console: Console) -> None:
    """Let the ten seconds of parked decisions be over, and run what is queued."""
    app = console.pipeline
    be_due(app)
    through(app, [row.document_id for row in app.views.jobs(app.realm_id) if row.state == "queued"])


def approve(page: Page, *, scripts: bool) -> None:
    if scripts:
        expect(page.locator("[data-key=A]")).to_be_visible()
        page.keyboard.press("Shift+A")
    else:
        page.get_by_role("link", name=re.compile("go on", re.IGNORECASE)).click()
    page.locator("main").get_by_role("button", name=re.compile("go on", re.IGNORECASE)).click()
    expect(page.locator("#notice")).to_contain_text("carried out at")


def states(console: Console) -> dict[str, tuple[str, str]]:
    rows = console.pipeline.views.jobs(console.pipeline.realm_id)
    return {row.filename: (row.state, row.stage) for row in rows}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_without_findings_an_approved_document_is_published_and_found(
    console: Console, tmp_path: Path, scripts: bool
) -> None:
    page = console.sign_in(scripts=scripts).page
    upload(console, page, tmp_path, scripts=scripts, boiler=PLAIN.format(name="safety", n=3, less=2))
    page.goto("/review")
    approve(page, scripts=scripts)
    run(console)
    assert states(console)["boiler.md"] == ("done", "ingested"), "nobody was asked a second time"
    page.goto("/search")
    page.locator("main input[name=q]").fill("When does the safety valve open?")
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("opens at 3 bar")
    page.locator("main a[href^='/facts/']").first.click()
    expect(page.locator("main")).to_contain_text("by you")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_with_critical_findings_a_document_is_returned_mended_and_overridden(
    console: Console, tmp_path: Path, scripts: bool
) -> None:
    page = console.sign_in(scripts=scripts).page
    upload(console, page, tmp_path, scripts=scripts, costs=CONTRADICTORY)
    page.goto("/review")
    approve(page, scripts=scripts)
    run(console)
    assert states(console)["costs.md"] == ("awaiting_review", "validation_review")
    page.goto("/review")
    expect(page.get_by_role("heading", name="contradicts itself")).to_be_visible()
    page.get_by_role("button", name="Return to matching").click()
    expect(page.locator("#notice")).to_contain_text("Back in matching review")
    approve(page, scripts=scripts)
    run(console)
    page.goto("/review")
    override(page, scripts=scripts)
    run(console)
    assert states(console)["costs.md"] == ("done", "ingested")
    [row] = console.pipeline.views.jobs(console.pipeline.realm_id)
    page.goto(f"/jobs/{row.job_id}")
    expect(page.locator("main")).to_contain_text(REASON)


def override(page: Page, *, scripts: bool) -> None:
    if scripts:
        expect(page.locator("[data-key=o]")).to_be_visible()
        page.keyboard.press("o")
        form = page.get_by_role("dialog")
    else:
        page.goto(page.url.partition("?")[0] + "/override")
        form = page.locator("main")
    form.locator("textarea").fill(REASON)
    form.get_by_role("button", name="Override").click()
    expect(page.locator("#notice")).to_contain_text("critical findings overridden")


def test_several_documents_in_a_row(console: Console, tmp_path: Path) -> None:
    page = console.sign_in().page
    texts = {name: PLAIN.format(name=name, n=n, less=n - 1) for n, name in enumerate(("first", "second", "third"), 4)}
    upload(console, page, tmp_path, scripts=True, **texts)
    page.goto("/review")
    seen = []
    for left in ("2 things still wait", "1 thing still waits", "Nothing else waits"):
        seen.append(page.locator("#job h1").inner_text())
        approve(page, scripts=True)
        expect(page.locator("#notice")).to_contain_text(left)
        if left != "Nothing else waits":
            sheets = page.locator("link[rel=stylesheet]").evaluate_all("all => all.map(one => one.href).join()")
            assert "review.css" in sheets
            assert "evidence.css" in sheets, "the next document comes with its own styles"
            expect(page.locator("#notice").get_by_role("button", name="Take it back")).to_be_visible()
    assert len(set(seen)) == 3
    run(console)
    assert set(states(console).values()) == {("done", "ingested")}
    page.goto("/dashboard")
    expect(page.locator("main")).to_contain_text("Nothing waits")
