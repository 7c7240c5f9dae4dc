"""What the command line prints, wherever it is read."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pipeline_core.domain.json_bytes import json_bytes


def test_json_survives_file_names_that_are_no_text() -> None:
    name = os.fsdecode(b"r\xe9sum\xe9.md")
    read = json.loads(json_bytes({"files": [{"name": name, name: 1}], "ok": "é"}))
    assert read == {"files": [{"name": "r\ufffdsum\ufffd.md", "r\ufffdsum\ufffd.md": 1}], "ok": "é"}


def test_a_terminal_without_these_letters_does_not_end_the_program(tmp_path: Path) -> None:
    """File names with any bytes, on a terminal that knows ASCII only: the request is refused, and says so."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "UPLOAD_PIPELINE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "pipeline_core", "run", os.fsdecode(b"caf\xe9 \xe2\x82\xac.md")]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 2, done.stderr
    assert b"No such file or folder: caf? ?.md" in done.stderr


def test_a_defect_names_the_log_that_has_it(tmp_path: Path) -> None:
    """Of the home that is set, not of the folder that the command was called in."""
    broken = "def broken(**_): raise KeyError('a defect')"
    code = f"from pipeline_core.cli import entry\n{broken}\nentry.app = broken; entry.main()"
    environment = {**os.environ, "UPLOAD_PIPELINE_HOME": str(tmp_path / "set")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    log = tmp_path / "set" / "logs" / "pipeline.jsonl"
    assert done.returncode == 1
    assert str(log) in done.stderr
    assert "a defect" in done.stderr
    # what it says may quote a document: the log has what it is, and where from
    [line] = map(json.loads, log.read_text().splitlines())
    assert line["exception"].endswith("in broken\nKeyError\n")
