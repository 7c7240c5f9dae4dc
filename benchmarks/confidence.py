"""``python -m benchmarks.confidence``: how often facts hold that are said to hold, and the fit of what is said.

``judged/facts.jsonl`` has facts that a person has read beside their source, without seeing a confidence: each holds or
does not, by the strict reading (true to the source, understandable without it, complete, worth keeping), with the
traits that its generator and the stage gave it. The weights are the most probable ones under these verdicts and a
prior: what was thought before of each trait, as strong as ``PRIOR_FACTS`` judged facts or so. A trait that no judged
fact has keeps its prior.

The documents are parted in ten: editions of one text in several languages stay together. Each part is foretold by
weights that were fitted to the others: that is the table. What is shipped is fitted to all.

    python -m benchmarks.confidence                 the table
    python -m benchmarks.confidence --write         fit, and write src/pipeline_core/domain/confidence_weights.py
    python -m benchmarks.confidence --draw FOLDER   facts to judge that are not judged yet, as lines of JSON, at most
                                                    seven of a document: as today's code finds them in the exports below
                                                    the folder (`pipeline export NAME --output FOLDER/NAME.json`)
    python -m benchmarks.confidence --traits FOLDER the traits of judged facts anew, where these exports still have them
"""

import argparse
import json
import random
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.weighed_facts import exports_below, facts_of
from pipeline_core.domain import confidence_weights
from pipeline_core.domain.confidence import KINDS
from pipeline_core.domain.confidence_model import features_of
from pipeline_core.domain.facts import joined_quotes

JUDGED = Path(__file__).parent / "judged" / "facts.jsonl"
BANDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
THRESHOLDS = (0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8)
SEED = 12
MOST_OF_A_DOCUMENT = 7
PRIOR_FACTS = 8.0
PARTS = 10
EDITIONS = ("api-security-2019", "asvs")
"""Beginnings of the names of documents that are the same text in several languages or versions."""
Floats = npt.NDArray[np.float64]
Row = Mapping[str, Any]

PRIOR: Mapping[str, float] = {
    "row": -0.2, "header_certain": 0.3, "header_guessed": -0.5, "header_missing": -2.5, "unnamed_cells": -2.0,
    "key_named": 0.4, "empty_cells": -0.7, "many_columns": -0.3, "table_untold": -2.5, "digits": -1.0,
    "columns_unexplained": -1.2,
    "lead_in": 0.3, "lead_in_missing": -0.8, "requirement": 1.0,
    "sentence_whole": 0.5, "leans": -1.2, "points_inside": -0.4, "definite": -0.5, "names": 0.4, "first_person": -0.4,
    "hedged": -0.8, "defines": 0.4, "duty": 0.3, "asked": 0.6, "score": 0.6, "begins_well": 0.8, "ends_well": 0.8,
    "few_words": -1.5, "many_words": -0.2, "entry": 0.6,
    "length": 0.5, "name_first": 0.4, "refers": -0.8, "compares": -0.4, "cites": 0.3, "measure": 0.3, "indefinite": 0.3,
    "position": -0.4, "below_heading": 0.5, "in_example": -0.8,
    "scoped": 0.3, "scope_missing": -0.3, "bare_definite": -0.6, "continues": -0.5, "points_at_unsaid": -0.9,
    "verb_unseen": -0.4,
    "untitled": -0.3, "neighbours": 0.4, "disorder": -1.5,
    "found_aligned": -0.8, "scattered": -1.5, "ocr_doubt": -3.0, "unsure": -1.5, "written": 0.8,
}  # fmt: skip
"""What is thought of a feature before any fact was judged, in log-odds; one that is not here has no weight. Judged
facts that say the contrary of one take its weight away: a reason in words must not count the other way."""
PRIOR_MEANS: Mapping[str, float] = {"unsure": 0.1, "ocr_doubt": 0.05, "found_aligned": 0.02, "scattered": 0.05}
"""The usual value of a trait that no judged fact has."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A fact with its verdict."""

    document: str
    holds: bool
    features: Mapping[str, float]

    @property
    def text(self) -> str:
        """The document, or the text of which it is an edition."""
        return next((text for text in EDITIONS if self.document.startswith(text)), self.document)


