"""The prompt: its examples are the canaries, its version is its words, and its evaluation tells good from bad."""

import re
from typing import ClassVar

from benchmarks.fact_cases import evaluate, load_cases
from pipeline_core.adapters.facts.extractive import ExtractiveFactGenerator
from pipeline_core.adapters.facts.prompt import Prompt, load_prompt, user_message
from pipeline_core.domain.canaries import PROMPT_EXAMPLES, invented_name, names_missing_in
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.ports.fact_generator import ChunkInput


def words(text: str) -> str:
    return " ".join(text.split())


def test_whatever_the_prompt_shows_is_a_canary() -> None:
    text = words(load_prompt().text)
    for phrase in PROMPT_EXAMPLES["shared"]:
        assert phrase in text
    statements = re.findall(r'statement "([^"]+)"', text)
    assert sorted(statements) == sorted(PROMPT_EXAMPLES["shared"])


def test_every_example_has_a_name_that_no_document_has() -> None:
    for phrase in PROMPT_EXAMPLES["shared"]:
        assert invented_name([phrase], names_missing_in("a boiler in a cellar"))
        assert invented_name([phrase], names_missing_in(f"As they say: {phrase.upper()}")) is None


def test_an_edit_is_another_version() -> None:
    prompt = load_prompt()
    assert prompt.version.startswith("facts-v2-")
    assert "At most 6 facts" in prompt.system(6)
    assert "{" not in prompt.system(6)
    assert Prompt("x", "").system(1) == ""


def test_the_message_marks_its_parts() -> None:
    text = user_message(ChunkInput("The fee is $5.", ("A", "B"), "before it", ""))
    assert (
        text
        == "<headings>\nA > B\n</headings>\n\n<before>\nbefore it\n</before>\n\n<passage>\nThe fee is $5.\n</passage>"
    )


class _Echo:
    name, version, context_chars = "echo", "1", 0
    params: ClassVar[dict[str, object]] = {}

    def generate(self, chunks: list[ChunkInput]) -> list[Generated | Exception]:
        phrase = PROMPT_EXAMPLES["shared"][0]
        return [Generated((FactCandidate("What?", phrase, phrase, (phrase,)),)) for _ in chunks]


def test_the_evaluation_tells_good_from_bad() -> None:
    cases = load_cases()
    good = evaluate(ExtractiveFactGenerator(6), cases)
    bad = evaluate(_Echo(), cases)  # type: ignore[arg-type]
    assert good.recall >= 0.6
    assert (good.proved, good.echoes, good.failed) == (1.0, 0, 0)
    assert (bad.recall, bad.proved, bad.echoes) == (0.0, 0.0, len(cases))
    assert len(bad.missed) == sum(len(case.expected) for case in cases)
