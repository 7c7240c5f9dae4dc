"""Provenance over HTTP: a fact walked back to the person or rule, its passage, its file and its run."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.bodies import BANK
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB

SENTENCE = "The pressure relief valve opens at 3 bar and protects the vessel from bursting."


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def client(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


def fact_of(client: TestClient, document_id: object, words: str = SENTENCE) -> str:
    facts = client.get(f"/api/v2/documents/{document_id}/facts").json()["items"]
    return next(fact["question_id"] for fact in facts if words in fact["quote"])


def test_a_published_fact_is_walked_back(pipeline: Pipeline, client: TestClient) -> None:
    [document_id] = publish(pipeline, upload())
    fact_id = fact_of(client, document_id)
    trace = client.get(f"/api/v2/facts/{fact_id}/provenance").json()
    assert (trace["standing"], trace["withdrawal"]) == ("published", None)
    assert trace["verdict"]["decided_by"] == "rule"
    assert trace["verdict"]["says"].startswith("No person was asked: confidence 0.")
    assert trace["verdict"]["says"].endswith("0 critical findings, 0 undecided.")
    assert trace["fact"]["evidence"][0]["quote"] == SENTENCE
    assert trace["chunk"]["heading_path"] == ["Boiler manual"]
    # the chunk begins above the section in which the evidence stands
    assert pipeline.for_user(pipeline.person).trace_fact(UUID(fact_id)).headings == ("Boiler manual", "Safety")
    assert (trace["file"]["filename"], trace["file"]["bytes_len"]) == ("manual.md", len(MANUAL.encode()))
    assert trace["run"]["outcome"] == "published"
    assert trace["batch"]["batch_file"] == "manual.md"
    steps = {"chunk": ("marks_url", "source_url"), "file": ("files_url",), "run": ("status_url",)}
    for url in (trace[step][name] for step, names in steps.items() for name in names):
        assert client.get(url).status_code == 200, url
    hit = client.get("/api/v2/search?q=pressure relief valve").json()["hits"][0]
    assert fact_id in {fact["id"] for fact in hit["facts"]}


def test_a_heading_that_the_evidence_begins_with_is_whole(pipeline: Pipeline, client: TestClient) -> None:
    said = "Members must report a theft to the police within 24 hours of discovering it."
    asked = f"# Claims\n\n## At hand\n\nThe policy number is on every bill.\n\n## Do I call the police?\n\n{said}\n"
    [document_id] = publish(pipeline, upload("faq.md", asked))
    facts = client.get(f"/api/v2/documents/{document_id}/facts").json()["items"]
    [fact] = [one for one in facts if "theft" in one["quote"]]
    assert fact["evidence"][0]["quote"] == "Do I call the police?"
    above = ["Claims", "Do I call the police?"]
    assert fact["heading_path"] == above
    assert list(pipeline.for_user(pipeline.person).trace_fact(UUID(fact["question_id"])).headings) == above
    hit = client.get("/api/v2/search?q=report a theft to the police&kind=fact").json()["hits"][0]
    assert hit["heading_path"] == above


def test_a_person_is_named_with_what_they_did(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    client = client_of(pipeline)
    received = receive(pipeline, upload())
    [document_id] = received.documents
    through(pipeline, needs_work(pipeline, received))
    fact_id = fact_of(client, document_id)
    assert client.get(f"/api/v2/facts/{fact_id}/provenance").json()["verdict"]["decided_by"] == "nobody"
    client.patch(
        f"/api/v2/documents/{document_id}/facts/{fact_id}",
        json={"statement": "The valve opens at 3 bar.", "reviewer": "Ann Lee", "reason": "shorter"},
    ).raise_for_status()
    trace = client.get(f"/api/v2/facts/{fact_id}/provenance").json()
    assert trace["standing"] == "staged"
    assert trace["verdict"]["says"] == f"Put into other words by Ann Lee ({ANN}): “shorter”."
    assert [one["code"] for one in trace["decisions"]] == ["fact_edited"]
    assert trace["fact"]["edited_by"]


def test_a_withdrawn_fact_says_by_what(pipeline: Pipeline, client: TestClient) -> None:
    [first] = publish(pipeline, upload(source="file:///manual.md"))
    fact_id = fact_of(client, first)
    publish(pipeline, upload(text=MANUAL.replace("3 bar", "4 bar"), source="file:///manual.md"))
    trace = client.get(f"/api/v2/facts/{fact_id}/provenance").json()
    assert trace["standing"] == "withdrawn"
    assert trace["withdrawal"]["code"] == "replaced_by_newer_version"
    assert trace["withdrawal"]["says"] == "A newer version of its file was published in its place."
    assert trace["file"]["filename"] == "manual.md"


def test_a_question_of_a_bank_is_traced_to_its_batch(client: TestClient) -> None:
    answer = client.post("/api/upload-markdown", files={"file": ("bank.md", BANK)})
    batch_id = answer.json()["batch_id"]
    question = client.get(f"/api/staging/batches/{batch_id}/questions").json()["items"][0]["question_id"]
    trace = client.get(f"/api/v2/facts/{question}/provenance").json()
    assert (trace["chunk"], trace["file"], trace["run"]) == (None, None, None)
    assert trace["batch"] == {"batch_id": batch_id, "batch_file": "bank.md"}


def test_nobody_else_sees_it(pipeline: Pipeline, client: TestClient) -> None:
    [document_id] = publish(pipeline, upload())
    fact_id = fact_of(client, document_id)
    for asking, asked in ((client_of(pipeline, BOB), fact_id), (client, uuid4())):
        answer = asking.get(f"/api/v2/facts/{asked}/provenance")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