@dataclass(frozen=True, slots=True)
class Weights:
    intercept: float
    of: Mapping[str, tuple[float, float]]
    """By feature: its weight, and its mean."""

    def foretell(self, features: Mapping[str, float]) -> float:
        known = (weight * (features[name] - mean) for name, (weight, mean) in self.of.items() if name in features)
        return float(1 / (1 + np.exp(-(self.intercept + sum(known)))))


def read_judged(path: Path = JUDGED) -> list[Judged]:
    return [Judged(row["document"], row["holds"], features_of(row["traits"])) for row in read_rows(path)]


def fit(judged: Sequence[Judged]) -> Weights:
    """The most probable weights, by Newton's method."""
    names = list(PRIOR)
    while True:
        means = {name: _mean(name, judged) for name in names}
        rows = np.array([[fact.features.get(name, means[name]) - means[name] for name in names] for fact in judged])
        x = np.column_stack([np.ones(len(judged)), rows])
        y = np.array([fact.holds for fact in judged], dtype=float)
        prior = np.array([0.0, *(PRIOR[name] for name in names)])
        strength = np.array([0.01, *([PRIOR_FACTS / 4] * len(names))])
        weights = _newton(x, y, prior, strength)
        kept = [name for name, weight in zip(names, weights[1:], strict=True) if weight * PRIOR[name] > 0]
        if kept == names:
            break
        names = kept
    of = {name: (round(float(w), 3), round(means[name], 3)) for name, w in zip(names, weights[1:], strict=True)}
    return Weights(round(float(weights[0]), 3), of)


