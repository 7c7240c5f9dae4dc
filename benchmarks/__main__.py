"""``make bench``: every table in turn, or those named on the command line."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import duplicates
from benchmarks.corpus import real_documents, write_markdown
from benchmarks.scenario import measure

_TURNS = 3
console = Console(width=120, highlight=False)


def show(title: str, columns: list[str], rows: list[list[str]], note: str = "") -> None:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2))
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if note:
        console.print(f"  {note}", style="dim")
    console.print()


def rate(figures: dict[str, Any]) -> float:
    return float(figures["documents"] / figures["seconds"])


def overhead(folder: Path) -> None:
    """What Prefect costs: whole pipeline with it against the same stages called directly."""
    corpora = {
        "300 markdown, 11.5 KB each": write_markdown(folder / "md", 300),
        "200 markdown, 40 KB each": write_markdown(folder / "long", 200, characters=40_000),
        "real PDF, DOCX, PPTX, XLSX, HTML": real_documents(),
    }
    rows = []
    for name, files in corpora.items():
        if not files:
            continue
        # the two take turns, so that a noisy neighbour meets both
        pairs = [(measure("direct", files), measure("prefect", files)) for _ in range(_TURNS)]
        direct = min((d for d, _ in pairs), key=lambda f: float(f["seconds"]))
        prefect = min((p for _, p in pairs), key=lambda f: float(f["seconds"]))
        extra = prefect["seconds"] - direct["seconds"]
        rows.append(
            [
                name,
                str(prefect["documents"]),
                f"{rate(direct):.1f}",
                f"{rate(prefect):.1f}",
                f"{extra / prefect['documents'] * 1000:.1f}",
                f"{extra / prefect['seconds']:.0%}",
            ]
        )
    show(
        "Orchestration",
        ["corpus", "documents", "direct docs/s", "with Prefect docs/s", "ms a document", "share of wall time"],
        rows,
        f"the best of {_TURNS} runs each, taking turns; to reach: at most 25 %",
    )


def throughput(folder: Path) -> None:
    """Cold and warm, and memory against the number of documents."""
    rows = []
    for count in (100, 300, 1000):
        figures = measure("prefect", write_markdown(folder / f"n{count}", count))
        rows.append(
            [
                str(count),
                f"{figures['seconds']:.1f}",
                f"{rate(figures):.1f}",
                f"{figures['cpu_seconds'] / count * 1000:.1f}",
                f"{figures['warm_seconds']:.3f}",
                f"{figures['seconds'] / figures['warm_seconds']:.0f}×",
                f"{figures['peak_mb']:.0f}",
                f"{figures['facts']:,}",
            ]
        )
        assert figures["warm_ran"] == 0, "an unchanged corpus must need no work"
    show(
        "Cold and warm, markdown of 11.5 KB",
        ["documents", "cold s", "docs/s", "CPU ms/doc", "warm s", "warm is", "peak MB", "facts"],
        rows,
        "CPU and memory of the worker process; LlamaIndex and CocoIndex: about 50 docs/s, without facts or staging",
    )


TABLES: dict[str, Callable[[Path], None]] = {
    "throughput": throughput,
    "overhead": overhead,
    "duplicates": lambda folder: duplicates.main(folder, show),
}


def main(names: list[str]) -> None:
    for name in names or list(TABLES):
        with tempfile.TemporaryDirectory(prefix="pipeline-corpus-") as folder:
            TABLES[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
