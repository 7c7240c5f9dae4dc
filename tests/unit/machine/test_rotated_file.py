"""A log that several processes write: every line survives, whole, until it is too old or all are too many."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline_core.machine.rotated_file import Kept, RotatedFile, sweep

_WRITER = """
import sys
from pipeline_core.machine.rotated_file import RotatedFile
path, name, count, largest = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = RotatedFile(path, largest=largest)
sys.stdin.readline()
for number in range(count):
    log.write(f"{name} {number} {'x' * (number % 300)}\\n".encode())
"""


def lines(folder: Path) -> list[str]:
    return [line for path in folder.glob("pipeline.jsonl*") for line in path.read_text().splitlines()]


def test_every_line_of_several_processes_survives(tmp_path: Path) -> None:
    """60,000 lines of six processes, in files of 200 KB: all of them are put aside by one while others write."""
    log, writers, each = tmp_path / "pipeline.jsonl", 6, 10_000
    command = [sys.executable, "-c", _WRITER, str(log)]
    processes = [
        subprocess.Popen([*command, f"w{n}", str(each), "200000"], stdin=subprocess.PIPE, text=True)
        for n in range(writers)
    ]
    for process in processes:
        process.communicate("begin\n", timeout=60)
        assert process.returncode == 0
    wanted = {f"w{n} {number} {'x' * (number % 300)}" for n in range(writers) for number in range(each)}
    found = lines(tmp_path)
    assert len(found) == writers * each
    assert set(found) == wanted
    files = list(tmp_path.glob("pipeline.jsonl.*"))
    assert len(files) > 20
    assert max(path.stat().st_size for path in files) <= 200_000
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_new_day_begins_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = RotatedFile(str(tmp_path / "pipeline.jsonl"))
    log.write(b"first day\n")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 86_400)
    log.write(b"second day\n")
    assert (tmp_path / "pipeline.jsonl").read_bytes() == b"second day\n"
    log.close()
    os.utime(tmp_path / "pipeline.jsonl", (now, now))
    # another process, which begins in that moment
    RotatedFile(str(tmp_path / "pipeline.jsonl")).write(b"third\n")
    assert (tmp_path / "pipeline.jsonl").read_bytes() == b"third\n"
    assert sorted(lines(tmp_path)) == ["first day", "second day", "third"]


def test_a_file_that_somebody_moved_is_followed(tmp_path: Path) -> None:
    """As `logrotate` does it."""
    log = RotatedFile(str(tmp_path / "pipeline.jsonl"))
    log.write(b"one\n")
    (tmp_path / "pipeline.jsonl").rename(tmp_path / "pipeline.jsonl.old")
    log.write(b"two\n")
    (tmp_path / "pipeline.jsonl").unlink()
    log.write(b"three\n")
    assert (tmp_path / "pipeline.jsonl").read_bytes() == b"three\n"


def test_what_is_kept(tmp_path: Path) -> None:
    """By age, whichever log it is, also one of a worker that is no more; then by size, the oldest put aside first."""
    now = time.time()
    ages = {
        "pipeline.jsonl": 0, "pipeline.jsonl.1": 40, "worker-7.log": 40, "api.log.2026-11-01T00-00-00-1": 3,
        "postgres.log.2026-11-02T00-00-00-1": 2, "worker-1.log.2026-11-03T00-00-00-1": 1, "mine.txt": 90,
    }  # fmt: skip
    for name, days in ages.items():
        (tmp_path / name).write_bytes(b"x" * 1000)
        os.utime(tmp_path / name, (now - days * 86_400,) * 2)
    sweep(str(tmp_path), Kept(max_bytes=10_000, days=30))
    assert {path.name for path in tmp_path.iterdir()} == ages.keys() - {"pipeline.jsonl.1", "worker-7.log"}
    sweep(str(tmp_path), Kept(max_bytes=2_500, days=30))
    left = {"pipeline.jsonl", "worker-1.log.2026-11-03T00-00-00-1", "mine.txt"}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_a_log_that_is_full_removes_what_is_too_much(tmp_path: Path) -> None:
    log = RotatedFile(str(tmp_path / "pipeline.jsonl"), Kept(max_bytes=5_000), largest=1_000)
    for number in range(500):
        log.write(b"%098d\n" % number)
    kept = lines(tmp_path)
    assert f"{499:098d}" in kept
    assert 40 <= len(kept) <= 70
