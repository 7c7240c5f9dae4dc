"""Other processes: whether they run, and what they listen on."""

from pathlib import Path

import psutil


def listens(pid: int, port: int) -> bool:
    """Return whether the process or one of its descendants listens on this TCP port."""
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
    """Return whether the process is alive and has all these words as arguments."""
    try:
        command = psutil.Process(pid).cmdline()  # empty for one that has ended
    except psutil.Error:
        return False
    return all(word in command for word in words)


def belongs_to_owner_of(path: Path, pid: int) -> bool:
    """Return whether the process runs as the owner of the file; one that reuses the number may not."""
    try:
        return int(psutil.Process(pid).uids().effective) == path.stat().st_uid
    except (psutil.Error, OSError):
        return False
