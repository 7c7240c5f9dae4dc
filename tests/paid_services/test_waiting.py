"""Nobody waits for another's answer for ever, and nothing that was paid for is lost from the accounts."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.db.caches import Caches
from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import DatabaseUnavailableError, DataRejectedError, ParkedError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.spending import Payer, PlannedCall
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.services.kept_answers import KeptVectors
from pipeline_core.stages.chunk_inputs import cache_key
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.openai_protocol import vectors
from tests.paid_services.server import PaidServer
from tests.paid_services.texts import TEXT
from tests.support.through import needs_work, receive, through, upload

MakePaid = Callable[..., Pipeline]
TEXT_ASKED = "The boiler must be serviced every year."


def hold(app: Pipeline, key: str) -> None:
    """Claim the key as a batch of somebody else's does, for an hour."""
    with app.open_uow() as uow:
        assert uow.spending.claim([key], token=uuid4(), worker=f"batch:{uuid4()}", lease_s=3600) == {key}
        uow.commit()


def test_facts_that_others_ask_for_are_waited_for_until_the_deadline(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(openai_deadline_s=0.3)
    chunk = ChunkInput(TEXT_ASKED, ())
    hold(app, cache_key(app.generator, chunk))
    with pytest.raises(ParkedError, match="requesting the same content") as caught:
        app.generator.generate([chunk])
    assert caught.value.until is not None
    assert server.paid == 0


def test_vectors_that_others_ask_for_likewise(make_paid: MakePaid, server: PaidServer) -> None:
    from pipeline_core.domain.ids import text_sha256
    from pipeline_core.services.paid_vectors import _claim

    app = make_paid(embedder="openai", openai_deadline_s=0.3)
    hold(app, _claim(text_sha256(TEXT_ASKED), app.embedders.active()))  # type: ignore[arg-type]
    with pytest.raises(ParkedError, match="requesting the same content"):
        app.embedders.active().embed([TEXT_ASKED])
    assert server.paid == 0


def test_what_cannot_be_kept_is_on_the_accounts_all_the_same(make_paid: MakePaid) -> None:
    app = make_paid()
    calls = app.paid_calls
    with app.open_uow() as uow:
        token, _ = calls.claim(uow, ["key"], deadline_s=60)
        call = PlannedCall("facts", "m", Payer(app.realm_id), 1, Usage(10, 10, 0.5), "key")
        ticket = calls.reserve(uow, token, ["key"], call, deadline_s=60)
        uow.commit()

    class Refused(KeptVectors):
        def save(self, uow: UnitOfWork) -> None:
            raise DataRejectedError

    with pytest.raises(DataRejectedError):
        calls.keep(ticket, Usage(5, 5, 0.25), Refused("m", "1", {}), outcome="answered")

    assert_accounts(app)
    assert [(row["outcome"], row["cost_usd"]) for row in app.cost_views.totals()] == [("not_kept", 0.25)]


def test_vectors_of_a_wrong_length_are_paid_for(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(fact_generator="extractive", embedder="openai")
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))
    wider: Any = vectors(lambda rows: [{**row, "embedding": [*row["embedding"], 1.0]} for row in rows])
    server.fail(wider, times=9, on=lambda exchange: exchange.path.endswith("/embeddings"))
    through(app, [document_id])
    rows = app.cost_views.totals()
    assert sum(row["input_tokens"] for row in rows) == server.tokens > 0
    assert all(row["cost_usd"] > 0 for row in rows)


@pytest.mark.parametrize("embedder", ["wordllama", "openai"])
def test_what_is_answered_while_the_database_is_away_is_not_paid_for_again(
    make_paid: MakePaid, server: PaidServer, monkeypatch: pytest.MonkeyPatch, embedder: str
) -> None:
    """It is away when the answer comes, and for longer than is waited; then the worker is gone."""
    paid = {"fact_generator": "openai" if embedder == "wordllama" else "extractive", "embedder": embedder}
    app = make_paid(**paid)
    other = make_paid(**paid)
    # it has looked, and would not look again for half a minute
    assert other.paid_calls.save_pending() == 0
    app.__dict__["paid_calls"] = replace(app.paid_calls, save_s=0.0)
    ids = needs_work(app, receive(app, upload(text=TEXT)))
    saving = "put_facts" if embedder == "wordllama" else "put_vectors"

    def away(*_args: object, **_named: object) -> None:
        raise DatabaseUnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(Caches, saving, away)
        through(app, ids)
    once = server.paid
    assert once > 0
    assert [row["state"] for row in app.views.jobs(app.realm_id)] == ["retryable"]
    app.worker.close()

    through(other, ids)

    assert other.views.jobs(app.realm_id)[0]["state"] == "done"
    assert server.paid_twice == {}
    assert server.paid >= once
    assert list(app.store.list("pending-results/")) == []
    assert {row["outcome"] for row in other.cost_views.totals()} == {"answered"}
    assert_accounts(other)


def test_those_who_settle_and_those_who_give_up_the_dead_do_not_wait_for_each_other_in_a_circle(
    make_paid: MakePaid,
) -> None:
    """Whoever gives a dead call up waits for the account, without a lock on the call."""
    app = make_paid()
    calls = app.paid_calls
    with app.open_uow() as uow:
        token, _ = calls.claim(uow, ["key"], deadline_s=60)
        call = PlannedCall("facts", "m", Payer(app.realm_id), 1, Usage(10, 10, 0.5), "key")
        ticket = calls.reserve(uow, token, ["key"], call, deadline_s=60)
        uow.session.connection.execute("UPDATE paid_calls SET expires_at = now()")
        uow.commit()
    gave_up: list[int] = []
    thread = threading.Thread(target=lambda: gave_up.append(calls.settle_dead()))
    with app.open_uow() as uow:
        query = uow.session.connection.execute
        query("SELECT FROM budget_accounts FOR UPDATE")
        thread.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while query(waits).fetchone() == (0,):
            time.sleep(0.01)
        uow.spending.settle(ticket.call_id, Usage(5, 5, 0.25), outcome="answered")
        uow.spending.release(ticket.keys, token=token)
        uow.commit()
    thread.join()
    assert gave_up == [0]
    assert [(row["outcome"], row["cost_usd"]) for row in app.cost_views.totals()] == [("answered", 0.25)]
    assert_accounts(app)
