"""What nobody should send, and what nobody foresaw: a problem all the same, and no text of anybody's in the log."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core import logs
from pipeline_core.api import problems
from pipeline_core.api.app import create_app
from pipeline_core.api.auth import LOCAL_ISSUER, local_key
from pipeline_core.bootstrap import Pipeline, UserServices
from pipeline_core.domain.errors import ConfigurationError
from tests.api.conftest import HOST, NO_LIMITS, client_of
from tests.support.raw_http import PART, UPLOAD, head, served_at
from tests.support.servers import wait_until
from tests.support.two_users import ANN

LOCAL = ("127.0.0.1", 50000)
STATUS = "/api/v3/documents/staging/status"
BODIES = {
    "a lone surrogate": (b'{"document_ids":["\\ud800"],"status":"Selected"}', 422),
    "NaN": (b'{"document_ids":NaN,"status":"Selected"}', 422),
    "cut off": (b'{"document_ids":', 422),
    "nested deeply": (b"[" * 100_000, 400),
    "no UTF-8": (b'{"status":"\xff"}', 400),
    "an endless number": (b'{"status":' + b"9" * 5000 + b"}", 400),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_that_are_none_are_problems(ann: TestClient, kind: str) -> None:
    body, status = BODIES[kind]
    answer = ann.put(STATUS, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["code"]
    assert answer.json()["action"]
    described = ann.get("/openapi.json").json()["paths"][STATUS]["put"]["responses"]
    assert str(status) in described


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    import logging

    import structlog

    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in logs.LEVELS}
    yield logs.configure(tmp_path / "logs")
    structlog.reset_defaults()
    for name, (handlers, propagate) in before.items():
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = handlers, propagate


def test_a_defect_is_logged_by_its_place_and_not_by_its_values(
    ann: TestClient, log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "of the document"

    def broken(_self: UserServices) -> None:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise ValueError(f"more {text}") from error

    monkeypatch.setattr(UserServices, "views", property(broken))
    answer = ann.get("/api/v2/jobs")
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert answer.headers["X-Correlation-ID"] == answer.json()["correlation_id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    [entry] = [line for line in map(json.loads, log_file.read_text().splitlines()) if line["event"] == "defect"]
    assert entry["error"] == "ValueError"
    assert "KeyError" in entry["trace"]
    assert "test_defects.py" in entry["trace"]
    assert text not in log_file.read_text()


def _token(pipeline: Pipeline, seconds: float) -> str:
    now = datetime.now(UTC)
    claims = {"sub": str(ANN), "aud": "authenticated", "iss": LOCAL_ISSUER, "exp": now + timedelta(seconds=seconds)}
    return jwt.encode(claims, local_key(pipeline.settings.home), algorithm="HS256")


def test_a_stream_ends_with_its_token(ann: TestClient, api_pipeline: Pipeline) -> None:
    job_id = ann.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")}).json()["job_id"]
    # ten seconds of leeway are given to every token
    expiring = {"Authorization": f"Bearer {_token(api_pipeline, -8.5)}"}
    text = ann.get(f"/api/v2/jobs/{job_id}/events", headers=expiring).text
    assert "id: " in text
    assert "event: end" not in text
    assert ann.get(f"/api/v2/jobs/{job_id}/events", headers=expiring).status_code == 401


def test_a_stream_ends_with_its_job(
    ann: TestClient, api_pipeline: Pipeline, free_port: Callable[[], int], database_url: str
) -> None:
    import httpx

    job_id = ann.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")}).json()["job_id"]
    with served_at(api_pipeline, free_port()) as (port, token):
        url = f"http://127.0.0.1:{port}/api/v2/jobs/{job_id}/events"
        with httpx.stream("GET", url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as stream:
            lines = stream.iter_lines()
            assert next(lines)
            with psycopg.connect(database_url) as connection:
                connection.execute("SET session_replication_role = replica")
                connection.execute("DELETE FROM upload_pipeline.upload_jobs")
            assert "event: gone" in list(lines)


def _open_files_below(folder: Path) -> list[str]:
    """Files of this process below the folder, those without a name included; none where the system does not tell."""
    found = []
    for link in Path("/proc/self/fd").glob("*"):
        with suppress(FileNotFoundError):  # closed meanwhile
            found.append(str(link.readlink()))
    return [target for target in found if target.startswith(str(folder))]


def test_who_hangs_up_in_the_middle_leaves_nothing(
    api_pipeline: Pipeline,
    free_port: Callable[[], int],
    ann: TestClient,
    log_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spooled = tmp_path / "spooled"
    spooled.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spooled))
    with served_at(api_pipeline, free_port()) as (port, token):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head(token, 10_000_000) + PART[:-10] + b"x" * 600_000)
            assert wait_until(lambda: bool(_open_files_below(spooled)) or not Path("/proc/self/fd").exists())
            assert list(spooled.iterdir()) == []  # nothing that a killed process would leave, either
        assert wait_until(lambda: UPLOAD in log_file.read_text())
        assert wait_until(lambda: not _open_files_below(spooled), within_s=5)
    assert list(spooled.iterdir()) == []
    assert list(api_pipeline.store.list("documents")) == []
    assert ann.get("/api/v2/jobs").json()["items"] == []
    assert '"event": "defect"' not in log_file.read_text()


def test_nobody_waits_for_ever_for_the_database(make_pipeline: Callable[..., Pipeline], database_url: str) -> None:
    client = client_of(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "api_request_timeout_s": 0.5}))
    client.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")})
    with psycopg.connect(database_url) as connection:
        connection.execute("LOCK upload_pipeline.upload_jobs")
        waited = client.get("/api/v2/jobs")
    assert (waited.status_code, waited.json()["code"]) == (503, "statement_timeout")
    assert client.get("/api/v2/jobs").status_code == 200


def test_other_origins_are_told_nothing(ann: TestClient) -> None:
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for answer in (ann.options("/api/v2/jobs", headers=preflight), ann.get("/api/v2/jobs", headers=preflight)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_chosen_origins_read_every_answer(
    make_pipeline: Callable[..., Pipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {**NO_LIMITS, "realm_id": ANN, "api_cors_origins": "https://app.example", "limit_requests_per_hour": 2}
    client = client_of(make_pipeline(changes=changes))
    origin = {"Origin": "https://app.example"}
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = client.options(STATUS, headers={**origin, **asked})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, origin["Origin"])
    answers = [client.get("/api/v2/jobs", headers=origin) for _ in range(3)]
    answers += [client.get("/api/v2/jobs", headers={**origin, "Authorization": ""}), client.get("/x", headers=origin)]
    monkeypatch.setattr(UserServices, "views", property(lambda _: 1 / 0))
    answers.append(client.get("/api/staging/batches", headers=origin))
    assert [answer.status_code for answer in answers] == [200, 200, 429, 401, 404, 500]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == origin["Origin"], answer.status_code
        assert "Retry-After" in answer.headers["access-control-expose-headers"]


def test_other_hosts_and_slashes_lead_nowhere(ann: TestClient) -> None:
    for host in (
        "evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1.evil.example",
        "127.0.0.1:x",
        "",
        "www.localhost",
    ):
        refused = ann.get("/health", headers={"Host": host})
        assert (refused.status_code, refused.headers["content-type"]) == (400, problems.MEDIA_TYPE), host
        assert (refused.json()["code"], refused.json()["correlation_id"]) == (
            "bad_request",
            refused.headers["X-Correlation-ID"],
        )
    for host in ("[::1]:8420", "LOCALHOST", "127.0.0.1:1"):
        assert ann.get("/health", headers={"Host": host}).status_code == 200, host
    assert ann.get("/api/v2/jobs/").status_code == 404
    assert ann.base_url == HOST


def test_hosts_may_be_all_of_a_domain(make_pipeline: Callable[..., Pipeline]) -> None:
    client = TestClient(create_app(make_pipeline(changes={"api_allowed_hosts": "*.example.org"})), client=LOCAL)
    hosts = {"a.example.org": 200, "example.org": 400, "a.example.org.evil": 400}
    assert {host: client.get("/health", headers={"Host": host}).status_code for host in hosts} == hosts
    with pytest.raises(ConfigurationError, match="ALLOWED_HOSTS"):
        create_app(make_pipeline(changes={"api_allowed_hosts": "a*.org"}))


def test_local_mode_refuses_other_machines_however_it_is_served(api_pipeline: Pipeline) -> None:
    stranger = TestClient(create_app(api_pipeline), base_url=HOST, client=("203.0.113.9", 1))
    refused = stranger.get("/health")
    assert (refused.status_code, refused.headers["content-type"]) == (403, problems.MEDIA_TYPE)
    assert refused.json()["code"] == "forbidden"


def test_head_is_get_without_the_body(ann: TestClient, api_pipeline: Pipeline, free_port: Callable[[], int]) -> None:
    import httpx

    body = ann.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")}).json()
    with served_at(api_pipeline, free_port()) as (port, token):
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10) as client:
            [file] = client.get(f"/api/v2/documents/{body['document_id']}/files").json()
            # the last would stream for as long as its job waits
            for path in ("/health", "/api/v2/jobs", file["url"], f"{body['status_url']}/events"):
                head = client.head(path)
                assert (head.status_code, head.content) == (200, b""), path
            assert client.head(file["url"]).headers["Content-Length"] == str(file["size"])
            assert client.head("/api/v2/jobs/x").status_code == 422
            assert client.head(UPLOAD).status_code == 405
        assert client.is_closed


def test_what_http_refuses_has_the_same_code_everywhere(ann: TestClient) -> None:
    """Python's own names of the statuses changed between its versions."""
    wrong = ann.put(STATUS, content=b"x" * 2_000_000)
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["title"]) == (
        413,
        "content_too_large",
        "Content Too Large",
    )
    described = ann.get("/openapi.json").json()["paths"][UPLOAD]["post"]["responses"]
    assert described["422"]["description"] == "Unprocessable Content"


def test_whatever_is_refused_says_what_to_do(ann: TestClient) -> None:
    for answer, status in (
        (ann.get("/api/v2/nothing"), 404),
        (ann.put("/api/v2/jobs"), 405),
        (ann.get("/api/v2/jobs", headers={"Host": "evil.example.org"}), 400),
    ):
        assert (answer.status_code, bool(answer.json()["action"])) == (status, True), answer.text


def test_a_wrong_request_is_told_once_and_in_our_words(ann: TestClient) -> None:
    wrong = ann.get("/api/v2/jobs/notauuid").json()["errors"]
    assert [one["where"] for one in wrong] == ["path/job_id"]
    both = {"decision": "approve", "question_ids": [str(ANN)], "matching": {}}
    told = ann.post(f"/api/staging/batches/{ANN}/review", json=both).json()["detail"]
    assert told == "body: either ids or `matching` says which are meant"
