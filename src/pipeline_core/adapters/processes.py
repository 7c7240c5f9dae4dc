"""Child processes: that they do not outlive their parent, and what they listen on."""

import ctypes
import signal
import sys
from collections.abc import Callable

import psutil

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> Callable[[], None] | None:
    """A ``preexec_fn`` after which the child is killed when its parent dies, however it dies. Linux only.

    The kernel means the thread that forked, not the process: start such children from the main thread.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return arm


def listens(pid: int, port: int) -> bool:
    """Whether the process, or a child of it, listens on this TCP port."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for member in family
            for connection in member.net_connections(kind="tcp")
        )
    except psutil.Error:
        return False


def runs(pid: int, *words: str) -> bool:
    """Whether there is such a process, with all of these words among its command line's."""
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return all(word in command for word in words)
