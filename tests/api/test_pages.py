"""The pages that ``review_url`` leads to: what waits and how to decide, escaped, and for its own user only."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import needs_work, receive, through, upload
from tests.support.two_users import ANN


def _is_page(html: str) -> bool:
    return html.startswith("<!doctype html>") and "<script" not in html


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


@pytest.mark.parametrize("path", ["/validate/x", "/validate/00000000-0000-4000-8000-000000000000", "/batches/nothing"])
def test_what_is_not_there_is_a_page_too(ann: TestClient, path: str) -> None:
    answer = ann.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert _is_page(answer.text)
