"""Documents in the console: the staging editor and uploads, with a browser and without."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.console.conftest import NO_LIMITS, Console
from tests.support.console import csrf, send, signed_in
from tests.support.deep_scans import scan
from tests.support.through import publish, receive, through, upload
from tests.support.two_users import ANN

HOSTILE = '"><img src=x onerror=alert(1)>.md'


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def ann(pipeline: Pipeline) -> TestClient:
    return signed_in(pipeline)


def rooms(pipeline: Pipeline, number: int = 3) -> list[DocumentId]:
    files = [upload(f"room {n}.md", f"# Room {n}\n\nRoom {n} is locked at night.\n") for n in range(number)]
    return list(receive(pipeline, *files).documents)


def test_the_staging_editor_says_what_follows_and_takes_it_back(pipeline: Pipeline, ann: TestClient) -> None:
    ids = [str(one) for one in rooms(pipeline)]
    before = send(ann, "/documents/effect", document_id=ids[:2])
    assert "Selected</b>: 2 deep scans will be queued." in before
    after = send(ann, "/documents/status", document_id=ids[:2], status="Selected")
    assert "2 documents are Selected: 2 deep scans are queued." in after
    before = send(ann, "/documents/effect", document_id=ids)
    assert "1 deep scan will be queued" in before
    assert "2 deep scans that have not begun will be taken back" in before
    back = send(ann, "/documents/status", document_id=ids, status="Not a Fit")
    assert "3 documents are Not a Fit: 2 deep scans that had not begun were taken back." in back


def test_all_that_match_are_set_however_many_they_are(pipeline: Pipeline, ann: TestClient) -> None:
    rooms(pipeline)
    publish(pipeline, upload("other.txt", "Another room is locked at night.\n"))
    filters = "type=md"
    page = ann.get(f"/documents?{filters}&name=&status=").text
    assert "Select all 3 that match" in page
    said = send(ann, "/documents/status", all_matching="3", filters=filters, status="Archived")
    assert "3 documents are Archived." in said
    assert "other.txt" not in said, "the list is still the filtered one"
    refused = ann.post(
        "/documents/status",
        data={"csrf": csrf(page), "all_matching": "2", "filters": filters, "status": "Maybe"},
    )
    assert refused.status_code == 409
    assert "3 documents match now, not 2" in refused.text
    assert "What you typed" not in refused.text, "nothing was"


@pytest.mark.parametrize("query", ["state=dead", "phase=9", "cursor=x", "type=exe"])
def test_a_filter_that_is_none_is_refused(ann: TestClient, query: str) -> None:
    assert ann.get(f"/documents?{query}").status_code == 422


def test_more_documents_than_a_page(pipeline: Pipeline, ann: TestClient) -> None:
    rooms(pipeline, 55)
    first = ann.get("/documents").text
    assert first.count('name="document_id"') == 50
    more = first.partition('id="more"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert ann.get(more).text.count('name="document_id"') == 5


def test_files_are_taken_in_and_what_is_refused_is_named(pipeline: Pipeline, ann: TestClient) -> None:
    page = ann.get("/documents").text
    assert "No documents yet" in page
    files = [
        ("file", ("good.md", b"# Good\n\nGood rooms are locked at night.\n")),
        ("file", (HOSTILE, b"# Bad\n\nBad rooms are never locked.\n")),
        ("file", ("empty.md", b"")),
        ("file", ("program.exe", b"MZ\x90\x00\x03" + bytes(100))),
    ]
    answer = ann.post("/documents/upload", data={"csrf": csrf(page)}, files=files)
    assert answer.status_code == 200
    assert re.search(r'Refused</span> <b>empty\.md</b> <span class="quiet">[A-Z]', answer.text)
    assert "<b>program.exe</b>" in answer.text
    assert "<img" not in answer.text
    assert {row.filename for row in pipeline.views.jobs(ANN)} >= {"good.md"}
    assert len(pipeline.views.jobs(ANN)) == 2
    again = ann.post("/documents/upload", data={"csrf": csrf(page)}, files=files[:1])
    assert "1 file was there already." in again.text
    none = ann.post("/documents/upload", data={"csrf": csrf(page)}, files=[("file", ("", b""))])
    assert none.status_code == 422


def test_options_go_with_the_files_and_say_what_a_known_one_keeps(pipeline: Pipeline, ann: TestClient) -> None:
    page = ann.get("/documents").text
    assert "<summary>Options</summary>" in page
    files = [("file", ("good.md", b"# Good\n\nGood rooms are locked at night.\n"))]
    chosen = {"workflow": "manual", "profile": "", "priority": "-50", "publish_from": "", "tags": "rooms, night"}
    ann.post("/documents/upload", data={"csrf": csrf(page), **chosen}, files=files)
    [row] = pipeline.views.jobs(ANN)
    assert (row.workflow, row.profile, row.priority, row.tags) == ("manual", "standard", -50, ["night", "rooms"])
    assert "manual workflow · priority -50" in ann.get(f"/jobs/{row.job_id}").text
    known = ann.post("/documents/upload", data={"csrf": csrf(page), "profile": "deep"}, files=files).text
    assert "Some files are there already, and keep what they have" in known
    assert "It keeps its profile: it was taken in with the profile standard." in known
    wrong = ann.post("/documents/upload", data={"csrf": csrf(page), "publish_from": "2"}, files=files)
    assert wrong.status_code == 422
    assert "Publish from" in wrong.text


@dataclass(frozen=True)
class Drag:
    """Files on their way over a page, as the operating system brings them: the browser's events are its own."""

    page: Page
    files: Sequence[Path]

    def drop(self, on: str) -> None:
        box = self.page.locator(on).bounding_box()
        assert box
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(file) for file in self.files], "dragOperationsMask": 1}
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


