"""The feed of changes over HTTP, in messages to webhooks, and for whoever asks by SQL."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.review import Reviewer
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.handling import Asked, handled_by
from tests.support.published import text_of
from tests.support.through import publish, upload
from tests.support.two_users import ANN, API, BOB

CHANGES = "/api/v2/changes"
WHY = "It was sent to us by mistake."
LOCKED, STOLEN = (
    "The bicycle must be locked to a fixed object whenever it is left outside.",
    "Members must report a theft to the police within 24 hours of discovering it.",
)


@pytest.fixture
def app(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "webhooks_allow_private": True})


@pytest.fixture
def client(app: Pipeline) -> TestClient:
    return client_of(app)


@pytest.fixture
def document_id(app: Pipeline) -> DocumentId:
    return publish(app, upload("a.md", text_of("One", LOCKED, STOLEN)))[0]


def _withdraw(app: Pipeline, document_id: DocumentId) -> None:
    app.withdraw([document_id], by=Reviewer(app.realm_id, "Ann", WHY))


def test_a_change_says_which_facts_came_and_went(app: Pipeline, client: TestClient, document_id: DocumentId) -> None:
    _withdraw(app, document_id)
    first = client.get(CHANGES, params={"limit": 1}).json()
    [came] = first["items"]
    assert (came["kind"], came["filename"], came["version"]) == ("published", "a.md", 1)
    assert (len(came["facts_came"]), came["facts_went"], first["has_more"]) == (2, [], True)
    then = client.get(CHANGES, params={"since": first["next_cursor"]}).json()
    [went] = then["items"]
    assert (went["kind"], sorted(went["facts_went"])) == ("withdrawn", sorted(came["facts_came"]))
    assert (then["has_more"], client.get(f"{CHANGES}/{came['change_id']}").json()) == (False, came)
    assert client.get(CHANGES, params={"since": then["next_cursor"]}).json()["items"] == []


def test_a_cursor_is_listed_and_forgotten(client: TestClient, document_id: DocumentId) -> None:
    page = client.get(CHANGES, params={"cursor": "index"}).json()
    assert client.get(f"{CHANGES}/cursors").json() == []
    client.get(CHANGES, params={"cursor": "index", "since": page["next_cursor"]})
    [cursor] = client.get(f"{CHANGES}/cursors").json()
    assert (cursor["name"], cursor["behind"]) == ("index", 0)
    assert client.delete(f"{CHANGES}/cursors/index").status_code == 204
    assert client.delete(f"{CHANGES}/cursors/index").status_code == 404


def test_what_cannot_be_told_any_more_is_gone(app: Pipeline, client: TestClient, document_id: DocumentId) -> None:
    mark = client.get(CHANGES).json()["next_cursor"]
    with app.open_uow() as uow:
        uow.feed.begin_anew()
        uow.commit()
    gone = client.get(CHANGES, params={"since": mark})
    assert (gone.status_code, gone.json()["code"]) == (410, "changes_gone")
    assert "since=now" in gone.json()["action"]
    for wrong in ({"since": "x"}, {"cursor": "a b"}, {"limit": 0}, {"wait": 31}):
        assert client.get(CHANGES, params=wrong).status_code == 422
    other = client.post("/api/v2/realms", json={"name": "other"}).json()["realm_id"]
    now = client.get(CHANGES, params={"since": "now"}).json()["next_cursor"]
    assert client.get(CHANGES, params={"since": now, "realm": other}).status_code == 422


def test_whoever_waits_is_told_at_once(app: Pipeline, client: TestClient, document_id: DocumentId) -> None:
    mark = client.get(CHANGES, params={"since": "now"}).json()["next_cursor"]
    withdrawing = threading.Timer(0.3, _withdraw, [app, document_id])
    withdrawing.start()
    began = time.monotonic()
    found = client.get(CHANGES, params={"since": mark, "wait": 20}).json()
    withdrawing.join()
    assert [one["kind"] for one in found["items"]] == ["withdrawn"]
    assert time.monotonic() - began < 10
    nothing = client.get(CHANGES, params={"since": found["next_cursor"], "wait": 0.2})
    assert (nothing.status_code, nothing.json()["items"]) == (200, [])


def test_the_example_keeps_an_index_in_step(app: Pipeline, client: TestClient, document_id: DocumentId) -> None:
    from examples.follow_changes import follow

    def get(path: str, **query: Any) -> Any:
        return client.get(f"/api/v2/{path}", params=query).json()

    with sqlite3.connect(":memory:") as index:
        for change in ("publish", "withdraw", "erase"):
            if change == "publish":
                publish(app, upload("b.md", text_of("Two", "The attic is dry in summer and cold in winter.")))
            elif change == "withdraw":
                _withdraw(app, document_id)
            else:
                with psycopg.connect(app.database_url) as owner:
                    owner.execute("DELETE FROM upload_pipeline.documents WHERE document_id <> %s", [document_id])
            while follow(index, get, wait=0):
                pass
            with psycopg.connect(app.database_url) as owner:
                said = owner.execute(
                    "SELECT question_id::text, statement FROM upload_pipeline.all_questions"
                ).fetchall()
            assert sorted(index.execute("SELECT id, statement FROM facts")) == sorted(said)


# --- webhooks ------------------------------------------------------------------------------------------


@pytest.fixture
def messages() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a receiver, and what was sent to it."""
    sent: list[dict[str, Any]] = []

    def handle(asked: Asked) -> None:
        sent.append(orjson.loads(asked.sent()))
        asked.answer(204)

    with handled_by("POST", handle) as url:
        yield url, sent


