"""Withdrawing over HTTP: it is parked, can be taken back, and is carried out by whoever may write production."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
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
    assert "needs a reason of at least 10" in refused.json()["title"]


WITHDRAW = "/api/v2/documents/withdraw"


@pytest.fixture
def three(api_pipeline: Pipeline, ann: TestClient) -> list[str]:
    """Two documents that say the same, and another."""
    names = {"a.md": text_of("Alpha", FACT), "b.md": text_of("Beta", FACT), "c.txt": "The attic is dry in summer.\n"}
    for name, text in names.items():
        publish(api_pipeline, upload(name, text))
    found = {one["filename"]: one["document_id"] for one in ann.get("/api/v2/documents").json()["items"]}
    return [found[name] for name in names]


def test_several_leave_in_one_transaction_or_none(api_pipeline: Pipeline, ann: TestClient, three: list[str]) -> None:
    first, second, other = three
    both = {"document_ids": [first, second], "reason": WHY}
    foreseen = ann.post(WITHDRAW, json={**both, "dry_run": True})
    assert foreseen.status_code == 200
    assert (foreseen.json()["facts"], foreseen.json()["taken_over"]) == (1, 0), "the other one leaves as well"
    for wrong in ([first, str(uuid4())], []):
        assert ann.post(WITHDRAW, json={**both, "document_ids": wrong}).status_code in (404, 422)
    parked = ann.post(WITHDRAW, json=both)
    assert parked.status_code == 202
    assert ann.post(WITHDRAW, json={**both, "document_ids": [second, other]}).status_code == 409
    be_due(api_pipeline)
    assert [name for name, _ in in_production(api_pipeline)] == ["c.txt"]
    with psycopg.connect(api_pipeline.settings.database_url or "") as owner:
        rows = owner.execute("SELECT 1 FROM upload_pipeline.events WHERE code = 'copy_withdrawn'").fetchall()
    assert rows == [], "it was never published from the second"


def test_each_of_several_can_be_taken_back(api_pipeline: Pipeline, ann: TestClient, three: list[str]) -> None:
    parked = ann.post(WITHDRAW, json={"document_ids": three, "reason": WHY}).json()["documents"]
    [undo] = [one["parked"]["undo_url"] for one in parked if one["document_id"] == three[1]]
    assert ann.post(undo).is_success
    be_due(api_pipeline)
    assert [name for name, _ in in_production(api_pipeline)] == ["b.md"]


def test_several_are_refused_together(api_pipeline: Pipeline, ann: TestClient, three: list[str]) -> None:
    parked = ann.post(WITHDRAW, json={"document_ids": three, "reason": WHY}).json()["documents"]
    # one of them leaves by another hand before the time comes
    with api_pipeline.open_uow() as uow:
        uow.withdrawals.take_out([DocumentId(UUID(three[2]))])
        uow.commit()
    be_due(api_pipeline)
    assert [name for name, _ in in_production(api_pipeline)] == ["a.md"]
    errors = [ann.get(f"/api/v2/jobs/{one['job_id']}").json()["parked"]["error"]["code"] for one in parked]
    assert errors == ["not_published"] * 3


def test_a_filter_means_what_is_published_of_it(api_pipeline: Pipeline, ann: TestClient, three: list[str]) -> None:
    matching = {"matching": {"type": ["md"]}, "reason": WHY}
    assert ann.post(WITHDRAW, json={**matching, "expected": 3}).status_code == 409
    assert len(ann.post(WITHDRAW, json={**matching, "expected": 2}).json()["documents"]) == 2
    be_due(api_pipeline)
    assert [name for name, _ in in_production(api_pipeline)] == ["c.txt"]
    none = ann.post(WITHDRAW, json={**matching, "expected": 2})
    assert (none.status_code, none.json()["code"]) == (422, "refused")
