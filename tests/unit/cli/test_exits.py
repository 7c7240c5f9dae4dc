"""One table of exit codes: what the code holds is what help and documents say."""

import inspect
from typing import Any

import pytest
from typer.main import get_command

from pipeline_core.cli.entry import app
from pipeline_core.cli.exits import MEANINGS, Exit, of_batch, of_error, of_jobs
from pipeline_core.domain import errors
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.rows.batches import ListedBatch
from pipeline_core.domain.rows.jobs import Progress
from tests.support.paths import ROOT
from tests.support.rows import row_of


@pytest.mark.parametrize("document", ["README.md", "docs/operating.md"])
def test_the_documents_have_the_table(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| `{code.value}` | {meaning} |" in text
    assert set(MEANINGS) == set(Exit)


_FIXED = {
    errors.ConfigurationError: Exit.CONFIGURATION,
    errors.RefusedError: Exit.USAGE,
    errors.ConflictError: Exit.USAGE,
    errors.DocumentError: Exit.FAILED,
}


def _kinds() -> list[type[PipelineError]]:
    return [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, PipelineError)]


@pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__name__)
def test_every_error_has_its_code(kind: type[PipelineError]) -> None:
    """An error says by its family what a script can do about it; what waits for a person is never an error."""
    expected = [code for family, code in _FIXED.items() if issubclass(kind, family)] or [Exit.ERROR]
    assert [of_error(kind("x"))] == expected


@pytest.mark.parametrize(
    ("states", "given", "code"),
    [
        ([], {}, Exit.OK),
        (["done", "done"], {}, Exit.OK),
        (["done", "awaiting_review"], {}, Exit.WAITING),
        # failed comes before waiting
        (["awaiting_review", "deadletter"], {}, Exit.FAILED),
        (["awaiting_review"], {"refused": [errors.EmptyFileError()]}, Exit.FAILED),
        (["done"], {"refused": [errors.ConflictError()], "ran": False}, Exit.FAILED),
        # no file is to blame for a store that is away, or closed to this user
        (["done"], {"refused": [errors.StoreUnavailableError()]}, Exit.ERROR),
        (["deadletter"], {"refused": [errors.EmptyFileError(), errors.StoreUnavailableError()]}, Exit.ERROR),
        ([], {"refused": [errors.StoreUnavailableError(), errors.ConfigurationError()]}, Exit.CONFIGURATION),
        (["retryable"], {}, Exit.FAILED),
        (["queued"], {}, Exit.FAILED),
        # it was not to run
        (["queued"], {"ran": False}, Exit.OK),
        (["awaiting_review"], {"ran": False}, Exit.WAITING),
    ],
)
def test_where_documents_stand(states: list[str], given: dict[str, Any], code: Exit) -> None:
    assert of_jobs([row_of(Progress, state=state) for state in states], **given) is code


@pytest.mark.parametrize(
    ("counts", "failed", "code"),
    [
        ({}, 0, Exit.OK),
        ({"pending": 1}, 0, Exit.WAITING),
        ({"undecided": 1}, 0, Exit.WAITING),
        ({"approved": 2, "imported": 1}, 0, Exit.WAITING),
        ({"approved": 2, "imported": 2}, 0, Exit.OK),
        ({"approved": 2, "imported": 1}, 1, Exit.FAILED),
    ],
)
def test_where_a_batch_stands(counts: dict[str, int], failed: int, code: Exit) -> None:
    row = {"pending": 0, "undecided": 0, "approved": 0, "imported": 0, **counts}
    assert of_batch(row_of(ListedBatch, **row), failed=failed) is code


def test_every_command_says_in_a_line_what_it_does_and_how() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert len(commands) == 38
    below = {
        f"{group} {name}": command
        for group in ("realm", "source")
        for name, command in commands[group].commands.items()
    }
    for name, command in (commands | below).items():
        first = command.help.split("\n\n")[0]
        assert "\n" not in first, name
        # what fits beside its name in a terminal of 80 columns
        assert len(first) <= 58, name
        assert f"pipeline {name}" in command.epilog
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"
