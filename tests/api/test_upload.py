"""Uploads over HTTP: what becomes of a file, of the same file again, and of hostile ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId, document_id_for, sha256_hex
from pipeline_core.domain.wished import Wished
from pipeline_core.ports.object_store import ObjectStore
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.through import MANUAL, through
from tests.support.two_users import ANN

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


def test_an_upload_says_tags_and_a_collection(ann: TestClient) -> None:
    files = {"file": ("a.md", b"# A\n\nText.")}
    first = ann.post(UPLOAD, files=files, data={"tags": "home, flood,,home", "collection": "Claims"}).json()
    shown = ann.get(f"/api/v2/documents/{first['document_id']}").json()
    assert (sorted(shown["tags"]), shown["collection"]) == (["flood", "home"], "Claims")
    ann.post(UPLOAD, files=files, data={"tags": ["2026", "home"]})
    again = ann.get(f"/api/v2/documents/{first['document_id']}").json()
    assert (sorted(again["tags"]), again["collection"]) == (["2026", "flood", "home"], "Claims")
    refused = ann.post(UPLOAD, files=files, data={"collection": "two\nlines"})
    assert (refused.status_code, refused.json()["code"]) == (422, "refused")


@pytest.mark.parametrize("damage", [lambda key, store: store.delete(key), lambda key, store: store.put(key, b"?")])
def test_the_same_bytes_are_stored_again_where_the_store_lost_them(
    ann: TestClient, api_pipeline: Pipeline, damage: Callable[[str, ObjectStore], object]
) -> None:
    sent = {"file": ("manual.md", MANUAL.encode())}
    document_id = ann.post(UPLOAD, files=sent).json()["document_id"]
    [key] = api_pipeline.store.list(f"documents/{document_id}/original/")
    damage(key, api_pipeline.store)
    assert ann.post(UPLOAD, files=sent).status_code == 200
    assert api_pipeline.store.get(key) == MANUAL.encode()


def test_two_identical_uploads_at_once_make_one_document(ann: TestClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ann.post(UPLOAD, files={"file": ("a.md", b"# A\n\nText.")}), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [202]
    assert len({UUID(answer.json()["document_id"]) for answer in answers}) == 1
    assert len(ann.get("/api/v2/jobs").json()["items"]) == 1


def _several(*texts: str) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (f"{number}.md", text.encode())) for number, text in enumerate(texts)]


def test_a_batch_of_three_jobs_is_one_upload(make_pipeline: Callable[..., Pipeline]) -> None:
    """Seed 004, test 3. With the usual limits: they let the request in, or not, and count each of its documents."""
    client = client_of(make_pipeline(changes={"user_id": ANN}))
    answer = client.post(UPLOAD, files=_several("# A\n\nOne.", "# A\n\nTwo.", "# A\n\nThree."))
    body = answer.json()
    assert (answer.status_code, body["queued"], body["known"], body["refused"]) == (202, 3, 0, 0), answer.text
    jobs = [client.get(one["upload"]["status_url"]).json() for one in body["files"]]
    assert {job["correlation_id"] for job in jobs} == {answer.headers["X-Correlation-ID"]}
    assert [job["filename"] for job in jobs] == ["0.md", "1.md", "2.md"]
    more = client.post(UPLOAD, files=_several("# A\n\nFour.", "# A\n\nFive."))
    assert (more.status_code, more.json()["code"], more.json()["limit"]) == (429, "limit_exceeded", "active_jobs")
    assert [one["value"] for one in more.json()["errors"]] == ["0.md", "1.md"]
    assert int(more.headers["Retry-After"]) > 0


def test_what_was_taken_of_several_files_and_what_was_not(ann: TestClient, api_pipeline: Pipeline) -> None:
    ann.post(UPLOAD, files={"file": ("known.md", b"# A\n\nKnown.")})
    sent = [
        *_several("# A\n\nNew.", "# A\n\nKnown.", ""),
        ("file", ("run.pdf", b"MZ" + bytes(400))),
        ("file", ("large.md", b"x" * (api_pipeline.settings.max_file_bytes + 1))),
        ("file", ("last.md", b"# A\n\nLast.")),
    ]
    answer = ann.post(UPLOAD, files=sent)
    assert answer.status_code == 202
    body = answer.json()
    assert [(one["filename"], one["outcome"], (one["problem"] or {}).get("code")) for one in body["files"]] == [
        ("0.md", "queued", None),
        ("1.md", "known", None),
        ("2.md", "refused", "empty_file"),
        ("run.pdf", "refused", "unsupported_type"),
        ("large.md", "refused", "file_too_large"),
        ("last.md", "queued", None),
    ]
    assert (body["queued"], body["known"], body["refused"]) == (2, 1, 3)
    assert len(ann.get("/api/v2/jobs").json()["items"]) == 3
    again = ann.post(UPLOAD, files=_several("# A\n\nNew.", "# A\n\nKnown."))
    assert (again.status_code, again.json()["known"]) == (200, 2)
    none = ann.post(UPLOAD, files=[("file", ("a.md", b"")), ("file", ("b.pdf", b"MZ" + bytes(400)))])
    assert (none.status_code, none.json()["code"]) == (422, "refused")
    assert [one["kind"] for one in none.json()["errors"]] == ["empty_file", "unsupported_type"]


def test_the_limit_of_a_day_counts_each_file(make_pipeline: Callable[..., Pipeline]) -> None:
    client = client_of(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "limit_uploads_per_day": 2}))
    body = client.post(UPLOAD, files=_several("# A\n\nOne.", "# A\n\nTwo.", "# A\n\nThree.")).json()
    assert [one["outcome"] for one in body["files"]] == ["queued", "queued", "refused"]
    assert body["files"][2]["problem"]["limit"] == "uploads_per_day"


@pytest.mark.parametrize("path", [UPLOAD, "/api/upload-markdown"])
def test_another_field_of_the_form_is_refused_with_the_one_that_is_meant(ann: TestClient, path: str) -> None:
    sent = [("file", ("a.md", b"# A\n\n### When?\n\nNow.")), ("fiel", ("b.md", b"# B"))]
    for more in (sent, [sent[1]], [sent[0], ("fiel", (None, b"text"))]):
        wrong = ann.post(path, files=more)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")
        assert [(one["where"], one["nearest"]) for one in wrong.json()["errors"]] == [("body/fiel", "file")]
    assert ann.get("/api/v2/jobs").json()["items"] == []


def test_more_files_than_may_be_are_refused(make_pipeline: Callable[..., Pipeline]) -> None:
    client = client_of(make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "api_max_upload_files": 2}))
    answer = client.post(UPLOAD, files=_several("# A\n\n1.", "# A\n\n2.", "# A\n\n3."))
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert client.get("/api/v2/jobs").json()["items"] == []


def test_a_known_document_is_judged_anew_or_says_why_not(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "publish_from": 0.0})
    client = client_of(app)
    files = {"file": ("a.md", b"# Fee\n\nThe fee of the club is 30 EUR a year for every member.\n")}
    first = client.post(UPLOAD, files=files).json()
    document_id = DocumentId(UUID(first["document_id"]))
    through(app, [document_id])
    same = client.post(UPLOAD, files=files)
    assert (same.status_code, same.json()["state"], same.json()["choices_kept"]) == (200, "done", [])
    again = client.post(UPLOAD, files=files, data={"publish_from": "0.99", "ask_from": "0"})
    assert (again.status_code, again.json()["state"], again.json()["choices_kept"]) == (200, "queued", [])
    through(app, [document_id])
    waiting = client.post(UPLOAD, files=files, data={"publish_from": "0.5"}).json()
    [kept] = waiting["choices_kept"]
    assert (waiting["state"], kept["choice"], kept["why"]) == ("awaiting_review", "thresholds", "it waits for a person")


def test_an_upload_says_its_policy_and_a_wrong_one_is_refused(ann: TestClient, api_pipeline: Pipeline) -> None:
    files = {"file": ("a.md", b"# A\n\nThe fee is 30 EUR a year.\n")}
    answer = ann.post(UPLOAD, files=files, data={"publish_from": "0.9", "ask_from": "0.4"})
    assert answer.status_code == 202
    with api_pipeline.open_uow() as uow:
        [summary] = uow.documents.find([DocumentId(UUID(answer.json()["document_id"]))]).values()
    assert summary.wished == Wished(0.9, 0.4)
    for wrong in ({"publish_from": "1.5"}, {"ask_from": "much"}, {"publish_from": "0.3", "ask_from": "0.4"}):
        assert ann.post(UPLOAD, files=files, data=wrong).status_code in (400, 409, 422)
    assert ann.post(UPLOAD, files=files, data={"publish_form": "0.9"}).status_code == 422


CHOSEN = {"workflow": "MANUAL", "profile": "deep", "priority": "-7"}


def test_an_upload_chooses_workflow_profile_and_priority(ann: TestClient, api_pipeline: Pipeline) -> None:
    files = {"file": ("a.md", b"# A\n\nThe fee is 30 EUR a year.\n")}
    first = ann.post(UPLOAD, files=files, data=CHOSEN)
    job = ann.get(first.json()["status_url"]).json()
    assert (job["workflow"], job["profile"], job["priority"]) == ("manual", "deep", -7)
    # what was begun so stays so, and an upload does not move the queue
    again = ann.post(UPLOAD, files=files, data={"workflow": "automatic", "profile": "standard", "priority": "0"}).json()
    assert [one["choice"] for one in again["choices_kept"]] == ["profile", "priority"]
    job = ann.get(first.json()["status_url"]).json()
    assert (job["workflow"], job["profile"], job["priority"]) == ("automatic", "deep", -7)
    for wrong in ({"priority": "1"}, {"priority": "-101"}, {"workflow": "auto"}, {"profile": "deeper"}):
        assert ann.post(UPLOAD, files=files, data=wrong).status_code == 422, wrong


def test_what_is_read_deeply_from_the_first_is_published_as_any_other(
    make_pipeline: Callable[..., Pipeline],
) -> None:
    app = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "publish_from": 0.0})
    client = client_of(app)
    files = {"file": ("a.md", b"# Fee\n\nThe fee of the club is 30 EUR a year for every member.\n")}
    document_id = DocumentId(UUID(client.post(UPLOAD, files=files, data={"profile": "deep"}).json()["document_id"]))
    through(app, [document_id])
    shown = client.get(f"/api/v2/documents/{document_id}").json()
    assert (shown["state"], shown["outcome"], shown["published_facts"]) == ("done", "published", 1)
    # read again as it was read before: nothing waits as a scan would
    app.retry(document_id, from_stage=None, by="Ann")
    through(app, [document_id])
    assert client.get(f"/api/v2/documents/{document_id}").json()["state"] == "done"
