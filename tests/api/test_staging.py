"""Question banks over HTTP: uploaded, compared, decided about and imported, as their user and as nobody else."""

from collections.abc import Callable

import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.bodies import BANK
from tests.samples import pdfs
from tests.support.two_users import ANN, BOB


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


def test_a_question_is_edited_its_pairs_decided_and_all_of_it_told(ann: TestClient, api_pipeline: Pipeline) -> None:
    batch_id = _upload(ann)
    url = f"/api/staging/batches/{batch_id}"
    assert ann.post(f"{url}/compare").json() == {"batch_id": batch_id, "is_matched": False, "status_url": url}
    list(api_pipeline.bank_queue.drain())
    assert ann.post(f"{url}/compare").json()["is_matched"] is True
    first, second = ann.get(f"{url}/questions?limit=2").json()["items"]
    question = f"{url}/questions/{first['question_id']}"
    seen = {"status": first["status"], "version": first["version"]}
    again = {"question": second["question"], "answer": second["answer"], "topic": None, "reason": "as the other"}
    edited = ann.patch(question, json={**again, "reviewer": "Ann Lee", "expected": seen})
    assert (edited.status_code, edited.json()["changed"]) == (200, [first["question_id"]]), edited.text
    late = ann.patch(question, json={"answer": "x", "expected": seen})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    [now] = [one for one in ann.get(f"{url}/questions").json()["items"] if one["question_id"] == first["question_id"]]
    assert (now["question"], now["topic"], now["status"]) == (second["question"], None, "duplicate")

    [pair] = [one for one in ann.get(f"/api/staging/duplicates/{batch_id}").json() if one["score"] == 1]
    resolved = ann.post(f"{url}/resolve", json={"resolution": "keep_both", "duplicate_ids": [pair["duplicate_id"]]})
    assert (resolved.json()["changed"], resolved.json()["unchanged"]) == ([pair["duplicate_id"]], 0)
    waiting = ann.get(f"/api/staging/duplicates/{batch_id}?resolution=pending").json()
    rest = ann.post(f"{url}/resolve", json={"resolution": "not_duplicate", "reviewer": "Ann Lee"}).json()
    assert rest["changed"] == [one["duplicate_id"] for one in waiting]

    told = ann.get(f"{url}/history").json()
    assert {"questions_staged", "question_edited", "duplicates_resolved"} <= {one["code"] for one in told}
    [edit] = [one for one in ann.get(f"{question}/history").json() if one["code"] == "question_edited"]
    assert (edit["by"], edit["reason"]) == (f"Ann Lee ({ANN})", "as the other")
    of_pair = ann.get(f"/api/staging/duplicates/{pair['duplicate_id']}/history").json()
    assert "duplicates_resolved" in {one["code"] for one in of_pair}

    for wrong, told_of in (({"status": "approved"}, "status"), ({"answer": " "}, "answer"), ({"answr": "x"}, "answer")):
        answer = ann.patch(question, json=wrong)
        assert (answer.status_code, told_of in answer.text) == (422, True), answer.text
    missing = ann.patch(f"{url}/questions/{batch_id}", json={"answer": "x"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


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
    nothing = {"items": [], "next_cursor": None, "total": 0, "needs_person": 0}
    assert bob.get("/api/staging/batches").json() == nothing


def test_every_event_of_a_bank_has_a_correlation_id(ann: TestClient, api_pipeline: Pipeline) -> None:
    asked = {"X-Correlation-ID": "0b6f5f5e-5a39-4c5e-9a43-0d3c7b8f2a11"}
    answer = ann.post("/api/upload-markdown", files={"file": ("bank.md", BANK)}, headers=asked)
    batch_id = answer.json()["batch_id"]
    list(api_pipeline.bank_queue.drain())
    decided = {"X-Correlation-ID": "5c1d7a52-93cf-4a0e-8c0e-6c7d1a6c2f10"}
    for pair in ann.get(f"/api/staging/duplicates/{batch_id}?resolution=pending").json():
        url = f"/api/staging/duplicates/{pair['duplicate_id']}/resolve"
        ann.post(url, json={"resolution": "keep_both"}, headers=decided)
    ann.post(f"/api/staging/batches/{batch_id}/review", json={"decision": "approve"}, headers=decided)
    ann.post(f"/api/staging/batches/{batch_id}/import")
    list(api_pipeline.bank_queue.drain())
    with psycopg.connect(api_pipeline.database_url) as connection:
        rows = connection.execute(
            "SELECT code, correlation_id::text FROM upload_pipeline.events ORDER BY event_id"
        ).fetchall()
    told = dict(rows)
    # of a request, its own; of a worker, that of the upload
    assert told["batch_created"] == told["questions_staged"] == asked["X-Correlation-ID"]
    assert told["batch_imported"] == asked["X-Correlation-ID"]
    assert told["questions_approved"] == decided["X-Correlation-ID"]
    assert None not in told.values()


@pytest.mark.parametrize(
    ("name", "data", "status", "code", "says"),
    [
        ("bank.md", b"# Notes\n\nNothing is asked here.\n", 422, "no_entries", "heading that ends in"),
        ("bank.pdf", pdfs.pdf(pdfs.text("Is it a bank?")), 415, "unsupported_type", "Save it as markdown"),
        ("bank.docx", b"PK\x03\x04 and nothing else", 422, "corrupt_document", "save"),
        ("bank.bin", b"\x7fELF" + bytes(300), 415, "unsupported_type", "Save it as markdown"),
        ("bank.md", b"   \n", 422, "empty_file", "upload it again"),
    ],
)
def test_what_is_no_bank_is_refused(ann: TestClient, name: str, data: bytes, status: int, code: str, says: str) -> None:
    answer = ann.post("/api/upload-markdown", files={"file": (name, data)})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert says in answer.json()["action"]
    assert ann.get("/api/staging/batches").json()["items"] == []


def test_each_unreadable_entry_is_named_by_its_line(ann: TestClient) -> None:
    bank = b"# Claims\n\n### Question 1: When is it due?\n\n### Question 2: Who pays?\n"
    problem = ann.post("/api/upload-markdown", files={"file": ("bank.md", bank)}).json()
    assert [one["value"] for one in problem["errors"]] == ["line 3", "line 5"]


def test_what_has_changed_meanwhile_is_not_overwritten(ann: TestClient, api_pipeline: Pipeline) -> None:
    batch_id = _upload(ann)
    list(api_pipeline.bank_queue.drain())
    url = f"/api/staging/batches/{batch_id}/review"
    one = ann.get(f"/api/staging/batches/{batch_id}/questions?status=pending").json()["items"][0]
    whole = ann.get(f"/api/staging/batches/{batch_id}").json()
    seen = {one["question_id"]: {"status": one["status"], "version": one["version"]}}
    body = {"decision": "reject", "question_ids": [one["question_id"]], "expected_facts": seen, "reason": "old"}
    assert ann.post(url, json=body).status_code == 200
    late = ann.post(url, json={**body, "decision": "approve", "reason": "I read it"})
    told = late.json()
    assert (late.status_code, told["code"]) == (409, "changed_meanwhile")
    assert (told["who"], told["what"]) == (str(ANN), "rejected it")
    assert told["when"].startswith("20")
    [changed] = told["changed"]
    assert (changed["expected"], changed["now"]) == (
        seen[one["question_id"]],
        {"status": "rejected", "version": one["version"] + 1},
    )
    assert told["asked"] == {"status": "approved", "facts": [one["question_id"]], "reason": "I read it"}
    everything = {"status": whole["status"], "version": whole["review_version"]}
    assert ann.post(url, json={"decision": "approve", "expected": everything}).json()["code"] == "changed_meanwhile"
