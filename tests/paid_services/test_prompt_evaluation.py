"""The prompt's evaluation, and that of search, by paid models: through the client, within budgets, paid for once."""

from collections.abc import Callable
from uuid import uuid4

from benchmarks.fact_cases import evaluate, load_cases
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.search import SearchMode
from tests.paid_services.accounts import assert_accounts
from tests.paid_services.openai_protocol import writing
from tests.paid_services.server import PaidServer
from tests.paid_services.texts import TEXT
from tests.support.through import publish, upload

MakePaid = Callable[..., Pipeline]


def test_the_labelled_passages_beside_the_prompt_are_asked_of_the_model(
    make_paid: MakePaid, server: PaidServer
) -> None:
    """The server's model takes every line for a fact; one passage it answers by an example of the prompt."""
    cases = load_cases()
    text = cases[0].chunk.text
    example = "The Zephyrine Lantern Guild refills its 47 amber beacons every third moonrise."
    server.fail(writing(lambda rows: [{**rows[0], "statement": example}]), text=text[:30])
    app = make_paid()

    score = evaluate(app.generator, cases)

    assert score.facts >= len(cases)
    assert (score.echoes, score.failed, score.proved) == (1, 0, 1.0)
    # a line has neither the lead-in of its list nor the unit above its table
    assert 0.6 < score.recall < 0.8
    assert all(missed.startswith(("a list", "a unit")) for missed in score.missed[1:])
    assert score.empty_right < 1.0
    assert server.paid == len(cases)
    assert evaluate(make_paid(run_id=uuid4()).generator, cases) == score
    assert server.paid == len(cases)
    assert_accounts(app)


def test_search_is_measured_by_vectors_of_a_paid_model(make_paid: MakePaid, server: PaidServer) -> None:
    app = make_paid(embedder="openai")
    publish(app, upload(text=TEXT))
    paid = server.paid

    first = app.evaluate.from_approved(app.realm_id)

    asked = first.scores[SearchMode.HYBRID].questions
    assert asked > 0
    assert first.model == "text-embedding-3-small"
    assert paid < server.paid <= paid + asked
    assert app.evaluate.from_approved(app.realm_id).scores == first.scores
    assert server.paid <= paid + asked
    assert_accounts(app)
