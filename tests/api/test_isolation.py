"""What is Ann's is not there for Bob: every endpoint with her ids, and every table under his claims."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core.api.app import create_app
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.rows.webhooks import WebhookEvent
from pipeline_core.domain.sources import SourceKind
from tests.api.bodies import BANK, BODIES
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, API, BOB, TwoUsers

"""What an endpoint needs in order to come as far as looking for the thing."""
OPEN = {"health", "ready", "metrics"}
OF_NOBODY = {"upload_document", "upload_markdown", "list_jobs", "list_batches", "next_job", "search", "list_costs"} | {
    "list_documents",
    "list_waiting",
    "count_waiting",
    "overview",
    "follow_events",
    "review_costs",
    "set_staging_status",
    "withdraw_documents",
    "list_changes",
    "list_change_cursors",
    "retry_all_jobs",
    "create_webhook",
    "list_webhooks",
    "add_source",
    "list_sources",
    "list_realms",
    "erase",
    "list_erasures",
    "create_realm",
}
"""Endpoints without an id in their path; what they show is tested below."""


@pytest.fixture
def ids(make_pipeline: Callable[..., Pipeline]) -> dict[str, str]:
    """Ann's: a published document, one that waits, a bank with a pair."""
    pipeline = make_pipeline(changes={**NO_LIMITS, "user_id": ANN})
    document_id = publish(pipeline, upload())[0]
    ann = client_of(pipeline)
    manual = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "workflow": "manual"})
    waiting = receive(manual, upload("other.md", "# Another\n\nThe lamp must be cleaned every 3 weeks by hand.\n"))
    through(manual, needs_work(manual, waiting))
    again = BANK + b"\n\n"
    batch_id = ann.post("/api/upload-markdown", files={"file": ("bank.md", BANK)}).json()["batch_id"]
    ann.post("/api/upload-markdown", files={"file": ("again.md", again)})
    list(pipeline.bank_queue.drain())
    pairs = [
        pair
        for batch in ann.get("/api/staging/batches").json()["items"]
        for pair in ann.get(f"/api/staging/duplicates/{batch['batch_id']}").json()
    ]
    webhook_id = uuid4()
    with pipeline.open_uow() as uow:
        uow.webhooks.add(webhook_id, ANN, "https://example.org/hook", f"whsec_{'A' * 44}", list(WebhookEvent), most=0)
        uow.commit()
    return {
        "document_id": str(document_id),
        "job_id": ann.get("/api/job/next").json()["job"]["job_id"],
        "batch_id": batch_id,
        "fact_id": ann.get(f"/api/v2/documents/{document_id}/facts").json()["items"][0]["question_id"],
        "question_id": ann.get(f"/api/staging/batches/{batch_id}/questions").json()["items"][0]["question_id"],
        "duplicate_id": pairs[0]["duplicate_id"],
        "chunk_id": ann.get(f"/api/v2/documents/{document_id}/chunks").json()["items"][0]["chunk_id"],
        "page": "1",
        "stage": "chunker",
        "name": "manual.chunks.json",
        "webhook_id": str(webhook_id),
        "change_id": str(ann.get("/api/v2/changes?cursor=index").json()["items"][0]["change_id"]),
        "source_id": str(pipeline.sources.add(ANN, SourceKind.WEB, "site", "https://example.org/").source_id),
        "erasure_id": ann.post("/api/v2/erasures", json={"whole_realm": True, "dry_run": True}).json()["plan_id"],
        "realm_id": ann.post("/api/v2/realms", json={"name": "team"}).json()["realm_id"],
        "user_id": str(ANN),
    }


@pytest.fixture
def bob(make_pipeline: Callable[..., Pipeline]) -> TestClient:
    return client_of(make_pipeline(changes=NO_LIMITS), BOB)


def test_every_endpoint_knows_nothing_of_anothers_things(
    ids: dict[str, str], bob: TestClient, make_pipeline: Callable[..., Pipeline], database_url: str
) -> None:
    description = create_app(make_pipeline(changes=NO_LIMITS)).openapi()
    before = _contents(database_url)
    tried = []
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            name = operation["operationId"]
            if name in OPEN | OF_NOBODY:
                continue
            url = re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)
            assert url != path, f"{name} has no id: name it in OF_NOBODY, and test what it shows"
            answer = bob.request(method, url, json=BODIES.get(name))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (name, answer.text)
            tried.append(name)
    assert len(tried) > 15
    assert _contents(database_url) == before


def test_lists_and_search_show_nothing_of_anothers(ids: dict[str, str], bob: TestClient) -> None:
    for path in ("/api/v2/jobs", "/api/staging/batches"):
        assert bob.get(path).json()["items"] == []
    assert bob.get(f"/api/v2/jobs?document_id={ids['document_id']}").json()["items"] == []
    assert bob.get("/api/v2/sources").json() == []
    assert bob.get("/api/v2/search?q=boiler").json()["hits"] == []
    assert bob.get("/api/v2/costs").json()["days"] == []
    assert bob.get("/api/v2/changes").json()["items"] == []
    assert bob.get("/api/v2/changes/cursors").json() == []
    assert bob.get("/api/job/next").json() == {"job": None}
    wrong = bob.put(
        "/api/v3/documents/staging/status", json={"document_ids": [ids["document_id"]], "status": "Selected"}
    )
    assert (wrong.status_code, [error["value"] for error in wrong.json()["errors"]]) == (422, [ids["document_id"]])
    wrong = bob.post("/api/v2/documents/withdraw", json={"document_ids": [ids["document_id"]], "dry_run": True})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "not_found")


def test_the_same_bytes_are_two_documents(ids: dict[str, str], bob: TestClient) -> None:
    """Uploading does not tell whether somebody else has the file."""
    from tests.support.through import MANUAL

    answer = bob.post("/api/v2/upload", files={"file": ("manual.md", MANUAL.encode())})
    assert answer.status_code == 202
    assert answer.json()["document_id"] != ids["document_id"]


def test_without_a_token_nothing_but_health(make_pipeline: Callable[..., Pipeline]) -> None:
    app = create_app(make_pipeline(changes=NO_LIMITS))
    nobody = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1), raise_server_exceptions=False)
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] not in OPEN:
                answer = nobody.request(method, re.sub(r"{\w+}", str(uuid4()), path))
                assert answer.status_code == 401, (path, answer.text)
                assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_every_table_under_bobs_claims_is_empty(ids: dict[str, str], database_url: str) -> None:
    database = TwoUsers(database_url)
    tables = database.rows(
        "SELECT c.table_name, has_any_column_privilege(%s, 'upload_pipeline.' || c.table_name, 'SELECT')"
        " FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = 'upload_pipeline' AND c.column_name = 'realm_id'",
        API,
    )
    assert len(tables) > 10
    for table, readable in tables:
        with database.role(API, claims={"sub": str(BOB)}) as connection:
            if readable:
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"SELECT count(*) FROM {table}")


def _contents(database_url: str) -> list[tuple[Any, ...]]:
    """What a request could have changed."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM upload_pipeline.events),"
            " (SELECT sum(version) FROM upload_pipeline.upload_jobs),"
            " (SELECT string_agg(status, '' ORDER BY question_id) FROM upload_pipeline.staged_questions)"
        ).fetchall()
