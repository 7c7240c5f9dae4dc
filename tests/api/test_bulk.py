"""Decisions about all that match, over HTTP: filtered, previewed, counted, and refused when the number has changed."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client
from pipeline_core.domain.batches import QuestionStatus
from pipeline_core.domain.errors import ConflictError
from pipeline_core.domain.question_filter import QuestionFilter
from tests.api.bodies import BANK
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import needs_work, receive, through, upload
from tests.support.two_users import ANN, BOB

OTHER = b"# Thefts\n\n**Q:** How soon must a theft be reported to the police?\n**A:** Within 48 hours.\n"


@pytest.fixture
def bank(api_pipeline: Pipeline, ann: TestClient) -> str:
    """The URL of a compared bank, of which one question has another answer in another bank."""
    ann.post("/api/upload-markdown", files={"file": ("first.md", OTHER)})
    batch_id = ann.post("/api/upload-markdown", files={"file": ("second.md", BANK)}).json()["batch_id"]
    list(api_pipeline.bank_queue.drain())
    return f"/api/staging/batches/{batch_id}"


def pending(ann: TestClient, bank: str, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        wanted = {"status": "pending", "limit": 2, **asked, **({"cursor": cursor} if cursor else {})}
        page = ann.get(f"{bank}/questions", params=wanted).json()
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            assert len(rows) == page["total"]
            return rows


def test_questions_are_searched_filtered_and_paged_by_need(ann: TestClient, bank: str) -> None:
    everything = pending(ann, bank)
    assert [row["position"] for row in everything] == sorted(row["position"] for row in everything)
    assert len({row["question_id"] for row in everything}) == len(everything)
    [deductible] = pending(ann, bank, search="DEDUCTIBLE")
    assert "deductible" in deductible["question"]
    assert pending(ann, bank, search="no such word") == []
    ann.patch(f"{bank}/questions/{deductible['question_id']}", json={"topic": "Terms"})
    [edited] = pending(ann, bank, flag="edited")
    assert (edited["question_id"], edited["topic"]) == (deductible["question_id"], "Terms")
    ann.post(f"{bank}/review", json={"decision": "approve", "question_ids": [everything[0]["question_id"]]})
    by_need = ann.get(f"{bank}/questions", params={"order": "need", "limit": 200}).json()["items"]
    assert [row["rank"] for row in by_need] == sorted(row["rank"] for row in by_need)
    alike = [row["question_id"] for row in by_need if row["rank"] == 0]
    assert len(alike) == 1
    assert alike == [row["question_id"] for row in pending(ann, bank, flag="alike")]


def test_a_preview_counts_what_nobody_opened_and_the_decision_is_about_as_many(ann: TestClient, bank: str) -> None:
    rows = pending(ann, bank)
    shown = ann.get(f"{bank}/review-preview").json()
    assert (shown["total"], shown["never_opened"]) == (len(rows), len(rows))
    assert len(shown["sample"]) == min(5, len(rows))
    opened = {"question_ids": [rows[0]["question_id"], str(uuid4())]}
    assert [ann.post(f"{bank}/questions/opened", json=opened).json()["opened"] for _ in range(2)] == [1, 0]
    shown = ann.get(f"{bank}/review-preview").json()
    assert (shown["total"], shown["never_opened"]) == (len(rows), len(rows) - 1)
    assert len(pending(ann, bank, flag="unopened")) == len(rows) - 1

    body = {"decision": "approve", "matching": {"flag": ["unopened"]}, "expected_total": len(rows)}
    refused = ann.post(f"{bank}/review", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert len(pending(ann, bank)) == len(rows)
    answer = ann.post(f"{bank}/review", json={**body, "expected_total": len(rows) - 1})
    assert (answer.status_code, len(answer.json()["changed"])) == (200, len(rows) - 1)
    assert [row["question_id"] for row in pending(ann, bank)] == [rows[0]["question_id"]]


def test_facts_of_a_document_are_previewed_and_decided_by_what_they_match(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    through(pipeline, needs_work(pipeline, receive(pipeline, upload())))
    ann = client_of(pipeline)
    job = ann.get("/api/job/next").json()["job"]
    document = f"/api/v2/documents/{job['document_id']}"

    def statuses() -> Counter[str]:
        return Counter(row["status"] for row in ann.get(f"{document}/facts?limit=200").json()["items"])

    facts = ann.get(f"{document}/facts?limit=200").json()["items"]
    least = sorted(fact["confidence"] for fact in facts)[-2]
    certain = sum(fact["confidence"] >= least for fact in facts)
    shown = ann.get(f"{document}/review-preview", params={"least": least}).json()
    assert (0 < shown["total"] < len(facts), shown["total"], shown["never_opened"]) == (True, certain, certain)
    body = {"decision": "approve", "matching": {"least": least}, "expected_total": certain + 1}
    assert ann.post(f"{document}/review", json=body).status_code == 409
    assert statuses() == {"pending": len(facts)}
    stale = {"status": job["stage"], "version": job["review_version"] - 1}
    body["expected_total"] = certain
    assert ann.post(f"{document}/review", json={**body, "expected": stale}).status_code == 409
    seen = {"status": job["stage"], "version": job["review_version"]}
    answer = ann.post(f"{document}/review", json={**body, "expected": seen})
    assert (answer.status_code, len(answer.json()["changed"])) == (200, certain), answer.text
    assert statuses() == {"approved": certain, "pending": len(facts) - certain}
    assert ann.get("/api/job/next").json()["job"]["job_id"] == job["job_id"], "the document goes on waiting"
    rest = ann.post(f"{document}/review", json={"decision": "reject", "matching": {}}).json()
    assert len(rest["changed"]) == len(facts) - certain
    assert ann.post(f"{document}/undo").json()["changed"] == rest["changed"], "one undo takes all of it back"


def test_a_program_decides_facts_by_what_they_match(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    through(pipeline, needs_work(pipeline, receive(pipeline, upload())))
    client = Client(app=pipeline)
    [document] = client.waiting()
    to, matching = QuestionStatus.APPROVED, QuestionFilter(search="boiler")
    preview = client.preview(document.document_id, to, matching)
    assert preview.total > 0
    with pytest.raises(ConflictError):
        client.decide_matching(document.document_id, to, matching, total=preview.total + 1)
    change = client.decide_matching(document.document_id, to, matching, total=preview.total, reason="seen")
    assert len(change.changed) == preview.total
    approved = client.facts(document.document_id, statuses=[to])
    assert {fact.question_id for fact in approved} == set(change.changed)


def test_what_is_decided_already_is_meant_only_by_its_status(ann: TestClient, bank: str) -> None:
    ann.post(f"{bank}/review", json={"decision": "reject", "matching": {"search": "deductible"}})
    approve = {"decision": "approve", "matching": {"search": "deductible"}}
    assert ann.post(f"{bank}/review", json=approve).json()["changed"] == []
    shown = ann.get(f"{bank}/review-preview", params={"search": "deductible"}).json()
    assert (shown["total"], shown["left_alone"], shown["overturned"]) == (0, 1, {})
    shown = ann.get(f"{bank}/review-preview", params={"search": "deductible", "status": "rejected"}).json()
    assert (shown["total"], shown["left_alone"], list(shown["overturned"].values())) == (1, 0, [1])
    approve["matching"] = {"search": "deductible", "status": ["rejected", "imported"]}
    assert len(ann.post(f"{bank}/review", json=approve).json()["changed"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "approve", "matching": {}, "question_ids": [str(uuid4())]},
        {"decision": "approve", "expected_total": 1},
        {"decision": "approve", "matching": {"flags": ["alike"]}},
    ],
)
def test_a_filter_stands_instead_of_ids(ann: TestClient, bank: str, body: dict[str, Any]) -> None:
    assert ann.post(f"{bank}/review", json=body).status_code == 422


def test_pairs_are_grouped_previewed_and_decided_by_group(ann: TestClient, bank: str) -> None:
    url = bank.replace("/batches/", "/duplicates/")
    undecided = ann.get(f"{url}?resolution=pending").json()
    groups = ann.get(f"{url}/groups").json()
    assert sum(groups.values()) == len(undecided)
    assert groups["number"] >= 1, "48 hours and 24 hours"
    shown = ann.get(f"{url}/preview?group=number").json()
    assert shown["total"] == groups["number"] == sum(shown["proposed"].values())
    assert {pair["duplicate_id"] for pair in shown["sample"]} <= {pair["duplicate_id"] for pair in undecided}
    assert ann.get(f"{url}/preview?group=number&most=0.01").json()["total"] == 0
    assert ann.get(f"{url}/preview?group=number&method=trigram").json()["total"] == 0
    body = {"resolution": "keep_both", "matching": {"group": "number"}, "expected_total": shown["total"] + 1}
    assert ann.post(f"{bank}/resolve", json=body).status_code == 409
    decided = ann.post(f"{bank}/resolve", json={**body, "expected_total": shown["total"]}).json()
    assert len(decided["changed"]) == shown["total"]
    assert ann.get(f"{url}/groups").json() == {**groups, "number": 0}


def test_batches_are_listed_by_need_and_name_with_totals_reviewers_and_notes(ann: TestClient, bank: str) -> None:
    listed = ann.get("/api/staging/batches").json()
    assert (listed["total"], listed["needs_person"]) == (2, 2)
    [found] = ann.get("/api/staging/batches?name=SECOND&banks=true").json()["items"]
    assert (f"/batches/{found['batch_id']}", found["reviewers"]) == (found["review_url"], [])
    noted = ann.patch(bank, json={"notes": "  Ask the claims team.  ", "reviewer": "Ann"}).json()
    assert (noted["notes"], noted["reviewers"]) == ("Ask the claims team.", [f"Ann ({noted['uploaded_by']})"])
    assert ann.patch(bank, json={"notes": " "}).json()["notes"] is None
    ann.post(f"{bank}/review", json={"decision": "reject"})
    after = ann.get("/api/staging/batches?needs_person=true&limit=1").json()
    assert (after["total"], after["items"][0]["file_name"], after["next_cursor"]) == (1, "first.md", None)
    now = ann.get(bank).json()
    assert (now["needs_person"], now["review_completed_at"] is not None) == (False, True)


def test_nothing_of_it_is_another_users(ann: TestClient, bank: str, sign_in: Any) -> None:
    bob = sign_in(BOB)
    [question, *_] = pending(ann, bank)
    opened = {"question_ids": [question["question_id"]]}
    assert bob.post(f"{bank}/questions/opened", json=opened).status_code == 404
    assert bob.get(f"{bank}/review-preview").status_code == 404
    assert pending(ann, bank, flag="unopened") == pending(ann, bank)


@pytest.mark.parametrize("field", ["question", "answer", "kind"])
def test_no_question_is_edited_to_something_invisible(ann: TestClient, bank: str, field: str) -> None:
    path = f"{bank}/questions/{pending(ann, bank)[0]['question_id']}"
    for blank in ("", "  ", "\u200b", "\u00ad\u2800\u3000"):
        refused = ann.patch(path, json={field: blank})
        assert (refused.status_code, f"The {field} cannot be empty" in refused.text) == (422, True), refused.text
    assert ann.patch(bank, json={"notes": "\u200b"}).json()["notes"] is None


def test_a_cursor_is_of_one_order(ann: TestClient, bank: str) -> None:
    for path, orders in ((f"{bank}/questions", ("file", "need")), ("/api/v2/review/waiting", ("oldest", "useful"))):
        for order, other in (orders, orders[::-1]):
            page = ann.get(path, params={"order": order, "limit": 1}).json()
            asked = {"cursor": page["next_cursor"], "limit": 1}
            following = ann.get(path, params={**asked, "order": order}).json()
            assert following["items"] not in ([], page["items"])
            refused = ann.get(path, params={**asked, "order": other})
            assert (refused.status_code, refused.json()["action"]) == (422, "Start again without `cursor`.")


@pytest.mark.parametrize(("field", "known"), [("flag", "'more_words'"), ("method", "'trigram'")])
def test_pairs_are_filtered_by_what_there_is(ann: TestClient, bank: str, field: str, known: str) -> None:
    path = bank.replace("batches", "duplicates")
    asked = ann.get(f"{path}/preview", params={field: "zz"})
    sent = ann.post(f"{bank}/resolve", json={"resolution": "keep_both", "matching": {field: "zz"}})
    for refused, where in ((asked, f"query/{field}"), (sent, f"body/matching/{field}")):
        assert refused.status_code == 422
        assert [one["where"] for one in refused.json()["errors"]] == [where]
        assert known in refused.json()["detail"]
