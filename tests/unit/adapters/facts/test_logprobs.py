"""How sure a model was of the statement of each fact."""

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletionTokenLogprob

from pipeline_core.adapters.facts.model_answers import statement_logprobs

ROWS = [
    {
        "question": "Wie hoch ist die Gebühr?",
        "answer": "30 €.",
        "statement": 'Die „Gebühr" ist 30 €.',
        "quotes": ["30 €"],
    },
    {"question": None, "answer": None, "statement": "Sie gilt ab Mai.", "quotes": ["ab Mai"]},
]


def tokens(content: str, sure: dict[str, float], *, size: int = 3) -> list[ChatCompletionTokenLogprob]:
    """Pieces of so many bytes, which may cut a letter; those that touch a text of ``sure`` have its log-probability."""
    data = content.encode()
    places = [
        (at, at + len(text.encode()), logprob)
        for text, logprob in sure.items()
        if (at := data.find(json.dumps(text, ensure_ascii=False)[1:-1].encode())) >= 0
    ]
    found = []
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        near = [logprob for begin, end, logprob in places if start < end and start + size > begin]
        logprob = near[0] if near else -0.001
        token = piece.decode(errors="replace")
        found.append(ChatCompletionTokenLogprob(token=token, bytes=list(piece), logprob=logprob, top_logprobs=[]))
    return found


def answer(**more: Any) -> str:
    return json.dumps({"facts": ROWS, "nothing_here": "", **more}, ensure_ascii=False)


def test_each_fact_has_the_mean_of_its_statement_alone() -> None:
    content = answer()
    first, second = statement_logprobs(content, tokens(content, {"Sie gilt ab Mai.": -2.0, "Wie hoch": -9.0}))
    assert first == pytest.approx(-0.001, abs=0.01)
    assert second == pytest.approx(-2.0)


@pytest.mark.parametrize("content", [answer(facts=[]), '{"nothing_here": "x"}', '{"facts": [1, 2]}', ""])
def test_no_fact_no_log_probability(content: str) -> None:
    assert statement_logprobs(content, tokens(content, {})) == []


def test_tokens_of_another_text_say_nothing() -> None:
    assert statement_logprobs(answer(), tokens(answer(nothing_here="x"), {})) == []
    assert statement_logprobs(answer(), None) == []


def test_a_token_without_bytes_is_its_text_and_none_is_below_the_least() -> None:
    content = '{"facts": [{"statement": "Yes"}]}'
    pieces = [ChatCompletionTokenLogprob(token=c, bytes=None, logprob=-9999.0, top_logprobs=[]) for c in content]
    assert statement_logprobs(content, pieces) == [-20.0]
