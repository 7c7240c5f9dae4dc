"""The list of documents over HTTP: its filters, its pages, and setting everything that matches at once."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.document_filter import mime_of
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import DocumentId
from tests.support.deep_scans import select
from tests.support.through import MANUAL, publish, receive, upload
from tests.support.two_users import BOB

URL = "/api/v2/documents"
STATUS = "/api/v3/documents/staging/status"


@pytest.fixture
def library(api_pipeline: Pipeline) -> Pipeline:
    """A published document, and three that wait in the queue."""
    publish(api_pipeline, upload("manual.md", MANUAL))
    for n in range(3):
        receive(api_pipeline, upload(f"room {n}.txt", f"Room {n} is locked at night.\n"))
    return api_pipeline


def names(answer: Any) -> list[str]:
    return [row["filename"] for row in answer.json()["items"]]


def test_newest_first_with_a_total_and_pages(library: Pipeline, ann: TestClient) -> None:
    first = ann.get(URL, params={"limit": 3})
    assert names(first) == ["room 2.txt", "room 1.txt", "room 0.txt"]
    assert first.json()["total"] == 4
    last = ann.get(URL, params={"limit": 3, "cursor": first.json()["next_cursor"]})
    assert (names(last), last.json()["next_cursor"]) == (["manual.md"], None)
    [row] = last.json()["items"]
    assert (row["state"], row["phase"], row["percent"]) == ("done", 6, 100)
    assert row["facts"] > 0
    assert row["updated_at"] >= row["published_at"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "done"}, ["manual.md"]),
        ({"state": ["queued", "done"]}, ["room 2.txt", "room 1.txt", "room 0.txt", "manual.md"]),
        ({"phase": 0}, ["room 2.txt", "room 1.txt", "room 0.txt"]),
        ({"type": "md"}, ["manual.md"]),
        ({"type": "text/plain", "name": "M 1"}, ["room 1.txt"]),
        # what stands for anything in SQL stands for itself here
        ({"name": "%"}, []),
        ({"name": "room_1"}, []),
        ({"status": "Maybe"}, ["room 1.txt"]),
        ({"status": ["Selected", "Maybe"]}, ["room 2.txt", "room 1.txt"]),
        ({"deep_scan": "Queued"}, ["room 2.txt"]),
        ({"deep_scan": "None", "type": "txt"}, ["room 1.txt", "room 0.txt"]),
        ({"tag": ["new", "big"]}, ["room 0.txt"]),
        ({"tag": "new", "collection": "hotel"}, ["room 0.txt"]),
        ({"collection": "house"}, []),
    ],
)
def test_filters(library: Pipeline, ann: TestClient, query: dict[str, Any], found: list[str]) -> None:
    ids = {row["filename"]: row["document_id"] for row in ann.get(URL).json()["items"]}
    for name, status in (("room 2.txt", "Selected"), ("room 1.txt", "Maybe")):
        ann.put(STATUS, json={"document_ids": [ids[name]], "status": status})
    with library.open_uow() as uow:
        uow.session.connection.execute(
            "UPDATE documents SET tags = '{new,big}', collection = 'hotel' WHERE filename = 'room 0.txt'"
        )
        uow.commit()
    answer = ann.get(URL, params=query)
    assert (names(answer), answer.json()["total"]) == (found, len(found))


@pytest.mark.parametrize("query", [{"type": "exe"}, {"state": "dead"}, {"phase": 7}, {"statuses": "New"}])
def test_a_filter_that_is_not_known_is_refused(ann: TestClient, query: dict[str, Any]) -> None:
    assert ann.get(URL, params=query).status_code == 422


def test_an_extension_means_its_usual_type() -> None:
    assert mime_of("DOC") == "application/msword"
    assert mime_of(".markdown") == "text/markdown"
    with pytest.raises(RefusedError, match="no type of file"):
        mime_of("exe")


def test_nobody_sees_anothers(library: Pipeline, sign_in: Callable[..., TestClient]) -> None:
    bob = sign_in(BOB)
    assert bob.get(URL).json() == {"items": [], "next_cursor": None, "total": 0}
    assert bob.put(STATUS, json={"matching": {}, "status": "Archived"}).json()["updated"] == 0


def test_everything_that_matches_is_set_at_once(library: Pipeline, ann: TestClient) -> None:
    answer = ann.put(STATUS, json={"matching": {"type": ["txt"]}, "expected": 3, "status": "Selected"}).json()
    assert (answer["updated"], answer["queued"], len(answer["documents"])) == (3, 3, 3)
    assert ann.get(URL, params={"deep_scan": "Queued"}).json()["total"] == 3
    back = ann.put(STATUS, json={"matching": {"deep_scan": ["Queued"]}, "status": "Maybe"}).json()
    assert (back["updated"], back["queued"], back["taken_back"]) == (3, 0, 3)
    assert ann.get(URL, params={"deep_scan": "None", "status": "Maybe"}).json()["total"] == 3


def test_not_as_many_match_as_were_seen(library: Pipeline, ann: TestClient) -> None:
    answer = ann.put(STATUS, json={"matching": {}, "expected": 3, "status": "Archived"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert ann.get(URL, params={"status": "Archived"}).json()["total"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Maybe"},
        {"status": "Maybe", "matching": {}, "document_ids": ["x"]},
        {"status": "Maybe", "document_ids": ["x"], "expected": 1},
        {"status": "Chosen", "matching": {}},
        {"status": "Maybe", "matching": {"state": ["dead"]}},
    ],
)
def test_a_change_that_is_not_clear_is_refused(library: Pipeline, ann: TestClient, body: dict[str, Any]) -> None:
    assert ann.put(STATUS, json=body).status_code == 422
    assert ann.get(URL, params={"status": "New"}).json()["total"] == 4


def test_a_scan_that_has_begun_goes_on_and_the_answer_says_so(library: Pipeline, ann: TestClient) -> None:
    document_id = ann.get(URL, params={"type": "md"}).json()["items"][0]["document_id"]
    select(library, DocumentId(UUID(document_id)))
    assert library.deep_scan.claim(1)
    answer = ann.put(STATUS, json={"document_ids": [document_id], "status": "Maybe"}).json()
    assert (answer["updated"], answer["taken_back"], answer["under_way"]) == (1, 0, 1)
    assert answer["documents"][0]["deep_scan_status"] == "Processing"
