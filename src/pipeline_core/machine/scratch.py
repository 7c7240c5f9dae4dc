"""Temporary folders that are swept when nobody uses them any more, ``kill -9`` included.

Each process that makes temporary files has a folder of its own for them below one folder of this user. A folder is in
use while its owner lives, who is in its name, or while a process has it as its ``TMPDIR``.
"""

import atexit
import os
import re
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil

_NAME = re.compile(r"(?P<space>[0-9a-f]+)-(?P<pid>[0-9a-f]+)-(?P<born>[0-9a-f]+)-[0-9a-f]{4}")
_LONGEST = 70
"""Of a folder's path: sockets are made in it, whose paths may have some 100 bytes."""
_YOUNG_S = 60.0
"""Between the making of a child's folder and its start."""
_CHILD = 0


def parent() -> Path:
    """This user's folder for them; ``TMPDIR`` of a process that has one of its own already leads to the same."""
    folder = Path(tempfile.gettempdir())
    return folder.parent if _NAME.fullmatch(folder.name) else folder / f"pipeline-{os.getuid()}"


def use() -> None:
    """Have the temporary files of this process in a folder of its own, which goes with it.

    Children get none by it: a server that is shared outlives whoever started it.
    """
    if _NAME.fullmatch(Path(tempfile.gettempdir()).name):
        return
    process = psutil.Process()
    folder = _make(process.pid, round(process.create_time()))
    if folder is not None:
        tempfile.tempdir = str(folder)
        atexit.register(_leave, folder, process.pid)


def for_child() -> dict[str, str]:
    """The environment that gives a child, and its children, a folder of their own; empty where none can be made."""
    folder = _make(_CHILD, 0)
    return {"TMPDIR": str(folder)} if folder else {}


def sweep(*, young_s: float = _YOUNG_S) -> list[Path]:
    """Remove the folders of which nobody lives; returns them. Those of others, and of other machines, stay."""
    top = parent()
    if not _is_ours(top):
        return []
    try:
        left = [folder for folder in top.iterdir() if _is_left(folder, young_s)]
    except OSError:
        return []
    # asked only if there is something to ask about: every process is
    borne, silent = _borne() if left else (set(), 0.0)
    removed = [folder for folder in left if str(folder) not in borne and _made_at(folder) > silent]
    for folder in removed:
        shutil.rmtree(folder, ignore_errors=True)
    return removed


def _is_left(folder: Path, young_s: float) -> bool:
    """Return whether the folder is ours, its process is gone, and it is older than ``young_s``."""
    match = _NAME.fullmatch(folder.name)
    if match is None or int(match["space"], 16) != _space() or not _is_ours(folder) or _lives(match):
        return False
    return time.time() - _made_at(folder) >= young_s


def _made_at(folder: Path) -> float:
    """Return the folder's change time in seconds since 1970; 0 if another process has removed it."""
    try:
        return folder.stat().st_ctime
    except OSError:
        return 0.0


def _make(pid: int, born: int) -> Path | None:
    """A new folder, unless somebody else has made this user's one."""
    top = parent()
    with suppress(OSError):
        with suppress(FileExistsError):
            top.mkdir(mode=0o700)
        if _is_ours(top) and len(str(top)) <= _LONGEST - 30:
            folder = top / f"{_space():x}-{pid:x}-{born:x}-{uuid4().hex[:4]}"
            folder.mkdir(mode=0o700)
            return folder
    return None


def _leave(folder: Path, pid: int) -> None:
    # a child that was forked has this function too, and is not the owner
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Return whether it is a folder, not a link, that belongs to this user and only this user can write to."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def _space() -> int:
    """Return the id of the PID namespace: a container numbers its processes by itself. 0 if unknown."""
    with suppress(OSError):
        return Path("/proc/self/ns/pid").stat().st_ino
    return 0


def _lives(match: re.Match[str]) -> bool:
    pid = int(match["pid"], 16)
    if pid == _CHILD:
        return False
    try:
        return abs(psutil.Process(pid).create_time() - int(match["born"], 16)) < 2
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def _borne() -> tuple[set[str], float]:
    """Every ``TMPDIR`` of this user's processes, and when the newest began that does not let itself be asked: what was
    made after its begin is not its own."""
    found, silent = set[str](), 0.0
    for process in psutil.process_iter():
        try:
            if process.uids().real == os.getuid() and (folder := process.environ().get("TMPDIR")):
                found.add(folder)
        except psutil.AccessDenied:
            with suppress(psutil.Error):
                silent = max(silent, process.create_time())
        except psutil.Error:
            continue
    return found, silent
