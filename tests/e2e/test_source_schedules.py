"""Schedules of sources on a real Prefect server."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from pipeline_core.adapters.prefect_login import headers
from pipeline_core.adapters.prefect_schedules import PrefectSchedules
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError
from pipeline_core.domain.ids import RealmId, SourceId
from pipeline_core.domain.sources import Removal
from pipeline_core.ports.source_schedules import SourceSchedule
from tests.e2e.conftest import left_as_found
from tests.support.folders import add_folder

NAME = "sync-source/for-this-test"


@pytest.fixture
def schedules(prefect_api_url: str, prefect_http: httpx.Client) -> Iterator[PrefectSchedules]:
    schedules = PrefectSchedules(prefect_api_url, headers=headers(os.environ), deployment=NAME)
    with left_as_found(prefect_http):
        yield schedules
    schedules.close()


@pytest.fixture
def deployment(prefect_http: httpx.Client, schedules: PrefectSchedules) -> str:
    with pytest.raises(ConfigurationError, match=f"no deployment {NAME}"):
        schedules.mend([])
    flow = prefect_http.post("/flows/", json={"name": "sync-source"}).json()
    made = {"name": "for-this-test", "flow_id": flow["id"], "parameter_openapi_schema": {}}
    found = prefect_http.post("/deployments/", json=made).json()
    others = {"schedule": {"interval": 600}, "slug": "nightly", "active": False}
    prefect_http.post(f"/deployments/{found['id']}/schedules", json=[others])
    return str(found["id"])


def there(client: httpx.Client, deployment: str) -> dict[str, dict[str, Any]]:
    return {one["slug"]: one for one in client.get(f"/deployments/{deployment}").json()["schedules"]}


def hourly(hours: float = 1, *, is_paused: bool = False, source_id: SourceId | None = None) -> SourceSchedule:
    return SourceSchedule(source_id or SourceId(uuid4()), RealmId(uuid4()), timedelta(hours=hours), is_paused)


def test_a_source_has_a_schedule_of_its_own(
    schedules: PrefectSchedules, prefect_http: httpx.Client, deployment: str
) -> None:
    one = hourly()
    slug = f"source-{one.source_id}"
    schedules.put(one)
    made = there(prefect_http, deployment)[slug]
    assert (made["schedule"]["interval"], made["active"]) == (3600, True)
    assert made["parameters"] == {"source": str(one.source_id), "realm": str(one.realm_id)}
    schedules.put(one)
    assert there(prefect_http, deployment)[slug]["updated"] == made["updated"]
    schedules.put(SourceSchedule(one.source_id, one.realm_id, timedelta(minutes=10), is_paused=True))
    changed = there(prefect_http, deployment)[slug]
    assert (changed["id"], changed["schedule"]["interval"], changed["active"]) == (made["id"], 600, False)
    for _ in range(2):
        schedules.remove(one.source_id)
        assert there(prefect_http, deployment).keys() == {"nightly"}


def test_what_differs_from_the_sources_is_mended(
    schedules: PrefectSchedules, prefect_http: httpx.Client, deployment: str
) -> None:
    kept, changed, gone, new = hourly(), hourly(), hourly(), hourly()
    assert schedules.mend([kept, changed, gone]) == 3
    wanted = [kept, SourceSchedule(changed.source_id, changed.realm_id, timedelta(hours=2)), new]
    assert schedules.mend(wanted) == 3
    assert there(prefect_http, deployment).keys() == {"nightly", *(f"source-{one.source_id}" for one in wanted)}
    assert schedules.mend(wanted) == 0


def test_upkeep_follows_what_the_sources_say(
    schedules: PrefectSchedules,
    prefect_http: httpx.Client,
    deployment: str,
    make_pipeline: Callable[..., Pipeline],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_pipeline()
    monkeypatch.setitem(app.__dict__, "source_schedules", schedules)
    source = add_folder(app, tmp_path / "docs")
    assert app.follow_schedule(source) is None
    app.sources.change(app.realm_id, "docs", every=timedelta(hours=3))
    assert there(prefect_http, deployment).keys() == {"nightly"}
    assert app.mend_schedules(schedules) == 1
    slug = f"source-{source.source_id}"
    assert there(prefect_http, deployment)[slug]["schedule"]["interval"] == 10_800
    run_id = app.follow_schedule.ask(source)
    asked = prefect_http.get(f"/flow_runs/{run_id}").json()
    assert (asked["deployment_id"], asked["parameters"]["source"]) == (deployment, str(source.source_id))
    # nothing has changed since: the server is not even asked
    monkeypatch.setattr(schedules, "mend", None)
    assert app.mend_schedules(schedules) == 0
    monkeypatch.undo()
    app.sources.remove(app.realm_id, "docs", Removal.KEEP)
    assert app.mend_schedules(schedules) == 1
    assert there(prefect_http, deployment).keys() == {"nightly"}


def test_a_server_that_is_away_is_told() -> None:
    schedules = PrefectSchedules("http://127.0.0.1:9/api")
    with pytest.raises(ServiceUnavailableError):
        schedules.put(hourly())
    schedules.close()