# --- in a browser ----------------------------------------------------------------------------------------------------


def checked(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}").check()


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_staging_editor_to_a_deep_scan_and_back(console: Console, scripts: bool) -> None:
    app = console.pipeline
    publish(app, upload("a.md"))
    ids = rooms(app, 2)
    page = console.sign_in(scripts=scripts).page
    page.goto("/documents")
    bar = page.locator("#selection")
    expect(bar).to_be_visible(visible=not scripts)
    checked(page, "room 0.md", "room 1.md")
    expect(bar).to_be_visible()
    if scripts:
        expect(bar).to_contain_text("Update 2 selected:", use_inner_text=True)
        expect(page.locator("#effect")).to_contain_text("2 deep scans will be queued")
        page.keyboard.press("s")
    else:
        bar.get_by_role("button", name="Selected").click()
    expect(page.locator("#notice")).to_contain_text("2 documents are Selected: 2 deep scans are queued.")
    expect(page.get_by_text("Deep scan: queued")).to_have_count(2)
    checked(page, "room 0.md")
    if scripts:
        expect(page.locator("#effect")).to_contain_text("1 deep scan that has not begun will be taken back")
    bar.get_by_role("button", name="Maybe").click()
    expect(page.locator("#notice")).to_contain_text("1 deep scan that had not begun was taken back")
    expect(page.get_by_text("Deep scan: queued")).to_have_count(1)
    through(app, ids)
    scan(app)


def test_keys_select_and_all_that_match(console: Console) -> None:
    rooms(console.pipeline)
    person = console.sign_in()
    page = person.page
    page.goto("/documents")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("X")
    expect(page.locator("#selection")).to_contain_text("Update 3 selected:", use_inner_text=True)
    page.keyboard.press("*")
    expect(page.locator("#selection")).to_contain_text("Update all 3 that match:", use_inner_text=True)
    page.keyboard.press("w")
    expect(page.locator("#notice")).to_contain_text("3 documents are Archived.")
    assert person.axe() == []


