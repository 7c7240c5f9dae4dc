"""Over HTTP: what is downloaded is on record before it leaves."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.support.through import publish, upload


@pytest.fixture
def file(api_pipeline: Pipeline, ann: TestClient) -> str:
    """Where the original of a published document can be downloaded."""
    [document_id] = publish(api_pipeline, upload())
    files = ann.get(f"/api/v2/documents/{document_id}/files").json()
    return next(str(one["url"]) for one in files if one["stage_name"] == "ingest")


def downloads(pipeline: Pipeline) -> list[dict[str, Any]]:
    with pipeline.open_uow() as uow:
        query = "SELECT realm_id, job_id, payload FROM events WHERE type = 'downloaded' ORDER BY event_id"
        rows = uow.session.connection.execute(query).fetchall()
    return [dict(zip(("realm_id", "job_id", "payload"), row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("method", "headers", "answers", "recorded"),
    [
        ("GET", [{}, {}], [200, 200], 2),
        # a viewer that asks for parts
        ("GET", [{"Range": "bytes=0-9"}, {"Range": "bytes=10-19"}], [206, 206], 1),
        # nothing of it leaves
        ("HEAD", [{}], [200], 0),
        ("GET", [{"If-None-Match": "*"}], [304], 0),
        ("GET", [{"Range": "bytes=99999999-"}], [416], 0),
    ],
)
def test_what_leaves_is_on_record(
    api_pipeline: Pipeline,
    ann: TestClient,
    file: str,
    method: str,
    headers: list[dict[str, str]],
    answers: list[int],
    recorded: int,
) -> None:
    assert [ann.request(method, file, headers=one).status_code for one in headers] == answers

    events = downloads(api_pipeline)
    assert len(events) == recorded
    for event in events:
        assert event["realm_id"] == api_pipeline.realm_id
        assert event["job_id"] is not None
        assert event["payload"]["file"] == "manual.md"
        assert event["payload"]["by"] == str(api_pipeline.realm_id)
