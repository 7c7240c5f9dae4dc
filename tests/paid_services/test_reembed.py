"""Changing to a model that charges: nothing is paid for twice, no budget is passed, and search goes on."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.embedding_models import EmbeddingModel
from pipeline_core.domain.errors import BudgetExhaustedError, ConfigurationError, RefusedError, ServiceUnavailableError
from tests.paid_services import faults
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.conftest import KEY
from tests.paid_services.openai_protocol import DIMS, vector_of
from tests.paid_services.server import Exchange, Handler, PaidServer
from tests.paid_services.texts import TEXT
from tests.support.published import rows
from tests.support.through import publish, upload

MakePaid = Callable[..., Pipeline]
SMALL, LARGE = "text-embedding-3-small", "text-embedding-3-large"
QUESTION = "When does the pressure relief valve open?"
TEXTS = 3 + 5
"""Chunks and facts of the document."""
CHILD = """
from pipeline_core.bootstrap import pipeline
app = pipeline()
app.reembed("text-embedding-3-small")
app.close()
"""


def vectors_at(number: int) -> Callable[[Exchange], bool]:
    count = 0

    def chooses(exchange: Exchange) -> bool:
        nonlocal count
        count += exchange.path.endswith("/embeddings")
        return count == number

    return chooses


@pytest.fixture
def settings_of_child(database_url: str, tmp_path: Path, server: PaidServer) -> dict[str, str]:
    settings = {
        "HOME": str(tmp_path / "home"), "DATABASE_URL": database_url, "OPENAI_BASE_URL": f"{server.url}/v1",
        "OPENAI_EMBED_DIMS": str(DIMS), "OPENAI_EMBED_TEXTS": "2", "OPENAI_CONCURRENCY": "1", "REEMBED_BATCH": "4",
    }  # fmt: skip
    return {**os.environ, "OPENAI_API_KEY": KEY, **{f"UPLOAD_PIPELINE_{k}": v for k, v in settings.items()}}


def test_faults_a_kill_and_a_budget_on_the_way_pay_for_nothing_twice(
    make_paid: MakePaid, server: PaidServer, settings_of_child: dict[str, str]
) -> None:
    free = {"fact_generator": "extractive", "openai_embed_texts": 2, "openai_concurrency": 1, "reembed_batch": 4}
    app = make_paid(**free)
    publish(app, upload(text=TEXT))
    assert [row["model"] for row in app.reembed.models()] == ["wordllama-256"]
    found = app.search(app.realm_id, QUESTION, limit=1)[0]["statement"]
    assert server.paid == 0

    # 429 is waited for; a 500 ends the attempt, and what was answered besides stays
    server.fail(faults.status(429, headers={"retry-after": "0.1"}), on=vectors_at(1))
    server.fail(faults.status(500), on=vectors_at(3))
    with pytest.raises(ServiceUnavailableError):
        app.reembed(SMALL)
    assert server.paid == 5

    # killed while a request is under way that is never answered
    seen = server.received["/v1/embeddings"]
    server.fail(faults.hang, on=vectors_at(2))
    process = subprocess.Popen([sys.executable, "-c", CHILD], env=settings_of_child)
    ends = time.monotonic() + 60
    while server.received["/v1/embeddings"] < seen + 2:
        assert process.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert server.paid == 7
    assert app.search(app.realm_id, QUESTION, limit=1)[0]["statement"] == found

    poor = make_paid(**free, budget_day_usd=1e-9)
    with pytest.raises(BudgetExhaustedError):
        poor.reembed(SMALL)
    assert server.paid == 7
    assert [row["is_active"] for row in app.reembed.models()] == [True, False]

    switched = make_paid(**free).reembed(SMALL)

    assert (switched.chunks, switched.questions) == (3, 5)
    assert server.paid == TEXTS
    assert server.paid_twice == {}
    assert server.received["/v1/chat/completions"] == 0
    assert rows(app, "SELECT DISTINCT embed_model, vector_dims(embedding) FROM all_questions") == [(SMALL, DIMS)]
    assert app.search(app.realm_id, QUESTION, limit=1)
    assert Counter(row["outcome"] for row in app.cost_views.totals())["worker_gone"] == 1
    assert_accounts(app)


def test_every_process_serves_the_old_model_and_the_new_one_of_the_endpoint(
    make_paid: MakePaid, server: PaidServer
) -> None:
    """Whatever the settings of each name: the switch comes at a moment, settings do not."""
    old = make_paid(fact_generator="extractive", embedder="openai")
    publish(old, upload(text=TEXT))
    new = make_paid(fact_generator="extractive", embedder="openai", openai_embed_model=LARGE)
    assert new.search(new.realm_id, QUESTION, limit=1)
    stop, errors, searched = threading.Event(), [], 0

    def search() -> None:
        nonlocal searched
        while not stop.is_set():
            for app in (old, new):
                try:
                    assert app.search(app.realm_id, QUESTION, limit=1)
                    searched += 1
                except Exception as error:
                    errors.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    new.reembed(LARGE)
    after = searched
    while searched < after + 6 and not errors:
        time.sleep(0.01)
    stop.set()
    thread.join()

    assert errors == []
    assert rows(old, "SELECT DISTINCT embed_model FROM all_questions") == [(LARGE,)]
    publish(old, upload("attic.md", TEXT.replace("boiler", "attic fan")))
    assert old.views.counts(old.realm_id)["documents"] == 2
    # once by each model
    assert max(server.charged.values()) == 2


def test_two_lengths_of_one_model_are_two_models(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(fact_generator="extractive", embedder="openai")
    publish(app, upload(text=TEXT))
    asked: list[tuple[str, int]] = []

    def other_length(exchange: Exchange, route: Handler) -> None:
        asked.append((exchange.body["model"], exchange.body["dimensions"]))
        code, body, headers = route(exchange)
        for row, text in zip(body["data"], exchange.body["input"], strict=True):
            row["embedding"] = vector_of(text, exchange.body["dimensions"])
        exchange.send(code, body, headers)

    server.fail(other_length, times=9, on=lambda exchange: b'"dimensions":16' in exchange.raw)
    assert app.reembed(f"{SMALL}@16").model == EmbeddingModel(f"{SMALL}@16", 16)
    assert set(asked) == {(SMALL, 16)}
    assert app.search(app.realm_id, QUESTION, limit=1)
    # a process whose settings say another length still serves what the database says
    other = make_paid(fact_generator="extractive", embedder="openai", openai_embed_dims=8)
    assert other.search(other.realm_id, QUESTION, limit=1)
    with pytest.raises(ConfigurationError, match="NAME@LENGTH"):
        other.reembed(SMALL)
    with pytest.raises(RefusedError, match="NAME@LENGTH"):
        app.reembed("text-embedding-of-nobody@16")
