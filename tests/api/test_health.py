"""Alive, ready, and measured."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from pipeline_core.api.app import create_app
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import PipelineError, StoreFullError, StoreRefusedError, StoreUnavailableError
from tests.api.conftest import HOST, client_of
from tests.support.through import publish, upload


def test_alive_and_ready(ann: TestClient) -> None:
    assert ann.get("/health").json() == {"status": "ok"}
    ready = ann.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert set(ready.json()["parts"]) == {"database", "store", "limits", "space", "prefect"}


def test_a_database_that_is_away_is_named(make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    client = client_of(make_pipeline(changes={"database_url": url, "api_database_url": url}))
    answer = client.get("/ready")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert {name for name, part in parts.items() if not part["ready"]} == {"database", "limits"}
    assert client.get("/health").status_code == 200
    refused = client.get("/api/v2/jobs")
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert refused.headers["Retry-After"]


def test_a_store_of_limits_that_is_away_is_named(
    make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]
) -> None:
    client = client_of(make_pipeline(changes={"limits_store": f"redis://ann:canary@127.0.0.1:{free_port()}/0"}))
    answer = client.get("/ready")
    assert answer.status_code == 503
    limits = answer.json()["parts"]["limits"]
    assert (limits["ready"], limits["required"]) == (False, True)
    assert "UPLOAD_PIPELINE_LIMITS_STORE" in limits["detail"]
    assert "canary" not in answer.text


def test_a_disk_with_too_little_room_is_named(make_pipeline: Callable[..., Pipeline]) -> None:
    client = client_of(make_pipeline(changes={"min_free_mb": 10**12}))
    answer = client.get("/ready")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert {name for name, part in parts.items() if not part["ready"]} == {"space"}
    assert "UPLOAD_PIPELINE_MIN_FREE_MB" in parts["space"]["detail"]


@pytest.mark.parametrize(
    ("error", "status"), [(StoreFullError(), 507), (StoreRefusedError(), 503), (StoreUnavailableError(), 503)]
)
def test_an_upload_that_the_store_does_not_take_leaves_no_half_document(
    make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch, error: PipelineError, status: int
) -> None:
    pipeline = make_pipeline()
    client = client_of(pipeline)

    def refuse(*_: object) -> None:
        raise error

    file = {"file": ("a.md", b"# A\n\nText.")}
    with monkeypatch.context() as patch:
        patch.setattr(pipeline.store, "put_file", refuse, raising=False)
        answer = client.post("/api/v2/upload", files=file)
    assert (answer.status_code, answer.json()["code"]) == (status, error.code)
    assert answer.headers["Retry-After"]
    assert client.get("/api/v2/jobs").json()["items"] == []
    assert client.post("/api/v2/upload", files=file).status_code == 202


def test_without_prefect_it_is_ready_all_the_same_and_says_so(api_pipeline: Pipeline) -> None:
    app = create_app(api_pipeline, orchestrator_is_up=lambda: False)
    ready = TestClient(app, base_url=HOST, client=("127.0.0.1", 1)).get("/ready")
    assert ready.status_code == 200
    assert ready.json()["parts"]["prefect"] == {"ready": False, "required": False, "detail": None}


def test_metrics_are_sums_over_all_users(ann: TestClient, api_pipeline: Pipeline) -> None:
    publish(api_pipeline, upload())
    ann.post("/api/v2/upload", files={"file": ("a.md", b"# A\n\nText.")})
    text = ann.get("/metrics").text
    assert 'upload_pipeline_jobs{state="done"} 1.0' in text
    assert 'upload_pipeline_jobs{state="queued"} 1.0' in text
    assert 'upload_pipeline_stage_documents{stage="chunker"} 1.0' in text
    assert 'route="/api/v2/upload",status="202"' in text


def test_what_clients_make_up_makes_no_new_series(ann: TestClient) -> None:
    for number in range(3):
        ann.request(f"MADEUP{number}", f"/made/up/{number}")
    text = ann.get("/metrics").text
    assert "MADEUP" not in text
    assert 'http_request_seconds_count{method="other",route="none",status="404"} 3.0' in text


def test_metrics_are_not_for_everybody(make_pipeline: Callable[..., Pipeline]) -> None:
    secret = "s" * 40
    pipeline = make_pipeline(
        changes={"api_auth": "jwt", "jwt_secret": SecretStr(secret), "metrics_token": SecretStr("m")}
    )
    app = create_app(pipeline)
    stranger = TestClient(app, base_url=HOST, client=("203.0.113.9", 1), raise_server_exceptions=False)
    assert stranger.get("/metrics").status_code == 401
    assert stranger.get("/metrics", headers={"Authorization": "Bearer m"}).status_code == 200
    proxied = TestClient(app, base_url=HOST, client=("127.0.0.1", 1), raise_server_exceptions=False)
    assert proxied.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
