"""``make bench-quality``: what the pipeline makes of documents, at default settings and without a key.

Markdown against its truth, labelled facts against what is published, questions against what search finds, scans
against their words. ``docs/quality.md`` has the figures and says how to read them.
"""

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.quality import sample
from benchmarks.quality.material import TABLES_ONLY, Material, find
from benchmarks.quality.publishing import Published, folder_of_exports, pipeline_in, publish
from benchmarks.quality.replay import Replay, serving, settings_for, told
from benchmarks.quality.scoring import score_labels, score_markdown, score_scans
from benchmarks.quality.search import ask
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.errors import DocumentError
from pipeline_core.stages.cleaning import clean

Show = Callable[[str, list[str], list[list[str]], str], None]
_MEASURES = {
    "text": "text_f1",
    "order": "order",
    "headings": "head_text_f1",
    "with level": "head_f1",
    "table cells": "cell_f1",
    "lists": "list_r",
}


def main(folder: Path, show: Show) -> None:
    material = find(folder)
    for note in material.notes:
        print(f"{note}\n")
    with pipeline_in(folder / "home") as app, folder_of_exports(os.environ.get("PIPELINE_KEEP_EXPORTS")) as exports:
        measure(app, material, exports, show)
        if app.settings.fact_generator == "extractive":  # a model that is set was judged already
            measure_replayed(folder, material, exports)


def measure_replayed(folder: Path, material: Material, exports: Path) -> None:
    """The labels once more, for the language-model generator: a local server replays its answers."""
    replay = Replay()
    with serving(replay) as address, pipeline_in(folder / "replayed", **settings_for(address)) as app:
        labelled = publish(app, material.labelled, "labelled", exports / "replayed")
    print("\nLabels: the language-model generator on answers that are replayed (which judges the way, and no model)")
    print(score_labels(material, labelled.exports, misses=bool(os.environ.get("PIPELINE_SHOW_MISSES"))))
    print(_times(labelled))
    print(told(replay, labelled.exports))


def replayed(folder: Path) -> None:
    """Only the labels of the language-model generator."""
    material = find(folder)
    with folder_of_exports(os.environ.get("PIPELINE_KEEP_EXPORTS")) as exports:
        measure_replayed(folder, material, exports)


def measure(app: Pipeline, material: Material, exports: Path, show: Show) -> None:
    """Every table in turn, on this pipeline; what is published of the documents goes into the folder."""
    columns = ["group", "documents", *_MEASURES, "s each"]
    show("Markdown against its truth", columns, _markdown(app, material), _NOTE)
    labelled = publish(app, material.labelled, "labelled", exports / "labelled")
    print("Labels: key facts found and junk taken, of what is published without any decision")
    print(score_labels(material, labelled.exports, misses=bool(os.environ.get("PIPELINE_SHOW_MISSES"))))
    print(f"{_times(labelled)}\n")
    ask(app, labelled.realm_id, material.questions, show)
    scans = publish(app, material.scans, "scans", exports / "scans")
    print("Scans: word error rate; order counts")
    print(score_scans(material, scans.exports))
    print(_times(scans))


def draw_sample(folder: Path, show: Show) -> None:
    """Publish every shared document, each as a user of its own, and draw the facts that people are to judge."""
    material = find(folder)
    files = sorted({document for group in material.truths if not group.startswith("office")
                    for document, _ in material.truths[group]})  # fmt: skip
    with pipeline_in(folder / "home") as app:
        published = [publish(app, [file], file.name, folder / "exports") for file in files]
    exports = [json.loads(file.read_text("utf-8")) for file in sorted((folder / "exports").glob("*.json"))]
    rows = sample.with_verdicts(sample.draw(exports), sample.read(sample.SAMPLE) if sample.SAMPLE.is_file() else [])
    sample.write(rows, sample.SAMPLE)
    waiting = [name for one in published for name in one.waiting]
    note = f"written to {sample.SAMPLE.name}; not published: {', '.join(waiting) or 'none'}"
    show("Facts to be judged", ["documents", "facts"], [[str(len(files)), str(len(rows))]], note)


_NOTE = (
    "means over documents of F1, order of the words found, recall of list items; (n): so many have any in their truth"
)


def _markdown(app: Pipeline, material: Material) -> list[list[str]]:
    score = score_markdown(material)
    work = [(group, *files) for group, of_group in material.truths.items() for files in of_group]

    def one(group: str, document: Path, truth: Path) -> tuple[str, Mapping[str, float], float]:
        began = time.perf_counter()
        text = _converted(app, document)
        seconds = time.perf_counter() - began
        return group, score(text, truth.read_text("utf-8", "replace"), group in TABLES_ONLY), seconds

    with ThreadPoolExecutor(app.settings.convert_workers) as pool:
        scored = list(pool.map(lambda row: one(*row), work))
    rows = []
    for group in material.truths:
        of_group = [(figures, seconds) for name, figures, seconds in scored if name == group]
        means = [
            _mean([figures[key] for figures, _ in of_group if key in figures], len(of_group))
            for key in _MEASURES.values()
        ]
        rows.append([group, str(len(of_group)), *means, f"{statistics.mean(s for _, s in of_group):.1f}"])
    return rows


def _converted(app: Pipeline, document: Path) -> str:
    try:
        converted = app.converter.convert(document.read_bytes(), filename=document.name, mime="")
    except DocumentError:
        return ""
    return clean(converted.markdown, converted.page_map)[0]


def _mean(values: list[float], of: int) -> str:
    if not values:
        return "–"
    return f"{statistics.mean(values):.3f}" + ("" if len(values) == of else f" ({len(values)})")


def _times(published: Published) -> str:
    """Say how long a document took, and which wait for a person."""
    seconds = published.seconds.values()
    told = f"seconds a document, one at a time: {statistics.median(seconds):.1f} (median), {max(seconds):.1f} (most)"
    if published.waiting:
        told += f"\nnot published, their facts count as missed: {', '.join(published.waiting)}"
    return told
