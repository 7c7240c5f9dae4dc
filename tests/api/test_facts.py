"""A document's facts over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.api.conftest import NO_LIMITS, client_of
from tests.through import needs_work, receive, through, upload
from tests.two_users import ANN, BOB

SENTENCE = "The thermostat keeps the water at 65 degrees during the heating season."


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    """A document of Ann's waits in matching review."""
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    through(pipeline, needs_work(pipeline, receive(pipeline, upload())))
    return pipeline


@pytest.fixture
def client(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


@pytest.fixture
def facts(client: TestClient) -> str:
    return f"/api/v2/documents/{client.get('/api/job/next').json()['job']['document_id']}/facts"


def missed(pipeline: Pipeline, facts: str, words: str = SENTENCE) -> dict[str, Any]:
    document_id = DocumentId(UUID(facts.split("/")[-2]))
    with pipeline.open_uow() as uow:
        [rows] = uow.staging.chunks([document_id]).values()
    chunk = next(row.chunk for row in rows if words in row.chunk.text)
    at = chunk.text.index(words)
    return {"chunk_id": str(chunk.chunk_id), "spans": [{"char_from": at, "char_to": at + len(words)}]}


def test_a_missed_fact_is_added_once(pipeline: Pipeline, client: TestClient, facts: str) -> None:
    said = {"question": "How warm is it?", "answer": "65 degrees.", "statement": "In winter it has 65 degrees."}
    body = {**missed(pipeline, facts), **said, "reviewer": "Ann Lee", "reason": "asked often"}
    answer = client.post(facts, json=body)
    added = answer.json()
    assert (answer.status_code, added["is_new"]) == (201, True), answer.text
    fact = added["fact"]
    assert {name: fact[name] for name in said} == said
    assert (fact["quote"], fact["status"], fact["generator"]) == (SENTENCE, "approved", "reviewer")
    assert fact["added_by"] == f"Ann Lee ({ANN})"
    again = client.post(facts, json=body)
    assert (again.status_code, again.json()["is_new"], again.json()["fact"]) == (200, False, fact)

    batch = client.get("/api/staging/batches").json()["items"][0]["batch_id"]
    listed = client.get(f"/api/staging/batches/{batch}/questions").json()["items"]
    assert [(row["generator"], row["added_by"]) for row in listed if row["question_id"] == fact["question_id"]] == [
        ("reviewer", fact["added_by"])
    ]
    job_id = client.get("/api/job/next").json()["job"]["job_id"]
    assert client.get(f"/api/v2/jobs/{job_id}").json()["facts_added"] == 1
    assert client.post(f"/api/job/{job_id}/approve-stage2", json={"duplicates": "keep_both"}).status_code == 200
    late = client.post(facts, json={**body, "statement": "Another one."})
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")


def test_what_is_wrong_is_named(pipeline: Pipeline, client: TestClient, facts: str) -> None:
    good = missed(pipeline, facts)
    for wrong, named in (
        ({"quote": "Something else."}, "body/quote"),
        ({"spans": [{"char_from": 0, "char_to": 5, "text": "x"}]}, "body/spans/0/text"),
        ({"spans": []}, "body/spans"),
        ({"spans": [{"char_from": -1, "char_to": 5}]}, "body/spans/0/char_from"),
    ):
        answer = client.post(facts, json={**good, **wrong})
        assert (answer.status_code, named in answer.text) == (422, True), answer.text
    for refused, told in (
        ({"question": "Why?"}, "`answer`"),
        ({"spans": [{"char_from": 0, "char_to": 100_000}]}, "not within the chunk"),
        ({"statement": " "}, "blank"),
    ):
        answer = client.post(facts, json={**good, **refused})
        assert (answer.status_code, told in answer.text) == (422, True), answer.text
    nowhere = client.post(facts, json={**good, "chunk_id": str(ANN)})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    strangers = client_of(pipeline, BOB).post(facts, json=good)
    assert (strangers.status_code, strangers.json()["code"]) == (404, "not_found")
