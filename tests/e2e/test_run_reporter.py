"""What runs show in the Prefect UI, read back from a real server."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.e2e.conftest import asking
from tests.support.reviewing import CONTRADICTORY
from tests.support.through import MANUAL, needs_work, receive, upload


@pytest.fixture
def wired(make_pipeline: Any, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str) -> Iterator[Pipeline]:
    app = make_pipeline(changes={"duplicate_threshold": 1.0, "retry_base_s": 0.1, "api_url": "https://review.example"})
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


def taken(app: Pipeline, **texts: str) -> list[DocumentId]:
    return needs_work(app, receive(app, *(upload(f"{name}.md", text) for name, text in texts.items())))


class Told:
    """A flow run and its artifacts, as the server has them."""

    def __init__(self, url: str, flow_run_id: UUID) -> None:
        asked = {"artifacts": {"flow_run_id": {"any_": [str(flow_run_id)]}}}
        with asking(url) as client:
            self.run = client.get(f"/flow_runs/{flow_run_id}").json()
            found = client.post("/artifacts/filter", json=asked).json()
        self.artifacts = {artifact["type"]: artifact for artifact in found}
        assert len(self.artifacts) == len(found)  # one of each, however many stages


def run_of(state: Any) -> UUID:
    flow_run_id = state.state_details.flow_run_id
    assert flow_run_id
    return UUID(str(flow_run_id))


def test_a_run_tells_what_became_of_its_documents(
    wired: Pipeline, prefect_api_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline_core.flows.process_document import process_document
    from pipeline_core.tasks import run_reporter

    monkeypatch.setattr(run_reporter, "BETWEEN_UPDATES_S", 0.0)
    ids = taken(wired, boiler=MANUAL, costs=CONTRADICTORY)
    told = Told(prefect_api_url, run_of(process_document(document_ids=ids, return_state=True)))
    assert told.run["name"] in ("1 awaiting review: boiler.md + 1 more", "1 awaiting review: costs.md + 1 more")
    assert told.run["state"]["name"] == "AwaitingReview"
    assert {f"user:{wired.realm_id}", "profile:standard", "lane:batch", "awaiting-review"} <= set(told.run["tags"])
    [waiting] = wired.views.jobs(wired.realm_id, states=["awaiting_review"])
    text = told.artifacts["markdown"]["data"]
    assert all(part in text for part in ("1 awaiting review", "published", "Nothing was paid for."))
    assert f"https://review.example/validate/{waiting['job_id']}" in text
    assert "certified engineer" not in text  # no text of the documents
    [line, *_] = table_of(told.artifacts["table"])
    assert (line["document"], line["severity"]) == ("costs.md", "critical")
    with asking(prefect_api_url) as client:
        listed = client.post("/artifacts/latest/filter", json={}).json()
    assert {"pipeline-progress", "pipeline-summary", "pipeline-findings"} <= {artifact["key"] for artifact in listed}
    progress = told.artifacts["progress"]
    assert progress["data"] == pytest.approx((100 + 68) / 2)
    assert "1 awaiting review" in progress["description"]


def test_a_run_that_is_over_at_once_has_no_progress_bar(
    wired: Pipeline, prefect_api_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline_core.flows.process_document import process_document
    from pipeline_core.tasks import run_reporter

    monkeypatch.setattr(run_reporter, "BETWEEN_UPDATES_S", 3600.0)
    told = Told(prefect_api_url, run_of(process_document(document_ids=taken(wired, boiler=MANUAL), return_state=True)))
    assert set(told.artifacts) == {"markdown"}


def table_of(artifact: dict[str, Any]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(artifact["data"])
    return rows


def test_runs_are_named_after_what_they_take_up(wired: Pipeline, prefect_api_url: str) -> None:
    from pipeline_core.flows.process_queue import process_queue
    from pipeline_core.flows.review_document import review_document

    taken(wired, costs=CONTRADICTORY)
    queue = Told(prefect_api_url, run_of(process_queue(return_state=True)))
    assert (queue.run["name"], queue.run["state"]["name"]) == (
        "awaiting review: queue: costs.md",
        "AwaitingReview",
    )
    [waiting] = wired.views.jobs(wired.realm_id, states=["awaiting_review"])
    decided = review_document(
        document=str(waiting["job_id"]), decision="override", reason="Two policy years.", return_state=True
    )
    review = Told(prefect_api_url, run_of(decided))
    assert review.run["name"] == "override costs.md"
    assert "awaiting-review" not in review.run["tags"]
    assert "published" in review.artifacts["markdown"]["data"]


def test_a_report_that_cannot_be_written_fails_nothing(
    wired: Pipeline, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str
) -> None:
    from pipeline_core.flows.process_document import process_document

    calls = []

    def refused(*_: object, **__: object) -> None:
        calls.append(1)
        raise httpx.ConnectError("away")

    from pipeline_core.tasks import run_reporter

    for name in ("create_progress_artifact", "create_markdown_artifact", "update_progress_artifact"):
        monkeypatch.setattr(run_reporter, name, refused)
    state = process_document(document_ids=taken(wired, boiler=MANUAL), return_state=True)
    assert (state.name, state.message) == ("Completed", "1 done")
    assert len(calls) == 1  # a server in trouble is not asked again


def test_artifacts_can_be_switched_off(wired: Pipeline, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str) -> None:
    from pipeline_core.flows.process_document import process_document

    monkeypatch.setattr(wired, "settings", wired.settings.model_copy(update={"run_artifacts": False}))
    told = Told(prefect_api_url, run_of(process_document(document_ids=taken(wired, boiler=MANUAL), return_state=True)))
    assert told.run["state"]["name"] == "Completed"
    assert told.artifacts == {}
