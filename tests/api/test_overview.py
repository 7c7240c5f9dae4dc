"""The overview and the costs of reviewing over HTTP: what they count is what is there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.reviewing import CONTRADICTORY, park
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB

URL = "/api/v2/overview"
COSTS = "/api/v2/review/costs"


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})


@pytest.fixture
def ann(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


def facts_of(client: TestClient, job_id: str) -> list[dict[str, Any]]:
    document_id = client.get(f"/api/v2/jobs/{job_id}").json()["document_id"]
    return list(client.get(f"/api/v2/documents/{document_id}/facts").json()["items"])


def test_the_phases_add_up_and_dead_letters_say_what_to_do(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    publish(app, upload())
    park(app, "costs.md", CONTRADICTORY)
    receive(app, upload("new.md", "# New\n\nNew rooms are locked at night.\n"))
    through(app, needs_work(app, receive(app, upload("empty.pdf", "%PDF-1.4\nnothing that is a page\n%%EOF"))))
    answer = client_of(app).get(URL).json()
    assert {row["phase"]: row["total"] for row in answer["phases"] if row["total"]} == {0: 1, 1: 1, 4: 1, 6: 1}
    assert [row["name"] for row in answer["phases"]][:3] == ["upload", "processing", "matching review"]
    assert (answer["phases"][4]["waiting"], answer["phases"][6]["done"], answer["phases"][1]["dead"]) == (1, 1, 1)
    assert (answer["waiting"], answer["published_today"], answer["completed"]) == (1, 1, 0)
    dead = answer["dead_letters"]
    assert dead["total"] == 1
    [row] = dead["newest"]
    assert dead["by_code"] == [{"code": row["last_error"]["code"], "jobs": 1}]
    assert row["filename"] == "empty.pdf"
    assert row["last_error"]["message"]
    assert row["last_error"]["action"]
    assert len(answer["throughput"]) == 7
    assert answer["throughput"][-1] | {"since": ""} == {"since": "", "published": 1, "not_published": 0, "dead": 1}
    stages = {row["stage"]: row for row in answer["stages"]}
    assert stages["ingestor"]["documents"] == 1
    assert all(0 <= row["p50_s"] <= row["p95_s"] for row in stages.values())


def test_what_was_downloaded_is_complete(make_pipeline: Callable[..., Pipeline], database_url: str) -> None:
    app = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    publish(app, upload())
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE upload_pipeline.upload_jobs SET stage6_completed_at = now()")
    answer = client_of(app).get(URL, params={"by": "hour", "days": 1}).json()
    assert (answer["completed"], answer["phases"][6]["total"]) == (1, 0)
    assert 1 <= len(answer["throughput"]) <= 24
    assert sum(row["published"] for row in answer["throughput"]) == answer["published_today"] == 1


def test_nothing_of_anothers(pipeline: Pipeline, ann: TestClient) -> None:
    park(pipeline)
    bob = client_of(pipeline, BOB)
    assert sum(row["total"] for row in bob.get(URL).json()["phases"]) == 0
    assert bob.get(COSTS).json()["everybody"]["decisions"] == 0


@pytest.fixture
def decided(pipeline: Pipeline, ann: TestClient, database_url: str) -> list[dict[str, Any]]:
    """Facts of one document: approved, edited and approved, rejected, approved and undone; 10 seconds each."""
    park(pipeline)
    job_id = ann.get("/api/job/next").json()["job"]["job_id"]
    facts = facts_of(ann, job_id)
    document_id = ann.get(f"/api/v2/jobs/{job_id}").json()["document_id"]
    urls = [f"/api/v2/documents/{document_id}/facts/{fact['question_id']}" for fact in facts]
    ann.patch(urls[0], json={"status": "approved"})
    ann.patch(urls[1], json={"statement": "The valve opens at 3 bar and protects the vessel."})
    ann.patch(urls[1], json={"status": "approved"})
    ann.patch(urls[2], json={"status": "rejected"})
    ann.patch(urls[3], json={"status": "approved"})
    ann.post(f"{urls[3]}/undo")
    with psycopg.connect(database_url) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE upload_pipeline.events e SET ts = now() - interval '1 hour' + n * interval '10 seconds' "
            "FROM (SELECT event_id, row_number() OVER (ORDER BY event_id) AS n FROM upload_pipeline.events "
            "WHERE type = 'review') r WHERE r.event_id = e.event_id"
        )
    return facts


def test_what_reviewing_costs(decided: list[dict[str, Any]], ann: TestClient) -> None:
    answer = ann.get(COSTS).json()
    mine, everybody = answer["mine"], answer["everybody"]
    # of fewer than three the time of everybody would tell that of another
    assert (everybody["decisions"], everybody["taken_back"], everybody["reviewers"]) == (4, 1, 1)
    assert (everybody["seconds"], everybody["median_s"], everybody["timed_decisions"]) == (None, None, None)
    # the first has no time, and to take one back is no decision
    assert (mine["decisions"], mine["timed_decisions"], mine["median_s"]) == (4, 4, 10.0)
    assert mine["seconds"] == 40.0
    by = {(row["kind"], row["name"]): row for row in answer["facts"]}
    generator = decided[0]["generator"]
    assert by["generator", generator] == {
        "kind": "generator", "name": generator, "decided": 3, "one_by_one": 3, "together": 0, "accepted": 2,
        "rejected": 1, "edited": 1,
    }  # fmt: skip
    for kind in ("generator", "confidence", "reason"):
        assert sum(row["decided"] for row in answer["facts"] if row["kind"] == kind) == 3


def test_a_pace_is_for_its_own_reviewer_only(pipeline: Pipeline, ann: TestClient) -> None:
    realm = ann.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    ann.put(f"/api/v2/realms/{realm}/members/{BOB}", json={"role": "reviewer", "name": "Bob"})
    files = {"file": ("manual.md", MANUAL.encode())}
    document_id = ann.post("/api/v2/upload", files=files, data={"realm": "team"}).json()["document_id"]
    through(pipeline, [DocumentId(UUID(document_id))])
    url = f"/api/v2/documents/{document_id}/facts"
    for fact in ann.get(url).json()["items"]:
        ann.patch(f"{url}/{fact['question_id']}", json={"status": "approved"})
    for client, decisions in ((ann, 4), (client_of(pipeline, BOB), 0)):
        answer = client.get(COSTS, params={"realm": "team"}).json()
        assert (answer["mine"]["decisions"], answer["everybody"]["decisions"]) == (decisions, 4)
        assert answer["everybody"]["seconds"] is None


def test_a_decision_that_is_taken_back_is_its_own_reviewers(pipeline: Pipeline, ann: TestClient) -> None:
    """Ann decides; Bob takes one of hers back, does it again, and takes it back once more."""
    bob, realm = client_of(pipeline, BOB), ann.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"]
    ann.put(f"/api/v2/realms/{realm}/members/{BOB}", json={"role": "reviewer", "name": "Bob"})
    files = {"file": ("manual.md", MANUAL.encode())}
    document_id = ann.post("/api/v2/upload", files=files, data={"realm": "team"}).json()["document_id"]
    through(pipeline, [DocumentId(UUID(document_id))])
    url = f"/api/v2/documents/{document_id}/facts"
    first, second, third, *_ = [f"{url}/{fact['question_id']}" for fact in ann.get(url).json()["items"]]
    for fact in (first, second):
        assert ann.patch(fact, json={"status": "approved"}).status_code == 200
    assert bob.patch(third, json={"status": "rejected"}).status_code == 200

    def counted(client: TestClient) -> list[tuple[int, int]]:
        answer = client.get(COSTS, params={"realm": "team"}).json()
        return [(answer[whose]["decisions"], answer[whose]["taken_back"]) for whose in ("mine", "everybody")]

    for hers, taken_back in ((1, 1), (2, 1), (1, 2)):
        assert bob.post(f"{first}/undo").status_code == 200
        assert counted(ann) == [(hers, taken_back), (hers + 1, taken_back)]
        assert counted(bob) == [(1, 0), (hers + 1, taken_back)]


def test_findings_by_rule(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    park(app, "costs.md", CONTRADICTORY)
    client = client_of(app)
    job_id = client.get("/api/job/next").json()["job"]["job_id"]
    assert client.post(f"/api/job/{job_id}/override-validation", json={"reason": "Of next year."}).status_code == 200
    [row] = client.get(COSTS).json()["findings"]
    assert (row["overridden"], row["returned"], row["rejected"]) == (1, 0, 0)
    assert row["rule"]


def of_generator(client: TestClient, generator: str) -> dict[str, float]:
    """The facts of a generator in /metrics, by what was decided."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    samples = [one for family in families for one in family.samples if one.name.endswith("facts_by_generator_total")]
    return {one.labels["decision"]: one.value for one in samples if one.labels["generator"] == generator}


