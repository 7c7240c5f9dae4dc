"""The shared PDFs through the pipeline, against converting them alone with the same converter in as many processes."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.corpus import SHARED
from benchmarks.scenario import ROOT, at_rest, measure

_MODES = (("same work", "none"), ("everything on", "extractive"))


def main(folder: Path, show: Callable[..., None], count: int) -> None:
    """Print a row for each mode; nothing where the shared PDFs are not there."""
    files = write_pdfs(folder / "pdfs", count)
    if not files:
        print("The shared PDFs are not there.", file=sys.stderr)
        return
    alone_s = _alone(files)
    rows = [["converted alone", f"{alone_s:.1f}", f"{len(files) / alone_s:.1f}", "", "", ""]]
    for name, generator in _MODES:
        done = at_rest(measure("prefect", files, fact_generator=generator))
        states = ", ".join(f"{number} {state}" for state, number in sorted(done["states"].items()))
        rate = alone_s / done["seconds"]
        chunks = f"{done['chunks']:,}"
        rows.append(
            [name, f"{done['seconds']:.1f}", f"{len(files) / done['seconds']:.1f}", chunks, states, f"{rate:.2f}×"]
        )
    show(
        f"{len(files)} PDFs, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB",
        ["", "seconds", "PDFs a second", "chunks", "states", "of alone"],
        rows,
        "7. to reach: 0.8× of alone. Alone: the pipeline's converter, isolated, with word boxes, as many at a time as "
        "the pipeline converts. Beyond the shared ones, the same files again with another comment at their end",
    )


def write_pdfs(folder: Path, count: int) -> list[Path]:
    """The shared PDFs, over again with another comment at their end until there are so many; of the same pages, all of
    them are other files."""
    shared = sorted(SHARED.glob("documents/*/pdf/*.pdf"))
    folder.mkdir(parents=True)
    files = []
    for number in range(count if shared else 0):
        source = shared[number % len(shared)]
        file = folder / f"{number:04d}-{source.name}"
        file.write_bytes(source.read_bytes() + (b"\n%% copy %d\n" % number if number >= len(shared) else b""))
        files.append(file)
    return files


def _alone(files: Sequence[Path]) -> float:
    """Seconds that converting takes, in a process of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("UPLOAD_PIPELINE_", "PREFECT_"))}
    with tempfile.TemporaryDirectory(prefix="pipeline-bench-") as home:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "benchmarks.pdfs"],
            env=kept | {"UPLOAD_PIPELINE_HOME": home}, cwd=ROOT, input="\n".join(map(str, files)), text=True,
            check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
    return float(json.loads(done.stdout.splitlines()[-1]))


def _convert_all(files: Sequence[Path]) -> float:
    from pipeline_core.adapters.converters.local import LocalConverter
    from pipeline_core.settings import load_settings

    settings = load_settings()
    converter = LocalConverter(settings)

    def convert(file: Path) -> None:
        converter.convert(file.read_bytes(), filename=file.name, mime="application/pdf")

    convert(files[0])  # the process is there
    begun = time.perf_counter()
    with ThreadPoolExecutor(settings.convert_workers) as pool:
        list(pool.map(convert, files))
    taken = time.perf_counter() - begun
    converter.close()
    return taken


if __name__ == "__main__":
    print(json.dumps(_convert_all([Path(line) for line in sys.stdin.read().splitlines() if line])))
