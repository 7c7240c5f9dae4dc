"""Reading a model's answer: JSON with something around it, and how sure the model was of each statement."""

import pytest
from openai.types.chat.chat_completion import Choice

from pipeline_core.adapters.facts.model_answers import json_of, logprobs_of_statements

ANSWER = '{"facts": [{"statement": "Die Tür ist zu."}, {"statement": "A \\"gate\\" is open."}], "nothing_here": ""}'


@pytest.mark.parametrize(
    "content",
    [
        ANSWER,
        f"```json\n{ANSWER}\n```",
        f"```\n{ANSWER}\n```\n",
        f"<think>\nThe passage has two facts.\n</think>\n\n```json\n{ANSWER}\n```",
    ],
)
def test_thoughts_and_fences_are_no_part_of_the_answer(content: str) -> None:
    assert json_of(content).strip() == ANSWER


def choice(content: str, tokens: list[dict[str, object]] | None) -> Choice:
    logprobs = None if tokens is None else {"content": tokens}
    message = {"role": "assistant", "content": content}
    return Choice.construct(index=0, finish_reason="stop", message=message, logprobs=logprobs)


def in_tokens(content: str, values: dict[str, float], *, with_bytes: bool) -> list[dict[str, object]]:
    """A token a byte, as small models do with letters that they do not know."""
    rows: list[dict[str, object]] = []
    for letter in content:
        value = next((value for part, value in values.items() if letter in part), 0.0)
        for byte in letter.encode():
            row: dict[str, object] = {"token": chr(byte) if byte < 128 else "\ufffd", "logprob": value}
            rows.append({**row, "bytes": [byte]} if with_bytes else row)
    return rows


def test_each_statement_has_the_mean_of_its_own_tokens() -> None:
    content = '<think>"statement": "Zzz"</think>{"facts": [{"statement": "üü"}, {"statement": "zz"}]}'
    told = logprobs_of_statements(choice(content, in_tokens(content, {"ü": -2.0, "z": -0.5}, with_bytes=True)))
    assert told == [-2.0, -0.5]


@pytest.mark.parametrize(
    "tokens",
    [
        None,
        [],
        [{"token": "other", "logprob": -1.0}],
        [{"token": ANSWER, "logprob": None}],
        in_tokens(ANSWER, {}, with_bytes=False),
    ],
)
def test_what_is_not_said_of_the_answer_is_unknown(tokens: list[dict[str, object]] | None) -> None:
    """The last: letters that were cut into bytes and come as marks of damage."""
    assert logprobs_of_statements(choice(ANSWER, tokens)) == []
