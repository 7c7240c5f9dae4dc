"""Whoever changes the code behind a version number changes the number, or says that it makes no difference."""

import ast
from pathlib import Path

import pytest

from tests import pins
from tests.pins import Pin

BEFORE = {"chunker": Pin("3", "aaaa"), "gone": Pin("1", "bbbb")}


def test_every_version_stands_for_the_code_that_it_was_pinned_with() -> None:
    assert pins.complaints(pins.pinned(), pins.present()) == {}


def test_only_what_the_interpreter_reads_counts() -> None:
    one = "def f(x: int) -> int:\n    return x + 1\n"
    same = '"""A module."""\n# a comment\ndef f(\n    x: int,\n) -> int:\n    """Add one."""\n    return (x + 1)\n'
    other = one.replace("+ 1", "+ 2")
    plain = [repr(pins._plain(ast.parse(text))) for text in (one, same, other)]
    assert plain[0] == plain[1] != plain[2]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (Pin("3", "aaaa"), None),
        (Pin("3", "cccc"), "raise it if"),
        (Pin("4", "cccc"), "another version than is pinned"),
    ],
    ids=["nothing changed", "only the code", "code and number"],
)
def test_a_change_is_told(now: Pin, said: str | None) -> None:
    found = pins.complaints({"chunker": BEFORE["chunker"]}, {"chunker": now})
    assert (said in found["chunker"]) if said else not found


def test_the_pins_are_not_written_anew_for_code_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "PINS", tmp_path / "pins.tsv")
    assert pins.write(BEFORE, is_unchanged=False) == ""
    changed = {"chunker": Pin("3", "cccc")}
    assert "chunker has other code under the same version" in pins.write(changed, is_unchanged=False)
    assert pins.pinned() == BEFORE
    assert pins.write({"chunker": Pin("4", "cccc")}, is_unchanged=False) == ""
    assert pins.write({"chunker": Pin("4", "dddd")}, is_unchanged=True) == ""
    pins.PINS.write_text(f"<<<<<<< HEAD\n{pins.PINS.read_text()}=======\n")
    assert pins.pinned() == {"chunker": Pin("4", "dddd")}


def test_the_logic_is_walked_and_the_plumbing_is_not() -> None:
    reached = pins._reached("pipeline_core.stages.chunk")
    assert {"pipeline_core.stages.chunking", "pipeline_core.domain.chunks"} <= reached
    assert not any(name.startswith("pipeline_core.db") for name in reached)
