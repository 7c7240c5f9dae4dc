"""Commands that are printed can be pasted, whether the environment is activated or not."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.terminal.hints import pasteable, program, typed
from pipeline_core.terminal.tables import print_waiting
from tests.support.rows import row_of


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to stand in, with an environment in it whose programs no shell finds by name."""
    environment = tmp_path / "my project" / ".venv" / "bin"
    environment.mkdir(parents=True)
    for name in ("pipeline", "python"):
        (environment / name).touch(mode=0o755)
    monkeypatch.chdir(tmp_path / "my project")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", str(environment / "python"))
    monkeypatch.setattr(sys, "argv", [str(environment / "pipeline"), "run"])
    program.cache_clear()
    yield environment
    program.cache_clear()


def test_it_is_typed_by_its_path_until_the_environment_is_activated(
    shell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed("review 1a2b3c4d") == ".venv/bin/pipeline review 1a2b3c4d"
    monkeypatch.setenv("PATH", f"{shell}:/usr/bin:/bin")
    program.cache_clear()
    assert typed("review 1a2b3c4d") == "pipeline review 1a2b3c4d"


def test_from_elsewhere_the_whole_path_is_quoted(shell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert typed("doctor") == f"'{shell}/pipeline' doctor"


def test_another_program_of_the_same_name_is_not_meant(
    shell: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "pipeline").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "other"))
    assert program() == ".venv/bin/pipeline"


def test_a_link_that_the_shell_finds_is_the_program(
    shell: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "pipeline").symlink_to(shell / "pipeline")
    monkeypatch.setenv("PATH", str(tmp_path / "local"))
    assert program() == "pipeline"


def test_started_as_a_module_it_is_named_all_the_same(shell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/pipeline_core/__main__.py", "run"])
    assert program() == ".venv/bin/pipeline"
    (shell / "pipeline").unlink()
    program.cache_clear()
    assert program() == ".venv/bin/python -m pipeline_core"


def test_commands_in_sentences_are_replaced_and_the_word_is_not(shell: Path) -> None:
    text = "The pipeline failed: `pipeline doctor` checks it, then `pipeline retry JOB`."
    assert pasteable(text) == (
        "The pipeline failed: `.venv/bin/pipeline doctor` checks it, then `.venv/bin/pipeline retry JOB`."
    )


def test_what_waits_is_told_with_commands_in_one_line_each(shell: Path) -> None:
    console = Console(width=40, record=True, file=io.StringIO())
    row = row_of(
        DocumentJob, state="awaiting_review", stage="validation_review", job_id="1a2b3c4d-0000", filename="costs.md",
        critical=1,
    )  # fmt: skip
    print_waiting(console, [row])
    lines = [line.strip() for line in console.export_text().splitlines()]
    assert "see      .venv/bin/pipeline review 1a2b3c4d" in lines
    assert '.venv/bin/pipeline review 1a2b3c4d override --reason "…"' in lines
