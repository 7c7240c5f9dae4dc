"""A sample of published facts for people to judge strictly, and what their verdicts come to.

``python -m benchmarks quality-sample`` publishes every shared document, each as a user of its own, draws ``FACTS``
facts with a fixed seed, at most ``OF_A_DOCUMENT`` of a document, and writes them, without their confidence, to
``SAMPLE``; a verdict is kept where the same fact is drawn again.

``python -m benchmarks.quality.sample FILE`` counts the verdicts.
"""

import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACTS, OF_A_DOCUMENT, SEED = 100, 7, 12
SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "quality_sample.jsonl"
_SHOWN = ("statement", "question", "answer", "quote")

Row = dict[str, Any]


def draw(exports: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The facts to be judged, by document. The same exports give the same facts, in whatever order they come."""
    chance = random.Random(SEED)
    pool: list[Row] = []
    for exported in sorted(exports, key=lambda one: str(one["filename"])):
        rows = [_row(str(exported["filename"]), fact) for fact in exported["facts"]]
        rows.sort(key=lambda row: (row["quote"], row["statement"]))
        pool += chance.sample(rows, min(OF_A_DOCUMENT, len(rows)))
    drawn = chance.sample(pool, min(FACTS, len(pool)))
    return sorted(drawn, key=lambda row: (row["document"], row["page"] or 0, row["quote"]))


def _row(document: str, fact: Mapping[str, Any]) -> Row:
    evidence = fact.get("evidence") or [fact]
    return {
        "document": document,
        "page": evidence[0].get("page"),
        **{name: fact[name] for name in _SHOWN},
        "holds": None,
        "natural": None,
        "why": "",
    }


def read(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def write(rows: Iterable[Row], file: Path) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def with_verdicts(rows: Sequence[Row], judged: Sequence[Row]) -> list[Row]:
    """The rows with the verdicts that were given before about the very same facts."""
    known = {_key(row): row for row in judged if row["holds"] is not None}
    verdicts = ("holds", "natural", "why")
    return [
        {**row, **{name: known[_key(row)][name] for name in verdicts}} if _key(row) in known else row for row in rows
    ]


def _key(row: Row) -> tuple[Any, ...]:
    return (row["document"], *(row[name] for name in _SHOWN))


@dataclass(frozen=True, slots=True)
class Shares:
    """``holds``: statements that are true to the source, understandable alone, complete and worth keeping, of all;
    ``natural``: questions that somebody would ask so and that the answer answers, of those asked."""

    facts: int
    judged: int
    asked: int
    holds: float
    natural: float


def shares(rows: Sequence[Row]) -> Shares:
    """Return the shares that the verdicts come to.

    Raises:
        ValueError: a verdict has no reason, or judges a question that is not there; the message says which.
    """
    for number, row in enumerate(rows, 1):
        if row["holds"] is False and not row["why"].strip():
            raise ValueError(f"row {number}: a statement that does not hold needs a reason")
        if (row["natural"] is None) != (row["question"] is None or row["holds"] is None):
            raise ValueError(f"row {number}: a question is judged with its statement, and only where there is one")
    judged = [row for row in rows if row["holds"] is not None]
    asked = [row for row in judged if row["question"] is not None]
    return Shares(
        len(rows),
        len(judged),
        len(asked),
        sum(row["holds"] for row in judged) / max(1, len(judged)),
        sum(row["natural"] for row in asked) / max(1, len(asked)),
    )


def told(rows: Sequence[Row]) -> str:
    """The shares in a sentence, and the reasons of what does not hold."""
    found = shares(rows)
    lines = [
        f"{found.judged} of {found.facts} facts judged: {found.holds:.0%} of the statements hold; "
        f"{found.natural:.0%} of {found.asked} questions are natural."
    ]
    lines += [f"- {row['document']}: {row['why']}: {row['statement'][:120]}" for row in rows if row["holds"] is False]
    return "\n".join(lines)


if __name__ == "__main__":
    print(told(read(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)))
