"""``make bench-quality`` from a clean clone: its own samples through the real pipeline."""

from pathlib import Path

import pytest

from benchmarks import quality
from benchmarks.quality import material, publishing
from pipeline_core.bootstrap import Pipeline


def test_the_own_samples_are_measured_by_every_table(
    app: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(material, "SHARED", tmp_path / "nothing" / "data")
    shown: dict[str, list[list[str]]] = {}
    found = material.find(tmp_path)
    quality.measure(app, found, tmp_path / "exports", lambda title, _columns, rows, _note: shown.update({title: rows}))
    printed = capsys.readouterr().out
    [[group, documents, text, *_]] = shown["Markdown against its truth"]
    assert (group, documents) == ("own samples", "3")
    assert float(text) > 0.95
    assert {row[0] for row in shown["Questions against what search finds"]} == {"all", "English", "others"}
    assert [part for part in ("of 26", "WER", "seconds a document") if part not in printed] == []


def test_what_is_not_published_counts_as_missed(manual: Pipeline, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# Boiler\n\nThe boiler must be serviced once every 12 months by a certified engineer.\n")
    published = publishing.publish(manual, [file], "somebody", tmp_path / "exports")
    assert published.waiting == ["a.md"]
    assert '"facts":[]' in (tmp_path / "exports" / "a.md.json").read_text()
