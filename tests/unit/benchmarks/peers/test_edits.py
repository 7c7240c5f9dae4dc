"""Changes to documents between two runs."""

from pathlib import Path

from benchmarks.peers import edits

FIRST = "A first paragraph that is long enough to be replaced by another."
TEXT = f"# A title\n\n## A heading\n\n{FIRST}\n\nThe remainder stays.\n"


def test_a_paragraph_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(TEXT)
    new = edits.change_a_paragraph(file, 3)
    assert file.read_text() == TEXT.replace(FIRST, new)
    assert "number 3" in new


def test_an_unseen_change_keeps_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(TEXT)
    before = file.stat()
    word = edits.change_unseen(file)
    after = file.stat()
    assert word in file.read_text()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_one_in_a_hundred_files_changes_and_at_least_one() -> None:
    assert len(edits.one_in_a_hundred([Path(str(n)) for n in range(1000)])) == 10
    assert len(edits.one_in_a_hundred([Path(str(n)) for n in range(30)])) == 1
