"""What waits for a person over HTTP: since when, why, and what a decision about it settles."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.bodies import BANK
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.reviewing import CONTRADICTORY, FIRST, SECOND, park
from tests.support.through import publish, upload
from tests.support.two_users import ANN, BOB

URL = "/api/v2/review/waiting"


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def ann(pipeline: Pipeline) -> TestClient:
    """Of whom three things are asked: about a contradiction, a near-duplicate and a bank."""
    park(pipeline, "costs.md", CONTRADICTORY)
    publish(pipeline, upload("first.md", FIRST))
    park(pipeline, "second.md", SECOND)
    client = client_of(pipeline)
    client.post("/api/upload-markdown", files={"file": ("bank.md", BANK)})
    list(pipeline.bank_queue.drain())
    return client


def items(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    return list(client.get(URL, params=query).json()["items"])


def test_the_oldest_first_each_with_its_reason(ann: TestClient) -> None:
    answer = ann.get(URL).json()
    assert answer["total"] == 3
    assert [(row["filename"], row["kind"], row["phase"]) for row in answer["items"]] == [
        ("costs.md", "document", 4),
        ("second.md", "document", 2),
        ("bank.md", "batch", None),
    ]
    costs, second, bank = answer["items"]
    assert costs["why"].startswith("Validation found 1 critical finding")
    assert second["why"] == "One fact looks like a published one."
    assert bank["why"].endswith("wait for approval.")
    assert costs["review_url"] == f"/validate/{costs['id']}"
    assert second["review_url"] == f"/review-matching/{second['id']}"
    assert bank["review_url"] == f"/batches/{bank['id']}"
    assert [row["waits_since"] for row in answer["items"]] == sorted(row["waits_since"] for row in answer["items"])


def test_pages_and_filters(ann: TestClient) -> None:
    for order in ("oldest", "useful"):
        rows, cursor = [], None
        while True:
            page = ann.get(URL, params={"limit": 1, "order": order, **({"cursor": cursor} if cursor else {})}).json()
            rows += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert [row["id"] for row in rows] == [row["id"] for row in items(ann, order=order)]
        assert len(rows) == 3
    assert [row["filename"] for row in items(ann, phase=4)] == ["costs.md"]
    assert [row["filename"] for row in items(ann, kind="batch")] == ["bank.md"]
    assert ann.get(f"{URL}/count").json() == {"total": 3}
    assert ann.get(f"{URL}/count", params={"phase": [2, 4]}).json() == {"total": 2}
    for wrong in ({"cursor": "x"}, {"cursor": "0.x"}, {"phase": 3}, {"kind": "fact"}):
        assert ann.get(URL, params=wrong).status_code == 422


def test_what_settles_most_comes_first(ann: TestClient, pipeline: Pipeline) -> None:
    settles = {row["filename"]: row["settles"] for row in items(ann)}
    assert settles["second.md"] == 1
    ranked = items(ann, order="useful")
    assert [row["settles"] for row in ranked] == sorted(settles.values(), reverse=True)
    # two other documents repeat it word by word: they hang on the same decision
    for name in ("third.md", "fourth.md"):
        park(pipeline, name, SECOND.replace("# Rules", f"# {name}"))
    assert {row["filename"]: row["settles"] for row in items(ann)}["second.md"] == 3


def test_since_when_is_the_moment_it_was_asked(ann: TestClient, database_url: str) -> None:
    costs = items(ann)[0]
    with psycopg.connect(database_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE upload_pipeline.upload_jobs SET waits_since = waits_since - interval '3 days'")
        owner.execute("SET session_replication_role = origin")
        # whatever else changes of the job leaves it alone
        owner.execute(
            "UPDATE upload_pipeline.upload_jobs SET updated_at = now(), state = state WHERE job_id = %s", [costs["id"]]
        )
    [old] = items(ann, phase=4)
    assert datetime.fromisoformat(old["waits_since"]) == datetime.fromisoformat(costs["waits_since"]) - timedelta(
        days=3
    )
    # at another gate it asks something else
    ann.post(f"/api/job/{costs['id']}/return-to-matching")
    [returned] = [row for row in items(ann, phase=2) if row["id"] == costs["id"]]
    assert returned["waits_since"] > costs["waits_since"]
    assert returned["why"] == "It was returned to matching review for 1 finding: decide its facts one by one."


def test_what_is_decided_or_parked_does_not_wait(ann: TestClient) -> None:
    costs, _, bank = items(ann)
    ann.post(f"/api/job/{costs['id']}/reject", json={"undo_window": 10})
    assert [row["filename"] for row in items(ann)] == ["second.md", "bank.md"]
    ann.post(f"/api/job/{costs['id']}/undo")
    assert ann.get(f"{URL}/count").json() == {"total": 3}
    ann.post(f"/api/staging/batches/{bank['id']}/review", json={"decision": "approve"})
    [row] = items(ann, kind="batch")
    assert row["why"].endswith("to be imported.")
    ann.post(f"/api/staging/batches/{bank['id']}/import")
    assert items(ann, kind="batch") == []


def test_nothing_of_anothers(ann: TestClient, pipeline: Pipeline) -> None:
    bob = client_of(pipeline, BOB)
    assert bob.get(URL).json() == {"items": [], "next_cursor": None, "total": 0}
    assert bob.get(f"{URL}/count", params={"realm": str(UUID(int=0))}).status_code == 404