@pytest.mark.parametrize("scripts", [True, False])
def test_files_by_the_page_and_their_way_to_a_person(console: Console, tmp_path: Path, scripts: bool) -> None:
    app = console.pipeline
    person = console.sign_in(scripts=scripts)
    page = person.page
    page.goto("/documents")
    files = [tmp_path / name for name in ("one.md", "two.md")]
    for number, file in enumerate(files):
        file.write_text(f"# Room {number}\n\nRoom {number} is locked at night by its keeper.\n", "utf-8")
    page.locator("#files").set_input_files(files)
    if not scripts:
        page.get_by_role("button", name="Upload").click()
    expect(page.locator("#notice")).to_contain_text("2 documents were taken in.")
    expect(page.locator("#rows tr[data-row]")).to_have_count(2)
    expect(page.locator("#rows")).to_contain_text("Queued")
    through(app, [row.document_id for row in app.views.jobs(app.realm_id)])
    if not scripts:
        page.reload()
    expect(page.locator("#rows").get_by_text("Waits for a person")).to_have_count(2)
    page.get_by_role("link", name="one.md").click()
    expect(page.locator(".stands")).to_contain_text("Its workflow is manual")


@pytest.mark.parametrize(("path", "on"), [("/documents", "#drop"), ("/documents", "h1"), ("/dashboard", "h1")])
def test_files_are_dropped_on_the_page_and_the_bad_one_is_named(
    pipeline: Pipeline, open_console: Callable[[Pipeline], Console], tmp_path: Path, path: str, on: str
) -> None:
    files = [tmp_path / f"room {n}.md" for n in range(8)]
    for n, file in enumerate(files):
        file.write_text(f"# Room {n}\n\nRoom {n} is locked at night.\n")
    bad = tmp_path / "program.exe"
    bad.write_bytes(b"MZ\x90\x00\x03" + bytes(100))
    ann = open_console(pipeline).sign_in()
    ann.page.goto(path)
    Drag(ann.page, [*files[:4], bad, *files[4:]]).drop(on)
    taken = ann.page.locator("main li", has_text="Taken in")
    expect(taken).to_have_count(len(files))
    [refused] = ann.page.locator("main li", has_text="Refused").all_inner_texts()
    assert "program.exe" in refused
    assert len(refused) > len("Refused program.exe ") + 20, "with its reason"
    assert {row.filename for row in pipeline.views.jobs(ANN)} == {file.name for file in files}
    assert ann.page.locator("html.dropping").count() == 0


def test_a_folder_is_not_sent_and_a_page_without_a_field_is_not_left(
    pipeline: Pipeline, open_console: Callable[[Pipeline], Console], tmp_path: Path
) -> None:
    file = tmp_path / "inner" / "room.md"
    file.parent.mkdir()
    file.write_text("# Room\n\nThe room is locked at night.\n")
    ann = open_console(pipeline).sign_in()
    ann.page.goto("/search")
    Drag(ann.page, [file]).drop("main")
    ann.page.goto("/documents")
    Drag(ann.page, [file.parent]).drop("#drop")
    told = ann.page.locator("#files").evaluate("field => field.validationMessage")
    assert told == "A folder cannot be sent: drop the files in it."
    Drag(ann.page, [file]).drop("#drop")
    expect(ann.page.locator("#notice")).to_contain_text("1 document was taken in.")


def test_a_drop_that_a_page_makes_is_taken_like_any_other(
    pipeline: Pipeline, open_console: Callable[[Pipeline], Console]
) -> None:
    ann = open_console(pipeline).sign_in()
    ann.page.goto("/documents")
    files = ann.page.evaluate_handle(
        "() => { const files = new DataTransfer(); for (const n of [1, 2]) files.items.add(new File("
        "[`# Room ${n}\\n\\nRoom ${n} is locked at night.`], `room ${n}.md`, {type: 'text/markdown'})); return files; }"
    )
    ann.page.dispatch_event("main", "drop", {"dataTransfer": files, "bubbles": True})
    expect(ann.page.locator("#notice")).to_contain_text("2 documents were taken in.")