def _newton(x: Floats, y: Floats, prior: Floats, strength: Floats) -> Floats:
    weights = prior.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (y - p) - strength * (weights - prior)
        hessian = (x.T * (p * (1 - p))) @ x + np.diag(strength)
        step = np.linalg.solve(hessian, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _mean(name: str, judged: Sequence[Judged]) -> float:
    known = [fact.features[name] for fact in judged if name in fact.features]
    return float(np.mean(known)) if known else PRIOR_MEANS.get(name, 0.0)


def foretold(judged: Sequence[Judged]) -> list[tuple[float, bool]]:
    """Each fact as weights foretell it that were fitted to documents of other parts, and whether it holds."""
    texts = sorted({fact.text for fact in judged})
    random.Random(SEED).shuffle(texts)
    part = {text: at % PARTS for at, text in enumerate(texts)}
    fitted = [fit([fact for fact in judged if part[fact.text] != of]) for of in range(min(PARTS, len(texts)))]
    return [(fitted[part[fact.text]].foretell(fact.features), fact.holds) for fact in judged]


def reliability(pairs: Sequence[tuple[float, bool]]) -> Iterator[list[str]]:
    """A row for each band of confidences: how many facts, what was said, what was so."""
    for low, high in pairwise(BANDS):
        inside = [(said, holds) for said, holds in pairs if low <= said < high]
        if inside:
            said, held = (np.mean([pair[at] for pair in inside]) for at in (0, 1))
            yield [f"{low:.1f}-{min(high, 1.0):.1f}", f"{len(inside)}", f"{said:.2f}", f"{held:.2f}"]


def ranking(pairs: Sequence[tuple[float, bool]]) -> float:
    """Of a fact that holds and one that does not, how often the first has the higher confidence."""
    right, wrong = [s for s, holds in pairs if holds], [s for s, holds in pairs if not holds]
    if not right or not wrong:
        return float("nan")
    return float(np.mean([(r > w) + (r == w) / 2 for r in right for w in wrong]))


def by_kind(judged: Sequence[Judged], pairs: Sequence[tuple[float, bool]]) -> Iterator[list[str]]:
    """A row for each kind of text: how well its facts are ranked, what was said of them, what was so."""
    for kind in KINDS:
        of_kind = [pair for fact, pair in zip(judged, pairs, strict=True) if fact.features.get(kind)]
        if of_kind:
            said, held = (np.mean([pair[at] for pair in of_kind]) for at in (0, 1))
            yield [kind, f"{len(of_kind)}", f"{ranking(of_kind):.2f}", f"{said:.2f}", f"{held:.2f}"]


def published_from(pairs: Sequence[tuple[float, bool]]) -> Iterator[list[str]]:
    """A row for each threshold: the share of facts that it lets through, and how many of those hold."""
    for threshold in THRESHOLDS:
        through = [holds for said, holds in pairs if said >= threshold]
        if through:
            yield [f"{threshold:g}", f"{len(through) / len(pairs):.0%}", f"{np.mean(through):.0%}"]


def write(weights: Weights) -> Path:
    """The module with the weights, anew."""
    path = Path(str(confidence_weights.__file__))
    said = (confidence_weights.__doc__ or "").strip()
    rows = "".join(f'    "{name}": ({weight}, {mean}),\n' for name, (weight, mean) in weights.of.items())
    path.write_text(
        f'"""{said}"""\n\nINTERCEPT = {weights.intercept}\n\nWEIGHTS: dict[str, tuple[float, float]] = {{\n'
        f"    # feature: (weight, mean)\n{rows}}}\n",
        "utf-8",
    )
    return path


def draw(exports: Iterable[Mapping[str, Any]], judged: Collection[tuple[str, str]] = ()) -> Iterator[dict[str, Any]]:
    """Facts to judge, without their confidence; ``judged`` are documents and statements that have a verdict."""
    for exported in exports:
        name = exported["filename"]
        facts = [fact for fact in facts_of(exported) if (name, fact.statement) not in judged]
        for fact in random.Random(f"{SEED} {name}").sample(facts, min(MOST_OF_A_DOCUMENT, len(facts))):
            yield {
                "document": name, "statement": fact.statement, "question": fact.question,
                "quote": joined_quotes(fact.evidence), "holds": None, "why": "", "traits": dict(fact.traits),
            }  # fmt: skip


def with_traits_anew(rows: Iterable[Row], exports: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The judged facts, those that the exports have with the traits that today's code gives them."""
    traits = {
        (exported["filename"], fact.statement): dict(fact.traits) for exported in exports for fact in facts_of(exported)
    }
    for row in rows:
        yield {**row, "traits": traits.get(key_of(row), row["traits"])}


def key_of(row: Row) -> tuple[str, str]:
    return row["document"], row["statement"]


def read_rows(path: Path = JUDGED) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write_rows(rows: Iterable[Row], path: Path = JUDGED) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.confidence")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--draw", type=Path)
    parser.add_argument("--traits", type=Path)
    given = parser.parse_args(arguments)
    if given.draw:
        for row in draw(exports_below(given.draw), {key_of(row) for row in read_rows()}):
            print(json.dumps(row, ensure_ascii=False))
        return
    if given.traits:
        before = read_rows()
        after = list(with_traits_anew(before, exports_below(given.traits)))
        write_rows(after)
        print(f"{sum(a != b for a, b in zip(before, after, strict=True))} of {len(after)} facts have other traits now.")
        return
    judged = read_judged()
    pairs = foretold(judged)
    print("| confidence | facts | said, mean | held |\n|---|---|---|---|")
    for row in reliability(pairs):
        print("| " + " | ".join(row) + " |")
    brier = float(np.mean([(said - holds) ** 2 for said, holds in pairs]))
    documents, hold = len({fact.document for fact in judged}), float(np.mean([holds for _, holds in pairs]))
    print(f"\n{len(pairs)} facts of {documents} documents, each foretold by other documents; {hold:.0%} hold.")
    print(f"Ranking {ranking(pairs):.2f}, Brier score {brier:.3f}.")
    print("\n| kind | facts | ranking | said, mean | held |\n|---|---|---|---|---|")
    for row in by_kind(judged, pairs):
        print("| " + " | ".join(row) + " |")
    print("\n| published from | of the facts | of those, hold |\n|---|---|---|")
    for row in published_from(pairs):
        print("| " + " | ".join(row) + " |")
    if given.write:
        print(f"Written: {write(fit(judged))}")


if __name__ == "__main__":
    main(sys.argv[1:])
