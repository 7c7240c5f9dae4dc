"""Servers of one's own on the test server: chat completions in the shapes of Ollama, vLLM and llama.cpp, nothing else.

They replay facts that a model wrote down once, as the benchmark does: of each passage those whose quotes are in it.
"""

import json
from collections.abc import Callable
from typing import Any

from benchmarks.quality import replay
from tests.paid_services.openai_protocol import Row, passage
from tests.paid_services.server import Answer, Exchange, PaidServer

MODEL = "qwen3:8b"
LOGPROB = -0.25

Shape = Callable[[str], dict[str, Any]]
"""A choice, and what else a server's answer has, for a content."""


def recorded(text: str) -> list[Row]:
    """What the model wrote of this passage, and one that is not in it: models invent."""
    rows = replay.recorded(text)
    return [*rows, {**rows[0], "quotes": ["The hirer may sink the boat."]}] if rows else []


def _tokens(content: str) -> list[str]:
    return [content[at : at + 4] for at in range(0, len(content), 4)]


def ollama(content: str) -> dict[str, Any]:
    """Without null for what it does not know of (refusal, logprobs); with what the model thought."""
    message = {"role": "assistant", "content": content, "reasoning": "The passage states rules."}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "system_fingerprint": "fp_ollama"}


def vllm(content: str) -> dict[str, Any]:
    """With fields of its own, some of them null."""
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": None, "tool_calls": [],
               "reasoning_content": None}  # fmt: skip
    rows = [{"token": t, "logprob": LOGPROB, "bytes": list(t.encode()), "top_logprobs": []} for t in _tokens(content)]
    choice = {"index": 0, "message": message, "logprobs": {"content": rows}, "finish_reason": "stop",
              "stop_reason": None, "token_ids": None}  # fmt: skip
    return {"choices": [choice], "prompt_logprobs": None, "kv_transfer_params": None, "service_tier": None}


def llama_cpp(content: str) -> dict[str, Any]:
    """With its own ids of tokens and its timings; the model sets its answer off as code."""
    content = f"```json\n{content}\n```"
    rows = [{"id": 7, "token": t, "bytes": list(t.encode()), "logprob": LOGPROB, "top_logprobs": []}
            for t in _tokens(content)]  # fmt: skip
    message = {"role": "assistant", "content": content}
    choice = {"finish_reason": "stop", "index": 0, "message": message, "logprobs": {"content": rows}}
    return {"choices": [choice], "timings": {"predicted_per_second": 31.4}, "system_fingerprint": "b6100-1f0c9a7"}


SHAPES: dict[str, Shape] = {"ollama": ollama, "vllm": vllm, "llama.cpp": llama_cpp}


def add_own_server(server: PaidServer, shape: Shape) -> PaidServer:
    """No Responses API, no batches and no embeddings: whoever asks for them is answered with 404."""

    def models(_exchange: Exchange) -> Answer:
        return 200, {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "me"}]}, {}

    def chat(exchange: Exchange) -> Answer:
        body = exchange.body
        form = body["response_format"]
        assert (form["type"], form["json_schema"]["schema"]["type"]) == ("json_schema", "object")
        assert body["model"] == MODEL
        # the name that OpenAI has for it is let pass and not heeded
        assert body["max_tokens"] > 0
        rows = recorded(passage(body))
        content = json.dumps({"facts": rows, "nothing_here": "" if rows else "no fact"}, ensure_ascii=False)
        head = {"id": "chatcmpl-123", "object": "chat.completion", "created": 1764428400, "model": MODEL}
        usage = {"prompt_tokens": 900, "completion_tokens": len(content) // 4, "total_tokens": 900 + len(content) // 4}
        return 200, {**head, **shape(content), "usage": usage}, {}

    server.route("GET", "/v1/models", models)
    server.route("POST", "/v1/chat/completions", chat)
    return server