def test_a_webhook_is_told_of_the_kinds_that_it_asks_for(
    app: Pipeline, client: TestClient, messages: tuple[str, list[dict[str, Any]]]
) -> None:
    url, sent = messages
    events = ["knowledge.withdrawn", "knowledge.published"]
    assert client.post("/api/v2/webhooks", json={"url": url, "events": events}).status_code == 201
    [document_id] = publish(app, upload("a.md", text_of("One", LOCKED, STOLEN)))
    with psycopg.connect(app.database_url) as owner:
        owner.execute("UPDATE upload_pipeline.all_questions SET statement = statement || '!'")
    _withdraw(app, document_id)
    app.deliver_webhooks()
    told = {one["type"]: one["data"] for one in sent}
    assert told.keys() == set(events), "of what changed nobody wants to know"
    published, withdrawn = told["knowledge.published"], told["knowledge.withdrawn"]
    assert (published["document_id"], published["filename"], published["version"]) == (str(document_id), "a.md", 1)
    assert withdrawn["counts"] == {"came": 0, "went": 2, "changed": 0}
    assert sorted(withdrawn["facts_went"]) == sorted(published["facts_came"])
    assert (withdrawn["is_cut"], client.get(withdrawn["change_url"]).json()["kind"]) == (False, "withdrawn")


def test_of_many_facts_a_message_has_the_first(
    app: Pipeline, client: TestClient, messages: tuple[str, list[dict[str, Any]]], document_id: DocumentId
) -> None:
    url, sent = messages
    client.post("/api/v2/webhooks", json={"url": url, "events": ["knowledge.erased"]})
    with psycopg.connect(app.database_url) as owner:
        owner.execute("SET search_path TO upload_pipeline, public, extensions")
        columns = ", ".join(
            name
            for (name,) in owner.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'all_questions' "
                "AND is_generated = 'NEVER' AND column_name <> 'question_id' AND table_schema = 'upload_pipeline'"
            )
        )
        copies = f"SELECT gen_random_uuid(), {columns} FROM all_questions, generate_series(1, 60)"
        owner.execute("SET session_replication_role = replica")
        owner.execute(f"INSERT INTO all_questions (question_id, {columns}) {copies}".encode())
        owner.execute("SET session_replication_role = origin")
        owner.execute("DELETE FROM documents")
    app.deliver_webhooks()
    [message] = sent
    data = message["data"]
    assert (data["counts"]["went"], len(data["facts_went"]), data["is_cut"]) == (122, 100, True)
    assert len(client.get(data["change_url"]).json()["facts_went"]) == 122
    assert data["filename"] is None


# --- SQL ------------------------------------------------------------------------------------------


def test_whoever_listens_hears_that_something_changed_and_sees_their_own(
    app: Pipeline, make_pipeline: Callable[..., Pipeline]
) -> None:
    with psycopg.connect(app.database_url, autocommit=True) as listener:
        listener.execute("LISTEN upload_pipeline_changes")
        publish(app, upload("a.md", text_of("One", LOCKED, STOLEN)))
        assert [one.payload for one in listener.notifies(timeout=2, stop_after=1)] == [""]
        for user_id, sees in ((ANN, [("published", "a.md")]), (BOB, [])):
            with listener.transaction():
                claims = orjson.dumps({"sub": str(user_id), "role": "authenticated"}).decode()
                listener.execute("SELECT set_config('request.jwt.claims', %s, true)", [claims])
                listener.execute(f"SET LOCAL ROLE {API}".encode())
                found = listener.execute("SELECT kind, filename FROM upload_pipeline.changes").fetchall()
            assert found == sees
