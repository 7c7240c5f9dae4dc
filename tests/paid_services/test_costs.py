"""What was spent is shown by call, chunk, stage, document, user and run; an estimate says it before, unpaid."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.ids import user_id_for
from pipeline_core.terminal.costs import (
    estimate_json,
    print_costs,
    print_document_costs,
    print_estimate,
    print_prices,
)
from tests.paid_services.server import Exchange, Handler, PaidServer
from tests.paid_services.texts import MARK, TEXT
from tests.support.through import publish, upload

MakePaid = Callable[..., Pipeline]
CHUNKS = 3


def total(rows: list[dict[str, float]]) -> float:
    return sum(row["cost_usd"] for row in rows)


def test_every_sum_is_the_sum_of_the_calls(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai", budget_day_usd=1.0)
    [document_id] = publish(app, upload(text=TEXT))
    of_document = app.cost_views.document(app.realm_id, document_id)
    costs = app.cost_views.costs(app.realm_id, app.budget_accounts())
    [row] = app.views.jobs(app.realm_id)

    calls = of_document["calls"]
    paid = total(calls)
    assert paid > 0
    assert sum(call["input_tokens"] + call["output_tokens"] for call in calls) == server.tokens
    for rows in (costs["days"], costs["stages"], costs["documents"], app.cost_views.run(app.settings.run_id)):
        assert total(rows) == pytest.approx(paid, abs=1e-9)
    assert row["cost_usd"] == pytest.approx(paid, abs=1e-9)
    assert {budget["scope"]: budget["limit_usd"] for budget in costs["budgets"]} == {
        "day": 1.0,
        "run": None,
        "realm": None,
    }
    assert all(budget["spent_usd"] == pytest.approx(paid, abs=1e-9) for budget in costs["budgets"])
    # each chunk has its own call; the vectors are calls of many
    assert [chunk["calls"] for chunk in of_document["chunks"]] == [1] * CHUNKS
    facts = [call for call in calls if call["service"] == "facts"]
    assert total(of_document["chunks"]) == pytest.approx(total(facts), abs=1e-9)
    assert {call["items"] for call in calls if call["service"] == "embeddings"} == {CHUNKS + 2 * CHUNKS}
    assert total(app.cost_views.totals()) == pytest.approx(paid, abs=1e-9)


def test_cached_input_costs_what_cached_input_costs(make_paid: MakePaid, server: PaidServer) -> None:
    def cached(exchange: Exchange, route: Handler) -> None:
        code, body, headers = route(exchange)
        body["usage"]["prompt_tokens_details"] = {"cached_tokens": 500}
        exchange.send(code, body, headers)

    server.fail(cached, text=MARK)
    app = make_paid()
    [document_id] = publish(app, upload(text=TEXT))
    calls = app.cost_views.document(app.realm_id, document_id)["calls"]
    price = app.prices.of("gpt-4.1-mini")
    assert (price.input, price.cached_input) == (0.40, 0.10)
    assert sorted(call["cached_tokens"] for call in calls) == [0, 0, 500]
    for call in calls:
        full = price.of(call["input_tokens"], call["output_tokens"]).cost_usd
        assert call["cost_usd"] == pytest.approx(full - call["cached_tokens"] * 0.30 / 1_000_000, abs=1e-9)
    console = Console(record=True, width=140)
    print_costs(console, app.cost_views.costs(app.realm_id, app.budget_accounts()))
    assert "500" in console.export_text()
    # monitoring says the same, from totals that are kept
    rows = app.monitoring.paid_metrics()
    assert [{name: row[name] for name in ("calls", "cached_tokens", "cost_usd")} for row in rows] == [
        {"calls": 3, "cached_tokens": 500, "cost_usd": pytest.approx(total(calls), abs=1e-9)}
    ]


def test_every_shipped_price_says_when_and_where_it_was_seen(make_paid: MakePaid) -> None:
    prices = make_paid().prices
    for price in (*prices.prices.values(), *prices.pages.values()):
        assert price.as_of is not None
        assert price.source.startswith("https://")
    console = Console(record=True, width=200)
    print_prices(console, prices)
    assert "gpt-4.1-mini" in console.export_text()


def test_costs_are_a_users_own(make_paid: MakePaid) -> None:
    publish(make_paid(), upload(text=TEXT))
    bob = make_paid(user_id=user_id_for("bob"))
    [document_id] = publish(bob, upload(text=TEXT))
    costs = bob.cost_views.costs(bob.realm_id, bob.budget_accounts())
    assert costs["documents"] == []
    # what ann paid for costs bob nothing, and shows nothing of her
    assert [chunk["cost_usd"] for chunk in bob.cost_views.document(bob.realm_id, document_id)["chunks"]] == [
        0.0
    ] * CHUNKS


def test_an_estimate_pays_nothing_and_is_an_upper_bound(
    make_paid: MakePaid, server: PaidServer, tmp_path: Path
) -> None:
    (tmp_path / "manual.md").write_text(TEXT)
    (tmp_path / "same.md").write_text(TEXT + "\n")
    (tmp_path / "empty.md").write_text("")
    app = make_paid(embedder="openai")
    files = [tmp_path / name for name in ("manual.md", "same.md", "empty.md")]

    before = list(app.estimate(files, realm_id=app.realm_id))

    assert sum(server.received.values()) == 0
    assert app.views.jobs(app.realm_id) == []
    assert [(one.chunks, one.new_chunks) for one in before] == [(CHUNKS, CHUNKS), (CHUNKS, 0), (0, 0)]
    assert before[2].error is not None
    assert [row["pages"] for row in estimate_json(before)["documents"]] == [None] * 3
    publish(app, upload(text=TEXT))
    paid = app.views.jobs(app.realm_id)[0]["cost_usd"]
    assert paid <= before[0].most.cost_usd
    assert before[0].expected.cost_usd == pytest.approx(paid, rel=1.0)
    [after] = app.estimate(files[:1], realm_id=app.realm_id)
    assert (after.new_chunks, after.new_vectors, after.most.cost_usd) == (0, 0, 0.0)


def test_they_can_be_printed(make_paid: MakePaid, tmp_path: Path) -> None:
    (tmp_path / "manual.md").write_text(TEXT)
    app = make_paid(embedder="openai")
    console = Console(record=True, width=140)
    estimates = list(app.estimate([tmp_path / "manual.md"], realm_id=app.realm_id))
    print_estimate(console, estimates)
    [document_id] = publish(app, upload(text=TEXT))
    print_costs(console, app.cost_views.costs(app.realm_id, app.budget_accounts()))
    print_document_costs(console, app.cost_views.document(app.realm_id, document_id))
    text = console.export_text()
    for words in ("manual.md", "at most", "gpt-4.1-mini", "fact-generator", "budget of the day"):
        assert words in text
    assert estimate_json(estimates)["total"]["new_chunks"] == CHUNKS


def test_caches_are_pruned_to_their_age_and_size(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai")
    publish(app, upload(text=TEXT))

    def count() -> tuple[int, int]:
        with app.open_uow() as uow:
            query = uow.session.connection.execute
            rows = [query(f"SELECT count(*) FROM {table}").fetchone() for table in ("fact_cache", "embedding_cache")]
            return rows[0][0], rows[1][0]  # type: ignore[index]

    full = (CHUNKS, CHUNKS + 2 * CHUNKS)
    assert app.prune_caches() == {"facts": 0, "vectors": 0, "parses": 0, "pages": 0, "calls_settled": 0}
    assert count() == full
    with app.open_uow() as uow:
        oldest = "(SELECT min(cache_key) FROM fact_cache)"
        query = f"UPDATE fact_cache SET last_used_at = now() - interval '366 days' WHERE cache_key = {oldest}"
        uow.session.connection.execute(query)
        uow.commit()
    assert app.prune_caches()["facts"] == 1
    with app.open_uow() as uow:
        # room for two vectors (32 numbers and what goes with a row)
        assert uow.caches.prune(max_bytes=2 * (4 * 32 + 8 + 200), max_days=1)["vectors"] == full[1] - 2
        uow.commit()
    assert count()[1] == 2


def test_a_models_own_doubt_counts_in_the_confidence_of_its_facts(make_paid: MakePaid) -> None:
    """The server is less sure of words with digits."""
    paid = make_paid(openai_fact_options={"logprobs": True}, publish_from=0.0)
    text = "# Pool\n\nThe water of the pool is warm in every season.\n\nThe 25 lanes of 50 m have 8 m of depth.\n"
    [document_id] = publish(paid, upload("pool.md", text))
    facts = {fact["statement"]: fact for fact in paid.views.export(paid.realm_id, document_id)["facts"]}
    [sure, unsure] = sorted(facts, key=lambda statement: -facts[statement]["confidence"])
    assert (sure[:9], unsure[:9]) == ("The water", "The 25 la")
    assert "logprob" in {reason["trait"] for reason in facts[unsure]["confidence_reasons"] if reason["effect"] < 0}
