"""Scores a fact generator on the labelled passages beside its prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline_core.adapters.facts.prompt import CURRENT, PROMPTS
from pipeline_core.domain.canaries import invented_name, names_missing_in
from pipeline_core.domain.facts import FactCandidate, Generated
from pipeline_core.ports.fact_generator import ChunkInput, FactGenerator
from pipeline_core.stages import evidence


@dataclass(frozen=True, slots=True)
class Case:
    """A passage and the facts that it states, each as words that its answer or statement must have."""

    name: str
    chunk: ChunkInput
    expected: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares are 0..1. ``recall``: expected facts that were found; ``proved``: facts whose quote is in the passage;
    ``empty_right``: passages without facts that gave none; ``echoes``: examples of the prompt that came out."""

    facts: int
    recall: float
    proved: float
    empty_right: float
    echoes: int
    failed: int
    missed: tuple[str, ...]


def load_cases(prompt: str = CURRENT) -> list[Case]:
    """The labelled passages of a prompt."""
    rows: list[dict[str, Any]] = orjson.loads((PROMPTS / f"{prompt}.evaluation.json").read_bytes())
    return [
        Case(
            row["name"],
            ChunkInput(row["text"], tuple(row["headings"])),
            tuple(tuple(words) for words in row["expected"]),
        )
        for row in rows
    ]


def evaluate(generator: FactGenerator, cases: Sequence[Case]) -> Score:
    """Ask for the facts of every passage, and compare."""
    answers = generator.generate([case.chunk for case in cases])
    found = [list(a.candidates) if isinstance(a, Generated) else [] for a in answers]
    proved = [evidence.verify(facts, case.chunk.text)[0] for case, facts in zip(cases, found, strict=True)]
    wanted = [(case, words) for case in cases for words in case.expected]
    by_case = dict(zip([case.name for case in cases], proved, strict=True))
    missed = tuple(
        f"{case.name}: {', '.join(words)}"
        for case, words in wanted
        if not any(_says(candidate, words) for candidate, _ in by_case[case.name])
    )
    empty = [facts for case, facts in zip(cases, proved, strict=True) if not case.expected]
    count = sum(map(len, found))
    return Score(
        facts=count,
        recall=1 - len(missed) / len(wanted) if wanted else 1.0,
        proved=sum(map(len, proved)) / count if count else 1.0,
        empty_right=sum(not facts for facts in empty) / len(empty) if empty else 1.0,
        echoes=sum(_echoes(fact, case) for case, facts in zip(cases, found, strict=True) for fact in facts),
        failed=sum(isinstance(answer, Exception) or bool(answer.outcome != "answered") for answer in answers),
        missed=missed,
    )


def _says(fact: FactCandidate, words: Sequence[str]) -> bool:
    return all(word.casefold() in " ".join(fact.texts).casefold() for word in words)


def _echoes(fact: FactCandidate, case: Case) -> bool:
    """No passage of the evaluation plays in the examples' world."""
    return invented_name(fact.texts, names_missing_in(case.chunk.text)) is not None
