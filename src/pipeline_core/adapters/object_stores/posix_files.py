"""Files by folder descriptor and name: nothing follows a symlink, no reader sees half a file."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pipeline_core.machine import private_files

# O_NOFOLLOW: a symlink is neither a folder nor a file here, so none can lead out of the first folder.
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a named pipe must not wait for its writer.
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_HIDDEN = re.compile(r"\.[0-9a-f]{24}\.tmp")


def open_root(root: Path, *, create: bool) -> int:
    """A descriptor of the folder; with ``create`` it and its parents are made, and flushed to the disk."""
    with suppress(FileNotFoundError):
        return os.open(root, _OPEN_FOLDER)
    if create:
        missing = [folder for folder in (root, *root.parents) if not folder.exists()]
        private_files.make_folder(root)
        for folder in missing:
            _flush_folder(folder.parent)
    return os.open(root, _OPEN_FOLDER)


def open_folder(parent: int, name: str, *, create: bool) -> tuple[int, bool]:
    """A descriptor of ``name`` in ``parent``, and whether the parent may have a new entry to flush."""
    with suppress(FileNotFoundError):
        return os.open(name, _OPEN_FOLDER, dir_fd=parent), False
    if create:
        with suppress(FileExistsError):
            os.mkdir(name, mode=private_files.FOLDER, dir_fd=parent)
            os.chmod(name, private_files.FOLDER, dir_fd=parent)  # an odd umask takes the owner's rights, too
    return os.open(name, _OPEN_FOLDER, dir_fd=parent), True


def open_file(folder: int, name: str) -> BinaryIO:
    """The file, for reading."""
    return os.fdopen(os.open(name, _OPEN_FILE, dir_fd=folder), "rb")


def read_file(folder: int, name: str) -> bytes:
    """The whole content of the file."""
    with open_file(folder, name) as file:
        return file.read()


def write_hidden(folder: int, data: bytes | BinaryIO) -> tuple[str, int]:
    """Write a hidden file; returns its name and its descriptor, for ``flush``. Of one that fails nothing is left.

    It becomes an object by ``reveal``: a reader sees the old content or the new.
    """
    hidden = f".{os.urandom(12).hex()}.tmp"
    descriptor = os.open(hidden, _CREATE_FILE, mode=private_files.FILE, dir_fd=folder)
    try:
        os.fchmod(descriptor, private_files.FILE)
        if isinstance(data, bytes):
            _write_all(descriptor, data)
        else:
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                shutil.copyfileobj(data, file)
        _begin_flush(descriptor)
    except BaseException:
        os.close(descriptor)
        remove_hidden(folder, hidden)
        raise
    return hidden, descriptor


def flush(descriptor: int) -> None:
    """Wait until the content of the file is on the disk."""
    os.fdatasync(descriptor)


def reveal(folder: int, hidden: str, name: str) -> None:
    """Rename a hidden file that was flushed; that is on the disk once the caller has flushed the folder."""
    os.rename(hidden, name, src_dir_fd=folder, dst_dir_fd=folder)


def remove_hidden(folder: int, hidden: str) -> None:
    """Remove a hidden file, as far as that is possible."""
    with suppress(OSError):
        os.unlink(hidden, dir_fd=folder)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _begin_flush(descriptor: int) -> None:
    """Have the system begin to write the file out: of many, the first flush then waits for all and the rest for little.

    Linux does this when it is told that its cached pages are of no use; those that are not on the disk yet stay.
    """
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def is_unfinished(name: str) -> bool:
    """Return whether ``write_hidden`` gives a file this name before it is renamed."""
    return _HIDDEN.fullmatch(name) is not None


def visible_names(folder: int) -> list[str]:
    """Names of the files and, ending with a slash, of the folders, without those that begin with a dot."""
    with os.scandir(folder) as entries:
        return [
            f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name
            for entry in entries
            if not entry.name.startswith(".")
            and (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False))
        ]


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
