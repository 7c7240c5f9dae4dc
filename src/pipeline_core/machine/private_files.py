"""Files that only their owner reads, whatever the umask: folders 0700, files 0600.

Root's home is 0711: the account of the embedded database must pass through it to its own folder.
"""

import os
import stat
from pathlib import Path

from pipeline_core.domain.errors import ConfigurationError

FOLDER = 0o700
FILE = 0o600
UMASK = 0o077
"""Of every process that is started for a home: what Prefect, SQLite and others make there is private, too."""
_PASSED_THROUGH = 0o711
_OTHERS = 0o077
_OURS = (".doctor", "api.key", "backups", "logs", "objects", "postgres", "prefect", "up.lock")
"""What stands in a home; beside each may be files with further endings, such as ``postgres.users``."""


class _UsersUmask:
    """The user's umask, from before this process set its own."""

    value: int | None = None


def take_umask() -> None:
    """Make private from now on what this process makes. For our own programs: a library leaves its host's alone."""
    before = os.umask(UMASK)
    if _UsersUmask.value is None:
        _UsersUmask.value = before


def give_to_user(descriptor: int) -> None:
    """Give a file that the user asked for the mode that it would have had by the user's own umask."""
    if _UsersUmask.value is not None:
        os.fchmod(descriptor, 0o666 & ~_UsersUmask.value)


def make_folder(folder: Path, mode: int = FOLDER) -> None:
    """Make the folder and the missing ones above it, with the mode. What is there is left as it is."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        try:
            one.mkdir(mode)
        except FileExistsError:
            continue
        one.chmod(mode)  # a umask takes away what its owner needs, if it is odd enough
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder")


def opener(path: str, flags: int) -> int:
    """For ``open``: the file is private, also if it was there and was not."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, FILE)
    status = os.fstat(descriptor)
    if status.st_uid == os.geteuid() and stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) != FILE:
        os.fchmod(descriptor, FILE)
    return descriptor


def write_text(path: Path, text: str) -> None:
    """Write a private file anew."""
    with open(path, "w", encoding="utf-8", opener=opener) as file:
        file.write(text)


def open_home(home: Path) -> Path:
    """Make the home if it is missing, and close it and all that is ours in it to other users.

    A folder with other things in it is its user's: what is ours in it is closed, and the folder is left as it is.

    Raises:
        ConfigurationError: it cannot be made.
    """
    mode = _PASSED_THROUGH if os.geteuid() == 0 else FOLDER
    try:
        make_folder(home, mode)
        with os.scandir(home) as found:
            entries = list(found)
    except OSError as error:
        raise ConfigurationError(
            f"The home {home} cannot be used: {error.strerror or error}.",
            action="Give this user write access there, or set UPLOAD_PIPELINE_HOME to another folder.",
        ) from error
    if all(_is_ours(entry.name) for entry in entries) and not home.stat().st_mode & stat.S_ISVTX:
        _close(home.resolve(), mode)
    for entry in entries:
        path = Path(entry.path)
        # what the folder holds is closed before the folder itself: by that it is known to be done
        if _is_ours(entry.name) and not entry.is_symlink() and _is_open(path.stat(follow_symlinks=False)):
            close_all(path)
    return home


def close_all(top: Path) -> None:
    """Close a file, or a folder and all that is in it, to other users."""
    for folder, names, files in os.walk(top, topdown=False):
        for name in (*names, *files):
            _close(Path(folder, name), FOLDER)
    _close(top, FOLDER)


def _is_ours(name: str) -> bool:
    return any(name == own or name.startswith(f"{own}.") for own in _OURS)


def _close(path: Path, mode: int) -> None:
    """Take away what ``mode`` does not allow; nothing is followed, and nothing of another user's is touched."""
    try:
        status = path.stat(follow_symlinks=False)
        allowed = stat.S_IMODE(status.st_mode) & (mode | 0o7000)
        if not stat.S_ISLNK(status.st_mode) and _is_open(status, _OTHERS & ~mode):
            path.chmod(allowed)
    except FileNotFoundError:  # removed meanwhile
        return


def _is_open(status: os.stat_result, others: int = _OTHERS) -> bool:
    return bool(status.st_mode & others) and status.st_uid == os.geteuid()