def test_metrics_count_decisions(decided: list[dict[str, Any]], ann: TestClient) -> None:
    text = ann.get("/metrics").text
    assert 'upload_pipeline_review_decisions_total{decision="fact_approved"} 3.0' in text
    assert 'upload_pipeline_review_decisions_total{decision="fact_undone"} 1.0' in text
    counts = of_generator(ann, decided[0]["generator"])
    assert counts == {"approved": 3, "edited": 1, "rejected": 1, "taken_back": 1}
    assert "upload_pipeline_review_seconds_total" in text


def test_what_is_decided_in_bulk_counts_and_has_no_time_of_its_own(
    decided: list[dict[str, Any]], ann: TestClient
) -> None:
    """Three facts were decided one by one; the rest goes with the document."""
    generator = decided[0]["generator"]
    before = ann.get(COSTS).json()["mine"]
    job_id = ann.get("/api/job/next").json()["job"]["job_id"]
    assert ann.post(f"/api/job/{job_id}/approve-stage2", json={}).status_code == 200
    after = ann.get(COSTS).json()
    [row] = [one for one in after["facts"] if (one["kind"], one["name"]) == ("generator", generator)]
    open_ones = len(decided) - 3
    assert (row["decided"], row["accepted"], row["rejected"]) == (len(decided), len(decided) - 1, 1)
    assert (row["one_by_one"], row["together"]) == ((4, 0) if open_ones == 1 else (3, open_ones))
    mine = after["mine"]
    assert mine["decisions"] == before["decisions"] + 1
    assert (mine["timed_decisions"], mine["seconds"]) == (before["timed_decisions"], before["seconds"])
    counts = of_generator(ann, generator)
    assert counts["approved"] + counts["rejected"] - counts["taken_back"] == row["decided"]
    families = {family.name: family.samples for family in text_string_to_metric_families(ann.get("/metrics").text)}
    made = {one.labels["decision"]: one.value for one in families["upload_pipeline_review_decisions"] if one.labels}
    assert sum(-n if name.endswith("_undone") else n for name, n in made.items()) == mine["decisions"]
    [timed] = families["upload_pipeline_review_timed_decisions"]
    assert timed.value <= mine["timed_decisions"], "these were decided faster than anybody looks at them"


