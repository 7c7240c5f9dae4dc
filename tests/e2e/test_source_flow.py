"""The flow sync-source on a real Prefect server: by name, as a dry run, and with a listing that failed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import State

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from tests.support.folders import add_folder, write
from tests.support.published import text_of, who_says

ALPHA = "The alpha office opens at 8 in the morning on Mondays."


@pytest.fixture
def wired(make_pipeline: Any, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str) -> Iterator[Pipeline]:
    """The pipeline of this process."""
    app = make_pipeline(changes={"max_retries": 0})
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


def run(**parameters: object) -> State:
    from pipeline_core.flows.sync_source import sync_source

    state: State = sync_source(**parameters, return_state=True)
    return state


def newest(client: httpx.Client) -> dict[str, Any]:
    asked = {"flows": {"name": {"any_": ["sync-source"]}}, "sort": "START_TIME_DESC", "limit": 1}
    [found] = client.post("/flow_runs/filter", json=asked).json()
    return dict(found)


def artifacts(client: httpx.Client, flow_run_id: str) -> dict[str, str]:
    asked = {"artifacts": {"flow_run_id": {"any_": [flow_run_id]}}}
    return {one["key"]: one["data"] for one in client.post("/artifacts/filter", json=asked).json()}


def test_a_source_is_synced_by_its_name(wired: Pipeline, tmp_path: Path, prefect_http: httpx.Client) -> None:
    folder = tmp_path / "docs"
    write(folder, {"a.md": text_of("A", ALPHA)})
    source = add_folder(wired, folder, "policies")

    assert run(source="policies", dry_run=True).message == "1 new"
    planned = newest(prefect_http)
    assert planned["name"] == "plan policies"
    shown = artifacts(prefect_http, planned["id"])
    assert "A sync would find: 1 new" in shown["pipeline-source-plan"]
    assert "a.md" in shown["pipeline-source-files"]
    assert who_says(wired, ALPHA) == []

    assert run(source=str(source.source_id), realm=str(source.realm_id)).name == "Completed"
    assert newest(prefect_http)["name"] == "sync policies"
    assert who_says(wired, ALPHA) == ["a.md"]
    assert run(source="policies").message == "1 unchanged"

    (folder / "a.md").rename(tmp_path / "a.md")
    assert run(source="policies").name == "AwaitingReview"
    folder.rmdir()
    failed = run(source="policies")
    assert failed.is_failed()
    assert "cannot be seen" in str(failed.message)
    assert run(source="unknown").is_failed()
    with wired.open_uow() as uow:
        runs = uow.sources.runs(source.source_id)
    # a place that did not answer was asked again
    assert [*dict.fromkeys(one.outcome for one in runs)] == ["failed", "waiting", "done"]


def test_a_source_that_is_being_synced_is_left_to_who_syncs_it(wired: Pipeline, tmp_path: Path) -> None:
    source = add_folder(wired, tmp_path / "docs", "policies")
    with wired.open_uow() as uow:
        uow.sources.begin_run(source.source_id, worker=wired.worker.name)
        uow.commit()
    assert run(source="policies").name == "Skipped"
