"""The OpenAI protocol on the server: chat completions with a schema, embeddings, models."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.paid_services.server import Answer, Exchange, Fault, Handler, PaidServer

DIMS = 32
MODELS = ("gpt-4.1-mini", "text-embedding-3-small")
_PASSAGE = re.compile(r"<passage>\n(.*)\n</passage>", re.DOTALL)
Row = dict[str, str]


def add_openai(server: PaidServer) -> PaidServer:
    server.route("GET", "/v1/models", _models)
    server.route("POST", "/v1/chat/completions", chat)
    server.route("POST", "/v1/embeddings", embeddings)
    return server


def _models(_exchange: Exchange) -> Answer:
    rows = [{"id": name, "object": "model", "created": 0, "owned_by": "test"} for name in MODELS]
    return 200, {"object": "list", "data": rows}, {}


def passage(body: dict[str, Any]) -> str:
    """The chunk that a request is about."""
    found = _PASSAGE.search(body["messages"][-1]["content"])
    assert found, "the request has no passage"
    return found[1]


def facts_of(text: str) -> list[Row]:
    """What an honest model finds: each line that is no heading, as it stands."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [
        {"question": f"What is said about {line[:40]}?", "answer": line, "statement": line, "quotes": [line]}
        for line in lines
    ]


def chat(exchange: Exchange) -> Answer:
    body = exchange.body
    _check_schema(body)
    rows = facts_of(passage(body))
    return completion(exchange, json.dumps({"facts": rows, "nothing_here": "" if rows else "only headings"}))


def completion(exchange: Exchange, content: str | None, *, finish: str = "stop", refusal: str | None = None) -> Answer:
    """A completion that is charged for."""
    text = passage(exchange.body)
    usage = {"prompt_tokens": len(exchange.raw) // 4, "completion_tokens": len(content or "") // 4 + 1}
    usage["total_tokens"] = sum(usage.values())
    exchange.charge([f"facts {text}"], usage["total_tokens"])
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "finish_reason": finish, "logprobs": None, "message": message}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": exchange.body["model"]}
    return 200, {**head, "choices": [choice], "usage": usage}, {}


def _check_schema(body: dict[str, Any]) -> None:
    """What the strict subset of JSON Schema asks for: every property required, none besides, at every level."""
    form = body["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["strict"] is True

    def strict(schema: Any) -> None:
        if isinstance(schema, dict):
            if schema.get("type") == "object":
                assert schema["additionalProperties"] is False
                assert sorted(schema["required"]) == sorted(schema["properties"])
            for value in schema.values():
                strict(value)
        elif isinstance(schema, list):
            for value in schema:
                strict(value)

    strict(form["json_schema"]["schema"])


def saying(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> Fault:
    """The model says this instead, and it is charged."""

    def fault(exchange: Exchange, _route: Handler) -> None:
        code, body, headers = completion(exchange, content, finish=finish, refusal=refusal)
        exchange.send(code, body, headers)

    return fault


def writing(change: Callable[[list[Row]], list[Row]], nothing_here: str = "") -> Fault:
    """The model writes other facts than an honest one."""

    def fault(exchange: Exchange, _route: Handler) -> None:
        rows = change(facts_of(passage(exchange.body)))
        code, body, headers = completion(exchange, json.dumps({"facts": rows, "nothing_here": nothing_here}))
        exchange.send(code, body, headers)

    return fault


# --- embeddings ------------------------------------------------------------------------------------------


def vector_of(text: str, dims: int = DIMS) -> list[float]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return [float(value) for value in np.random.default_rng(seed).standard_normal(dims)]


def embeddings(exchange: Exchange) -> Answer:
    texts = exchange.body["input"]
    rows = [{"object": "embedding", "index": at, "embedding": vector_of(text)} for at, text in enumerate(texts)]
    tokens = sum(len(text) // 4 + 1 for text in texts)
    exchange.charge([f"vector {text}" for text in texts], tokens)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return 200, {"object": "list", "data": rows, "model": exchange.body["model"], "usage": usage}, {}


def vectors(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Fault:
    """Other rows than the right ones, charged."""

    def fault(exchange: Exchange, route: Handler) -> None:
        code, body, headers = route(exchange)
        exchange.send(code, {**body, "data": change(body["data"])}, headers)

    return fault
