"""What was paid, over HTTP: by job, document, day and in the metrics; each user's own, and paid by whom it was for."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import RealmId
from pipeline_core.domain.review import OfBatch, Reviewer
from pipeline_core.domain.spending import Payer, PlannedCall
from tests.api.conftest import NO_LIMITS, client_of
from tests.paid_services.server import PaidServer
from tests.paid_services.texts import TEXT
from tests.support.through import needs_work, publish, receive, through, upload
from tests.support.two_users import ANN, BOB

MakePaid = Callable[..., Pipeline]
SCORED: dict[str, Any] = {"embedder": "openai", "duplicate_mode": "scored", "duplicate_threshold": 0.99}


def spent_by(app: Pipeline) -> dict[RealmId, int]:
    """Paid calls for vectors that belong to no document, by user."""
    with app.open_uow() as uow:
        rows = uow.session.connection.execute(
            "SELECT realm_id, count(*) FROM paid_calls WHERE service = 'embeddings' AND document_id IS NULL GROUP BY 1"
        )
        return dict(rows.fetchall())


def test_costs_of_a_job_a_document_and_the_days(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai", user_id=ANN, **NO_LIMITS)
    [document_id] = publish(app, upload(text=TEXT))
    ann, bob = client_of(app), client_of(app, BOB)

    costs = ann.get("/api/v2/costs").json()
    document = ann.get(f"/api/v2/documents/{document_id}/costs").json()
    [job] = ann.get("/api/v2/jobs").json()["items"]
    stages = ann.get(f"/api/v2/jobs/{job['job_id']}").json()["stages"]

    paid = costs["total"]["cost_usd"]
    assert paid > 0
    assert costs["total"]["input_tokens"] + costs["total"]["output_tokens"] == server.tokens
    assert {(row["service"], row["model"]) for row in costs["days"]} == {
        ("facts", "gpt-4.1-mini"),
        ("embeddings", "text-embedding-3-small"),
    }
    assert document["total"] == pytest.approx(costs["total"])
    assert sum(call["cost_usd"] for call in document["calls"]) == pytest.approx(paid)
    assert job["cost_usd"] == pytest.approx(paid)
    of_stage = {stage["stage_name"]: stage for stage in stages}
    for row in document["stages"]:
        for name in ("input_tokens", "output_tokens", "cost_usd"):
            assert of_stage[row["stage"]][name] == pytest.approx(row[name])
    assert bob.get("/api/v2/costs").json() == {"days": [], "total": dict.fromkeys(costs["total"], 0)}
    assert bob.get(f"/api/v2/documents/{document_id}/costs").status_code == 404
    assert ann.get("/api/v2/costs?days=0").status_code == 422


def test_metrics_say_what_was_paid_and_what_is_set_aside(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(user_id=ANN, **NO_LIMITS)
    publish(app, upload(text=TEXT))
    with app.open_uow() as uow:
        call = PlannedCall("facts", "gpt-4.1-mini", Payer(BOB), 1, Usage(1, 1, 0.5))
        app.paid_calls.reserve(uow, uuid4(), [], call, deadline_s=60)
        uow.commit()

    families = text_string_to_metric_families(client_of(app).get("/metrics").text)
    samples = {
        sample.name.removeprefix("upload_pipeline_paid_"): (sample.labels, sample.value)
        for family in families
        for sample in family.samples
        if sample.name.startswith("upload_pipeline_paid_")
    }

    [paid] = [row for row in app.cost_views.totals() if row["outcome"] == "answered"]
    what = {"service": "facts", "model": "gpt-4.1-mini"}
    assert samples == {
        "calls_total": ({**what, "outcome": "answered"}, 3.0),
        "input_tokens_total": (what, paid["input_tokens"]),
        "cached_tokens_total": (what, 0.0),
        "output_tokens_total": (what, paid["output_tokens"]),
        "cost_usd_total": (what, pytest.approx(paid["cost_usd"])),
        "reserved_usd": (what, 0.5),
    }


def test_who_asks_pays(make_paid: MakePaid, server: PaidServer) -> None:
    """The service's own user is another one: the API and the workers act for many."""
    app = make_paid(**SCORED, user_id=ANN, **NO_LIMITS)
    bob = client_of(app, BOB)
    assert bob.get("/api/v2/search?q=When is the valve opened").status_code == 200
    assert spent_by(app) == {BOB: 1}
    app.search(ANN, "When is it closed?")
    assert spent_by(app) == {BOB: 1, ANN: 1}


def test_a_question_that_no_budget_covers_is_told_when_one_will(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai", user_id=ANN, budget_realm_usd=0.0, **NO_LIMITS)
    answer = client_of(app).get("/api/v2/search?q=valve")
    assert (answer.status_code, answer.json()["code"]) == (429, "budget_exhausted")
    assert 0 < int(answer.headers["Retry-After"]) <= 86400
    assert server.paid == 0


def test_a_bank_is_paid_for_by_its_user(make_paid: MakePaid) -> None:
    app = make_paid(**SCORED, user_id=ANN)
    bank = b"Q: When is the boiler serviced?\nA: Every 12 months by an engineer.\n"
    batch = app.staging.stage_bank(bank, "bank.md", by=Reviewer(BOB)).batch
    assert batch is not None
    assert spent_by(app) == {BOB: 1}
    [row] = app.staging.get_batch_questions(batch.batch_id, realm_id=BOB)
    app.review.edit(OfBatch(batch.batch_id), row.question_id, {"answer": "Every 6 months."}, by=Reviewer(BOB))
    assert spent_by(app) == {BOB: 2}


def test_documents_of_two_users_in_one_batch_are_each_on_their_own_account(make_paid: MakePaid) -> None:
    ann, bob = make_paid(**SCORED, user_id=ANN), make_paid(**SCORED, user_id=BOB)
    ids = [
        *needs_work(ann, receive(ann, upload(text=TEXT))),
        *needs_work(bob, receive(bob, upload("b.md", TEXT.replace("boiler", "stove").replace("12", "9")))),
    ]
    through(ann, ids)
    assert spent_by(ann).keys() == {ANN, BOB}
