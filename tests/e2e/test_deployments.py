"""prefect.yaml against a real server, and a real worker that takes documents through the deployments."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline_core.adapters.prefect_deployments import DeploymentLauncher
from pipeline_core.adapters.supervision.deploy import deploy
from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client, Upload
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError
from pipeline_core.review.decisions import Decision
from pipeline_core.settings import Settings
from tests.e2e.conftest import CommandLine, left_as_found
from tests.support.paths import ROOT
from tests.support.through import MANUAL

SCHEDULED = {"process-queue", "deep-scan", "maintain"}
DEPLOYMENTS = SCHEDULED | {
    "process-document",
    "import-batch",
    "review-document",
    "reembed",
    "deliver-webhooks",
    "sync-source",
}


@pytest.fixture(scope="module")
def environment(prefect_api_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PREFECT_API_URL": prefect_api_url,
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_WORKER_QUERY_SECONDS": "0.5",
        "DO_NOT_TRACK": "1",
    }


@pytest.fixture(scope="module")
def deployed(environment: dict[str, str], prefect_http: httpx.Client) -> Iterator[dict[str, Any]]:
    """Every deployment of prefect.yaml, made without a question; the schedules rest meanwhile."""
    with left_as_found(prefect_http):
        made = deploy(environment)
        assert (made.pool_is_new, set(made.new), made.updated) == (True, DEPLOYMENTS, [])
        of_this_pool = {"work_pools": {"name": {"any_": ["pipeline"]}}}
        rows = prefect_http.post("/deployments/filter", json=of_this_pool).json()
        for row in rows:
            prefect_http.patch(f"/deployments/{row['id']}", json={"paused": True})
        yield {row["name"]: row for row in rows}


@pytest.fixture
def app(settings: Settings, prefect_api_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    monkeypatch.setenv("PREFECT_API_URL", prefect_api_url)
    app = Pipeline(settings.model_copy(update={"duplicate_threshold": 1.0}))
    yield app
    app.close()


@pytest.fixture
def worker(environment: dict[str, str], app: Pipeline, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process worker; its environment says what runs work on, as on any machine."""
    own = {
        **environment,
        "UPLOAD_PIPELINE_HOME": str(app.settings.home),
        "UPLOAD_PIPELINE_DATABASE_URL": app.database_url,
        "UPLOAD_PIPELINE_DUPLICATE_THRESHOLD": "1.0",
    }
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "pipeline", "--name", "tester"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=own, cwd=tmp_path, stdout=log, stderr=log)
        yield process
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_every_deployment_is_there_and_makes_a_form(deployed: dict[str, Any], prefect_http: httpx.Client) -> None:
    assert deployed.keys() == DEPLOYMENTS
    for name, row in deployed.items():
        assert re.fullmatch(r"pipeline_core\.flows\.\w+\.\w+", row["entrypoint"])
        assert row["description"]
        assert "document-pipeline" in row["tags"]
        assert bool(row["schedules"]) is (name in SCHEDULED), name
        properties = row["parameter_openapi_schema"]["properties"]
        assert all(parameter["description"] for parameter in properties.values()), name
    form = deployed["review-document"]["parameter_openapi_schema"]
    assert set(form["definitions"]["Decision"]["enum"]) == {*Decision}
    assert deployed["process-queue"]["global_concurrency_limit"]["limit"] == 4
    with pytest.raises(httpx.HTTPStatusError) as refused:
        prefect_http.post(
            f"/deployments/{deployed['process-queue']['id']}/create_flow_run",
            json={"parameters": {"limit": 0}, "enforce_parameter_schema": True},
        )
    assert refused.value.response.status_code in (409, 422)


def test_a_worker_takes_documents_through_the_deployments(
    deployed: dict[str, Any], worker: subprocess.Popen[bytes], app: Pipeline, tmp_path: Path
) -> None:
    """One is asked for by name, one waits in the queue; both end published, by runs of the worker's."""
    with Client(app=app) as client:
        asked = client.submit([Upload("asked.md", MANUAL.encode())])
        [flow_run_id] = asked.flow_run_ids
        again = app.launcher.request(asked.started, key=f"submit-{asked.correlation_ids[0]}")
        assert again == [flow_run_id]  # asking twice starts nothing twice
        [first] = client.wait(asked.document_ids, timeout_s=80)
        queued = client.submit([Upload("queued.md", f"{MANUAL}\nThe key has number 7.".encode())], start=False)
        # which has asked for a run of the queue
        [second] = client.wait(queued.document_ids, timeout_s=80)
    log = (tmp_path / "worker.log").read_text()
    assert (first.outcome, second.outcome) == ("published", "published"), log
    runs = {row["filename"]: row["flow_run_id"] for row in app.views.jobs(app.realm_id)}
    assert runs["asked.md"] == flow_run_id != runs["queued.md"]


def test_deploying_again_brings_up_to_date_what_is_there(
    deployed: dict[str, Any], environment: dict[str, str], tmp_path: Path, prefect_http: httpx.Client
) -> None:
    queue = f"/deployments/{deployed['process-queue']['id']}"
    # as an earlier version made it; what people have added is theirs
    for slug, seconds in {"every-minute": 60, "ours": 600}.items():
        schedule = {"schedule": {"interval": seconds}, "slug": slug, "active": False}
        prefect_http.post(f"{queue}/schedules", json=[schedule])
    source = f"/deployments/{deployed['sync-source']['id']}"
    of_source = {"schedule": {"interval": 3600}, "slug": "source-1", "active": False, "parameters": {"source": "1"}}
    prefect_http.post(f"{source}/schedules", json=[of_source])
    again = CommandLine({**environment, "UPLOAD_PIPELINE_HOME": str(tmp_path)}, tmp_path).json("deploy")
    assert (again["pool_is_new"], again["new"], set(again["updated"])) == (False, [], DEPLOYMENTS)
    assert {row["slug"] for row in prefect_http.get(queue).json()["schedules"]} == {"safety-net", "ours"}
    [kept] = prefect_http.get(source).json()["schedules"]
    assert (kept["slug"], kept["active"], kept["parameters"]) == ("source-1", False, {"source": "1"})
    assert again["worker"].endswith("worker start --pool pipeline")
    with pytest.raises(ConfigurationError, match="already exists with the type process, not docker"):
        deploy(environment, "docker")


def test_without_a_server_nothing_is_deployed(environment: dict[str, str]) -> None:
    """Prefect would start one for the moment, and lose all that was made."""
    with pytest.raises(ConfigurationError, match="No Prefect server"):
        deploy({name: value for name, value in environment.items() if name != "PREFECT_API_URL"})


def test_a_missing_deployment_and_a_missing_server_are_named(
    app: Pipeline, deployed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match="no-such-flow"):
        app.launcher.run("pipeline_core.flows.no_such_flow")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:9"):
        DeploymentLauncher(app.settings).wait()
    monkeypatch.delenv("PREFECT_API_URL")
    with pytest.raises(ConfigurationError, match="PREFECT_API_URL"):
        DeploymentLauncher(app.settings)


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_the_templates_of_other_pools_are_accepted(prefect_http: httpx.Client, kind: str) -> None:
    template = json.loads((ROOT / "deployments" / "pools" / f"{kind}.json").read_text())
    pool = {"name": f"on-{kind}", "type": kind, "base_job_template": template}
    prefect_http.post("/work_pools/", json=pool)
    made = prefect_http.get(f"/work_pools/on-{kind}").json()
    assert made["base_job_template"]["variables"]["properties"]["image"]["default"] == "document-pipeline:latest"
    prefect_http.delete(f"/work_pools/on-{kind}")
