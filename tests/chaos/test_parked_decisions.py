"""The API is killed while a decision is parked; the next one carries it out, when its time is over and not before."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from pipeline_core.api.auth import local_token
from pipeline_core.bootstrap import Pipeline
from tests.support.reviewing import park, reviews, state
from tests.support.servers import wait_until

pytestmark = pytest.mark.chaos


@contextmanager
def served(app: Pipeline, port: int) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """The API as a process of its own, once it answers."""
    environment = {
        **os.environ,
        "UPLOAD_PIPELINE_HOME": str(app.settings.home),
        "UPLOAD_PIPELINE_DATABASE_URL": app.database_url,
        "UPLOAD_PIPELINE_USER_ID": str(app.realm_id),
        "UPLOAD_PIPELINE_API_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "pipeline_core", "api"], env=environment)
    headers = {"Authorization": f"Bearer {local_token(app.settings)}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        try:
            assert wait_until(lambda: answers(client), within_s=60)
            yield process, client
        finally:
            process.kill()
            process.wait()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.timeout(180)
def test_the_next_api_carries_out_what_the_killed_one_parked(manual: Pipeline, free_port: Callable[[], int]) -> None:
    parked, undone = (
        park(manual),
        park(manual, "lamp.md", "# Lamp\n\nThe lamp must be cleaned every 3 weeks by hand.\n"),
    )
    with served(manual, free_port()) as (process, client):
        jobs = {row["document_id"]: row["job_id"] for row in manual.views.jobs(manual.realm_id)}
        body = {"undo_window": 10, "reason": "not ours"}
        for one in (parked, undone):
            assert client.post(f"/api/job/{jobs[one]}/reject", json=body).json()["state"] == "awaiting_review"
        process.kill()
        process.wait()
    assert state(manual, parked)[0] == "awaiting_review"
    with served(manual, free_port()) as (_, client):
        assert client.post(f"/api/job/{jobs[undone]}/undo").status_code == 200
        assert state(manual, parked)[0] == "awaiting_review"
        assert wait_until(lambda: state(manual, parked)[0] == "done", within_s=15)
    assert [event["code"] for event in reviews(manual, parked)] == ["decision_parked", "document_rejected"]
    assert [event["code"] for event in reviews(manual, undone)] == ["decision_parked", "decision_undone"]
    assert state(manual, undone)[0] == "awaiting_review"
