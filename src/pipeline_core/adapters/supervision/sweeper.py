"""Nothing stays behind: a process that ends whatever bears a mark, as soon as the process that set it is gone.

Run as ``python -m pipeline_core.adapters.supervision.sweeper MARK`` with a pipe for its standard input. The pipe ends
with the process at its other end, however that ends. A mark is an environment variable: children inherit it and keep
it when their parent is killed, so runs that a killed worker left behind are found, too.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil

from pipeline_core.adapters.supervision.supervisor import Part
from pipeline_core.machine import guard

MARK = "DOCUMENT_PIPELINE_UP"
_GRACE_S = 5.0
_ROUNDS = 5


def main(mark: str) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    sweep(mark)


def sweep(mark: str) -> None:
    """End every process that bears the mark: asked first, killed after five seconds."""
    asked = list(marked(mark))
    for process in asked:
        with suppress(psutil.Error):
            process.terminate()
    psutil.wait_procs(asked, timeout=_GRACE_S)
    for _ in range(_ROUNDS):  # what was being started meanwhile is found the next time
        left = list(marked(mark))
        if not left:
            return
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=1)


def marked(mark: str) -> Iterator[psutil.Process]:
    """Processes that bear the mark, but for servers under a guard: others may use those, and their guard ends them."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                family = [process, *process.parents()]
                if not any(guard.__file__ in member.cmdline() for member in family):
                    yield process


class Sweeper(Part):
    """The sweeper as a part: what was started after it is gone when it has stopped."""

    name = "sweeper"

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", __name__, self._mark]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(2 * _GRACE_S + _ROUNDS)


if __name__ == "__main__":
    main(sys.argv[1])
