"""Findings over HTTP, each resolved to the facts, chunks and pages that it is about."""

from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import JobId
from tests.support.reviewing import CONTRADICTORY, park
from tests.support.through import publish, upload

PUBLISHED = "# Costs\n\nThe annual deductible for dental care is $500 for each insured member.\n"
DIFFERING = "# Costs\n\nThe annual deductible for dental care is $750 for each insured member.\n"


def findings(client: TestClient, name: str) -> dict[str, Any]:
    jobs = client.get("/api/v2/jobs").json()["items"]
    [job_id] = [job["job_id"] for job in jobs if job["filename"] == name]
    return dict(client.get(f"/api/v2/jobs/{job_id}/findings").json())


def test_a_contradiction_has_both_places(api_pipeline: Pipeline, ann: TestClient) -> None:
    document_id = park(api_pipeline, "costs.md", CONTRADICTORY)
    found = next(one for one in findings(ann, "costs.md")["findings"] if one["code"] == "contradiction")
    assert [place["question_id"] for place in found["places"]] == found["numbers"]["question_ids"]
    assert ["$500" in place["quote"] for place in found["places"]] == [True, False]
    for place in found["places"]:
        assert (place["document_id"], place["filename"]) == (str(document_id), "costs.md")
        assert (place["chunk"], place["heading_path"]) == (0, ["Costs"])
        [span] = place["spans"]
        assert CONTRADICTORY[span["char_from"] : span["char_to"]] == span["quote"] == place["quote"]
    assert found["pages"] == []


def test_a_place_stands_under_its_own_heading(api_pipeline: Pipeline, ann: TestClient) -> None:
    """Its chunk begins under another one."""
    intro = "# Guide\n\nThis guide tells members what their insurance pays for.\n\n## Costs\n"
    document_id = park(api_pipeline, "costs.md", CONTRADICTORY.replace("# Costs\n", intro))
    found = next(one for one in findings(ann, "costs.md")["findings"] if one["code"] == "contradiction")
    assert {place["chunk"] for place in found["places"]} == {0}
    assert [place["heading_path"] for place in found["places"]] == [["Guide", "Costs"]] * 2
    facts = ann.get(f"/api/v2/documents/{document_id}/facts").json()["items"]
    assert {tuple(fact["heading_path"]) for fact in facts if "deductible" in fact["quote"]} == {("Guide", "Costs")}


def test_a_place_may_be_in_another_document(api_pipeline: Pipeline, ann: TestClient) -> None:
    publish(api_pipeline, upload("old.md", PUBLISHED))
    park(api_pipeline, "new.md", DIFFERING)
    job = next(job for job in ann.get("/api/v2/jobs").json()["items"] if job["filename"] == "new.md")
    if job["stage"] == "matching_review":
        ann.post(f"/api/job/{job['job_id']}/approve-stage2", json={"duplicates": "keep_both"})
        park(api_pipeline, "new.md", DIFFERING)
    found = [one for one in findings(ann, "new.md")["findings"] if "contradicts" in one["code"]]
    [(mine, theirs)] = [one["places"] for one in found]
    assert (mine["filename"], theirs["filename"]) == ("new.md", "old.md")
    assert (theirs["status"], "$500" in theirs["quote"]) == ("imported", True)


def test_what_a_document_was_returned_for_keeps_its_places(api_pipeline: Pipeline, ann: TestClient) -> None:
    park(api_pipeline, "costs.md", CONTRADICTORY)
    job_id = ann.get("/api/job/next").json()["job"]["job_id"]
    before = findings(ann, "costs.md")
    ann.post(f"/api/job/{job_id}/return-to-matching")
    after = findings(ann, "costs.md")
    assert after["findings"] == before["returned_for"] == []
    assert after["returned_for"] == before["findings"] != []


def test_chunks_and_pages_are_places_too(api_pipeline: Pipeline, ann: TestClient) -> None:
    park(api_pipeline, "costs.md", CONTRADICTORY)
    job_id = UUID(ann.get("/api/job/next").json()["job"]["job_id"])
    rows = [
        _row("chunk 0", {"share": 0.2}),
        _row("page 3", {"pages": [3, 7], "total": 9}),
        _row("document", {"characters": 0}),
        # of a fact that is there no more
        _row(str(uuid4()), {"question_ids": [str(uuid4())], "page": 4}),
    ]
    with api_pipeline.open_uow() as uow:
        uow.jobs.set_validation_results({JobId(job_id): {"critical": 4, "findings": rows}})
        uow.commit()
    found = findings(ann, "costs.md")["findings"]
    assert [one["pages"] for one in found] == [[], [3, 7], [], [4]]
    assert [len(one["places"]) for one in found] == [1, 0, 0, 0]
    [chunk] = found[0]["places"]
    assert (chunk["chunk"], chunk["question_id"], chunk["quote"][:7]) == (0, None, "# Costs")
    assert CONTRADICTORY.startswith(chunk["quote"].strip())


def _row(subject: str, numbers: dict[str, Any]) -> dict[str, Any]:
    return {"code": "c", "severity": "critical", "message": "m", "subject": subject, "numbers": numbers}
