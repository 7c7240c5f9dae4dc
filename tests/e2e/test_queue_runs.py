"""Asking a real Prefect server for runs of the queue."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pipeline_core.adapters.prefect_login import headers
from pipeline_core.adapters.prefect_queue import PrefectQueueRuns
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError
from tests.e2e.conftest import left_as_found


@pytest.fixture
def runs(prefect_api_url: str, prefect_http: httpx.Client) -> Iterator[PrefectQueueRuns]:
    runs = PrefectQueueRuns(prefect_api_url, headers=headers(os.environ), deployment="process-queue/for-this-test")
    with left_as_found(prefect_http):
        yield runs
    runs.close()


@pytest.fixture
def deployment(prefect_http: httpx.Client, runs: PrefectQueueRuns) -> str:
    """Of a flow that nobody runs, with two places."""
    with pytest.raises(ConfigurationError, match="no deployment process-queue/for-this-test"):
        runs.ask()
    pool = prefect_http.post("/work_pools/", json={"name": "for-this-test", "type": "process"}).json()
    flow = prefect_http.post("/flows/", json={"name": "process-queue"}).json()
    made = {
        "name": "for-this-test", "flow_id": flow["id"], "work_pool_name": pool["name"], "concurrency_limit": 2,
        "concurrency_options": {"collision_strategy": "CANCEL_NEW"},
    }  # fmt: skip
    return str(prefect_http.post("/deployments/", json=made).json()["id"])


def all_of(client: httpx.Client, deployment: str) -> list[dict[str, Any]]:
    asked = {"deployments": {"id": {"any_": [deployment]}}}
    found: list[dict[str, Any]] = client.post("/flow_runs/filter", json=asked).json()
    return found


def move(client: httpx.Client, run: dict[str, Any], state: str) -> None:
    client.post(f"/flow_runs/{run['id']}/set_state", json={"state": {"type": state}})


def test_one_run_is_asked_for_until_it_has_ended(
    runs: PrefectQueueRuns, prefect_http: httpx.Client, deployment: str
) -> None:
    assert runs.is_up()
    for state in ("SCHEDULED", "PENDING", "RUNNING"):
        runs.ask()
        [run] = all_of(prefect_http, deployment)
        assert run["state_type"] == state
        move(prefect_http, run, {"SCHEDULED": "PENDING", "PENDING": "RUNNING", "RUNNING": "COMPLETED"}[state])
    runs.ask()
    assert sorted(run["state_type"] for run in all_of(prefect_http, deployment)) == ["COMPLETED", "SCHEDULED"]


def test_who_sees_the_same_asks_for_the_same_run(
    runs: PrefectQueueRuns, prefect_http: httpx.Client, deployment: str
) -> None:
    first = runs.seen()
    assert (first.waiting, first.running, first.places, first.workers) == (0, 0, 2, 0)
    prefect_http.post("/work_pools/for-this-test/workers/heartbeat", json={"name": "one"})
    runs.ask_beside(first)
    runs.ask_beside(first)
    [run] = all_of(prefect_http, deployment)
    second = runs.seen()
    assert (second.waiting, second.running, second.workers, second.key != first.key) == (1, 0, 1, True)
    move(prefect_http, run, "PENDING")
    move(prefect_http, run, "RUNNING")
    third = runs.seen()
    assert (third.waiting, third.running) == (0, 1)
    runs.ask_beside(third)
    assert len(all_of(prefect_http, deployment)) == 2
    # a run that is forgotten can be asked for again
    for found in all_of(prefect_http, deployment):
        prefect_http.delete(f"/flow_runs/{found['id']}")
    assert runs.seen().key == first.key
    runs.ask_beside(runs.seen())
    assert len(all_of(prefect_http, deployment)) == 1


def test_a_run_whose_place_came_free_does_not_run(
    runs: PrefectQueueRuns, prefect_http: httpx.Client, deployment: str
) -> None:
    """Its machine was lost: it runs for ever by its state."""
    runs.ask()
    [run] = all_of(prefect_http, deployment)
    move(prefect_http, run, "PENDING")
    move(prefect_http, run, "RUNNING")
    assert runs.seen().running == 1
    limit = prefect_http.get(f"/deployments/{deployment}").json()["global_concurrency_limit"]
    prefect_http.patch(f"/v2/concurrency_limits/{limit['id']}", json={"active_slots": 0})
    assert runs.seen().running == 0
    runs.ask()
    assert len(all_of(prefect_http, deployment)) == 2


def test_runs_of_the_schedules_future_are_not_counted(
    runs: PrefectQueueRuns, prefect_http: httpx.Client, deployment: str
) -> None:
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": later}}
    prefect_http.post(f"/deployments/{deployment}/create_flow_run", json={"state": state})
    assert runs.seen().waiting == 0
    runs.ask()
    assert runs.seen().waiting == 1


def test_documents_that_were_asked_for_by_name_are_booked(
    runs: PrefectQueueRuns, prefect_http: httpx.Client, deployment: str
) -> None:
    flow = prefect_http.post("/flows/", json={"name": "process-document"}).json()
    made = prefect_http.post("/deployments/", json={"name": "process-document", "flow_id": flow["id"]}).json()
    body = {"state": {"type": "SCHEDULED"}, "parameters": {"document_ids": ["a", "b"]}}
    run = prefect_http.post(f"/deployments/{made['id']}/create_flow_run", json=body).json()
    assert runs.seen().booked == 2
    for state in ("PENDING", "RUNNING", "COMPLETED"):
        move(prefect_http, run, state)
        assert runs.seen().booked == (0 if state == "COMPLETED" else 2)


def test_runs_of_a_schedule_that_nobody_takes_do_not_pile_up(
    runs: PrefectQueueRuns, prefect_http: httpx.Client, deployment: str
) -> None:
    prefect_http.patch(f"/deployments/{deployment}", json={"tags": ["document-pipeline"]})
    for minutes in (50, 35, 20, 5, 1, -10):
        at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at}}
        # as the scheduler makes them, but for one that somebody asked for
        key = f"asked for {deployment}" if minutes == 35 else f"scheduled {deployment} {at}"
        body = {"state": state, "name": str(minutes), "idempotency_key": key}
        prefect_http.post(f"/deployments/{deployment}/create_flow_run", json=body)
    # each source has a schedule of its own on one deployment
    for name, source, minutes in (("old", "a", 20), ("new", "a", 10), ("other", "b", 15)):
        at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": at}}
        body = {"state": state, "name": name, "idempotency_key": f"scheduled {name}", "parameters": {"source": source}}
        prefect_http.post(f"/deployments/{deployment}/create_flow_run", json=body)
    assert runs.tidy() == 3
    assert {run["name"] for run in all_of(prefect_http, deployment)} == {"35", "5", "1", "-10", "new", "other"}
    assert runs.tidy() == 0


def test_a_server_that_is_away(free_port: Callable[[], int]) -> None:
    runs = PrefectQueueRuns(f"http://127.0.0.1:{free_port()}/api")
    assert not runs.is_up()
    with pytest.raises(ServiceUnavailableError, match="Prefect does not answer"):
        runs.ask()
    runs.close()


def test_prefects_own_settings_sign_in() -> None:
    assert headers({}) == {}
    assert headers({"PREFECT_API_KEY": "k"}) == {"Authorization": "Bearer k"}
    given = headers({"PREFECT_API_AUTH_STRING": "a:b", "PREFECT_CLIENT_CUSTOM_HEADERS": '{"X-A": "1"}'})
    assert given == {"X-A": "1", "Authorization": "Basic YTpi"}
    both = {"PREFECT_API_KEY": "k", "PREFECT_API_AUTH_STRING": "a:b"}
    assert headers(both) == {"Authorization": "Basic YTpi"}, "as Prefect's own client has it"
    with pytest.raises(ConfigurationError):
        headers({"PREFECT_CLIENT_CUSTOM_HEADERS": "no"})
