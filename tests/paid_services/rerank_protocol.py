"""The protocol of rerankers on the server: a text is as relevant as it has words of the question."""

from typing import Any

from tests.paid_services.server import Answer, Exchange, Fault, Handler, PaidServer

FIELDS = {"query", "documents", "top_n", "return_documents", "model"}


def add_rerank(server: PaidServer) -> PaidServer:
    server.route("POST", "/v1/rerank", rerank)
    return server


def rerank(exchange: Exchange) -> Answer:
    body = exchange.body
    assert body.keys() <= FIELDS
    assert body["top_n"] == len(body["documents"]) > 0
    exchange.charge([f"rerank {body['query']}"], 1)
    results = [
        {"index": at, "relevance_score": relevance(body["query"], text)} for at, text in enumerate(body["documents"])
    ]
    # best first, as the services answer
    return 200, {"results": sorted(results, key=lambda row: -row["relevance_score"]), "model": body.get("model")}, {}


def relevance(question: str, text: str) -> float:
    """The fewer characters the better: an order that no search has by itself."""
    return 1 / (1 + len(text)) if question else 0.0


def changed(**fields: Any) -> Fault:
    """The right answer but for these fields of its body."""

    def fault(exchange: Exchange, route: Handler) -> None:
        code, body, headers = route(exchange)
        exchange.send(code, {**body, **fields}, headers)

    return fault
