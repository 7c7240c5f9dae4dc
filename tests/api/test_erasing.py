"""Erasing over HTTP: a plan, its confirmation, and a worker that carries it out."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.support.erasing import WHY, places_of
from tests.support.published import FACT, text_of
from tests.support.servers import wait_until
from tests.support.through import publish, upload
from tests.support.two_users import BOB

PATH = "/api/v2/erasures"


@pytest.fixture
def document_id(api_pipeline: Pipeline) -> str:
    return str(publish(api_pipeline, upload("quibberwick.md", text_of("Alpha", FACT)))[0])


def plan(client: TestClient, **what: object) -> Any:
    answer = client.post(PATH, json={**what, "dry_run": True})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_plan_is_carried_out_by_a_worker(
    api_pipeline: Pipeline, ann: TestClient, document_id: str, database_url: str
) -> None:
    planned = plan(ann, document_ids=[document_id])
    assert (planned["state"], planned["documents"], planned["counts"]["documents"]) == ("planned", 1, 1)
    assert ann.get(PATH).json() == []
    begun = ann.post(PATH, json={"plan_id": planned["plan_id"], "reason": WHY})
    assert (begun.status_code, begun.json()["state"]) == (202, "erasing")
    where = f"{PATH}/{planned['plan_id']}"
    assert ann.get(where).json()["certificate"] is None
    refused = ann.post("/api/v2/upload", files={"file": ("again.md", text_of("Alpha", FACT).encode())})
    assert (refused.status_code, refused.json()["code"]) == (409, "being_erased"), refused.text
    again = ann.post(PATH, json={"plan_id": planned["plan_id"], "reason": WHY})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert "GET /api/v2/erasures/{erasure_id}" in again.text
    api_pipeline.carry_out_erasures.all()
    done = ann.get(where).json()
    assert (done["state"], done["certificate"]["documents"]) == ("done", [document_id])
    assert [one["plan_id"] for one in ann.get(PATH).json()] == [planned["plan_id"]]
    assert ann.get(f"/api/v2/documents/{document_id}").status_code == 404
    assert places_of(api_pipeline, database_url, "quibberwick") == []
    taken = ann.post("/api/v2/upload", files={"file": ("again.md", text_of("Alpha", FACT).encode())})
    assert taken.status_code == 202


def test_a_plan_that_is_not_true_any_more_says_what_changed(
    api_pipeline: Pipeline, ann: TestClient, document_id: str
) -> None:
    planned = plan(ann, whole_realm=True)
    publish(api_pipeline, upload("b.md", text_of("Beta", FACT)))
    refused = ann.post(PATH, json={"plan_id": planned["plan_id"], "reason": WHY})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "documents: 1 → 2" in refused.json()["detail"]
    assert document_id


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dry_run": True},
        {"whole_realm": True},
        {"whole_realm": True, "person": str(uuid4()), "dry_run": True},
        {"plan_id": str(uuid4()), "dry_run": True},
    ],
)
def test_a_request_without_a_plan_is_refused(ann: TestClient, body: dict[str, object]) -> None:
    assert ann.post(PATH, json=body).status_code == 422


def test_nobody_erases_what_is_not_theirs(
    api_pipeline: Pipeline, ann: TestClient, sign_in: Any, document_id: str
) -> None:
    bob = sign_in(BOB)
    assert bob.post(PATH, json={"document_ids": [document_id], "dry_run": True}).status_code == 404
    planned = plan(ann, document_ids=[document_id])
    assert bob.post(PATH, json={"plan_id": planned["plan_id"], "reason": WHY}).status_code == 404
    assert bob.get(f"{PATH}/{planned['plan_id']}").status_code == 404
    assert bob.get(PATH).json() == []
    assert ann.post(PATH, json={"plan_id": planned["plan_id"], "reason": "no"}).json()["code"] == "reason_too_short"


def test_a_realm_is_nobodys_while_it_is_erased_and_its_eraser_is_told(
    api_pipeline: Pipeline, ann: TestClient, document_id: str
) -> None:
    realm = ann.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    planned = ann.post(PATH, params={"realm": realm}, json={"whole_realm": True, "dry_run": True}).json()
    begun = ann.post(PATH, params={"realm": realm}, json={"plan_id": planned["plan_id"], "reason": WHY})
    assert begun.status_code == 202, begun.text
    api_pipeline.carry_out_erasures.all()
    assert [one["name"] for one in ann.get("/api/v2/realms").json()] == ["personal"]
    told = ann.get(f"{PATH}/{planned['plan_id']}")
    assert told.status_code == 200, told.text
    assert told.json()["state"] == "done"
    assert ann.get(f"/api/v2/documents/{document_id}").status_code == 200


def test_a_clock_beside_the_api_carries_it_out(api_pipeline: Pipeline, ann: TestClient, document_id: str) -> None:
    planned = plan(ann, document_ids=[document_id])
    ann.post(PATH, json={"plan_id": planned["plan_id"], "reason": WHY})
    stopping, clock = threading.Event(), api_pipeline.erasing_clock
    assert clock is not None
    thread = threading.Thread(target=clock.run, args=(stopping,))
    thread.start()
    where = f"{PATH}/{planned['plan_id']}"
    is_done = wait_until(lambda: ann.get(where).json()["state"] == "done", within_s=30)
    stopping.set()
    thread.join()
    assert is_done
