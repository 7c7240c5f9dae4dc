"""What Prefect costs a document, by how many there are, and where it goes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.corpus import write_markdown
from benchmarks.scenario import all_published, measure

_COUNTS = (1, 10, 100, 1000)


def main(folder: Path, show: Callable[..., None], counts: tuple[int, ...] = _COUNTS) -> None:
    rows = []
    for count in counts:
        files = write_markdown(folder / f"n{count}", count)
        direct, prefect = (all_published(measure(kind, files)) for kind in ("direct", "prefect"))
        rows.append([f"{count:,}", *_row(count, direct, prefect)])
    show(
        "Orchestration by number of documents, markdown of 11.5 KB",
        ["documents", "direct ms/doc", "with Prefect", "more", "CPU ms/doc more", "a run of nothing, s", "of it"],
        rows,
        "batches of 100; 'of it': a run of nothing for each batch, as a share of what Prefect costs; the rest grows "
        "with the documents",
    )


def _row(count: int, direct: dict[str, Any], prefect: dict[str, Any]) -> list[str]:
    more = prefect["seconds"] - direct["seconds"]
    runs = -(-count // 100)
    fixed = runs * prefect["empty_run_s"]
    return [
        f"{direct['seconds'] / count * 1000:.1f}",
        f"{prefect['seconds'] / count * 1000:.1f}",
        f"{more / count * 1000:.1f}",
        f"{(prefect['cpu_seconds'] - direct['cpu_seconds']) / count * 1000:.1f}",
        f"{prefect['empty_run_s']:.2f}",
        f"{min(fixed / more, 1):.0%}" if more > 0 else "–",
    ]
