"""One stream for all that happens in a user's realms: each event once, from where the reader was cut off."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from pipeline_core.bootstrap import Pipeline
from tests.api.bodies import BANK
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.raw_http import served_at
from tests.support.through import needs_work, receive, through, upload
from tests.support.two_users import ANN, BOB

URL = "/api/v2/events"
ROOM = "# Room {0}\n\nRoom {0} is locked at night.\n"


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN})


@pytest.fixture
def served(pipeline: Pipeline, free_port: Callable[[], int]) -> Iterator[httpx.Client]:
    with ExitStack() as stack:
        port, token = stack.enter_context(served_at(pipeline, free_port()))
        headers = {"Authorization": f"Bearer {token}"}
        yield stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20))


@contextmanager
def following(client: httpx.Client, *, after: int | None = None, **query: Any) -> Iterator[Iterator[dict[str, Any]]]:
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with client.stream("GET", URL, headers=headers, params=query) as stream:
        assert stream.status_code == 200
        yield _events(stream.iter_lines())


@contextmanager
def _of_job(client: httpx.Client, url: str, after: int) -> Iterator[Iterator[dict[str, Any]]]:
    with client.stream("GET", url, headers={"Last-Event-ID": str(after)}) as stream:
        yield _events(stream.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        if field == "data":
            yield {"name": name, **json.loads(value)}


def until(events: Iterator[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    seen = []
    for event in events:
        seen.append(event)
        if event["code"] == code:
            return seen
    raise AssertionError(f"the stream ended before {code}")


def test_jobs_batches_and_reviews_from_where_the_reader_was(pipeline: Pipeline, served: httpx.Client) -> None:
    receive(pipeline, upload("before.md", ROOM.format("1")))
    with following(served, after=0) as events:
        first = until(events, "document_uploaded")[-1]
        assert (first["name"], first["realm_id"]) == ("jobs", str(ANN))
        through(pipeline, needs_work(pipeline, receive(pipeline, upload("now.md", ROOM.format("2")))))
        seen = until(events, "published")
        assert {event["name"] for event in seen} == {"jobs"}
        served.post("/api/upload-markdown", files={"file": ("bank.md", BANK)})
        batch = next(events)
        assert (batch["name"], bool(batch["payload"]["batch_id"])) == ("batches", True)
        served.put("/api/v3/documents/staging/status", json={"document_ids": [first["document_id"]], "status": "Maybe"})
        [*_, review] = until(events, "staging_status_set")
        assert review["name"] == "review"
    with following(served, after=seen[-2]["event_id"]) as events:
        assert next(events)["event_id"] == seen[-1]["event_id"]


def test_without_a_position_it_begins_now(pipeline: Pipeline, served: httpx.Client) -> None:
    receive(pipeline, upload("before.md", ROOM.format("1")))
    with following(served, realm=str(ANN)) as events:
        receive(pipeline, upload("now.md", ROOM.format("2")))
        document_id = next(events)["document_id"]
    assert served.get(f"/api/v2/documents/{document_id}").json()["filename"] in {"before.md", "now.md"}


def test_what_is_committed_late_is_told_too(pipeline: Pipeline, served: httpx.Client, database_url: str) -> None:
    def tell(connection: psycopg.Connection[Any], code: str) -> None:
        connection.execute(
            "INSERT INTO upload_pipeline.events (realm_id, type, code) VALUES (%s, 'realm', %s)", [ANN, code]
        )

    with (
        psycopg.connect(database_url) as slow,
        psycopg.connect(database_url, autocommit=True) as quick,
        following(served, after=0) as events,
    ):
        tell(slow, "slow")
        tell(quick, "quick")
        assert next(events)["code"] == "quick"
        slow.commit()
        assert next(events)["code"] == "slow"
        tell(quick, "last")
        assert next(events)["code"] == "last"


def test_an_event_of_a_restored_database_is_told_once(
    pipeline: Pipeline, served: httpx.Client, database_url: str
) -> None:
    """Its transaction may be yet to come where it is now."""
    tell = "INSERT INTO upload_pipeline.events (realm_id, type, code, xact_id) VALUES (%s, 'realm', %s, %s::text::xid8)"
    with psycopg.connect(database_url, autocommit=True) as connection, following(served, after=0) as events:
        connection.execute(tell, [ANN, "restored", str(2**40)])
        assert next(events)["code"] == "restored"
        for code in ("one", "another"):
            row = connection.execute("SELECT pg_current_xact_id()::text").fetchone()
            assert row
            connection.execute(tell, [ANN, code, str(int(row[0]) + 1)])
            assert next(events)["code"] == code


def test_what_was_under_way_when_the_reader_was_cut_off_is_told_too(
    pipeline: Pipeline, served: httpx.Client, database_url: str
) -> None:
    """Its id is smaller than that of the last event that the reader has."""
    upload_of = served.post("/api/v2/upload", files={"file": ("mine.md", b"# Mine\n\nMine is mine alone.\n")}).json()
    job = [upload_of["job_id"], upload_of["document_id"], ANN]

    def tell(connection: psycopg.Connection[Any], code: str) -> int:
        insert = (
            "INSERT INTO upload_pipeline.events (job_id, document_id, realm_id, type, code) "
            "VALUES (%s, %s, %s, 'retry', %s) RETURNING event_id"
        )
        row = connection.execute(insert, [*job, code]).fetchone()
        return int(row[0]) if row else 0

    with psycopg.connect(database_url) as slow, psycopg.connect(database_url, autocommit=True) as quick:
        early = tell(slow, "slow")
        with quick.transaction():
            tell(quick, "quick")
            last = tell(quick, "of the same transaction")
        assert early < last
        of_job = f"/api/v2/jobs/{upload_of['job_id']}/events"
        with following(served, after=last) as events, _of_job(served, of_job, last) as job_events:
            slow.commit()
            tell(quick, "next")
            for one in (events, job_events):
                assert [next(one)["code"], next(one)["code"]] == ["slow", "next"]


def test_nothing_of_realms_that_one_is_no_member_of(pipeline: Pipeline, served: httpx.Client) -> None:
    bob = client_of(pipeline, BOB)
    realm = bob.post("/api/v2/realms", json={"name": "theirs"}).json()["realm_id"]
    assert served.get(URL, params={"realm": realm}).status_code == 404
    with following(served, after=0) as events:
        bob.post("/api/v2/upload", files={"file": ("theirs.md", b"# Theirs\n\nTheirs is theirs alone.\n")})
        mine = served.post("/api/v2/upload", files={"file": ("mine.md", b"# Mine\n\nMine is mine alone.\n")}).json()
        assert UUID(next(events)["document_id"]) == UUID(mine["document_id"])


def test_streams_count(make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]) -> None:
    one = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "limit_event_streams": 1})
    with served_at(one, free_port()) as (port, token):
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20)
        with client, following(client, after=0):
            assert client.get(URL).status_code == 429
