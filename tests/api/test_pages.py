"""The pages that ``review_url`` leads to: what waits and how to decide, escaped, and for its own user only."""

import base64
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import needs_work, receive, through, upload
from tests.support.two_users import ANN, BOB


@pytest.fixture
def waiting(make_pipeline: Callable[..., Pipeline]) -> tuple[TestClient, str, Pipeline]:
    """A document that waits in matching review: what asks for it, and its page."""
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    text = "# Manual\n\nThe pressure valve opens at 3 bar and protects the boiler of Smith & Sons from bursting.\n"
    received = receive(pipeline, upload("a & b.md", text))
    through(pipeline, needs_work(pipeline, received))
    client = client_of(pipeline)
    return client, client.get("/api/job/next").json()["job"]["review_url"], pipeline


def _is_page(html: str) -> bool:
    return html.startswith("<!doctype html>") and "<script" not in html


def test_a_page_says_what_waits_and_how_to_decide(waiting: tuple[TestClient, str, Pipeline]) -> None:
    client, url, _ = waiting
    answer = client.get(url)
    job_id = url.rpartition("/")[2]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert _is_page(answer.text)
    assert "a &amp; b.md waits for a person" in answer.text
    assert "Smith &amp; Sons" in answer.text
    assert f"pipeline review {job_id} approve" in answer.text
    assert f"http://127.0.0.1/api/job/{job_id}/approve-stage2" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert client.post(f"/api/job/{job_id}/approve-stage2").status_code == 200
    after = client.get(url).text
    assert "does not wait" in after
    assert "How to decide" not in after


def test_what_was_left_out_of_a_published_document_can_be_taken_in_from_its_page(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "publish_from": 0.97})
    text = "# Boiler\n\nThe pressure valve opens at 3 bar and protects the boiler from bursting.\n"
    through(pipeline, needs_work(pipeline, receive(pipeline, upload("boiler.md", text))))
    client = client_of(pipeline)
    [job] = client.get("/api/v2/jobs").json()["items"]
    url = f"/review-matching/{job['job_id']}"
    [fact] = client.get(f"/api/v2/jobs/{job['job_id']}").json()["left_out_facts"]
    html = client.get(url).text
    assert "The most certain come first" in html
    assert html.count("low confidence") == 0, "a low confidence is said once, by its number"
    assert f"confidence {fact['confidence']:.3f} (" in html
    assert f"pipeline review {job['job_id']} approve --fact ID" in html
    taken = client.post(f"/api/job/{job['job_id']}/approve-stage2", json={"fact_ids": [fact["question_id"]]})
    assert taken.status_code == 200, taken.text
    after = client.get(url).text
    assert "left out" not in after
    assert "How to decide" not in after


def test_findings_and_other_documents_are_on_the_page(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(
        changes={**NO_LIMITS, "user_id": ANN, "validation_max_facts_per_10k_chars": 0.1, "chunk_max_chars": 300}
    )
    garbled = "# Manual {n}\n\nThe valve {n} opens at 3 bar. " + "\ufffd" * 60 + "\n"
    received = receive(pipeline, *[upload(f"{n}.md", garbled.replace("{n}", str(n))) for n in range(2)])
    through(pipeline, needs_work(pipeline, received))
    client = client_of(pipeline)
    first = client.get("/api/job/next?phase=4").json()["job"]
    html = client.get(first["review_url"]).text
    assert "Also waiting" in html
    assert f"pipeline review {first['job_id']} override" in html
    for found in client.get(f"/api/v2/jobs/{first['job_id']}").json()["findings"]:
        assert found["code"] in html


def test_a_bank_has_a_page(ann: TestClient) -> None:
    bank = b"# Claims\n\n### Question 1: When is <b>it</b> due?\n\nWithin 30 days.\n"
    url = ann.post("/api/upload-markdown", files={"file": ("bank.md", bank)}).json()["review_url"]
    answer = ann.get(url)
    assert answer.status_code == 200
    assert _is_page(answer.text)
    assert "When is &lt;b&gt;it&lt;/b&gt; due?" in answer.text
    assert f"/api/staging/batches/{url.rpartition('/')[2]}/review" in answer.text


def test_pages_are_for_their_user_only(
    waiting: tuple[TestClient, str, Pipeline], sign_in: Callable[..., TestClient]
) -> None:
    client, url, pipeline = waiting
    nobody = sign_in(None).get(url)
    assert nobody.status_code == 401
    assert "Basic" in nobody.headers["WWW-Authenticate"]
    assert _is_page(nobody.text)
    assert "a &amp; b.md" not in nobody.text
    bob = client_of(pipeline, BOB).get(url)
    assert bob.status_code == 404
    assert "a &amp; b.md" not in bob.text
    token = client.headers["Authorization"].removeprefix("Bearer ")
    for password, status in ((token, 200), ("guessed", 401), ("", 401)):
        header = "Basic " + base64.b64encode(f"ann:{password}".encode()).decode()
        assert sign_in(None).get(url, headers={"Authorization": header}).status_code == status
    # a password opens pages, and nothing else
    header = "Basic " + base64.b64encode(f"ann:{token}".encode()).decode()
    assert sign_in(None).get("/api/v2/jobs", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/validate/x", "/review-matching/00000000-0000-4000-8000-000000000000", "/batches/nothing"]
)
def test_what_is_not_there_is_a_page_too(ann: TestClient, path: str) -> None:
    answer = ann.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert _is_page(answer.text)
