"""Webhooks: signed, logged, sent again until they are taken, by whoever finds them due."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook, WebhookVerificationError

from pipeline_core.bootstrap import Pipeline
from pipeline_core.services.webhooks import WAITS_S
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.handling import Asked, handled_by
from tests.support.through import publish, upload
from tests.support.two_users import ANN, BOB


class Receiver:
    """Takes messages and answers as it is told."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, dict[str, str]]] = []
        self.status = 204
        self.url = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    def handle(asked: Asked) -> None:
        receiver.messages.append((asked.sent(), dict(asked.headers)))
        asked.answer(receiver.status, Location=receiver.url)

    with handled_by("POST", handle) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "webhooks_allow_private": True})


@pytest.fixture
def client(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


def _add(client: TestClient, receiver: Receiver, *events: str) -> tuple[str, str]:
    answer = client.post("/api/v2/webhooks", json={"url": receiver.url, "events": list(events or ["job.done"])})
    assert answer.status_code == 201, answer.text
    return answer.json()["webhook_id"], answer.json()["secret"]


def _log(client: TestClient, webhook_id: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"/api/v2/webhooks/{webhook_id}/deliveries").json()["items"]
    return items


def _make_due(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE upload_pipeline.webhook_deliveries SET next_attempt_at = now(), sending_until = NULL "
            "WHERE status = 'pending'"
        )
        connection.execute("UPDATE upload_pipeline.webhook_endpoints SET paused_until = now() WHERE failures >= 5")


def test_a_done_job_is_told_once_and_signed(client: TestClient, receiver: Receiver, pipeline: Pipeline) -> None:
    webhook_id, secret = _add(client, receiver)
    document_id = publish(pipeline, upload())[0]
    assert pipeline.deliver_webhooks() == 1
    assert pipeline.deliver_webhooks() == 0
    [(body, headers)] = receiver.messages
    payload = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert (payload["type"], payload["data"]["document_id"]) == ("job.done", str(document_id))
    assert payload["data"]["outcome"] == "published"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", {name.lower(): value for name, value in headers.items()})
    [entry] = _log(client, webhook_id)
    assert (entry["status"], entry["attempts"], entry["response_status"]) == ("delivered", 1, 204)
    assert secret not in client.get("/api/v2/webhooks").text


def test_reviews_and_dead_letters_are_told(make_pipeline: Callable[..., Pipeline], receiver: Receiver) -> None:
    changes = {**NO_LIMITS, "realm_id": ANN, "webhooks_allow_private": True, "workflow": "manual"}
    pipeline = make_pipeline(changes=changes)
    client = client_of(pipeline)
    _add(client, receiver, "job.review_needed", "job.deadletter")
    publish(pipeline, upload(), upload("empty.pdf", "%PDF-1.4\n no pages endobj"))
    pipeline.deliver_webhooks()
    told = sorted(body.decode().split('"type":"')[1].split('"')[0] for body, _ in receiver.messages)
    assert told == ["job.deadletter", "job.review_needed"]
    job_id = client.get("/api/job/next").json()["job"]["job_id"]
    assert client.post(f"/api/job/{job_id}/reject").status_code == 200


def test_it_is_sent_again_until_it_is_taken(
    client: TestClient, receiver: Receiver, pipeline: Pipeline, database_url: str
) -> None:
    webhook_id, _ = _add(client, receiver)
    publish(pipeline, upload())
    receiver.status = 500
    for attempts in range(1, 4):
        assert pipeline.deliver_webhooks() == 0
        [entry] = _log(client, webhook_id)
        assert (entry["status"], entry["attempts"], entry["response_status"]) == ("pending", attempts, 500)
        assert pipeline.deliver_webhooks() == 0  # not before its time
        _make_due(database_url)
    receiver.status = 200
    assert pipeline.deliver_webhooks() == 1
    assert len({headers["webhook-id"] for _, headers in receiver.messages}) == 1
    assert len(receiver.messages) == 4


def test_it_fails_in_the_end(client: TestClient, receiver: Receiver, pipeline: Pipeline, database_url: str) -> None:
    webhook_id, _ = _add(client, receiver)
    publish(pipeline, upload())
    receiver.status = 302  # a redirect is not followed
    for _ in range(len(WAITS_S) + 3):
        pipeline.deliver_webhooks()
        _make_due(database_url)
    [entry] = _log(client, webhook_id)
    assert (entry["status"], entry["attempts"]) == ("failed", len(WAITS_S) + 1)
    assert len(receiver.messages) == len(WAITS_S) + 1


def test_an_endpoint_that_is_gone_is_disabled(client: TestClient, receiver: Receiver, pipeline: Pipeline) -> None:
    webhook_id, _ = _add(client, receiver)
    receiver.status = 410
    publish(pipeline, upload())
    pipeline.deliver_webhooks()
    [shown] = client.get("/api/v2/webhooks").json()
    assert shown["disabled_because"] == "It answered with 410."
    publish(pipeline, upload("b.md", "# B\n\nThe lamp must be cleaned every 3 weeks by hand.\n"))
    assert len(_log(client, webhook_id)) == 1


def test_a_sender_that_dies_loses_nothing(
    client: TestClient, receiver: Receiver, pipeline: Pipeline, database_url: str
) -> None:
    _add(client, receiver)
    publish(pipeline, upload())
    with pipeline.open_uow() as uow:
        assert len(uow.webhooks.claim(10, lease_s=60, per_realm=4, per_endpoint=2, realm_id=None)) == 1
        uow.commit()
    assert pipeline.deliver_webhooks() == 0
    _make_due(database_url)
    assert pipeline.deliver_webhooks() == 1


def test_two_senders_send_each_once(client: TestClient, receiver: Receiver, pipeline: Pipeline) -> None:
    _add(client, receiver)
    publish(pipeline, *[upload(f"{n}.md", f"# {n}\n\nPart {n} of {n}{n}.\n") for n in range(12)])
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: pipeline.deliver_webhooks(), range(4))) == 12
    assert len({headers["webhook-id"] for _, headers in receiver.messages}) == len(receiver.messages) == 12


