"""Reading a model's answer: JSON with something around it."""

import pytest

from pipeline_core.adapters.facts.model_answers import json_of

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
