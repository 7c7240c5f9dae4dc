"""A reranker orders what a search has found; without it the search answers all the same, and says so."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr, ValidationError

from pipeline_core.adapters.rerankers.endpoint import EndpointReranker, Judge
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import AnswerLostError, PipelineError, ServiceUnavailableError
from pipeline_core.settings import load_settings
from tests.paid_services import faults
from tests.paid_services.rerank_protocol import add_rerank, changed
from tests.paid_services.server import Fault, PaidServer, serve
from tests.support.published import rows
from tests.support.through import MANUAL, publish, upload

QUESTION = "How often must the boiler be serviced?"
TEXTS = ["The longest of all these texts by far.", "Short.", "Somewhat longer."]
FAULTS = {
    "away": faults.status(500),
    "busy": faults.status(429),
    "key": faults.status(401),
    "refused": faults.status(422),
    "hangs": faults.hang,
    "cut": faults.cut,
    "drips": faults.drip,
    "half": faults.malformed,
    "another protocol": changed(results="none"),
    "too few": changed(results=[{"index": 0, "relevance_score": 0.5}]),
    "twice": changed(results=[{"index": 0, "relevance_score": 0.5}] * 3),
    "no number": changed(results=[{"index": at, "relevance_score": None} for at in range(3)]),
}


@pytest.fixture
def server() -> Iterator[PaidServer]:
    with serve(add_rerank(PaidServer())) as running:
        yield running


def reranker(server: PaidServer, clock: Callable[[], float] = lambda: 0.0) -> EndpointReranker:
    return EndpointReranker(Judge(f"{server.url}/v1/rerank", "judge-1", 2.0), SecretStr("key-7"), clock)


def test_texts_are_judged_in_their_order(server: PaidServer) -> None:
    scores = reranker(server).rerank(QUESTION, TEXTS)
    assert sorted(range(3), key=lambda at: -scores[at]) == [1, 2, 0]
    assert server.keys_seen == {"Bearer key-7"}
    assert reranker(server).rerank(QUESTION, []) == []
    assert server.paid == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_what_goes_wrong_is_an_error_within_the_deadline(server: PaidServer, fault: Fault) -> None:
    server.fail(fault)
    with pytest.raises(PipelineError) as raised:
        reranker(server).rerank(QUESTION, TEXTS)
    assert raised.value.where == "127.0.0.1"
    assert "key-7" not in str(raised.value)
    assert len(reranker(server).rerank(QUESTION, TEXTS)) == 3


def test_one_that_fails_again_and_again_is_left_alone_for_a_while(server: PaidServer) -> None:
    now = [0.0]
    judge = reranker(server, lambda: now[0])
    server.fail(faults.status(500), times=3)
    for _ in range(5):
        with pytest.raises(ServiceUnavailableError):
            judge.rerank(QUESTION, TEXTS)
    assert server.received.total() == 3
    now[0] = 31.0
    assert len(judge.rerank(QUESTION, TEXTS)) == 3


def test_a_search_is_ordered_by_it_and_answers_without_it(
    make_pipeline: Callable[..., Pipeline], server: PaidServer
) -> None:
    plain = make_pipeline(changes={"chunk_max_chars": 200, "chunk_min_chars": 50})
    publish(plain, upload("manual.md", MANUAL + "\nNever mind.\n\n" * 20))
    own = plain.search.answer(plain.realm_id, QUESTION)
    assert own.not_reranked is None
    changes = {"rerank_url": f"{server.url}/v1/rerank", "rerank_usd": 0.002, "rerank_deadline_s": 2.0}
    app = make_pipeline(changes=changes)
    judged = app.search.answer(app.realm_id, QUESTION)
    lengths = [len(hit["evidence"]) for hit in judged.nearest]
    assert lengths == sorted(lengths)
    assert all(hit["relevance"] > 0 for hit in judged.nearest)
    assert judged.not_reranked is None
    paid = "SELECT service, outcome, cost_usd::float8 FROM paid_calls WHERE service = 'rerank' ORDER BY started_at"
    assert rows(app, paid) == [("rerank", "answered", 0.002)]

    server.fail(faults.status(500))
    without = app.search.answer(app.realm_id, QUESTION)
    assert without.not_reranked == "The reranker failed (HTTP 500)."
    assert [hit["id"] for hit in without.hits] == [hit["id"] for hit in own.hits]
    assert [outcome for _, outcome, _ in rows(app, paid)][1:] != ["answered"]

    poor = make_pipeline(changes={**changes, "budget_day_usd": 0.0001})
    before = server.received.total()
    assert "budget" in (poor.search.answer(poor.realm_id, QUESTION).not_reranked or "").lower()
    assert server.received.total() == before


@pytest.mark.parametrize(
    "url", ["api.jina.ai/v1/rerank", "ftp://host/x", "https://key@host/rerank", "https://h/?key=1"]
)
def test_an_address_that_is_none_or_has_a_key_in_it_is_refused(url: str) -> None:
    with pytest.raises((ValidationError, PipelineError)):
        load_settings(rerank_url=url)


def test_what_is_lost_is_told_from_what_is_away(server: PaidServer) -> None:
    server.fail(changed(results=[]))
    with pytest.raises(AnswerLostError, match="3 texts were sent and 0"):
        reranker(server).rerank(QUESTION, TEXTS)
