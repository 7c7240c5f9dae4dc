"""The parent of a server that several processes share: it stops the server when the last of them is gone.

Run as a file with an isolated interpreter, so it imports little but the standard library:
``python -I guard.py USERS SIGNAL USER LOG MAX_BYTES DAYS COMMAND…``. What the server writes goes to ``LOG``, of whose
folder so much is kept. The processes that use the server hold shared locks on the file
``USERS``; the kernel ends them with the process, however it ends. Whoever gets the lock for itself alone knows that
nobody is left. The guard prints the server's pid, and ends after it.
"""

import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

_POLL_S = 0.2
_STOP_TIMEOUT_S = 20
_PR_SET_PDEATHSIG = 1


def main() -> None:
    users, stop_signal, user, log, max_bytes, days, *command = sys.argv[1:]
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    server = _start(command, user, int(stop_signal))
    pump = _keep_log(server, log, int(max_bytes), float(days))
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.close()
    with open(users, "rb") as file:
        while server.poll() is None and not asked and not _nobody_is_left(file):
            time.sleep(_POLL_S)
        # the lock is kept until the server is gone: who comes now waits, and then starts another
        _stop(server, int(stop_signal))
    pump.join(_STOP_TIMEOUT_S)


def _keep_log(server: subprocess.Popen[bytes], log: str, max_bytes: int, days: float) -> threading.Thread:
    # an isolated interpreter knows no packages; these two need nothing but the standard library
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    from pipeline_core.domain import masking
    from pipeline_core.machine import log_pump
    from pipeline_core.machine.rotated_file import Kept, RotatedFile

    masking.know(os.environ)
    assert server.stdout is not None
    return log_pump.start(server.stdout, RotatedFile(log, Kept(max_bytes, days)))


def _start(command: list[str], user: str, stop_signal: int) -> subprocess.Popen[bytes]:
    account = pwd.getpwnam(user) if user else None
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        preexec_fn=die_with_parent(stop_signal),
    )


def _nobody_is_left(users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(server: subprocess.Popen[bytes], stop_signal: int) -> None:
    server.send_signal(stop_signal)
    try:
        server.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def die_with_parent(stop_signal: int) -> Callable[[], None] | None:
    """After it, the server is stopped when the guard dies, however it dies. Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, stop_signal)
        if os.getppid() != parent:
            os._exit(1)

    return arm


if __name__ == "__main__":
    main()
