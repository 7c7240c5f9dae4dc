"""Phase 6 over HTTP: it is complete once the document was exported, or somebody acknowledges it."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB


@pytest.fixture
def published(api_pipeline: Pipeline, ann: TestClient) -> dict[str, Any]:
    publish(api_pipeline, upload())
    [job] = ann.get("/api/v2/jobs").json()["items"]
    return dict(job)


def events_of(pipeline: Pipeline, code: str) -> list[dict[str, Any]]:
    with pipeline.open_uow() as uow:
        query = "SELECT payload FROM events WHERE code = %s ORDER BY event_id"
        return [payload for (payload,) in uow.session.connection.execute(query, [code]).fetchall()]


def test_a_published_document_is_acknowledged_once(
    api_pipeline: Pipeline, ann: TestClient, published: dict[str, Any]
) -> None:
    url = f"/api/v2/jobs/{published['job_id']}"
    before = ann.get(url).json()
    assert (before["acknowledged"], before["phases"][6]["ended_at"]) == (None, None)
    done = [ann.post(f"{url}/acknowledge").json() for _ in range(2)]
    assert [one.pop("is_new") for one in done] == [True, False]
    assert done[0] == done[1]
    job = ann.get(url).json()
    assert job["phases"][6]["ended_at"] == done[0]["completed_at"]
    assert (job["acknowledged"]["by"], job["acknowledged"]["reason"]) == (str(ANN), "acknowledge")
    [event] = events_of(api_pipeline, "acknowledged")
    assert (event["how"], event["by"], event["stage"]) == ("acknowledge", str(ANN), "ingested")


def test_phases_have_their_times_and_what_was_skipped_says_so(ann: TestClient, published: dict[str, Any]) -> None:
    phases = ann.get(f"/api/v2/jobs/{published['job_id']}").json()["phases"]
    assert [one["phase"] for one in phases if one["is_skipped"]] == [2, 4]
    ran = [one for one in phases if not one["is_skipped"]]
    assert [one["name"] for one in ran] == ["upload", "processing", "validation", "generation", "download"]
    moments = [moment for one in ran for moment in (one["began_at"], one["ended_at"]) if moment]
    assert moments == sorted(moments)
    assert len(moments) == 2 * len(ran) - 1, "the last phase is not over"


@pytest.mark.parametrize(("form", "kind"), [("json", "json"), ("jsonl", "x-ndjson"), ("csv", "csv")])
def test_an_export_completes_it_once_the_last_byte_has_left(
    api_pipeline: Pipeline, ann: TestClient, published: dict[str, Any], form: str, kind: str
) -> None:
    url = f"/api/v2/documents/{published['document_id']}/export?format={form}"
    assert ann.head(url).status_code == 200
    assert events_of(api_pipeline, "document_exported") == []
    answer = ann.get(url)
    assert kind in answer.headers["content-type"]
    assert f"manual.md.{form}" in answer.headers["content-disposition"]
    facts = {
        "json": lambda: json.loads(answer.text)["facts"],
        "jsonl": lambda: [line for line in answer.text.splitlines() if json.loads(line)["record"] == "fact"],
        "csv": lambda: list(csv.DictReader(io.StringIO(answer.text))),
    }[form]()
    assert facts
    assert len(events_of(api_pipeline, "document_exported")) == 1
    [event] = events_of(api_pipeline, "acknowledged")
    assert event["how"] == "download"
    assert ann.get(url).status_code == 200
    assert len(events_of(api_pipeline, "acknowledged")) == 1


def test_what_is_not_published_is_neither_exported_nor_acknowledged(api_pipeline: Pipeline, ann: TestClient) -> None:
    receive(api_pipeline, upload())
    [job] = ann.get("/api/v2/jobs").json()["items"]
    for answer in (
        ann.get(f"/api/v2/documents/{job['document_id']}/export"),
        ann.post(f"/api/v2/jobs/{job['job_id']}/acknowledge"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "not_published")
    assert ann.post(f"/api/v2/jobs/{uuid4()}/acknowledge").status_code == 404


def test_an_approval_names_its_facts_and_an_override_its_reason(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    through(pipeline, needs_work(pipeline, receive(pipeline, upload())))
    ann = client_of(pipeline)
    [job] = ann.get("/api/v2/jobs").json()["items"]
    url = f"/api/v2/jobs/{job['job_id']}"
    assert ann.get(url).json()["approval"] is None
    ann.post(f"/api/job/{job['job_id']}/approve-stage2", json={"reason": "all of it is true", "reviewer": "Ann"})
    approval = ann.get(url).json()["approval"]
    facts = ann.get(f"/api/v2/documents/{job['document_id']}/facts?status=approved").json()["items"]
    assert set(approval["approved_matches"]) == {fact["question_id"] for fact in facts}
    assert (approval["reason"], approval["by"], approval["rejected"]) == ("all of it is true", f"Ann ({ANN})", [])


def test_an_export_by_a_reader_is_on_record_and_completes_nothing(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    ann, bob = client_of(pipeline), client_of(pipeline, BOB)
    realm = ann.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    ann.put(f"/api/v2/realms/{realm}/members/{BOB}", json={"role": "reader", "name": "Bob"})
    sent = ann.post("/api/v2/upload", files={"file": ("a.md", MANUAL.encode())}, data={"realm": "team"}).json()
    through(pipeline, [UUID(sent["document_id"])])
    url = f"/api/v2/documents/{sent['document_id']}/export"
    assert bob.get(url).status_code == 200
    assert len(events_of(pipeline, "document_exported")) == 1
    assert bob.post(f"/api/v2/jobs/{sent['job_id']}/acknowledge").status_code == 403
    assert events_of(pipeline, "acknowledged") == []
    assert ann.get(url).status_code == 200
    assert len(events_of(pipeline, "acknowledged")) == 1
