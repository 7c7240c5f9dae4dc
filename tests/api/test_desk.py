"""A reviewer's desk over HTTP: both sides of a pair, who else looks, and taking back decision by decision."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.reviewing import near_duplicate, park
from tests.support.two_users import ANN, BOB


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})


@pytest.fixture
def client(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


def facts_of(client: TestClient, document_id: object) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/api/v2/documents/{document_id}/facts").json()["items"]
    return items


def told(fact: dict[str, Any]) -> tuple[str, str | None, str | None]:
    return fact["status"], fact["answer"], fact["statement"]


def test_both_sides_of_a_pair_are_told(pipeline: Pipeline, client: TestClient, app: Pipeline) -> None:
    document_id = near_duplicate(pipeline)
    [pair] = client.get(f"/api/v2/documents/{document_id}/duplicates").json()
    assert pair["staged_side"]["filename"] == "second.md"
    assert pair["existing_side"]["filename"] == "first.md"
    assert pair["existing_side"]["quote"].startswith("Members must report every loss")
    assert pair["staged_side"]["published_at"] is None


def test_others_are_shown_who_looks_where(pipeline: Pipeline, client: TestClient) -> None:
    realm_id = client.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    client.put(f"/api/v2/realms/{realm_id}/members/{BOB}", json={"role": "reader", "name": "Bob"})
    document_id = park(pipeline)
    assert client.post(f"/api/v2/documents/{document_id}/move", json={"to": "team"}).status_code == 409, "it waits"
    shared = client.post(
        "/api/v2/upload", files={"file": ("team.md", b"# Team\n\nThe team meets at 9.")}, data={"realm": "team"}
    )
    path = f"/api/v2/documents/{shared.json()['document_id']}/presence"
    bob = client_of(pipeline, BOB)
    assert client.post(path).json() == []
    assert [one["user_id"] for one in bob.post(path).json()] == [str(ANN)]
    [seen] = client.post(path).json()
    assert (seen["user_id"], seen["question_id"]) == (str(BOB), None)
    elsewhere = str(facts_of(client, document_id)[0]["question_id"])
    refused = bob.post(path, json={"question_id": elsewhere}).json()
    assert (refused["status"], refused["code"], refused["errors"][0]["value"]) == (422, "unknown_ids", elsewhere)
    own = f"/api/v2/documents/{document_id}/presence"
    assert client.post(own, json={"question_id": elsewhere}).json() == []
    assert client.post(path).json()[0]["user_id"] == str(BOB)
    assert bob.post(f"/api/v2/documents/{document_id}/presence").status_code == 404
    assert client.post(f"/api/v2/documents/{document_id}/presence").json() == []
    assert bob.post(path).json() == [], "Ann looks elsewhere now"


def test_decisions_are_taken_back_one_after_the_other(pipeline: Pipeline, client: TestClient) -> None:
    document_id = park(pipeline)
    path = f"/api/v2/documents/{document_id}"
    before = [told(fact) for fact in facts_of(client, document_id)]
    first, second = facts_of(client, document_id)[:2]
    client.patch(f"{path}/facts/{first['question_id']}", json={"statement": "Other words."})
    client.patch(f"{path}/facts/{first['question_id']}", json={"status": "approved"})
    client.patch(f"{path}/facts/{second['question_id']}", json={"status": "rejected"})
    states = [[told(fact) for fact in facts_of(client, document_id)[:2]]]
    for _ in range(3):
        assert client.post(f"{path}/undo").status_code == 200
        states.append([told(fact) for fact in facts_of(client, document_id)[:2]])
    assert [(one[0], two[0]) for one, two in states] == [
        ("approved", "rejected"), ("approved", "pending"), ("pending", "pending"), ("pending", "pending"),
    ]  # fmt: skip
    assert states[2][0][2] == "Other words."
    assert [told(fact) for fact in facts_of(client, document_id)] == before
    nothing = client.post(f"{path}/undo")
    assert nothing.status_code == 409
    assert "no decision of yours" in nothing.json()["detail"]


def test_another_reviewers_decision_is_theirs_to_take_back(pipeline: Pipeline, client: TestClient) -> None:
    document_id = park(pipeline)
    path = f"/api/v2/documents/{document_id}"
    fact = facts_of(client, document_id)[0]
    sent = {"status": "approved", "reviewer": "Ben"}
    assert client.patch(f"{path}/facts/{fact['question_id']}", json=sent).status_code == 200
    assert client.post(f"{path}/undo").status_code == 409
    assert client.post(f"{path}/undo", json={"reviewer": "Ben"}).status_code == 200
