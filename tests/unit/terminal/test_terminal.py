"""What people see in a narrow terminal, a wide one, and a folder that has all sorts of things in it."""

import threading
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from rich.console import Console

from pipeline_core.domain.rows.batches import ListedBatch
from pipeline_core.domain.rows.facts import ChunkOutcome
from pipeline_core.domain.rows.jobs import DocumentJob, Progress
from pipeline_core.terminal.batches import batches_table
from pipeline_core.terminal.files import expand
from pipeline_core.terminal.jobs_table import jobs_table, place_of, state_of
from pipeline_core.terminal.progress import RunDisplay
from pipeline_core.terminal.status import ledger_line
from pipeline_core.terminal.tables import alike
from tests.support.rows import row_of

ROW: dict[str, Any] = {
    "document_id": "d", "filename": "homeowners [2026] policy.pdf", "also_named": [], "pages": 6,
    "chunks": 14, "facts": 81,
    "duplicates": 0, "critical": 1, "warnings": 2, "infos": 0, "state": "awaiting_review", "stage": "validation_review",
    "outcome": None, "profile": "standard", "published_at": None, "is_replaced": False, "seconds": 1.5,
    "cost_usd": 0.25, "percent": 68,
}  # fmt: skip
PROGRESS = ("document_id", "filename", "stage", "state", "outcome", "percent")


def shown(width: int, *renderables: Any) -> list[str]:
    console = Console(width=width, record=True, file=Mock(), force_terminal=False)
    for renderable in renderables:
        console.print(renderable)
    return console.export_text().splitlines()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_table_of_documents_is_not_cut(width: int) -> None:
    lines = shown(width, jobs_table([row_of(DocumentJob, **ROW)] * 2, width=width))
    assert len(lines) == 4
    assert "…" not in "".join(line[40:] for line in lines)
    assert ("1 critical, 2 warning" if width == 120 else "1 critical +2") in lines[1]
    assert "facts" in lines[0]
    assert ("duplicates" in lines[0]) is (width == 120)
    assert "awaiting review" in lines[1]
    assert "homeowners" in lines[1]


@pytest.mark.parametrize(("width", "title"), [(80, "progress"), (120, "validate")])
def test_progress_fits(width: int, title: str) -> None:
    row = row_of(Progress, **{name: ROW[name] for name in PROGRESS})
    display = RunDisplay(Console(width=width, file=Mock()), lambda _: [row], threading.Event(), "working")
    display.watch(["d"])  # type: ignore[list-item]
    lines = shown(width, display._render())
    assert title in lines[1]
    assert "homeowners [2026] policy.pdf" in lines[2]
    assert "waits for you" in lines[2]
    assert not any("…" in line for line in lines)


def test_batches_fit() -> None:
    row = {
        "batch_id": "4e91332d-0000", "file_name": "bank.md", "document_id": None, "total": 3, "pending": 3,
        "approved": 0, "rejected": 0, "duplicate": 0, "left_out": 0, "imported": 0,
        "undecided": 0, "status": "reviewing",
    }  # fmt: skip
    header, line = shown(80, batches_table([row_of(ListedBatch, **row)]))
    assert "pending" in header
    assert "rejected" not in header
    assert "4e91332d" in line
    assert "…" not in header + line


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "awaiting review"),
        ({"state": "done", "outcome": "published", "published_at": 1}, "published"),
        ({"state": "done", "outcome": "published", "is_replaced": True}, "replaced"),
        ({"state": "done", "outcome": "rejected"}, "rejected"),
        ({"state": "done", "outcome": "rejected", "published_at": 1, "profile": "deep"}, "published, scan rejected"),
        ({"published_at": 1, "profile": "deep"}, "published, scan waits"),
        ({"state": "deadletter", "published_at": 1, "profile": "deep"}, "published, scan failed"),
        ({"state": "deadletter"}, "dead letter"),
    ],
)
def test_states_in_words(changes: dict[str, Any], words: str) -> None:
    assert state_of(row_of(DocumentJob, **{**ROW, **changes})) == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "awaiting review at validation review"),
        ({"state": "working", "stage": "generating_facts"}, "working at generating facts"),
        ({"state": "queued", "stage": "queued"}, "queued"),
        ({"state": "done", "outcome": "published", "stage": "ingested"}, "published"),
    ],
)
def test_places_in_words(changes: dict[str, Any], words: str) -> None:
    assert place_of(row_of(DocumentJob, **{**ROW, **changes})) == words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"outcome": "facts", "chunks": 9, "facts": 24, "refused": 0}, "9 chunks gave 24 facts"),
        (
            {"outcome": "facts", "chunks": 1, "facts": 1, "refused": 2},
            "1 chunk gave 1 fact (2 claims refused for lack of evidence)",
        ),
        (
            {"outcome": "nothing_here", "chunks": 11, "facts": 0, "refused": 0, "outcome_reason": "only a heading"},
            "11 chunks gave no facts: only a heading",
        ),
        ({"outcome": None, "chunks": 3, "facts": 0, "refused": 0}, "3 chunks were not yet asked for facts"),
    ],
)
def test_what_became_of_chunks(row: dict[str, Any], words: str) -> None:
    assert ledger_line(row_of(ChunkOutcome, **row)) == words


def test_how_alike_two_facts_are() -> None:
    assert alike("scored", 0.75) == "75% alike by words and meaning"
    assert alike("exact", 1.0) == "the same words"
    # a comma is a difference that the comparison does not weigh
    assert alike("scored", 1.0) == "99% alike by words and meaning"


def test_what_a_folder_has(tmp_path: Path) -> None:
    for name in ("b.md", "a.pdf", "blob.bin", "other.bin", ".hidden.md"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.md").write_text("x")
    (tmp_path / "gone.md").symlink_to("nowhere")
    (tmp_path / "d.md").mkdir()
    files = expand([str(tmp_path), str(tmp_path / "b.md"), str(tmp_path / "blob.bin"), str(tmp_path / "no.md")])
    # a file that is named is taken whatever it is called
    assert [file.name for file in files.found] == ["a.pdf", "b.md", "blob.bin"]
    assert [name for name, _ in files.refused] == [str(tmp_path / "gone.md")]
    assert ([path.name for path in files.skipped], files.missing) == (["other.bin"], [str(tmp_path / "no.md")])


def test_what_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("x")
    (tmp_path / "circle.md").symlink_to("circle.md")
    deep = tmp_path / "below"
    deep.mkdir()
    monkeypatch.chdir(deep)
    # too long a path is what even root cannot read
    for _ in range(17):
        Path("d" * 250).mkdir()
        monkeypatch.chdir("d" * 250)
    monkeypatch.chdir(tmp_path)
    files = expand([str(tmp_path), "x" * 300, "a.md/b.md"])
    assert [file.name[:9] for file in files.found] == ["a.md", "x" * 9]
    [(name, error), (circle, why)] = files.refused
    assert (circle, why.message) == (
        str(tmp_path / "circle.md"), "The file cannot be read: Too many levels of symbolic links.",
    )  # fmt: skip
    assert name.startswith(str(deep))
    assert "The folder cannot be read: File name too long" in str(error)
    assert files.missing == ["a.md/b.md"]
