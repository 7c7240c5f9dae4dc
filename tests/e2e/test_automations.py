"""The automations against a real server: made once, updated after that, and doing what they say."""

import json
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prefect.client.orchestration import get_client

from pipeline_core import bootstrap
from pipeline_core.bootstrap import Pipeline
from tests.e2e.conftest import asking
from tests.support.handling import Asked, handled_by
from tests.support.paths import ROOT
from tests.support.reviewing import CONTRADICTORY
from tests.support.servers import wait_until
from tests.support.through import needs_work, receive, through, upload

NAMES = {"pipeline: dead letter", "pipeline: reviews wait", "pipeline: process what was uploaded"}


@pytest.fixture
def wired(make_pipeline: Any, monkeypatch: pytest.MonkeyPatch, prefect_api_url: str) -> Iterator[Pipeline]:
    app = make_pipeline(changes={"retry_base_s": 0.1})
    bootstrap.pipeline.cache_clear()
    monkeypatch.setattr(bootstrap, "load_settings", lambda: app.settings)
    monkeypatch.setattr(bootstrap, "Pipeline", lambda _settings: app)
    yield app
    bootstrap.pipeline.cache_clear()


@pytest.fixture
def alerts() -> Iterator[tuple[str, list[Any]]]:
    """A webhook of ours, and what was posted to it."""
    posted: list[Any] = []

    def handle(asked: Asked) -> None:
        posted.append(json.loads(asked.sent()))
        asked.answer(204)

    with handled_by("POST", handle) as url:
        yield f"{url}/alerts", posted


@pytest.fixture
def deployment(prefect_http: httpx.Client) -> Iterator[str]:
    """A deployment process-queue, as far as the server is concerned."""
    # Prefect's client tries again when the server's own database is busy
    with get_client(sync_client=True) as client:
        made = str(client.create_deployment(client.create_flow_from_name("process-queue"), "process-queue"))
    yield made
    with suppress(httpx.HTTPStatusError):  # a test may have removed it
        prefect_http.delete(f"/deployments/{made}")


SCRIPT = ROOT / "deployments" / "automations.py"
Script = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def automate(prefect_http: httpx.Client, capsys: pytest.CaptureFixture[str]) -> Iterator[Script]:
    """The script in this process."""
    main = runpy.run_path(str(SCRIPT))["main"]

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    yield run
    for row in there(prefect_http):
        prefect_http.delete(f"/automations/{row['id']}")


def there(client: httpx.Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.post("/automations/filter", json={}).json()
    return [row for row in rows if row["name"] in NAMES]


def emitted(url: str, event: str) -> None:
    """As `prefect event emit` sends it, from outside of any run."""
    occurred = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = {"event": event, "resource": {"prefect.resource.id": "test"}, "id": str(uuid4()), "occurred": occurred}
    with asking(url) as client:
        client.post("/events", json=[body])


def test_they_are_made_once_and_do_what_they_say(
    wired: Pipeline,
    alerts: tuple[str, list[Any]],
    deployment: str,
    automate: Script,
    prefect_api_url: str,
    prefect_http: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pipeline_core.flows.maintain import maintain
    from pipeline_core.flows.process_document import process_document
    from pipeline_core.flows.process_queue import process_queue

    address, posted = alerts
    own = {**os.environ, "PREFECT_API_URL": prefect_api_url}
    command = [sys.executable, str(SCRIPT), "--webhook", address]
    first = subprocess.run(command, env=own, capture_output=True, text=True, timeout=90)
    assert first.returncode == 0, first.stderr
    again = automate("--webhook", address)
    assert again.stdout.count("updated:") == 3
    assert sorted(row["name"] for row in there(prefect_http)) == sorted(NAMES)

    bad = upload('bad "quoted".pdf', "%PDF-1.4 this is no PDF at all")
    [dead] = needs_work(wired, receive(wired, bad))
    process_document(document_ids=[dead], return_state=True)
    [waiting] = needs_work(wired, receive(wired, upload("costs.md", CONTRADICTORY)))
    through(wired, [waiting])
    assert "0 overdue reviews reported" in maintain(review_alert_h=1.0, return_state=True).message
    monkeypatch.setitem(wired.__dict__, "reminders", replace(wired.reminders, hours=0.0))
    for _ in range(2):  # each run of the queue looks, and one of them tells
        process_queue(return_state=True)
    assert "0 overdue reviews reported" in maintain(return_state=True).message
    assert wait_until(lambda: len(posted) == 2, within_s=20), posted
    by_subject = {alert["subject"]: alert for alert in posted}
    told = by_subject["A document is a dead letter"]
    assert told["event"]["document_id"] == str(dead)
    assert told["text"].startswith("Document bad")
    assert told["event"]["job_id"] in told["text"]
    assert by_subject["Documents wait for a person"]["event"]["documents"][0]["filename"] == "costs.md"

    emitted(prefect_api_url, "pipeline.upload")
    asked = {"deployments": {"id": {"any_": [deployment]}}}
    assert wait_until(lambda: len(prefect_http.post("/flow_runs/filter", json=asked).json()) == 1, 20)


def test_what_is_missing_is_named(deployment: str, automate: Script, prefect_http: httpx.Client) -> None:
    refused = automate("--block", "slack-webhook/nowhere")
    assert (refused.returncode, there(prefect_http)) == (2, [])
    assert "no block slack-webhook/nowhere" in refused.stderr
    prefect_http.delete(f"/deployments/{deployment}")
    assert "pipeline deploy" in automate().stderr
