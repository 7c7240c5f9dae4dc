"""A home with everything in it: runs, their reports at its own Prefect server, logs. Erased, no byte of it says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.erasing import WHY

pytestmark = pytest.mark.chaos
NAME, OTHER = "quibberwick_Ünal-&co.md", "beta.md"
SAID = "Members of the Quibberwick society must report each zorblat to the warden within 7 days."


def pipeline(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # as somebody has it who has set nothing: the home's own database and its own Prefect server
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment["UPLOAD_PIPELINE_HOME"] = str(home)
    command = [sys.executable, "-m", "pipeline_core", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def having(home: Path, *words: str) -> list[str]:
    """Files that have one of the words, but for those of PostgreSQL: of those the dump speaks."""
    wanted = [word.lower().encode() for word in words]
    files = [path for path in home.rglob("*") if path.is_file() and "postgres" not in path.parts]
    return [str(path) for path in files if any(word in path.read_bytes().lower() for word in wanted)]


@pytest.mark.timeout(900)
def test_nothing_of_it_is_left_in_a_home(tmp_path: Path) -> None:
    home, files, backup = tmp_path / "home", tmp_path / "files", tmp_path / "backup"
    files.mkdir()
    (files / NAME).write_text(f"# Zorblat\n\n{SAID}\n")
    (files / OTHER).write_text("# Beta\n\nThe boiler must be serviced once every 12 months by an engineer.\n")
    ran = pipeline(home, "run", str(files))
    assert ran.returncode == 0, ran.stderr
    assert pipeline(home, "backup", str(backup)).returncode == 0
    assert having(home, "quibberwick")
    done = pipeline(home, "erase", NAME, "--reason", WHY, "--yes", "--certificate", str(tmp_path / "erased.json"))
    assert done.returncode == 0, done.stderr
    _assert_clean(home, tmp_path)
    restored = pipeline(home, "restore", str(backup), "--replace", "--yes")
    assert restored.returncode == 0, restored.stderr
    assert "1 erasure of after the backup was carried out again" in restored.stdout
    _assert_clean(home, tmp_path)
    assert OTHER in pipeline(home, "status").stdout


def _assert_clean(home: Path, folder: Path) -> None:
    assert having(home, "quibberwick", "zorblat") == []
    for word in ("quibberwick", "Quibberwick", "zorblat", NAME):
        looked = pipeline(home, "erase", "--canary", word)
        assert looked.returncode == 0, looked.stdout
    verified = pipeline(home, "erase", "--verify", str(folder / "erased.json"))
    assert verified.returncode == 0, verified.stdout
