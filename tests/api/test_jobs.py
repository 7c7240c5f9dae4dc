"""Jobs and documents over HTTP: lists, progress, events, files, trying again."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from tests.support.through import publish, through, upload
from tests.support.two_users import BOB

END = "end"


@pytest.fixture
def document_id(ann: TestClient, api_pipeline: Pipeline) -> str:
    """A published document."""
    return str(publish(api_pipeline, upload())[0])


def _job(client: TestClient, document_id: str) -> str:
    return str(client.get(f"/api/v2/documents/{document_id}").json()["job_id"])


def _events(client: TestClient, job_id: str, last: str = "") -> Iterator[tuple[str, str, dict[str, object]]]:
    headers = {"Last-Event-ID": last} if last else {}
    text = client.get(f"/api/v2/jobs/{job_id}/events", headers=headers).text
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            yield fields.get("id", ""), fields["event"], json.loads(fields["data"])


def test_a_finished_job_shows_everything(ann: TestClient, document_id: str) -> None:
    job = ann.get(f"/api/v2/jobs/{_job(ann, document_id)}").json()
    assert (job["state"], job["outcome"], job["percent"], job["phase"]) == ("done", "published", 100, 6)
    assert [stage["status"] for stage in job["stages"]] == ["completed"] * 8
    assert job["seconds"] > 0
    assert job["last_error"] is None


def test_what_has_no_pages_says_none(ann: TestClient, document_id: str) -> None:
    [listed] = ann.get("/api/v2/jobs").json()["items"]
    document = ann.get(f"/api/v2/documents/{document_id}").json()
    job = ann.get(f"/api/v2/jobs/{listed['job_id']}").json()
    assert [row["pages"] for row in (listed, document, job)] == [None] * 3


def test_events_end_with_the_job_and_go_on_where_they_were_cut_off(ann: TestClient, document_id: str) -> None:
    job_id = _job(ann, document_id)
    events = list(_events(ann, job_id))
    assert events[-1][1] == END
    assert events[-1][2]["state"] == "done"
    ids = [int(event_id) for event_id, kind, _ in events if kind != END]
    assert ids == sorted(set(ids))
    assert len(ids) > 10
    rest = list(_events(ann, job_id, last=str(ids[5])))
    assert rest == events[6:]
    # an id of no event, or no id at all
    assert [kind for _, kind, _ in _events(ann, job_id, last="9" * 20)] == [END]
    assert list(_events(ann, job_id, last="x")) == events


def test_lists_go_on_by_cursor(ann: TestClient) -> None:
    for number in range(5):
        ann.post("/api/v2/upload", files={"file": (f"{number}.md", f"# A\n\nText {number}.".encode())})
    seen, cursor = [], ""
    while True:
        page = ann.get(f"/api/v2/jobs?limit=2{cursor}").json()
        seen += [job["filename"] for job in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
        ann.post("/api/v2/upload", files={"file": ("new.md", f"# New\n\n{cursor}".encode())})
    assert seen == ["4.md", "3.md", "2.md", "1.md", "0.md"]
    assert ann.get("/api/v2/jobs?state=done").json()["items"] == []
    wrong = ann.get("/api/v2/jobs?cursor=wrong")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "refused")


def test_files_are_downloaded_whole_or_in_part(ann: TestClient, document_id: str, api_pipeline: Pipeline) -> None:
    files = ann.get(f"/api/v2/documents/{document_id}/files").json()
    assert {file["file_type"] for file in files} >= {"original", "markdown", "chunks_json", "facts_json"}
    for file in files:
        whole = ann.get(file["url"])
        assert len(whole.content) == file["size"]
        assert whole.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in whole.headers["Content-Security-Policy"]
        assert whole.headers["ETag"] == f'"{file["sha256"]}"'
        part = ann.get(file["url"], headers={"Range": "bytes=5-9"})
        assert (part.status_code, part.content) == (206, whole.content[5:10])
        assert part.headers["Content-Range"] == f"bytes 5-9/{file['size']}"
        assert ann.get(file["url"], headers={"Range": "bytes=-7"}).content == whole.content[-7:]
        assert ann.get(file["url"], headers={"Range": f"bytes={file['size']}-"}).status_code == 416
        for known in (whole.headers["ETag"], f'"other", W/{whole.headers["ETag"]}', "*"):
            assert ann.get(file["url"], headers={"If-None-Match": known}).status_code == 304
        assert ann.get(file["url"], headers={"If-None-Match": '"other"'}).status_code == 200
        # the rest of another version is of no use to who has the beginning of one
        for version, status in ((whole.headers["ETag"], 206), ('"other"', 200), ("Sat, 21 Nov 2026 06:00:00 GMT", 200)):
            rest = ann.get(file["url"], headers={"Range": "bytes=5-", "If-Range": version})
            assert (rest.status_code, rest.content) == (status, whole.content[5 if status == 206 else 0 :])


def test_a_damaged_file_is_not_sent(ann: TestClient, document_id: str, api_pipeline: Pipeline) -> None:
    file = ann.get(f"/api/v2/documents/{document_id}/files").json()[0]
    [key] = list(api_pipeline.store.list(f"documents/{document_id}/original"))
    api_pipeline.store.put(key, b"x" * file["size"])
    answer = ann.get(file["url"])
    assert (answer.status_code, answer.json()["code"]) == (500, "checksum_mismatch")
    api_pipeline.store.delete(key)
    assert ann.get(file["url"]).status_code == 410


@pytest.mark.parametrize("name", ["../../x", "..%2f..%2fx", "%2e%2e", "nothing.md", "%00"])
def test_nothing_else_is_reached(ann: TestClient, document_id: str, name: str) -> None:
    assert ann.get(f"/api/v2/documents/{document_id}/files/chunker/{name}").status_code in (404, 422)


def test_a_stage_is_run_alone(ann: TestClient, document_id: str, api_pipeline: Pipeline) -> None:
    early = ann.post("/api/v2/upload", files={"file": ("a.md", b"# A\n\nText.")}).json()["document_id"]
    stages = f"/api/v2/documents/{early}/stages"
    for stage, coming in (("ingest", "markdown-conversion"), ("markdown-conversion", "markdown-optimizer")):
        asked = ann.post(f"{stages}/{stage}/run")
        assert (asked.status_code, ann.get(asked.json()["status_url"]).json()["state"]) == (202, "queued")
        through(api_pipeline, [DocumentId(UUID(early))])
        assert [row["stage_name"] for row in ann.get(stages).json() if row["next"]] == [coming]
    # the optimizer may be left out
    assert [row["stage_name"] for row in ann.get(stages).json() if row["available"]] == [
        "markdown-optimizer",
        "chunker",
    ]
    refused = ann.post(f"{stages}/ingestor/run")
    assert (refused.status_code, refused.json()["code"]) == (409, "stage_not_available")
    done = ann.post(f"/api/v2/documents/{document_id}/stages/chunker/run").json()
    assert (done["code"], "POST /api/v2/jobs/{job_id}/retry" in done["action"]) == ("stage_not_available", True)
    assert not any(row["available"] for row in ann.get(f"/api/v2/documents/{document_id}/stages").json())
    assert ann.post(f"/api/v2/documents/{document_id}/stages/nothing/run").status_code == 422


def test_a_finished_job_is_tried_again(ann: TestClient, document_id: str) -> None:
    job_id = _job(ann, document_id)
    assert ann.post(f"/api/v2/jobs/{job_id}/retry", json={"from_stage": "embedder"}).status_code == 202
    assert ann.post(f"/api/v2/jobs/{job_id}/retry").status_code == 409


def test_an_error_advises_what_can_be_done_over_http(ann: TestClient, api_pipeline: Pipeline) -> None:
    document = ann.post("/api/v2/upload", files={"file": ("a.md", b"# A\n\nText.")}).json()
    [key] = list(api_pipeline.store.list(f"documents/{document['document_id']}/original"))
    api_pipeline.store.delete(key)
    through(api_pipeline, [DocumentId(UUID(document["document_id"]))])
    job_id = document["job_id"]
    [of_event] = [
        data["payload"]["error"]
        for _, kind, data in _events(ann, job_id)
        if kind == "error"  # type: ignore[index]
    ]
    for told in (
        ann.get(f"/api/v2/jobs/{job_id}").json()["last_error"],
        ann.get("/api/v2/jobs?state=deadletter").json()["items"][0]["last_error"],
        of_event,
    ):
        assert told["code"] == "original_missing"
        assert "`POST /api/v2/" in told["action"]
        assert "pipeline " not in told["action"]
        assert "http_action" not in told


def test_dead_letters_are_tried_again_all_at_once(
    ann: TestClient, sign_in: Callable[..., TestClient], api_pipeline: Pipeline
) -> None:
    ids = [
        DocumentId(
            UUID(
                ann.post("/api/v2/upload", files={"file": (f"{n}.md", f"# A\n\nText {n}.".encode())}).json()[
                    "document_id"
                ]
            )
        )
        for n in range(3)
    ]
    with api_pipeline.open_uow() as uow:
        uow.session.connection.execute(
            "UPDATE upload_jobs SET state = 'working', claimed_by = 'w', claimed_at = now(), "
            "lease_token = gen_random_uuid(), lease_expires_at = now()"
        )
        uow.session.connection.execute(
            "UPDATE upload_jobs SET state = 'deadletter', finished_at = now(), "
            'last_error = \'{"code": "store_full"}\', '
            "claimed_by = NULL, claimed_at = NULL, lease_token = NULL, lease_expires_at = NULL"
        )
        uow.commit()
    nothing_published = {"published": 0, "left_alone": 0, "changes": None}
    counted = {"matched": 3, "retried": 0, "by_code": {"store_full": 3}, **nothing_published}
    assert ann.post("/api/v2/jobs/retry", json={"preview": True}).json() == counted
    assert ann.post("/api/v2/jobs/retry", json={"code": "no_text"}).json()["retried"] == 0
    assert sign_in(BOB).post("/api/v2/jobs/retry").json()["matched"] == 0
    assert ann.post("/api/v2/jobs/retry", json={"since": "2999-01-01T00:00:00Z"}).json()["matched"] == 0
    assert ann.post("/api/v2/jobs/retry", json={"cod": "x"}).status_code == 422
    answer = ann.post("/api/v2/jobs/retry", json={"code": "store_full"})
    assert (answer.status_code, answer.json()) == (202, counted | {"retried": 3})
    with api_pipeline.open_uow() as uow:
        assert {summary.state for summary in uow.documents.find(ids).values()} == {"queued"}


def test_what_reading_again_would_change_is_said_before(ann: TestClient, api_pipeline: Pipeline) -> None:
    publish(api_pipeline, upload())
    body = {"from_stage": "fact-generator", "published": True}
    before = ann.post("/api/v2/jobs/retry", json={**body, "preview": True}).json()
    [document] = before["changes"]["documents"]
    assert (before["published"], before["retried"], document["come"], document["go"]) == (1, 0, 0, 0)
    assert document["stay"] > 0
    assert ann.post("/api/v2/jobs/retry", json={"published": True}).status_code == 422
    assert ann.post("/api/v2/jobs/retry", json=body).json()["retried"] == 1
