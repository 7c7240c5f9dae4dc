"""`pipeline retry --from fact-generator --all`, against a real Prefect server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.conftest import STEADY, CommandLine

SAME = "Members must report every loss to the service office within thirty days."
OTHER = "The office opens its doors to visitors at nine o'clock every single morning."


def facts(told: dict[str, Any], part: str) -> dict[str, int]:
    """How many facts of each document are published."""
    return {row["filename"]: row["facts"] for row in told[part]}


def test_an_exact_duplicate_comes_back_for_what_a_new_threshold_leaves_out(
    command_line: Callable[..., CommandLine], tmp_path: Path
) -> None:
    """What is read again no longer has the fact; the other document, which kept quiet about it, has it in its place."""
    cli = command_line(**STEADY, publish_from="0")
    first, second = tmp_path / "first.md", tmp_path / "second.md"
    first.write_text(f"# First\n\n{SAME}\n")
    second.write_text(f"# Second\n\n{SAME}\n\n{OTHER}\n")
    before = cli.json("run", str(first), str(second))
    after = cli.json("run", str(first), "--publish-from", "1")
    assert facts(before, "documents") == {"first.md": 1, "second.md": 1}
    assert (after["left"], after["choices_kept"]) == ({}, [])
    assert facts(after, "documents") == {"first.md": 0, "second.md": 2}
