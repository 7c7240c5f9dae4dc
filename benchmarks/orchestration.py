"""Measures the cost of Prefect for a document, by the number of documents and by where the time goes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.corpus import write_markdown
from benchmarks.scenario import all_published, measure

_TURNS = {1: 3, 10: 3, 100: 2, 1000: 1}
"""How often each number of documents is measured: the fewer there are, the more a noisy neighbour counts."""
_BATCH = 100


def main(folder: Path, show: Callable[..., None], turns: dict[int, int] | None = None) -> None:
    rows = []
    for count, times in (turns or _TURNS).items():
        files = write_markdown(folder / f"n{count}", count)
        rows.append([f"{count:,}", *_row(count, *_best(files, times))])
    show(
        "Orchestration by number of documents, markdown of 11.5 KB",
        ["documents", "direct", "with Prefect", "more", "CPU more", "the run", "its story", "the rest"],
        rows,
        f"ms a document; the best of {', '.join(map(str, (turns or _TURNS).values()))} turns each; where 'more' goes: "
        "runs and tasks of nothing (measured by themselves), what they tell in the UI (against a run with "
        "UPLOAD_PIPELINE_RUN_ARTIFACTS=false), and Prefect's threads beside ours, with noise",
    )


def _best(files: list[Path], times: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The quickest of each kind: without Prefect, with it, and with runs that tell nothing. They take turns."""
    kinds: dict[str, dict[str, Any]] = {"direct": {}, "prefect": {}, "silent": {"run_artifacts": False}}
    figures: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for _ in range(times):
        for kind, settings in kinds.items():
            how = "direct" if kind == "direct" else "prefect"
            figures[kind].append(all_published(measure(how, files, **settings)))
    direct, prefect, silent = (min(of_kind, key=lambda one: float(one["seconds"])) for of_kind in figures.values())
    return direct, prefect, silent


def _row(count: int, direct: dict[str, Any], prefect: dict[str, Any], silent: dict[str, Any]) -> list[str]:
    more = prefect["seconds"] - direct["seconds"]
    runs = -(-count // _BATCH) * silent["empty_run_s"]
    story = prefect["seconds"] - silent["seconds"]
    seconds = (
        direct["seconds"], prefect["seconds"], more, prefect["cpu_seconds"] - direct["cpu_seconds"], runs, story,
        more - runs - story,
    )  # fmt: skip
    return [f"{one / count * 1000:,.1f}" for one in seconds]
