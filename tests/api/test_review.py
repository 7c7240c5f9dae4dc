"""Reviews over HTTP: what waits, the decisions of both phases, and two reviewers at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.servers import wait_until
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN
from tests.support.visiting import visit


@pytest.fixture
def manual(make_pipeline: Callable[..., Pipeline]) -> tuple[TestClient, str, Pipeline]:
    """A document that waits in matching review: its job, and what asks for it."""
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    received = receive(pipeline, upload())
    through(pipeline, needs_work(pipeline, received))
    client = client_of(pipeline)
    return client, client.get("/api/job/next").json()["job"]["job_id"], pipeline


def test_an_approved_document_goes_on(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    decided = client.post(f"/api/job/{job_id}/approve-stage2", json={"reason": "read it"}).json()
    assert (decided["state"], decided["goes_on"], decided["next_job"]) == ("queued", True, None)
    assert client.get(f"/api/v2/jobs/{job_id}").json()["state"] == "queued"


def test_of_two_reviewers_one_is_told_what_the_other_did(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: client.post(f"/api/job/{job_id}/approve-stage2"), range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [late] = [answer.json() for answer in answers if answer.status_code == 409]
    assert late["code"] == "already_decided"
    assert "approved it" in late["detail"]


def test_some_facts_are_rejected_and_the_rest_goes_on(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    batch = client.get("/api/staging/batches").json()["items"][0]
    questions = client.get(f"/api/staging/batches/{batch['batch_id']}/questions").json()["items"]
    one = questions[0]["question_id"]
    rejected = client.post(f"/api/job/{job_id}/reject", json={"question_ids": [one], "reason": "outdated"}).json()
    assert (rejected["state"], rejected["goes_on"]) == ("awaiting_review", False)
    assert client.post(f"/api/job/{job_id}/approve-stage2").json()["goes_on"] is True


def test_a_document_is_rejected(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    assert client.post(f"/api/job/{job_id}/reject").json()["state"] == "done"
    assert client.get(f"/api/v2/jobs/{job_id}").json()["outcome"] == "rejected"


def test_what_does_not_fit_is_refused(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    wrong = client.post(f"/api/job/{job_id}/return-to-matching")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "already_decided")
    short = client.post(f"/api/job/{job_id}/override-validation", json={"reason": "no"})
    assert (short.status_code, short.json()["code"]) == (422, "reason_too_short")
    assert client.post(f"/api/job/{job_id}/override-validation").status_code == 422


def test_critical_findings_are_overridden_or_returned(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(
        changes={**NO_LIMITS, "user_id": ANN, "validation_max_facts_per_10k_chars": 0.1, "chunk_max_chars": 300}
    )
    # a chunk far over its limit, by a rule that is critical: garbled text
    garbled = "# Manual\n\n" + "The valve opens at 3 bar. " + "\ufffd" * 60 + "\n"
    received = receive(pipeline, upload("garbled.md", garbled))
    through(pipeline, needs_work(pipeline, received))
    client = client_of(pipeline)
    waiting = client.get("/api/job/next?phase=4").json()["job"]
    assert waiting["critical"] > 0
    job = f"/api/job/{waiting['job_id']}"
    assert waiting["review_url"] == f"/validate/{waiting['job_id']}"
    returned = client.post(f"{job}/return-to-matching").json()
    assert (returned["state"], returned["redirect_url"]) == (
        "awaiting_review", f"/review-matching/{waiting['job_id']}",
    )  # fmt: skip
    assert client.get("/api/job/next?phase=2").json()["job"]["job_id"] == waiting["job_id"]
    shown = client.get(f"/api/v2/jobs/{waiting['job_id']}").json()
    assert ("critical" in {found["severity"] for found in shown["returned_for"]}, shown["findings"]) == (True, [])
    told = client.post(f"{job}/approve-stage2").json()
    assert (told["goes_on"], told["critical_count"], told["requires_validation"]) == (True, waiting["critical"], True)
    assert told["validation_url"] == waiting["review_url"]
    through(pipeline, list(received.documents))
    overridden = client.post(f"{job}/override-validation", json={"reason": "read the original: it is legible"})
    assert overridden.json()["goes_on"] is True
    through(pipeline, list(received.documents))
    assert client.get(f"/api/v2/jobs/{waiting['job_id']}").json()["outcome"] == "published"


def test_documents_are_selected_all_or_nothing(ann: TestClient) -> None:
    made = [
        ann.post("/api/v2/upload", files={"file": ("a.md", f"# A\n\n{n}.".encode())}).json()["document_id"]
        for n in range(2)
    ]
    url = "/api/v3/documents/staging/status"
    missing = "00000000-0000-0000-0000-000000000001"
    wrong = ann.put(url, json={"document_ids": [*made, missing, "x"], "status": "Selected"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "status_refused")
    assert {one["value"] for one in wrong.json()["errors"]} == {missing, "x"}
    assert ann.get(f"/api/v2/documents/{made[0]}").json()["staging_status"] == "New"
    done = ann.put(url, json={"document_ids": made, "status": "Selected"}).json()
    assert (done["updated"], done["queued"]) == (2, 2)
    assert ann.get(f"/api/v2/documents/{made[0]}").json()["deep_scan_status"] == "Queued"
    back = ann.put(url, json={"document_ids": made, "status": "Archived"}).json()
    assert (back["updated"], back["queued"], back["taken_back"]) == (2, 0, 2)
    assert ann.get(f"/api/v2/documents/{made[0]}").json()["deep_scan_status"] is None


def test_unknown_fields_are_refused_with_the_nearest_known_one(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    wrong = client.post(f"/api/job/{job_id}/reject", json={"question_id": ["x"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["nearest"]) == (422, "question_ids")
    assert client.post(f"/api/job/{job_id}/approve-stage2?question_ids=x").status_code == 422
    assert client.get(f"/api/v2/jobs/{job_id}").json()["state"] == "awaiting_review"


def test_only_what_is_named_is_approved(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    url = f"/api/job/{job_id}/approve-stage2"
    batch = client.get("/api/staging/batches").json()["items"][0]["batch_id"]
    first, *others = client.get(f"/api/staging/batches/{batch}/questions").json()["items"]
    missing = "00000000-0000-0000-0000-000000000001"
    refused = client.post(url, json={"approved_matches": [first["question_id"], missing]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_ids")
    body = {"approved_matches": [first["question_id"]], "next_action": "next_job", "user_id": "current_user"}
    decided = client.post(url, json=body).json()
    assert (decided["goes_on"], decided["next_job_id"]) == (True, None)
    assert decided["validation_url"] == f"/validate/{job_id}"
    assert (decided["critical_count"], decided["requires_validation"]) == (0, False)
    after = {one["question_id"]: one for one in client.get(f"/api/staging/batches/{batch}/questions").json()["items"]}
    assert after[first["question_id"]]["status"] == "approved"
    assert {after[one["question_id"]]["review_notes"] for one in others} == {"not among the approved"}


def test_a_document_that_changed_meanwhile_is_not_decided_unseen(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    waiting = client.get("/api/job/next").json()["job"]
    shown = client.get(f"/api/v2/jobs/{job_id}").json()
    assert (shown["stage"], shown["review_version"]) == (waiting["stage"], waiting["review_version"])
    seen = {"status": shown["stage"], "version": shown["review_version"]}
    batch = client.get("/api/staging/batches").json()["items"][0]["batch_id"]
    one = client.get(f"/api/staging/batches/{batch}/questions").json()["items"][0]
    state = {one["question_id"]: {"status": one["status"], "version": one["version"]}}
    body = {"question_ids": [one["question_id"]], "expected": seen, "expected_facts": state}
    assert client.post(f"/api/job/{job_id}/reject", json=body).status_code == 200
    for path, late in (("reject", body), ("approve-stage2", {"expected": seen}), ("reject", {"expected": seen})):
        answer = client.post(f"/api/job/{job_id}/{path}", json=late)
        assert (answer.status_code, answer.json()["code"], answer.json()["who"]) == (409, "changed_meanwhile", str(ANN))
    anew = {"status": shown["stage"], "version": client.get(f"/api/v2/jobs/{job_id}").json()["review_version"]}
    assert client.post(f"/api/job/{job_id}/approve-stage2", json={"expected": anew}).json()["goes_on"] is True


def test_a_pair_of_a_document_is_decided(make_pipeline: Callable[..., Pipeline]) -> None:
    changes = {"realm_id": ANN, "duplicate_mode": "baseline", "duplicate_threshold": 0.6}
    pipeline = make_pipeline(changes={**NO_LIMITS, **changes})
    said = "# Rules\n\nMembers must report {} loss to the service office within thirty days.\n"
    for name, which in (("first.md", "each"), ("second.md", "every")):
        received = receive(pipeline, upload(name, said.format(which)))
        through(pipeline, needs_work(pipeline, received))
    client = client_of(pipeline)
    waiting = client.get("/api/job/next").json()["job"]
    batches = client.get("/api/staging/batches").json()["items"]
    [batch] = [one["batch_id"] for one in batches if one["document_id"] == waiting["document_id"]]
    [pair] = client.get(f"/api/staging/duplicates/{batch}").json()
    assert (pair["resolution"], pair["document_id"]) == ("pending", waiting["document_id"])
    url = f"/api/staging/duplicates/{pair['duplicate_id']}/resolve"
    seen = {"status": "pending", "version": pair["version"]}
    decided = client.post(url, json={"resolution": "keep_existing", "reason": "the same", "expected": seen})
    assert (decided.status_code, decided.json()["counts"]["duplicate"]) == (200, 1), decided.text
    late = client.post(url, json={"resolution": "keep_both", "expected": seen}).json()
    assert (late["code"], late["what"], late["asked"]["resolution"]) == (
        "changed_meanwhile", "kept the earlier one", "keep_both",
    )  # fmt: skip


def test_within_its_window_a_decision_can_be_taken_back(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, pipeline = manual
    url = f"/api/job/{job_id}"
    parked = client.post(f"{url}/approve-stage2", json={"undo_window": 10, "reviewer": "Ann"}).json()
    assert (parked["state"], parked["goes_on"], parked["next_job"]) == ("awaiting_review", False, None)
    assert (parked["critical_count"], parked["parked"]["undo_url"]) == (None, f"{url}/undo")
    shown = client.get(f"/api/v2/jobs/{job_id}").json()
    assert (shown["state"], shown["parked"]) == ("awaiting_review", parked["parked"])
    refused = client.post(f"{url}/reject")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_decided")
    assert f"Ann ({ANN}) decided “approve”" in refused.json()["detail"]
    assert "POST /api/job/{job_id}/undo" in refused.json()["action"]
    assert "is carried out at" in visit(pipeline).get(f"/review-matching/{job_id}").text

    undone = client.post(parked["parked"]["undo_url"], json={"reviewer": "Bob", "reason": "the wrong one"})
    assert (undone.status_code, undone.json()["state"]) == (200, "awaiting_review")
    assert client.get(f"/api/v2/jobs/{job_id}").json()["parked"] is None
    late = client.post(parked["parked"]["undo_url"])
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    assert client.post(f"{url}/approve-stage2").json()["goes_on"] is True


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"undo_window": 10.5}, 422),
        ({"undo_window": -1}, 422),
        ({"undo_window": 5, "fact_ids": ["00000000-0000-0000-0000-000000000001"]}, 422),
        ({"undo_window": 0}, 200),
    ],
)
def test_windows(manual: tuple[TestClient, str, Pipeline], body: dict[str, object], status: int) -> None:
    client, job_id, _ = manual
    answer = client.post(f"/api/job/{job_id}/reject", json=body)
    assert (answer.status_code, answer.json().get("parked")) == (status, None)


def test_after_its_window_a_decision_is_carried_out(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, pipeline = manual
    client.post(f"/api/job/{job_id}/reject", json={"undo_window": 0.02, "reason": "not ours"})
    time.sleep(0.05)
    clock = pipeline.parking_clock
    assert clock is not None
    stopping = threading.Event()
    thread = threading.Thread(target=clock.run, args=(stopping,))
    thread.start()
    try:
        assert wait_until(lambda: client.get(f"/api/v2/jobs/{job_id}").json()["outcome"] == "rejected")
    finally:
        stopping.set()
        thread.join()
    late = client.post(f"/api/job/{job_id}/undo")
    assert (late.status_code, "it was carried out" in late.json()["detail"]) == (409, True)


def test_a_fact_goes_back_to_what_it_was(manual: tuple[TestClient, str, Pipeline]) -> None:
    client, job_id, _ = manual
    batch = client.get("/api/staging/batches").json()["items"][0]
    listed = f"/api/staging/batches/{batch['batch_id']}/questions"
    one = client.get(listed).json()["items"][0]
    url = f"/api/v2/documents/{batch['document_id']}/facts/{one['question_id']}/undo"
    assert client.post(url).json()["code"] == "conflict"
    unknown = client.post(url.replace(one["question_id"], batch["document_id"]))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    client.post(f"/api/job/{job_id}/reject", json={"fact_ids": [one["question_id"]]})
    rejected = client.get(listed).json()["items"][0]
    stale = client.post(url, json={"expected": {"status": one["status"], "version": one["version"]}})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
    seen = {"status": rejected["status"], "version": rejected["version"]}
    undone = client.post(url, json={"expected": seen, "reason": "it is right", "reviewer": "Bob"})
    assert (undone.status_code, undone.json()["changed"]) == (200, [one["question_id"]])
    now = client.get(listed).json()["items"][0]
    assert (now["status"], now["changed_by"]) == (one["status"], f"Bob ({ANN})")


def test_a_question_and_a_pair_of_a_bank_go_back(ann: TestClient, api_pipeline: Pipeline) -> None:
    banks = [f"### How long does {which} claim take?\n\nTen days.\n" for which in ("a", "one")]
    ids = [ann.post("/api/upload-markdown", files={"file": ("b.md", bank)}).json()["batch_id"] for bank in banks]
    list(api_pipeline.bank_queue.drain())
    [pair] = [one for batch in ids for one in ann.get(f"/api/staging/duplicates/{batch}").json()]
    url = f"/api/staging/duplicates/{pair['duplicate_id']}"
    ann.post(f"{url}/resolve", json={"resolution": "not_duplicate"})
    assert ann.post(f"{url}/undo").status_code == 200
    [now] = ann.get(f"/api/staging/duplicates/{pair['batch_id']}").json()
    assert now["resolution"] == pair["resolution"]
    other = next(batch for batch in ids if batch != pair["batch_id"])
    ann.post(f"/api/staging/batches/{other}/review", json={"decision": "approve"})
    undone = ann.post(f"/api/staging/batches/{other}/questions/{pair['existing']}/undo")
    assert (undone.status_code, undone.json()["counts"]["pending"]) == (200, 1)
    assert ann.post(f"/api/staging/batches/{other}/questions/{other}/undo").status_code == 404


def test_a_fact_that_is_not_there_is_said_to_be_none_wherever_its_document_stands(
    ann: TestClient, api_pipeline: Pipeline
) -> None:
    [document_id] = publish(api_pipeline, upload())
    assert ann.post(f"/api/v2/documents/{document_id}/facts/{document_id}/undo").status_code == 404