def test_others_see_and_send_nothing(
    client: TestClient, receiver: Receiver, pipeline: Pipeline, make_pipeline: Callable[..., Pipeline]
) -> None:
    webhook_id, _ = _add(client, receiver)
    bob = client_of(pipeline, BOB)
    assert bob.get("/api/v2/webhooks").json() == []
    assert bob.delete(f"/api/v2/webhooks/{webhook_id}").status_code == 404
    assert bob.get(f"/api/v2/webhooks/{webhook_id}/deliveries").status_code == 404
    others = make_pipeline(changes={**NO_LIMITS, "user_id": BOB})
    publish(others, upload())
    assert pipeline.deliver_webhooks() == 0
    assert client.post("/api/v2/webhooks", json={"url": receiver.url, "events": ["job.done"]}).status_code == 409
    assert client.delete(f"/api/v2/webhooks/{webhook_id}").status_code == 204


def test_a_webhook_that_failed_often_is_paused_and_taken_back(
    client: TestClient, receiver: Receiver, pipeline: Pipeline, database_url: str
) -> None:
    webhook_id, _ = _add(client, receiver)
    publish(pipeline, *[upload(f"{n}.md", f"# {n}\n\nPart {n} of {n}{n}.\n") for n in range(6)])
    receiver.status = 500
    pipeline.deliver_webhooks()
    [shown] = client.get("/api/v2/webhooks").json()
    assert (shown["state"], shown["last_error"]) == ("paused", "It answered with 500.")
    assert shown["paused_until"]
    tried = len(receiver.messages)
    receiver.status = 200
    assert pipeline.deliver_webhooks() == 0
    answer = client.patch(f"/api/v2/webhooks/{webhook_id}", json={"enabled": True})
    assert (answer.status_code, answer.json()["state"], answer.json()["failures"]) == (200, "active", 0)
    assert pipeline.deliver_webhooks() == 6
    assert len(receiver.messages) == tried + 6
    with psycopg.connect(database_url) as connection:
        told = "SELECT code FROM upload_pipeline.events WHERE code ~ '^webhook_(pau|res)' ORDER BY event_id"
        codes = connection.execute(told).fetchall()
    assert codes == [("webhook_paused",), ("webhook_resumed",)]


def test_a_webhook_can_be_tried(client: TestClient, receiver: Receiver, pipeline: Pipeline) -> None:
    webhook_id, secret = _add(client, receiver)
    publish(pipeline, *[upload(f"{n}.md", f"# {n}\n\nPart {n} of {n}{n}.\n") for n in range(6)])
    receiver.status = 500
    pipeline.deliver_webhooks()
    tried = len(receiver.messages)
    # a failed try changes nothing, and is not made again
    url = f"/api/v2/webhooks/{webhook_id}/test"
    first = client.post(url)
    assert first.status_code == 202
    assert client.post(url).json()["code"] == "conflict"
    assert pipeline.deliver_webhooks() == 0
    assert len(receiver.messages) == tried + 1
    entry = next(one for one in _log(client, webhook_id) if one["delivery_id"] == first.json()["delivery_id"])
    assert (entry["event"], entry["status"], entry["attempts"]) == ("webhook.test", "failed", 1)
    # one that is taken brings all that waits
    receiver.status = 200
    assert client.post(url).status_code == 202
    assert pipeline.deliver_webhooks() == 7
    body, headers = receiver.messages[tried + 1]
    payload = Webhook(secret).verify(body, {name.lower(): value for name, value in headers.items()})
    assert (payload["type"], payload["data"]) == ("webhook.test", {"webhook_id": webhook_id})


def test_a_disabled_webhook_is_enabled_first(client: TestClient, receiver: Receiver, pipeline: Pipeline) -> None:
    webhook_id, _ = _add(client, receiver)
    receiver.status = 410
    publish(pipeline, upload())
    pipeline.deliver_webhooks()
    assert client.post(f"/api/v2/webhooks/{webhook_id}/test").json()["code"] == "conflict"
    assert client.patch(f"/api/v2/webhooks/{webhook_id}", json={"enabled": True}).json()["state"] == "active"
    receiver.status = 200
    assert client.post(f"/api/v2/webhooks/{webhook_id}/test").status_code == 202
    assert pipeline.deliver_webhooks() == 1


def test_a_user_has_only_so_many(make_pipeline: Callable[..., Pipeline]) -> None:
    client = client_of(make_pipeline(changes={**NO_LIMITS, "webhooks_allow_private": True, "limit_webhooks": 2}))
    asked = [{"url": f"http://127.0.0.1/{number}", "events": ["job.done"]} for number in range(3)]
    answers = [client.post("/api/v2/webhooks", json=body) for body in asked]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json()["detail"] == "There are 2 webhooks already, and 2 are allowed."
