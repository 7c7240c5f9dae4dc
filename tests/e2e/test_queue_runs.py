"""Asking a real Prefect server for runs of the queue."""

import os
from collections.abc import Callable, Iterator

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


def test_a_run_is_scheduled(runs: PrefectQueueRuns, prefect_http: httpx.Client) -> None:
    assert runs.is_up()
    with pytest.raises(ConfigurationError, match="no deployment process-queue/for-this-test"):
        runs.ask()
    flow = prefect_http.post("/flows/", json={"name": "process-queue"}).json()
    deployment = prefect_http.post("/deployments/", json={"name": "for-this-test", "flow_id": flow["id"]}).json()
    runs.ask()
    runs.ask()
    asked = {"deployments": {"id": {"any_": [deployment["id"]]}}}
    found = prefect_http.post("/flow_runs/filter", json=asked).json()
    assert [run["state_type"] for run in found] == ["SCHEDULED", "SCHEDULED"]


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
