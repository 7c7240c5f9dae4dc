"""Budgets stop before they are exceeded, whoever spends; what got none is parked and goes on later."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import user_id_for
from tests.paid_services import faults
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.server import Fault, PaidServer
from tests.paid_services.texts import TEXT
from tests.support.through import needs_work, receive, through, upload

MakePaid = Callable[..., Pipeline]
SCOPES = ("run", "day", "realm")


def most_of_one_call(app: Pipeline) -> float:
    from pipeline_core.ports.fact_generator import ChunkInput

    return float(app.ctx.generator.inner.most(ChunkInput("x" * 300, ("y",) * 3)).cost_usd)  # type: ignore[attr-defined]


def spent(app: Pipeline) -> dict[str, float]:
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT scope, max(spent_usd + reserved_usd) FROM budget_accounts GROUP BY 1"
        )
        return {scope: float(usd) for scope, usd in rows.fetchall()}


@pytest.mark.parametrize("scope", SCOPES)
def test_no_call_is_made_that_a_budget_might_not_cover(make_paid: MakePaid, server: PaidServer, scope: str) -> None:
    """Room for one call at a time, and for two in all: the third is not made."""
    limit = most_of_one_call(make_paid()) * 1.15
    app = make_paid(**{f"budget_{scope}_usd": limit}, openai_concurrency=1)
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))

    through(app, [document_id])

    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["stage"], row["retry_count"]) == ("queued", "generating_facts", 0)
    assert row["last_error"]["code"] == "budget_exhausted"
    assert " is $0.00:" not in row["last_error"]["message"]
    assert f"UPLOAD_PIPELINE_BUDGET_{scope.upper()}_USD" in row["last_error"]["action"]
    assert 0 < server.paid < 3
    assert spent(app)[scope] <= limit
    assert_accounts(app)
    # the next run takes it up again, and pays only for what is left
    richer = make_paid(**{f"budget_{scope}_usd": limit * 100}, run_id=uuid4())
    through(richer, [document_id])
    assert richer.views.jobs(app.realm_id)[0]["state"] == "done"
    assert server.paid == 3
    assert server.paid_twice == {}


@pytest.mark.parametrize(("scope", "until"), [("run", None), ("day", True), ("realm", True)])
def test_what_is_renewed_at_midnight_says_so(make_paid: MakePaid, scope: str, until: bool | None) -> None:
    """A queue leaves the document alone until then; a claim ends it."""
    app = make_paid(**{f"budget_{scope}_usd": 0.0})
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))
    through(app, [document_id])

    def parked() -> Any:
        query = "SELECT parked_until > now() AND parked_until <= now() + interval '1 day' FROM upload_jobs"
        with app.open_uow() as uow:
            return uow.session.connection.execute(query).fetchone()

    assert parked() == (until,)
    app.claim([document_id])
    assert parked() == (None,)


def test_several_workers_respect_one_budget(make_paid: MakePaid, server: PaidServer) -> None:
    limit = most_of_one_call(make_paid()) * 2.2
    server.pause_s = 0.05
    apps = [
        make_paid(budget_day_usd=limit, user_id=user_id_for(name), run_id=uuid4()) for name in ("ann", "bob", "cid")
    ]
    highest: list[float] = []

    def work(app: Pipeline) -> None:
        for number in range(3):
            text = TEXT.replace("boiler", f"{app.realm_id.hex[:6]} boiler {number}")
            through(app, needs_work(app, receive(app, upload(f"{number}.md", text))))
            highest.append(spent(app)["day"])

    threads = [threading.Thread(target=work, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert server.most_at_once <= 2
    assert max(highest) <= limit
    assert server.paid > 0
    states = {row["state"] for app in apps for row in app.views.jobs(app.realm_id)}
    assert "queued" in states


@pytest.mark.parametrize("fault", [faults.cut, faults.gateway_timeout, faults.without_message])
def test_a_call_of_which_nobody_knows_counts_whole(make_paid: MakePaid, server: PaidServer, fault: Fault) -> None:
    app = make_paid()
    [document_id] = needs_work(app, receive(app, upload(text=TEXT)))
    server.fail(fault, times=1)
    through(app, [document_id])
    with app.open_uow() as uow:
        rows: list[Any] = uow.session.connection.execute(
            "SELECT state, outcome, cost_usd = reserved_usd, cost_usd > 0 FROM paid_calls WHERE state <> 'settled'"
        ).fetchall()
    assert rows == [("abandoned", "answer_lost", True, True)]
    assert_accounts(app)


def test_an_unknown_price_is_said_at_start(make_paid: MakePaid, tmp_path: Any) -> None:
    from pipeline_core.domain.errors import ConfigurationError

    with pytest.raises(ConfigurationError, match="llama-9 is not known"):
        _ = make_paid(openai_fact_model="llama-9").ctx
    table = tmp_path / "prices.toml"
    table.write_text('[models."llama-9"]\ninput = 0\noutput = 0\n')
    assert make_paid(openai_fact_model="llama-9", price_table=table).ctx.generator.name == "openai"
    table.write_text('[models."llama-9"]\ninput = "much"\n')
    with pytest.raises(ConfigurationError, match="llama-9"):
        _ = make_paid(openai_fact_model="llama-9", price_table=table).ctx