def test_facts_that_one_act_decides_are_together(pipeline: Pipeline, ann: TestClient) -> None:
    park(pipeline)
    job_id = ann.get("/api/job/next").json()["job"]["job_id"]
    facts = facts_of(ann, job_id)
    ids = [fact["question_id"] for fact in facts[:3]]
    assert ann.post(f"/api/job/{job_id}/approve-stage2", json={"fact_ids": ids}).status_code == 200
    document_id = ann.get(f"/api/v2/jobs/{job_id}").json()["document_id"]
    ann.post(f"/api/v2/documents/{document_id}/facts/{ids[0]}/undo")
    ann.post(f"/api/v2/documents/{document_id}/facts/{ids[0]}/undo")
    answer = ann.get(COSTS).json()
    # what is taken back, and then not after all, is decided as before
    assert (answer["mine"]["decisions"], answer["mine"]["timed_decisions"]) == (3, 0)
    [row] = [one for one in answer["facts"] if one["kind"] == "generator"]
    assert (row["decided"], row["one_by_one"], row["together"]) == (3, 0, 3)
    assert of_generator(ann, row["name"]) == {"approved": 4, "taken_back": 1}
    ann.post(f"/api/job/{job_id}/reject")
    [row] = [one for one in ann.get(COSTS).json()["facts"] if one["kind"] == "generator"]
    assert (row["decided"], row["together"], row["rejected"]) == (len(facts), len(facts), len(facts))
