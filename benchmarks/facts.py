"""The configured fact generator on the labelled passages beside its prompt. Asks a paid service if one is set."""

from collections.abc import Callable

from benchmarks.fact_cases import evaluate, load_cases
from pipeline_core.bootstrap import Pipeline
from pipeline_core.settings import load_settings


def main(show: Callable[[str, list[str], list[list[str]], str], None]) -> None:
    app = Pipeline(load_settings())
    try:
        generator = app.generator
        score = evaluate(generator, load_cases())
    finally:
        app.close()
    row = [
        f"{generator.name} {generator.version}",
        str(score.facts),
        f"{score.recall:.2f}",
        f"{score.proved:.2f}",
        f"{score.empty_right:.2f}",
        str(score.echoes),
        str(score.failed),
    ]
    show(
        "Facts of labelled passages",
        ["generator", "facts", "recall", "proved", "empty where nothing is", "echoes", "failed"],
        [row],
        "missed: " + ("; ".join(score.missed) or "nothing"),
    )
