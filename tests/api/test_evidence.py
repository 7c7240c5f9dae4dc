"""Evidence over HTTP: pages with their words, marks of facts, and the source text."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import PageNotShownError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.page_views import ImageKind, PageView
from pipeline_core.services.intake import Upload
from tests.api.conftest import NO_LIMITS, client_of
from tests.samples.pdfs import pdf, text
from tests.support.through import needs_work, receive, through, upload
from tests.support.two_users import ANN, BOB

FIRST = (
    "The boiler must be serviced once every 12 months by an engineer.",
    "The pressure relief valve opens at 3 bar and protects the vessel.",
)
SECOND = ("Members of staff must switch the boiler off before they clean the burner.",)
MANUAL = pdf(text("Boiler manual", *FIRST), text("Operation", *SECOND))


class Viewer:
    """Counts what is read, and can be told to fail."""

    revision = "1"

    def __init__(self) -> None:
        self.read: list[tuple[int, ImageKind | None]] = []
        self.fails = False

    def view(self, data: bytes, number: int, kind: ImageKind | None) -> PageView:
        from pipeline_core.adapters.converters.page_view import view_page

        self.read.append((number, kind))
        if self.fails:
            raise PageNotShownError(f"Page {number} cannot be shown: it took too long.")
        return view_page(data, number, kind)


@pytest.fixture
def viewer() -> Viewer:
    return Viewer()


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline], viewer: Viewer) -> Pipeline:
    changes = {**NO_LIMITS, "user_id": ANN, "workflow": "manual"}
    return make_pipeline(changes=changes, page_viewer=viewer)


@pytest.fixture
def client(pipeline: Pipeline) -> TestClient:
    return client_of(pipeline)


def taken_in(pipeline: Pipeline, file: Upload) -> str:
    received = receive(pipeline, file)
    through(pipeline, needs_work(pipeline, received))
    [document_id] = received.documents
    return f"/api/v2/documents/{document_id}"


@pytest.fixture
def document(pipeline: Pipeline) -> str:
    """A PDF of two pages that waits in matching review."""
    return taken_in(pipeline, Upload("manual.pdf", MANUAL, None))


def facts_of(client: TestClient, document: str) -> dict[str, dict[str, Any]]:
    return {fact["quote"]: fact for fact in client.get(f"{document}/facts").json()["items"]}


def test_a_page_is_read_once(client: TestClient, document: str, viewer: Viewer) -> None:
    answer = client.get(f"{document}/pages/1.png")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (1190, 1684)
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = client.get(f"{document}/pages/1.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    words = client.get(f"{document}/pages/1/words").json()
    assert client.get(f"{document}/pages/1.png").content == answer.content
    assert viewer.read == [(1, ImageKind.PNG)]
    assert (words["page"], words["width"], words["height"]) == (1, 595, 842)
    assert [word["text"] for word in words["words"]][:4] == ["Boiler", "manual", "The", "boiler"]


def test_a_fact_is_marked_on_its_page(client: TestClient, document: str) -> None:
    facts = facts_of(client, document)
    marks = client.get(f"{document}/facts/{facts[FIRST[1]]['question_id']}/marks").json()
    assert (marks["is_found"], marks["title"]) == (True, facts[FIRST[1]]["question"] or FIRST[1])
    assert [(quote["quote"], quote["page"], quote["how"], quote["coverage"]) for quote in marks["quotes"]] == [
        (FIRST[1], 1, "whole", 1.0)
    ]
    [page] = marks["pages"]
    assert (page["page"], page["width"], page["height"]) == (1, 595, 842)
    [box] = page["boxes"]
    # the second line of text: 16 points below the first
    assert (box["x"], box["quote"]) == (pytest.approx(60, abs=2), 0)
    assert box["y"] == pytest.approx(842 - 704 - 9, abs=4)


def test_all_facts_of_a_page_come_at_once(client: TestClient, document: str) -> None:
    facts = facts_of(client, document)
    first, second = (client.get(f"{document}/pages/{page}/marks").json() for page in (1, 2))
    assert [fact["question_id"] for fact in first["facts"]] == [facts[line]["question_id"] for line in FIRST]
    assert [fact["question_id"] for fact in second["facts"]] == [facts[line]["question_id"] for line in SECOND]
    assert all(page["page"] == 2 for fact in second["facts"] for page in fact["pages"])


def test_a_quote_whose_place_is_not_known_says_so(
    client: TestClient, document: str, pipeline: Pipeline, database_url: str
) -> None:
    import psycopg

    facts = facts_of(client, document)
    fact_id = facts[FIRST[0]]["question_id"]
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE upload_pipeline.staged_questions SET evidence = jsonb_build_array(jsonb_build_object("
            "'quote', 'Nothing of this is there.', 'char_from', 0, 'char_to', 25, 'page', 1)) WHERE question_id = %s",
            [fact_id],
        )
    marks = client.get(f"{document}/facts/{fact_id}/marks").json()
    assert (marks["is_found"], marks["quotes"][0]["how"], marks["quotes"][0]["coverage"]) == (False, None, 0)
    assert [page["boxes"] for page in marks["pages"]] == [[]]


def test_a_page_that_cannot_be_shown_is_not_tried_again(client: TestClient, document: str, viewer: Viewer) -> None:
    viewer.fails = True
    for _ in range(3):
        answer = client.get(f"{document}/pages/2.png")
        assert (answer.status_code, answer.json()["code"]) == (422, "page_not_shown")
        assert "took too long" in answer.json()["detail"]
    assert viewer.read == [(2, ImageKind.PNG)]


@pytest.mark.parametrize(("page", "status"), [("3", 404), ("0", 422), ("x", 422), ("2000000", 422)])
def test_only_pages_that_are_there_are_shown(client: TestClient, document: str, page: str, status: int) -> None:
    for path in (f"pages/{page}.png", f"pages/{page}/words", f"pages/{page}/marks"):
        assert client.get(f"{document}/{path}").status_code == status


def test_a_document_without_pages_has_its_text(client: TestClient, pipeline: Pipeline) -> None:
    document = taken_in(pipeline, upload())
    answer = client.get(f"{document}/pages/1.png")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    fact = next(iter(facts_of(client, document).values()))
    marks = client.get(f"{document}/facts/{fact['question_id']}/marks").json()
    assert (marks["is_found"], marks["pages"]) == (False, [])
    [source] = client.get(f"{document}/facts/{fact['question_id']}/source").json()
    quotes = [span["quote"] for span in fact["evidence"]]
    assert [source["text"][mark["char_from"] : mark["char_to"]] for mark in source["marks"]] == quotes
    assert all(f"<mark>{quote}</mark>" in source["html"] for quote in quotes)
    assert source["heading_path"]


def test_words_of_a_chunk_become_a_fact(client: TestClient, document: str) -> None:
    chunks = client.get(f"{document}/chunks?limit=1").json()
    assert chunks["items"][0]["text"].startswith("#")
    chunk = client.get(f"{document}/chunks/{chunks['items'][0]['chunk_id']}/source").json()
    said = [chunk["text"][start:end] for start, end in chunk["words"]]
    first, last = said.index("boiler"), said.index("serviced")
    span = {"char_from": chunk["words"][first][0], "char_to": chunk["words"][last][1]}
    added = client.post(f"{document}/facts", json={"chunk_id": chunk["chunk_id"], "spans": [span]})
    assert added.status_code == 201, added.text
    assert added.json()["fact"]["quote"] == "boiler must be serviced"
    assert client.get(f"{document}/chunks/{uuid4()}/source").status_code == 404


def test_nobody_else_sees_a_page(pipeline: Pipeline, client: TestClient, document: str) -> None:
    bob = client_of(pipeline, BOB)
    fact_id = next(iter(facts_of(client, document).values()))["question_id"]
    etag = client.get(f"{document}/pages/1.png").headers["ETag"]
    for path in ("pages/1.png", "pages/1/words", "pages/1/marks", f"facts/{fact_id}/marks", f"facts/{fact_id}/source"):
        answer = bob.get(f"{document}/{path}", headers={"If-None-Match": etag})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


def test_reviewing_has_a_limit_of_its_own(make_pipeline: Callable[..., Pipeline], viewer: Viewer) -> None:
    changes = {**NO_LIMITS, "user_id": ANN, "limit_requests_per_hour": 2, "limit_review_requests_per_minute": 5}
    pipeline = make_pipeline(changes=changes, page_viewer=viewer)
    client = client_of(pipeline)
    document = taken_in(pipeline, Upload("manual.pdf", MANUAL, None))
    statuses = [client.get(f"{document}/pages/{page}/words").status_code for page in (1, 2, 1)]
    statuses += [client.get(f"{document}/pages/1.png").status_code for _ in range(3)]
    assert statuses == [200] * 5 + [429]
    refused = client.get(f"{document}/pages/1/marks")
    assert refused.json()["limit"] == "review_requests_per_minute"
    assert 0 < int(refused.headers["Retry-After"]) <= 120
    # what is no review is counted by the hour, as ever
    assert [client.get(document).status_code for _ in range(3)] == [200, 200, 429]


def test_pages_are_kept_by_the_file(pipeline: Pipeline, client: TestClient, document: str, viewer: Viewer) -> None:
    client.get(f"{document}/pages/1.png")
    kept = sorted(pipeline.store.list("pages/"))
    sha256 = pipeline.for_user(ANN).views.document(DocumentId(UUID(document.rpartition("/")[2]))).file_sha256
    assert kept == [f"pages/{sha256}/1/1.png", f"pages/{sha256}/1/1.words.json"]
    assert pipeline.prune_caches()["pages"] == 0
    assert sorted(pipeline.store.list("pages/")) == kept
