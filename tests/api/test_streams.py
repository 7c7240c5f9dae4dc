"""A user has only so many event streams open, in all processes together, and each is freed when it ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import psycopg
import pytest
from fastapi.testclient import TestClient

from pipeline_core.bootstrap import Pipeline
from tests.api.conftest import NO_LIMITS, client_of
from tests.support.raw_http import served_at
from tests.support.servers import wait_until
from tests.support.through import publish, receive, upload
from tests.support.two_users import ANN, BOB


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Pipeline]) -> Pipeline:
    return make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "limit_event_streams": 2})


@pytest.fixture
def two_processes(
    pipeline: Pipeline, make_pipeline: Callable[..., Pipeline], free_port: Callable[[], int]
) -> Iterator[list[httpx.Client]]:
    """Clients of two servers over one database."""
    other = make_pipeline(changes={**NO_LIMITS, "user_id": ANN, "limit_event_streams": 2})
    with ExitStack() as stack:
        clients = []
        for one in (pipeline, other):
            port, token = stack.enter_context(served_at(one, free_port()))
            headers = {"Authorization": f"Bearer {token}"}
            client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20)
            clients.append(stack.enter_context(client))
        yield clients


def _waiting_job(pipeline: Pipeline) -> str:
    [document_id] = receive(pipeline, upload()).documents
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    return f"/api/v2/jobs/{row['job_id']}/events"


@contextmanager
def _following(client: httpx.Client, url: str) -> Iterator[None]:
    with client.stream("GET", url) as stream:
        assert stream.status_code == 200
        lines = stream.iter_lines()  # held: the stream ends with it
        assert next(lines)
        yield


def _status(client: httpx.Client, url: str) -> int:
    with client.stream("GET", url) as stream:
        return stream.status_code


def test_streams_of_all_processes_count_and_are_freed_when_the_client_goes(
    pipeline: Pipeline, two_processes: list[httpx.Client]
) -> None:
    one, other = two_processes
    url = _waiting_job(pipeline)
    with _following(one, url):
        with _following(other, url):
            for client in two_processes:
                refused = client.get(url)
                assert (refused.status_code, refused.json()["code"]) == (429, "limit_exceeded")
                assert refused.json()["limit"] == "event_streams"
                assert int(refused.headers["Retry-After"]) > 0
        # the second has gone
        assert wait_until(lambda: _status(one, url) == 200)


def test_many_at_once_are_no_more_than_may_be(pipeline: Pipeline, two_processes: list[httpx.Client]) -> None:
    url = _waiting_job(pipeline)
    statuses, release = list[int](), threading.Event()

    def follow(number: int) -> None:
        with two_processes[number % 2].stream("GET", url) as stream:
            statuses.append(stream.status_code)
            release.wait(20)

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(statuses) == 8)
    release.set()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 2 + [429] * 6


def test_what_ends_by_itself_is_freed(pipeline: Pipeline, database_url: str) -> None:
    client = client_of(pipeline)
    [document_id] = publish(pipeline, upload())
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    url = f"/api/v2/jobs/{row['job_id']}/events"
    for _ in range(4):
        assert "event: end" in client.get(url).text
        assert client.head(url).status_code == 200
    unknown = "/api/v2/jobs/00000000-0000-4000-8000-000000000000/events"
    assert [client.get(unknown).status_code for _ in range(3)] == [404] * 3
    assert _open(database_url) == []


def test_others_are_not_counted_and_the_dead_no_longer(
    pipeline: Pipeline, make_pipeline: Callable[..., Pipeline], database_url: str
) -> None:
    for user in (ANN, BOB):
        pipeline.for_user(user).streams.open()
    # of a process that was killed
    stream = pipeline.for_user(ANN).streams.open()
    client: TestClient = client_of(pipeline)
    [document_id] = publish(pipeline, upload())
    [row] = pipeline.views.jobs(ANN, document_ids=[document_id])
    url = f"/api/v2/jobs/{row['job_id']}/events"
    assert client.get(url).status_code == 429
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE upload_pipeline.event_streams SET open_until = now() WHERE stream_id = %s", [stream])
    assert client.get(url).status_code == 200
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE upload_pipeline.event_streams SET open_until = now()")
    pipeline.for_user(BOB).streams.keep(stream_of := pipeline.for_user(BOB).streams.open())
    with pipeline.open_uow() as uow:
        uow.event_streams.forget()
        uow.commit()
    assert _open(database_url) == [str(stream_of)]


def test_the_limit_can_be_lifted(make_pipeline: Callable[..., Pipeline], database_url: str) -> None:
    streams = make_pipeline(changes={"limit_event_streams": 0}).for_user(ANN).streams
    for _ in range(20):
        streams.keep(streams.open())
    assert _open(database_url) == []


def _open(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return [str(row[0]) for row in connection.execute("SELECT stream_id FROM upload_pipeline.event_streams")]
