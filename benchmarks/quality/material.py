"""Material for measuring quality: the shared documents, labels and scorers if they are there, else own samples."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import SHARED
from benchmarks.quality import samples

TABLES_ONLY = frozenset({"icdar2013", "office xlsx"})
"""Groups whose truth has the tables and not the whole text, or whose files have only the tables of it."""


@dataclass(frozen=True, slots=True)
class Material:
    """``truths`` are documents with the markdown that they were made from, by group.

    ``scorers`` is the folder of the shared scorers; None: they are the ones of this package.
    """

    truths: Mapping[str, list[tuple[Path, Path]]]
    labels: Path
    labelled: list[Path]
    questions: Path
    scans: list[Path]
    scan_texts: Path | None
    scorers: Path | None = None
    notes: list[str] = field(default_factory=list)


def find(folder: Path) -> Material:
    """The shared material beside the project (or where ``PIPELINE_SHARED`` says), else samples made in the folder."""
    scorers = SHARED.parent / "eval"
    if not (scorers / "labels.jsonl").is_file():
        return _own(folder)
    scans = SHARED / "scans"
    return Material(
        _shared_truths(),
        scorers / "labels.jsonl",
        _labelled(scorers / "labels.jsonl"),
        scorers / "questions.jsonl",
        sorted(scans.glob("*.pdf")),
        scans / "gt.json" if (scans / "gt.json").is_file() else None,
        scorers,
    )


def _own(folder: Path) -> Material:
    made = samples.make(folder)
    return Material(
        {"own samples": made.truths},
        samples.LABELS,
        [document for document, _ in made.truths],
        samples.QUESTIONS,
        made.scans,
        made.scan_texts,
        notes=[f"The shared material is not in {SHARED.parent}: these are the project's own small samples."],
    )


def _shared_truths() -> dict[str, list[tuple[Path, Path]]]:
    groups: dict[str, list[tuple[Path, Path]]] = {}
    for truth in sorted(SHARED.glob("documents/*/gt/*.md")):
        for document in sorted(truth.parents[1].glob(f"*/{truth.stem}.*")):
            if document != truth:
                groups.setdefault(truth.parents[1].name, []).append((document, truth))
    for truth in sorted(SHARED.glob("office/*.gt.md")):
        for document in sorted(truth.parent.glob(f"{truth.name.removesuffix('.gt.md')}.*")):
            groups.setdefault(f"office {document.suffix[1:]}", []).append((document, truth))
    return dict(sorted(groups.items()))


def _labelled(labels: Path) -> list[Path]:
    names = {json.loads(line)["document"] for line in labels.read_text("utf-8").splitlines() if line.strip()}
    return [path for path in sorted(SHARED.glob("documents/*/*/*")) if path.name in names]
