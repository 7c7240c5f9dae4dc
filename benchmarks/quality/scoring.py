"""The scorers: those of the shared material as they are, where they are there, else the package's own."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.quality import own_scores
from benchmarks.quality.material import Material

ScoreMarkdown = Callable[[str, str, bool], Mapping[str, float]]


def score_markdown(material: Material) -> ScoreMarkdown:
    """The function that scores a markdown against its truth, the tables only if it is told so."""
    if material.scorers is None:
        return own_scores.markdown
    file = material.scorers / "score_markdown.py"
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    score: ScoreMarkdown = module.score
    return score


def score_labels(material: Material, exports: Path, *, misses: bool = False) -> str:
    """Key facts found and junk taken, as a table."""
    if material.scorers is None:
        return own_scores.labels(material.labels, exports, misses=misses)
    more = ["--misses"] if misses else []
    return _run(material.scorers / "score_labels.py", str(material.labels), str(exports), *more)


def score_scans(material: Material, exports: Path) -> str:
    """Word error rates, as a table."""
    if material.scan_texts is None:
        return "There are no scans."
    if material.scorers is None:
        return own_scores.scans(material.scan_texts, exports)
    return _run(material.scorers / "score_scans.py", str(exports), str(material.scan_texts))


def _run(script: Path, *arguments: str) -> str:
    done = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{script.name} failed:\n{done.stderr}")
    return done.stdout.rstrip()
