"""Uploads over HTTP: what becomes of a file, of the same file again, and of hostile ones."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import document_id_for, sha256_hex
from tests.through import MANUAL
from tests.two_users import ANN

UPLOAD = "/api/v2/upload"


def test_an_upload_is_a_document_with_a_queued_job(ann: TestClient, api_pipeline: Pipeline) -> None:
    answer = ann.post(UPLOAD, files={"file": ("manual.md", MANUAL.encode())})
    assert answer.status_code == 202, answer.text
    body = answer.json()
    document_id = document_id_for(ANN, sha256_hex(MANUAL.encode()))
    assert body["document_id"] == str(document_id)
    assert (body["is_new"], body["state"], body["filename"]) == (True, "queued", "manual.md")
    job = ann.get(body["status_url"]).json()
    assert (job["percent"], job["stage"], job["correlation_id"]) == (0, "queued", answer.headers["X-Correlation-ID"])
    document = ann.get(f"/api/v2/documents/{document_id}").json()
    assert document["bytes_len"] == len(MANUAL.encode())
    file = ann.get(f"/api/v2/documents/{document_id}/files").json()[0]
    assert ann.get(file["url"]).content == MANUAL.encode()


def test_the_same_bytes_name_the_document_that_is_there(ann: TestClient) -> None:
    first = ann.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")})
    again = ann.post(UPLOAD, files={"file": ("b.md", b"# A\n\nText.")})
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["job_id"] == again.json()["job_id"]
    assert again.json()["is_new"] is False
    assert len(ann.get("/api/v2/jobs").json()["items"]) == 1


def test_two_identical_uploads_at_once_make_one_document(ann: TestClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ann.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")}), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [202]
    assert len({UUID(answer.json()["document_id"]) for answer in answers}) == 1
    assert len(ann.get("/api/v2/jobs").json()["items"]) == 1
