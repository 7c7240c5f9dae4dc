"""A part that is a process of its own."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import psutil

from pipeline_core.adapters.supervision.supervisor import Part
from pipeline_core.machine import log_pump, private_files, scratch
from pipeline_core.machine.guard import die_with_parent
from pipeline_core.machine.rotated_file import KEPT, Kept, RotatedFile

_RUNS_GRACE_S = 5.0


class ChildProcess(Part):
    """A command that runs until it is stopped. It gets SIGTERM when this process dies (Linux)."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Callable[[], Mapping[str, str]],
        log: Path,
        kept: Kept = KEPT,
        grace_s: float = 8.0,
        does_its_work: Callable[[int], bool] = lambda _pid: True,
    ) -> None:
        """``environment`` is asked at each start; after SIGTERM the process has ``grace_s`` seconds to end.
        ``does_its_work`` says of a process id whether it has come so far.

        What it writes goes to ``log``, of which so much is kept as ``kept`` says.
        """
        self._does_its_work = does_its_work
        self.name = name
        self._command, self._environment, self._log, self._grace_s = list(command), environment, log, grace_s
        self._kept = kept
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs, if one does."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        private_files.make_folder(self._log.parent)
        scratch.sweep()
        environment = {**self._environment(), **scratch.for_child()}
        log = RotatedFile(str(self._log), self._kept)
        # a session of its own: Ctrl-C is for whoever started it, who then stops things in order
        self._process = subprocess.Popen(
            self._command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self._log.parent, start_new_session=True, umask=private_files.UMASK,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
        assert self._process.stdout is not None
        log_pump.start(self._process.stdout, log)

    def alive(self) -> bool:
        return self.pid is not None

    def ready(self) -> bool:
        pid = self.pid
        return pid is not None and self._does_its_work(pid)

    def ask_to_stop(self) -> None:
        self._terminate()

    def stop(self) -> None:
        self._terminate()
        if self._process is None:
            return
        try:
            self._process.wait(self._grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _terminate(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)


class PrefectWorker(ChildProcess):
    """A worker whose runs are its children: told to end, it would kill them with what they hold.

    So they are told first, once each, and have ``_RUNS_GRACE_S`` seconds to give their documents back.
    """

    def ask_to_stop(self) -> None:
        for run in set(self._runs()) - self._asked:
            self._asked.add(run)
            with suppress(psutil.Error):
                run.terminate()

    def stop(self) -> None:
        self.ask_to_stop()
        psutil.wait_procs(self._runs(), timeout=_RUNS_GRACE_S)
        super().stop()

    @cached_property
    def _asked(self) -> set[psutil.Process]:
        # a second signal would break off what the first has begun
        return set()

    def _runs(self) -> list[psutil.Process]:
        with suppress(psutil.Error):
            return psutil.Process(self.pid).children() if self.pid else []
        return []
