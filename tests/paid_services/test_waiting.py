"""Nobody waits for another's answer for ever, and nothing that was paid for is lost from the accounts."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import DataRejectedError, ParkedError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.spending import Payer, PlannedCall
from pipeline_core.ports.fact_generator import ChunkInput
from pipeline_core.ports.unit_of_work import UnitOfWork
from pipeline_core.stages.facts import cache_key
from tests.paid_services.openai_protocol import vectors
from tests.paid_services.server import PaidServer
from tests.paid_services.test_faults import assert_accounts
from tests.paid_services.texts import TEXT
from tests.through import needs_work, receive, through, upload

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
    with pytest.raises(ParkedError, match="asking for the same content") as caught:
        app.generator.generate([chunk])
    assert caught.value.until is not None
    assert server.paid == 0


def test_vectors_that_others_ask_for_likewise(make_paid: MakePaid, server: PaidServer) -> None:
    from pipeline_core.domain.ids import text_sha256
    from pipeline_core.services.paid_vectors import _claim

    app = make_paid(embedder="openai", openai_deadline_s=0.3)
    hold(app, _claim(text_sha256(TEXT_ASKED), app.embedders.active()))  # type: ignore[arg-type]
    with pytest.raises(ParkedError, match="asking for the same content"):
        app.embedders.active().embed([TEXT_ASKED])
    assert server.paid == 0


def test_what_cannot_be_kept_is_on_the_accounts_all_the_same(make_paid: MakePaid) -> None:
    app = make_paid()
    calls = app.paid_calls
    with app.open_uow() as uow:
        token, _ = calls.claim(uow, ["key"], deadline_s=60)
        call = PlannedCall("facts", "m", Payer(app.user_id), 1, Usage(10, 10, 0.5), "key")
        ticket = calls.reserve(uow, token, ["key"], call, deadline_s=60)
        uow.commit()

    def refused(uow: UnitOfWork) -> None:
        raise DataRejectedError

    with pytest.raises(DataRejectedError):
        calls.keep(ticket, Usage(5, 5, 0.25), outcome="answered", save=refused)

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
