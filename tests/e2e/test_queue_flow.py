"""The flows process-queue and maintain on a real Prefect server."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import run_flow_sync

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ServiceUnavailableError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.webhooks import WebhookEvent
from pipeline_core.ports.queue_runs import RunsSeen
from pipeline_core.ports.webhooks import Delivery, SendResult
from pipeline_core.review.decisions import Decision, Request
from tests.support.fakes import ScriptedFactGenerator, first_times
from tests.support.queue_runs import Runs
from tests.support.through import MANUAL, needs_work, receive, upload


@pytest.fixture
def generator() -> ScriptedFactGenerator:
    return ScriptedFactGenerator()


@pytest.fixture
def wired(
    make_pipeline: Any, generator: ScriptedFactGenerator, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str
) -> Iterator[Pipeline]:
    """The pipeline of this process."""
    changes = {"duplicate_threshold": 1.0, "retry_base_s": 0.1, "batch_size": 2, "service_limits": {"scripted": 1}}
    app = make_pipeline(generator=generator, changes=changes)
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


class SlowSender:
    """Takes everything, after a while."""

    sent = 0

    def send(self, _delivery: Delivery) -> SendResult:
        time.sleep(0.1)
        self.sent += 1
        return SendResult(200)

    def check(self, url: str) -> None: ...


class FakeRuns:
    """Counts how often a run was asked for."""

    count = 0

    def ask(self) -> None:
        self.count += 1


def documents(app: Pipeline, number: int) -> list[DocumentId]:
    return needs_work(
        app, receive(app, *(upload(f"{n}.md", f"{MANUAL}\nRoom {n} has its own key.\n") for n in range(number)))
    )


def test_the_queue_is_drained_in_batches(
    wired: Pipeline, generator: ScriptedFactGenerator, prefect_http: httpx.Client
) -> None:
    """Three documents, two at a time; one of them in transient trouble is tried again when the others are done."""
    from pipeline_core.flows.process_queue import process_queue

    documents(wired, 3)
    generator.fail_with(ServiceUnavailableError("busy"), on=first_times(1, "Room 0"))
    state = process_queue(return_state=True)
    assert (state.name, state.message) == ("Completed", "3 done")
    assert {row["outcome"] for row in wired.views.jobs(wired.realm_id)} == {"published"}
    # the paid service has its limit on the server
    limit = prefect_http.get("/v2/concurrency_limits/scripted").json()
    assert (limit["limit"], limit["active_slots"]) == (1, 0)
    assert process_queue(return_state=True).message == "nothing is due"


def test_webhooks_are_sent_elsewhere(wired: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that is slow holds no run of the queue; where nobody sends, a run of their own is asked for."""
    from pipeline_core.flows.deliver_webhooks import deliver_webhooks
    from pipeline_core.flows.process_queue import process_queue

    sender, asked = SlowSender(), FakeRuns()
    monkeypatch.setitem(wired.__dict__, "webhook_sender", sender)
    monkeypatch.setitem(wired.__dict__, "webhook_runs", asked)
    with wired.open_uow() as uow:
        secret = f"whsec_{'A' * 44}"
        uow.webhooks.add(uuid4(), wired.realm_id, "https://slow.example/", secret, [WebhookEvent.DONE], most=0)
        uow.commit()
    documents(wired, 2)
    assert process_queue(return_state=True).message == "2 done"
    assert (sender.sent, asked.count) == (0, 0)
    with wired.open_uow() as uow:
        uow.session.connection.execute(b"UPDATE webhook_deliveries SET next_attempt_at = now() - interval '2 minutes'")
        uow.commit()
    assert process_queue(return_state=True).message == "nothing is due"
    assert (sender.sent, asked.count) == (0, 1)
    assert deliver_webhooks(return_state=True).message == "2 webhooks delivered"


def test_a_run_takes_no_more_than_its_limits_allow(wired: Pipeline) -> None:
    from pipeline_core.flows.process_queue import process_queue

    documents(wired, 4)
    assert process_queue(limit=3, return_state=True).message == "3 done"
    assert process_queue(time_limit_s=1e-9, return_state=True).message == "nothing is due"
    [depth] = wired.queue.depth()
    assert (depth.queued, depth.working) == (1, 0)


def test_maintenance_says_what_it_did(wired: Pipeline) -> None:
    from pipeline_core.flows.maintain import maintain

    state = maintain(cache_days=1, return_state=True)
    said = state.message.split(", ")
    assert said[:2] == ["0 jobs taken back", "0 given up"]
    assert said[2].startswith("0 dead letters removed")
    assert ", 0 cached answers and 0 " in state.message
    assert "0 orphaned objects removed" in state.message
    assert ", 0 documents continue after parked decisions" in state.message


def test_a_decision_whose_api_was_lost_is_carried_out(wired: Pipeline) -> None:
    from pipeline_core.flows.process_queue import process_queue

    [document_id] = documents(wired, 1)
    with wired.open_uow() as uow:
        uow.session.connection.execute(b"UPDATE processing_workflows SET workflow_type = 'manual'")
        uow.commit()
    process_queue(return_state=True)
    wired.parking.park(document_id, Request(Decision.APPROVE, Reviewer(wired.realm_id)), 0.02)
    time.sleep(0.05)
    assert process_queue(return_state=True).message == "1 done"


@pytest.fixture
def asked_for(prefect_api_url: str) -> Callable[..., UUID]:
    """Runs a flow as a run that the watch has asked for, with a deployment's help or without; returns its id."""

    def run(flow: Any, *, key: str | None = "after another", **parameters: Any) -> UUID:
        with get_client(sync_client=True) as client:
            made = client.create_flow_run(flow, parameters=parameters)
            body = {"flow_id": str(made.flow_id), "idempotency_key": key, "parameters": parameters, "name": "queue"}
            if key:
                client.delete_flow_run(made.id)
                answer = client._client.post("/flow_runs/", json=body)
                made = FlowRun.model_validate(answer.json())
        run_flow_sync(flow, flow_run=made, parameters=parameters, return_type="state")
        return made.id

    return run


def is_there(client: httpx.Client, flow_run_id: UUID) -> bool:
    asked = {"flow_runs": {"id": {"any_": [str(flow_run_id)]}}}
    return bool(client.post("/flow_runs/filter", json=asked).json())


def test_a_run_that_finds_nothing_leaves_nothing(
    wired: Pipeline, asked_for: Callable[..., UUID], prefect_http: httpx.Client
) -> None:
    from pipeline_core.flows.deep_scan import deep_scan
    from pipeline_core.flows.process_queue import process_queue

    assert not is_there(prefect_http, asked_for(deep_scan))
    assert not is_there(prefect_http, asked_for(process_queue))
    # somebody started it by hand, and wants to see what became of it
    assert is_there(prefect_http, asked_for(process_queue, key=None))
    documents(wired, 1)
    assert is_there(prefect_http, asked_for(process_queue))


def test_a_run_that_ends_at_its_limit_asks_for_the_next(wired: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline_core.flows.process_queue import process_queue

    runs = Runs(RunsSeen(waiting=0, running=1, youngest_s=60.0, booked=0, places=4, workers=1, key="k"))
    monkeypatch.setattr(Pipeline, "queue_runs", runs)
    monkeypatch.setattr("prefect.runtime.deployment.id", "a deployment's", raising=False)
    documents(wired, 4)
    assert process_queue(limit=2, return_state=True).message == "2 done"
    assert runs.asked == ["k"]
    runs.begin()
    assert process_queue(limit=10, return_state=True).message == "2 done"
    assert runs.asked == ["k"]
