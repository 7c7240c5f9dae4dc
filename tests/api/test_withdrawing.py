"""Withdrawing over HTTP: it is parked, can be taken back, and is carried out by whoever may write production."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.support.published import FACT, in_production, text_of
from tests.support.reviewing import be_due
from tests.support.through import publish, upload

WHY = "It was sent to us by mistake."


@pytest.fixture
def published(api_pipeline: Pipeline, ann: TestClient) -> dict[str, Any]:
    publish(api_pipeline, upload("a.md", text_of("Alpha", FACT)))
    [job] = ann.get("/api/v2/jobs").json()["items"]
    return dict(job)


def test_it_is_foreseen_taken_back_and_carried_out(
    api_pipeline: Pipeline, ann: TestClient, published: dict[str, Any]
) -> None:
    url = f"/api/v2/documents/{published['document_id']}"
    foreseen = ann.delete(url, params={"dry_run": True})
    assert foreseen.status_code == 200
    assert (foreseen.json()["facts"], foreseen.json()["parked"]) == (1, None)
    parked = ann.delete(url, params={"reason": WHY})
    assert parked.status_code == 202
    assert parked.json()["message"] == "1 fact would leave production"
    again = ann.delete(url, params={"reason": WHY})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    undone = ann.post(parked.json()["parked"]["undo_url"])
    assert undone.json()["state"] == "done"
    assert len(in_production(api_pipeline)) == 1
    assert ann.delete(url, params={"reason": WHY}).status_code == 202
    be_due(api_pipeline)
    assert in_production(api_pipeline) == []
    job = ann.get(f"/api/v2/jobs/{published['job_id']}").json()
    assert (job["state"], job["outcome"]) == ("done", "withdrawn")
    gone = ann.delete(url, params={"reason": WHY})
    assert (gone.status_code, gone.json()["code"]) == (422, "not_published")


@pytest.mark.parametrize("reason", ["", "too short", "\u200b" * 12])
def test_a_reason_that_says_nothing_is_refused(ann: TestClient, published: dict[str, Any], reason: str) -> None:
    refused = ann.delete(f"/api/v2/documents/{published['document_id']}", params={"reason": reason})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_too_short")
    assert "a withdrawal needs 10" in refused.json()["detail"]
    assert "withdrawal" in refused.json()["title"]
