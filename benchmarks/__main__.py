"""``make bench``: every table in turn, or those named on the command line."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    connections,
    console_pages,
    duplicates,
    evidence,
    evidence_on_page,
    facts,
    http_api,
    matching,
    orchestration,
    quality,
    queue,
    remembering,
    search,
    single,
    sources,
    vectors,
    workers,
)
from benchmarks.corpus import real_documents, write_markdown
from benchmarks.formats import write_formats
from benchmarks.scenario import all_published, at_rest, measure
from benchmarks.tables import show

_TURNS = 3


def rate(figures: dict[str, Any]) -> float:
    return float(figures["documents"] / figures["seconds"])


Check = Callable[[dict[str, Any]], dict[str, Any]]


def overhead(folder: Path) -> None:
    """Measure the cost of Prefect: the whole pipeline with it, against the same stages called directly."""
    corpora: dict[str, tuple[list[Path], Check]] = {
        "300 markdown, 11.5 KB": (write_markdown(folder / "md", 300), all_published),
        "200 markdown, 40 KB": (write_markdown(folder / "long", 200, characters=40_000), all_published),
        "200 PDF, DOCX, PPTX, XLSX, HTML": (write_formats(folder / "formats", 200), all_published),
        "real documents": (real_documents(), at_rest),
    }
    rows = []
    for name, (files, check) in corpora.items():
        if not files:
            continue
        # the two take turns, so that a noisy neighbour meets both
        pairs = [(check(measure("direct", files)), check(measure("prefect", files))) for _ in range(_TURNS)]
        direct = min((d for d, _ in pairs), key=lambda f: float(f["seconds"]))
        prefect = min((p for _, p in pairs), key=lambda f: float(f["seconds"]))
        extra = prefect["seconds"] - direct["seconds"]
        rows.append(
            [
                name,
                f"{prefect['published']} of {prefect['documents']}",
                f"{rate(direct):.1f}",
                f"{rate(prefect):.1f}",
                f"{extra / prefect['documents'] * 1000:.1f}",
                f"{extra / prefect['seconds']:.0%}",
                f"{(prefect['cpu_seconds'] - direct['cpu_seconds']) / prefect['documents'] * 1000:.1f}",
            ]
        )
    show(
        "Orchestration",
        ["corpus", "published", "direct docs/s", "with Prefect", "ms/doc more", "of wall time", "CPU ms/doc more"],
        rows,
        f"the best of {_TURNS} runs each, taking turns; to reach: at most 25 %",
    )


def throughput(folder: Path) -> None:
    """Cold and warm, and memory against the number of documents."""
    rows = []
    for count in (100, 300, 1000):
        files = write_markdown(folder / f"n{count}", count)
        for mode in ("scored", "baseline"):
            figures = all_published(measure("prefect", files, duplicate_mode=mode))
            assert figures["warm_ran"] == 0, "an unchanged corpus must need no work"
            rows.append(
                [
                    f"{count:,}",
                    mode,
                    f"{figures['seconds']:.1f}",
                    f"{rate(figures):.1f}",
                    f"{figures['cpu_seconds'] / count * 1000:.1f}",
                    f"{figures['warm_seconds']:.3f}",
                    f"{figures['seconds'] / figures['warm_seconds']:.0f}×",
                    f"{figures['peak_mb']:.0f}",
                    f"{figures['facts']:,}",
                ]
            )
    show(
        "Cold and warm, markdown of 11.5 KB, all of it published",
        ["documents", "duplicates", "cold s", "docs/s", "CPU ms/doc", "warm s", "warm is", "peak MB", "facts"],
        rows,
        "CPU and memory of the worker process; LlamaIndex and CocoIndex: about 50 docs/s, without facts or staging",
    )


TABLES: dict[str, Callable[[Path], None]] = {
    "throughput": throughput,
    "overhead": overhead,
    "orchestration": lambda folder: orchestration.main(folder, show),
    "workers": lambda folder: workers.main(folder, show),
    "queue": lambda folder: queue.main(folder, show),
    "single": lambda folder: single.main(folder, show),
    "sources": lambda folder: sources.main(folder, show),
    "duplicates": lambda folder: duplicates.main(folder, show),
    "matching": lambda folder: matching.main(folder, show),
    "remembering": lambda folder: remembering.main(folder, show),
    "vectors": lambda folder: vectors.main(folder, show),
    "search": lambda folder: search.main(folder, show),
    "http-api": lambda _folder: http_api.main(show),
    "connections": lambda _folder: connections.main(show),
    "facts": lambda _folder: facts.main(show),
    "evidence": lambda _folder: evidence.main(show),
    "evidence-on-page": lambda _folder: evidence_on_page.main(show),
    "console": lambda folder: console_pages.main(folder, show),
    "quality": lambda folder: quality.main(folder, show),
    "quality-model": quality.replayed,
    "quality-sample": lambda folder: quality.draw_sample(folder, show),
}

_ASKED_FOR = frozenset({"console", "evidence-on-page", "quality", "quality-model", "quality-sample"})
"""Not only speed: only where they are named."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("table", nargs="*", help=f"{', '.join(TABLES)}; without a name all that measure speed")
    names = parser.parse_args().table
    if unknown := sorted(set(names) - TABLES.keys()):
        parser.error(f"no table {', '.join(unknown)}; there are {', '.join(TABLES)}")
    for name in names or [name for name in TABLES if name not in _ASKED_FOR]:
        with tempfile.TemporaryDirectory(prefix="pipeline-corpus-") as folder:
            TABLES[name](Path(folder))


if __name__ == "__main__":
    main()
