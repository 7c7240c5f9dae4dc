"""Nothing is paid for twice: not by a second run, a changed document, another user, or a killed worker."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import user_id_for
from pipeline_core.domain.lifecycle import StageName
from tests.paid_services import faults
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.conftest import KEY
from tests.paid_services.openai_protocol import DIMS
from tests.paid_services.server import Exchange, PaidServer
from tests.paid_services.texts import MARK, TEXT
from tests.support.through import needs_work, publish, receive, through, upload

MakePaid = Callable[..., Pipeline]
CHUNKS = 3


def test_run_again_and_retried_from_the_chunker_pays_nothing(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai")
    [document_id] = publish(app, upload(text=TEXT))
    paid = server.paid
    assert paid == CHUNKS + CHUNKS + 2 * CHUNKS  # a call a chunk; a vector a chunk and a fact

    publish(app, upload(text=TEXT))
    for stage in (StageName.CHUNKER, StageName.FACT_GENERATOR, StageName.EMBEDDER):
        app.retry(document_id, from_stage=stage, by="test")
        through(app, [document_id])
    another_run = make_paid(embedder="openai", run_id=uuid4())
    another_run.retry(document_id, from_stage=StageName.FACT_GENERATOR, by="test")
    through(another_run, [document_id])

    assert server.paid == paid


@pytest.mark.parametrize(("context_chars", "chunks"), [(0, 1), (40, 1)])
def test_a_changed_document_pays_for_what_changed(
    make_paid: MakePaid, server: PaidServer, context_chars: int, chunks: int
) -> None:
    app = make_paid(openai_context_chars=context_chars)
    publish(app, upload(text=TEXT, source="file:///m.md"))
    assert server.paid == CHUNKS

    publish(app, upload(text=TEXT.replace("clean the burner", "touch the burner"), source="file:///m.md"))

    assert server.paid == CHUNKS + chunks


def test_neighbours_are_seen_and_are_a_part_of_the_key(make_paid: MakePaid, server: PaidServer) -> None:
    """Else one user's answer could carry words of another user's neighbouring chunk."""
    seen: list[str] = []
    server.fail(faults.slow(0), times=99, on=lambda exchange: bool(seen.append(exchange.raw.decode())))
    app = make_paid(openai_context_chars=60)
    publish(app, upload(text=TEXT))
    of_mark = next(text for text in seen if "<passage>\\n" in text and MARK in text.split("<passage>")[1])
    assert "<headings>\\nBoiler manual" in of_mark
    assert "Members of staff" in of_mark.split("<passage>")[0]

    publish(app, upload("other.md", TEXT.replace("Members of staff", "Members of the team")))

    assert server.paid == CHUNKS + 2  # the changed chunk, and the one that sees its beginning


def test_another_user_gets_the_answers_and_not_whose_they_were(make_paid: MakePaid, server: PaidServer) -> None:
    publish(make_paid(), upload(text=TEXT))
    other = make_paid(user_id=user_id_for("bob"))
    publish(other, upload(text=TEXT))

    assert server.paid == CHUNKS
    assert len(other.views.counts(other.realm_id)["jobs"]) == 1
    with other.open_uow() as uow:
        query = (
            "SELECT column_name FROM information_schema.columns WHERE table_name IN ('fact_cache', 'embedding_cache')"
        )
        columns = {name for (name,) in uow.session.connection.execute(query).fetchall()}
        payers = uow.session.connection.execute("SELECT DISTINCT realm_id FROM paid_calls").fetchall()
    assert not columns & {"realm_id", "document_id", "job_id"}
    assert payers == [(user_id_for("local"),)]


def test_two_workers_at_once_pay_once(make_paid: MakePaid, server: PaidServer) -> None:
    server.pause_s = 0.2
    apps = [make_paid(embedder="openai", user_id=user_id_for(name), run_id=uuid4()) for name in ("ann", "bob")]
    threads = [threading.Thread(target=publish, args=(app, upload(text=TEXT))) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [app.views.jobs(app.realm_id)[0]["state"] for app in apps] == ["done", "done"]
    assert server.paid_twice == {}
    assert server.paid == CHUNKS + CHUNKS + 2 * CHUNKS
    assert_accounts(apps[0])


def test_calls_are_parallel_within_the_bound(make_paid: MakePaid, server: PaidServer) -> None:
    server.pause_s = 0.15
    app = make_paid(openai_concurrency=2)
    received = receive(app, upload(text=TEXT), upload("b.md", TEXT.replace("boiler", "furnace")))
    through(app, needs_work(app, received))
    assert server.paid >= 4
    assert server.most_at_once == 2


# --- kill -9 ---------------------------------------------------------------------------------------------


@pytest.fixture
def start_worker(database_url: str, tmp_path: Path, server: PaidServer) -> Callable[[], "subprocess.Popen[str]"]:
    """Starts workers as processes of their own."""
    settings = {
        "HOME": str(tmp_path / "home"), "DATABASE_URL": database_url, "FACT_GENERATOR": "openai",
        "EMBEDDER": "openai", "OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_EMBED_DIMS": str(DIMS),
        "OPENAI_EMBED_TEXTS": "3", "OPENAI_CONCURRENCY": "1", "DUPLICATE_THRESHOLD": "1.0",
        "DUPLICATE_MODE": "baseline", "CHUNK_MAX_CHARS": "300", "CHUNK_MIN_CHARS": "100",
    }  # fmt: skip
    environment = {**os.environ, "OPENAI_API_KEY": KEY, **{f"UPLOAD_PIPELINE_{k}": v for k, v in settings.items()}}
    return lambda: subprocess.Popen(
        [sys.executable, "-m", "tests.paid_services.kill_me"],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _second_of(path: str) -> Callable[[Exchange], bool]:
    count = 0

    def chooses(exchange: Exchange) -> bool:
        nonlocal count
        count += exchange.path.endswith(path)
        return count == 2

    return chooses


@pytest.mark.parametrize(
    ("path", "answered"),
    [
        pytest.param("/chat/completions", True, id="facts, after the answer, before it is kept"),
        pytest.param("/embeddings", False, id="vectors, before the answer"),
        pytest.param("/chat/completions", False, id="facts, before the answer", marks=pytest.mark.chaos),
        pytest.param("/embeddings", True, id="vectors, after the answer", marks=pytest.mark.chaos),
    ],
)
def test_killed_pays_again_for_one_call_at_most(
    start_worker: Callable[[], "subprocess.Popen[str]"],
    make_paid: MakePaid,
    server: PaidServer,
    path: str,
    answered: bool,
) -> None:
    """The second call of its kind is under way when the worker is killed."""
    server.fail(faults.drip if answered else faults.hang, on=_second_of(path))
    process = start_worker()
    deadline = time.monotonic() + 60
    while server.received[f"/v1{path}"] < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    if answered:
        time.sleep(0.1)
    process.kill()
    process.communicate()
    lost = 1 if path == "/chat/completions" else 3

    out, err = start_worker().communicate(timeout=60)

    assert out.endswith("done"), err
    assert server.paid == CHUNKS + CHUNKS + 2 * CHUNKS + (lost if answered else 0)
    assert len(server.paid_twice) == (lost if answered else 0)
    assert_accounts(make_paid(embedder="openai"))
