"""A document's facts over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB

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
        ({"spans": [{"char_from": 5, "char_to": 5}]}, "is empty"),
        ({"spans": [{"char_from": 9, "char_to": 5}]}, "is reversed"),
        ({"statement": " "}, "blank"),
        ({"statement": "\u200b"}, "blank"),
    ):
        answer = client.post(facts, json={**good, **refused})
        assert (answer.status_code, told in answer.text) == (422, True), answer.text
    nowhere = client.post(facts, json={**good, "chunk_id": str(ANN)})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    strangers = client_of(pipeline, BOB).post(facts, json=good)
    assert (strangers.status_code, strangers.json()["code"]) == (404, "not_found")

    url = f"{facts}/{fact_of(client, facts, 'thermostat')['question_id']}"
    for change, told in (
        ({}, "the words of a fact or its status"),
        ({"reason": "because"}, "the words of a fact or its status"),
        ({"answer": "x", "status": "approved"}, "the words of a fact or its status"),
        ({"answer": "65."}, "`question`"),
        ({"statement": " "}, "blank"),
        ({"statement": "\u200b\u2060"}, "blank"),
        ({"question": "Why?", "answer": "\u3164"}, "blank"),
        ({"question": None, "answer": "typed"}, "`question`"),
        ({"statement": None}, "needs a statement"),
        ({"quote": "x"}, "quote"),
        ({"status": "pending"}, "status"),
    ):
        answer = client.patch(url, json=change)
        assert (answer.status_code, told in answer.text) == (422, True), answer.text
    missing = client.patch(f"{facts}/{ANN}", json={"status": "approved"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert client_of(pipeline, BOB).patch(url, json={"status": "rejected"}).status_code == 404


def fact_of(client: TestClient, facts: str, words: str) -> dict[str, Any]:
    [found] = [one for one in client.get(facts).json()["items"] if words in one["statement"]]
    return dict(found)


def test_facts_are_listed_edited_and_decided_and_their_history_told(client: TestClient, facts: str) -> None:
    first = client.get(f"{facts}?limit=1").json()
    rest = client.get(f"{facts}?cursor={first['next_cursor']}").json()
    assert len(first["items"] + rest["items"]) == 4
    assert rest["next_cursor"] is None
    one = first["items"][0]
    assert one["evidence"][0]["quote"] in one["quote"]
    assert (one["status"], one["generator"], one["added_by"]) == ("pending", "extractive", None)
    assert client.get(f"{facts}?status=approved").json()["items"] == []
    assert client.get(f"{facts}?status=apporved").status_code == 422

    fact = fact_of(client, facts, "pressure relief")
    url = f"{facts}/{fact['question_id']}"
    seen = {"status": fact["status"], "version": fact["version"]}
    words = {"question": "When does the valve open?", "answer": "At 3 bar.", "reason": "asked often"}
    edited = client.patch(url, json={**words, "reviewer": "Ann Lee", "expected": seen})
    assert (edited.status_code, edited.json()["goes_on"]) == (200, False), edited.text
    now = edited.json()["fact"]
    assert (now["question"], now["answer"], now["statement"]) == (*list(words.values())[:2], fact["statement"])
    assert (now["edited_by"], now["evidence"]) == (f"Ann Lee ({ANN})", fact["evidence"])

    late = client.patch(url, json={"answer": "At 3.", "expected": seen})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert client.patch(url, json={"question": None}).json()["fact"]["answer"] is None
    assert client.patch(url, json={"status": "rejected", "reason": "no"}).json()["fact"]["status"] == "rejected"
    assert client.patch(url, json={"status": "approved"}).json()["fact"]["status"] == "approved"

    told = client.get(f"{url}/history").json()
    assert [one["code"] for one in told] == ["fact_edited", "fact_edited", "fact_rejected", "fact_approved"]
    assert (told[0]["by"], told[0]["reason"]) == (f"Ann Lee ({ANN})", "asked often")
    assert told[0]["payload"]["after"]["answer"] == "At 3 bar."
    assert client.get(f"{facts.removesuffix('/facts')}/history").json() == told
    other = fact_of(client, facts, "thermostat")
    assert client.get(f"{facts}/{other['question_id']}/history").json() == []


def test_what_is_left_out_is_taken_in_though_the_document_is_published(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "publish_from": 0.99})
    [document_id] = publish(pipeline, upload())
    client, facts = client_of(pipeline), f"/api/v2/documents/{document_id}/facts"
    fact = client.get(f"{facts}?status=left_out").json()["items"][0]
    taken = client.patch(f"{facts}/{fact['question_id']}", json={"status": "approved"}).json()
    assert (taken["goes_on"], taken["fact"]["status"]) == (True, "approved"), taken
    late = client.patch(f"{facts}/{fact['question_id']}", json={"answer": "x", "question": "y"})
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")


def test_a_pair_of_a_document_is_listed_decided_and_its_history_told(make_pipeline: Callable[..., Pipeline]) -> None:
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    first = "# Rules\n\nMembers must report every loss to the service office within thirty days.\n"
    publish(pipeline, upload("first.md", first))
    [document_id] = needs_work(pipeline, receive(pipeline, upload("second.md", first.replace("every", "each"))))
    through(pipeline, [document_id])
    client, document = client_of(pipeline), f"/api/v2/documents/{document_id}"
    [pair] = client.get(f"{document}/duplicates?resolution=pending").json()
    assert (pair["document_id"], pair["resolution"]) == (str(document_id), "pending")
    url = f"/api/staging/duplicates/{pair['duplicate_id']}"
    body = {"resolution": "keep_both", "reason": "two offices", "reviewer": "Ann Lee"}
    assert client_of(pipeline, BOB).post(f"{url}/resolve", json=body).status_code == 404
    done = client.post(f"{url}/resolve", json=body).json()
    assert (done["changed"], done["unchanged"]) == ([pair["duplicate_id"]], 0)
    assert client.post(f"{url}/resolve", json=body).json()["unchanged"] == 1
    [decided] = client.get(f"{document}/duplicates").json()
    assert (decided["resolution"], decided["resolved_by"]) == ("keep_both", f"Ann Lee ({ANN})")
    [told] = client.get(f"{url}/history").json()
    assert (told["code"], told["by"], told["reason"]) == ("pair_resolved", f"Ann Lee ({ANN})", "two offices")
    assert client.post(f"{url}/resolve", json={"resolution": "keep_existing"}).status_code == 409
