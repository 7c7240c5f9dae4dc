"""Question banks over HTTP: uploaded, compared, decided about and imported, as their user and as nobody else."""

from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.two_users import BOB

BANK = (Path(__file__).parents[1] / "samples" / "question_bank.md").read_bytes()


def _upload(client: TestClient) -> str:
    answer = client.post("/api/upload-markdown", files={"file": ("bank.md", BANK)})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["batch_id"])


def test_a_bank_goes_all_the_way(ann: TestClient, api_pipeline: Pipeline) -> None:
    batch_id = _upload(ann)
    assert ann.get(f"/api/staging/batches/{batch_id}").json()["is_matched"] is False
    refused = ann.post(f"/api/staging/batches/{batch_id}/import")
    assert (refused.status_code, refused.json()["code"]) == (409, "staged_state")

    assert [done.error for done in api_pipeline.bank_queue.drain()] == [None]
    questions = ann.get(f"/api/staging/batches/{batch_id}/questions?limit=3").json()
    assert len(questions["items"]) == 3
    more = ann.get(f"/api/staging/batches/{batch_id}/questions?cursor={questions['next_cursor']}").json()
    assert {one["question_id"] for one in more["items"]}.isdisjoint({one["question_id"] for one in questions["items"]})
    for pair in ann.get(f"/api/staging/duplicates/{batch_id}?resolution=pending").json():
        url = f"/api/staging/duplicates/{pair['duplicate_id']}/resolve"
        assert ann.post(url, json={"resolution": "keep_both"}).status_code == 200

    first = questions["items"][0]["question_id"]
    decided = ann.post(
        f"/api/staging/batches/{batch_id}/review", json={"decision": "reject", "question_ids": [first], "reason": "old"}
    )
    assert decided.json()["changed"] == [first]
    approved = ann.post(f"/api/staging/batches/{batch_id}/review", json={"decision": "approve"}).json()
    assert approved["counts"]["pending"] == 0

    asked = ann.post(f"/api/staging/batches/{batch_id}/import")
    assert asked.status_code == 202, asked.text
    assert ann.get(asked.json()["status_url"]).json()["status"] == "importing"
    assert [done.error for done in api_pipeline.bank_queue.drain()] == [None]
    batch = ann.get(f"/api/staging/batches/{batch_id}").json()
    assert (batch["status"], batch["imported"]) == ("imported", asked.json()["to_import"])
    assert list(api_pipeline.bank_queue.drain()) == []
    hits = ann.get("/api/v2/search", params={"q": "What is it?", "kind": "fact", "nearest": True}).json()["hits"]
    assert hits


def test_what_repeated_a_rejected_question_waits_again(ann: TestClient, api_pipeline: Pipeline) -> None:
    first = _upload(ann)
    again = ann.post("/api/upload-markdown", files={"file": ("again.md", BANK + b"\n\n")}).json()["batch_id"]
    list(api_pipeline.bank_queue.drain())
    before = ann.get(f"/api/staging/batches/{again}").json()
    assert before["duplicate"] > 0
    questions = ann.get(f"/api/staging/batches/{first}/questions?status=pending").json()["items"]
    rejected = ann.post(
        f"/api/staging/batches/{first}/review",
        json={"decision": "reject", "question_ids": [one["question_id"] for one in questions]},
    )
    assert rejected.status_code == 200, rejected.text
    after = ann.get(f"/api/staging/batches/{again}").json()
    assert after["pending"] == before["pending"] + before["duplicate"]


def test_anothers_batch_is_not_there(ann: TestClient, sign_in: Callable[..., TestClient]) -> None:
    batch_id = _upload(ann)
    bob = sign_in(BOB)
    for method, path, body in (
        ("GET", f"/api/staging/batches/{batch_id}", None),
        ("GET", f"/api/staging/batches/{batch_id}/questions", None),
        ("GET", f"/api/staging/duplicates/{batch_id}", None),
        ("POST", f"/api/staging/batches/{batch_id}/review", {"decision": "approve"}),
        ("POST", f"/api/staging/batches/{batch_id}/import", None),
    ):
        answer = bob.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert bob.get("/api/staging/batches").json() == {"items": [], "next_cursor": None}
