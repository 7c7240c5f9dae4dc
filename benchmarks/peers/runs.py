"""One run of a program: a process of its own, its clock, and the processor time and memory of all that it started."""

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import psutil

from benchmarks.peers.environments import python_of
from benchmarks.peers.figures import Measured
from benchmarks.peers.table import Peer
from benchmarks.scenario import ROOT

_MARK = "PIPELINE_BENCH_RUN"
_LOOK_S = 0.25
_LAST_WORDS = 1500


class ProgramError(Exception):
    """A program that did not come to its end; the message has its last words."""


class Running:
    """A program that was started, and everything that it started."""

    def __init__(self, process: subprocess.Popen[str], mark: str, errors: IO[str], begun: float) -> None:
        self._process, self._mark, self._errors, self._begun = process, mark, errors, begun
        self._known: dict[int, bool] = {}
        self._ready_s = self._cpu_s = self.peak_mb = 0.0

    def wait_until_ready(self) -> None:
        self._answer()
        self._ready_s = time.perf_counter() - self._begun
        self._cpu_s = self.cpu_seconds()

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def finish(self) -> Measured:
        """Wait for the end of its work."""
        with self._watched():
            counts = self._answer()
            cpu = self.cpu_seconds() - self._cpu_s
        self._answer()
        self.go()
        self._process.wait()
        taken = float(counts.pop("seconds"))
        return Measured(self._ready_s, taken, cpu, self.peak_mb, counts)

    def kill(self) -> None:
        """End it and all that it started as a power cut would: nobody tidies up."""
        for _ in range(3):  # what is killed may have started another just before
            for process in self.processes():
                with suppress(psutil.Error):
                    process.kill()
            time.sleep(0.05)
            self._known.clear()
        self._process.wait()

    def processes(self) -> list[psutil.Process]:
        """All that carry the run's mark in their environment: a server that left the tree is found as well."""
        found, known = [], {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                ours = self._known.get(process.pid)
                if ours is None:
                    ours = process.environ().get(_MARK) == self._mark
                known[process.pid] = ours
                if ours:
                    found.append(process)
        self._known = known
        return found

    def cpu_seconds(self) -> float:
        total = 0.0
        for process in self.processes():
            with suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
        return total

    @contextmanager
    def _watched(self) -> Iterator[None]:
        done = threading.Event()

        def look() -> None:
            while not done.wait(_LOOK_S):
                self.peak_mb = max(self.peak_mb, sum(map(_megabytes, self.processes())))

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.peak_mb = max(self.peak_mb, sum(map(_megabytes, self.processes())))

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        if line := self._process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            return answer
        self._process.wait()
        self._errors.seek(0)
        raise ProgramError(self._errors.read()[-_LAST_WORDS:].strip() or f"exit {self._process.returncode}")


def _megabytes(process: psutil.Process) -> float:
    """Memory, where pages that processes share count once."""
    with suppress(psutil.Error):
        figures = process.memory_full_info()
        return float(getattr(figures, "pss", figures.rss)) / 1e6
    return 0.0


@contextmanager
def started(peer: Peer, database: str, files: Path, state: Path) -> Iterator[Running]:
    """Start the peer's program; whatever of it is left at the end is killed.

    Raises:
        InstallError: its packages could not be installed.
    """
    mark = uuid4().hex
    asked = {"database": database, "files": str(files), "state": str(state), "size": peer.size}
    command = [str(python_of(peer)), "-W", "ignore", str(peer.script), json.dumps(asked)]
    with tempfile.TemporaryFile("w+", errors="replace") as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, env=_environment(peer, database, state) | {_MARK: mark}, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        running = Running(process, mark, errors, begun)
        try:
            yield running
        finally:
            running.kill()
            assert process.stdin
            assert process.stdout
            with suppress(OSError):
                process.stdin.close()
            process.stdout.close()


def measured(peer: Peer, database: str, files: Path, state: Path) -> Measured:
    """Run the program once, from nothing to its last row.

    Raises:
        InstallError: its packages could not be installed.
        ProgramError: it did not come to its end.
    """
    with started(peer, database, files, state) as running:
        running.wait_until_ready()
        running.go()
        return running.finish()


def _environment(peer: Peer, database: str, state: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("UPLOAD_PIPELINE_", "PREFECT_", "PYTHON"))}
    # the libraries of peers ask a hub for models and send what they are used for: here nothing leaves the machine
    kept |= {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "LANGSMITH_TRACING": "false", "ANONYMIZED_TELEMETRY": "false"}
    if not peer.environment:
        kept |= {"UPLOAD_PIPELINE_HOME": str(state), "UPLOAD_PIPELINE_DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    return kept | dict(peer.settings)
