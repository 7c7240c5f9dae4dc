"""The console's pages without a browser: they are where ``review_url`` leads, escape what they show, and keep roles."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from tests.api.bodies import BANK
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.reviewing import CONTRADICTORY, park
from tests.support.through import publish, upload
from tests.support.two_users import ANN, BOB
from tests.support.visiting import text_of, visit

HOSTILE = (
    b"# <script>alert(0)</script>\n\n### Question 1: When is <b onclick=alert(1)>it</b> due?\n\n"
    b"Within 30 days. <img src=x onerror=alert(2)>\n"
)
OTHER = b"# Thefts\n\n**Q:** How soon must a theft be reported to the police?\n**A:** Within 48 hours.\n"


def stage(pipeline: Pipeline, data: bytes, name: str = "bank.md") -> str:
    """The page of a bank that was uploaded and compared."""
    url = client_of(pipeline).post("/api/upload-markdown", files={"file": (name, data)}).json()["review_url"]
    list(pipeline.bank_queue.drain())
    return str(url)


def test_findings_are_shown_and_nothing_of_a_document_is_active(api_pipeline: Pipeline) -> None:
    park(api_pipeline, "<script>alert(1) & more.md", CONTRADICTORY.replace("Costs", "<img src=x onerror=alert(1)>"))
    page = visit(api_pipeline).get("/review")
    assert (page.status_code, page.url.path.split("/")[1]) == (200, "validate")
    for hostile in ("<script>alert", "<img"):
        assert hostile not in page.text
    said = text_of(page)
    assert "The document contradicts itself." in said
    assert "alert(1) & more.md" in said


def test_a_bank_is_shown_where_its_upload_leads_and_nothing_of_it_is_active(api_pipeline: Pipeline) -> None:
    page = visit(api_pipeline).get(stage(api_pipeline, HOSTILE, "<b>bank</b>.md"))
    assert page.status_code == 200
    for hostile in ("<script>alert", "<img", "<b onclick", "<b>bank"):
        assert hostile not in page.text
    assert "When is <b>it</b> due?" in text_of(page)


@pytest.mark.parametrize("path", ["/batches", "/realm", "/validate/{id}", "/batches/{id}", "/duplicates/{id}"])
def test_pages_ask_who_is_there_and_are_under_the_strict_policy(api_pipeline: Pipeline, path: str) -> None:
    ann = visit(api_pipeline)
    page = ann.get(path.replace("{id}", str(uuid4())))
    assert page.status_code == (404 if "{id}" in path else 200)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page.text
    ann.client.cookies.clear()
    asked = ann.client.get(path.replace("{id}", str(uuid4())), follow_redirects=False)
    assert asked.headers["location"].startswith("/sign-in")


def test_what_cannot_be_read_of_a_bank_is_named_by_its_line(api_pipeline: Pipeline) -> None:
    ann = visit(api_pipeline)
    page = ann.post("/batches", files={"file": ("empty.md", b"# Nothing\n\nno question here\n")})
    assert page.status_code == 422
    assert "No question could be read in empty.md." in text_of(page)
    staged = ann.post("/batches", files={"file": ("bank.md", BANK + b"\n**Q:** And then?\n")})
    assert staged.status_code == 200
    assert "could not be read. Line " in text_of(staged)
    assert ann.post("/batches").status_code == 422


def test_a_batch_of_a_document_leads_to_its_review(api_pipeline: Pipeline) -> None:
    park(api_pipeline, "costs.md", CONTRADICTORY)
    [batch] = client_of(api_pipeline).get("/api/staging/batches").json()["items"]
    assert visit(api_pipeline).get(f"/batches/{batch['batch_id']}").url.path == batch["review_url"]


def test_a_question_is_decided_edited_and_undone_and_the_next_is_opened(api_pipeline: Pipeline) -> None:
    ann, client = visit(api_pipeline), client_of(api_pipeline)
    url = stage(api_pipeline, BANK)
    first, second, *_ = client.get(f"/api/staging{url}/questions").json()["items"]
    opened = ann.get(f"{url}?show=todo&open={first['question_id']}")
    assert text_of(opened).count("Nobody has decided about it.") == 1
    seen = {"question_id": first["question_id"], "seen": "pending", "version": first["version"]}
    decided = ann.post(f"{url}/decide?show=todo", {**seen, "decision": "approve"})
    assert str(decided.url).endswith(f"open={second['question_id']}")
    assert first["question"] in text_of(decided), "what was decided stays in its list"
    again = ann.post(f"{url}/decide?show=todo", {**seen, "decision": "reject"})
    assert again.status_code == 409
    assert "Ann Berger" in text_of(again)
    undone = ann.post(f"{url}/undo?show=todo")
    assert "Taken back: 1 decision." in text_of(undone)
    words = {"question_id": second["question_id"], "seen": "pending", "version": second["version"], "question": ""}
    refused = ann.post(f"{url}/edit", {**words, "answer": "Other words, typed at length."})
    assert (refused.status_code, "Other words, typed at length." in refused.text) == (422, True)


def test_a_reader_decides_nothing(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    client = client_of(pipeline)
    realm = client.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    client.put(f"/api/v2/realms/{realm}/members/{BOB}", json={"role": "reader"})
    sent = client.post("/api/upload-markdown", files={"file": ("bank.md", BANK)}, data={"realm": realm}).json()
    bob, url = visit(pipeline, BOB, "Bob"), f"/batches/{sent['batch_id']}"
    page = bob.get(url)
    assert page.status_code == 200
    assert "You are a reader in team: reviewers decide." in text_of(page) or "being compared" in text_of(page)
    assert f"{url}/import" not in page.text
    for action in ("import", "undo", "notes", "selected"):
        assert bob.post(f"{url}/{action}", {"decision": "approve"}).status_code == 403, action


def test_pairs_are_decided_by_key_by_group_and_undone(api_pipeline: Pipeline) -> None:
    ann, client = visit(api_pipeline), client_of(api_pipeline)
    stage(api_pipeline, OTHER, "other.md")
    url = stage(api_pipeline, BANK).replace("/batches/", "/duplicates/")
    page = ann.get(url)
    assert "Another number 1" in text_of(page)
    for piece in ("<del>48</del>", "<ins>24</ins>", "other.md"):
        assert piece in page.text
    [pair] = client.get(f"/api/staging{url}?resolution=pending").json()
    seen = {"pair_id": pair["duplicate_id"], "seen": "pending", "version": pair["version"]}
    decided = ann.post(f"{url}/resolve", {**seen, "resolution": "replace_existing"})
    assert "the new one takes its place" in text_of(decided)
    assert "Replace existing, decided by you" in text_of(decided), "it stays in the list"
    late = ann.post(f"{url}/resolve", {**seen, "resolution": "keep_both"})
    assert late.status_code == 409
    assert "Ann Berger" in text_of(late)
    assert "1 pair of near-duplicates to decide" in text_of(ann.post(f"{url}/undo"))
    preview = ann.get(f"{url}/group?group=number")
    assert "Another number: 1 pair" in text_of(preview)
    wrong = ann.post(f"{url}/group", {"group": "number", "resolution": "keep_both", "total": 2})
    assert wrong.status_code == 409
    done = ann.post(f"{url}/group", {"group": "number", "resolution": "keep_both", "total": 1})
    assert "No two look alike." in text_of(done)


def test_what_is_published_is_exported_from_its_page_which_completes_it(api_pipeline: Pipeline) -> None:
    publish(api_pipeline, upload())
    ann = visit(api_pipeline)
    [job] = client_of(api_pipeline).get("/api/v2/jobs").json()["items"]
    url = f"/documents/{job['document_id']}/export?format=csv"
    assert f'href="{url}"' in ann.get(f"/jobs/{job['job_id']}").text
    answer = ann.get(url)
    assert (answer.status_code, answer.text[:11]) == (200, "document_id")
    shown = client_of(api_pipeline).get(f"/api/v2/jobs/{job['job_id']}").json()
    assert shown["acknowledged"]["reason"] == "download"
    assert '/acknowledge"' not in ann.get(f"/jobs/{job['job_id']}").text


HOSTILE_NAMES = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(2)</script>',
    "{{ 7 * 70001 }}",
    "javascript:alert(3)",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_and_notes_of_people_are_text(make_pipeline: Callable[..., Pipeline], name: str) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    client, ann = client_of(pipeline), visit(pipeline, name=name)
    realm = client.post("/api/v2/realms", json={"name": name}).json()["realm_id"]
    client.put(f"/api/v2/realms/{realm}/members/{BOB}", json={"role": "reviewer", "name": name})
    ann.post("/realm/choose", {"realm_id": realm})
    sent = ann.post("/batches", files={"file": ("bank.md", BANK)})
    url = sent.url.path
    list(pipeline.bank_queue.drain())
    [first, *_] = client.get(f"/api/staging{url}/questions").json()["items"]
    words = {"question_id": first["question_id"], "seen": "pending", "version": first["version"]}
    ann.post(f"{url}/edit", {**words, **dict.fromkeys(("question", "answer", "topic", "notes"), name)})
    ann.post(f"{url}/notes", {"notes": name})
    for path in ("/realm", "/batches", url, f"{url}?open={first['question_id']}", f"{url}?search={name}", f"{url}/all"):
        page = ann.get(path)
        assert page.status_code == 200, path
        for hostile in ("<img src=x", "<script>alert", 'href="javascript:'):
            assert hostile not in page.text, path
        assert "490007" not in page.text, path
    assert name in text_of(ann.get(url))
