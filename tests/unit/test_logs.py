"""Where the logs go when the pipeline is part of somebody else's program."""

import logging
from pathlib import Path

import pytest
import structlog

from pipeline_core import logs
from tests.support.logging_restored import restored as restored


def test_its_lines_go_to_its_file_and_the_program_keeps_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = logging.getLogger("uvicorn").handlers
    logs.configure_if_nobody_has(tmp_path)
    structlog.stdlib.get_logger("pipeline_core.x").info("stage_done", stage="ingest")
    assert capsys.readouterr().out == ""
    assert '"event": "stage_done"' in (tmp_path / "pipeline.jsonl").read_text()
    assert logging.getLogger("uvicorn").handlers is theirs


def test_a_program_that_has_configured_its_logs_gets_these_lines_too(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as lines:
        structlog.configure(processors=structlog.get_config()["processors"])
        logs.configure_if_nobody_has(tmp_path)
        structlog.get_logger("pipeline_core.x").info("stage_done")
    assert [line["event"] for line in lines] == ["stage_done"]
    assert not list(tmp_path.iterdir())
