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


def replace_file(folder: int, name: str, data: bytes | BinaryIO) -> None:
    """Write a hidden file, flush it to the disk and rename it: a reader sees the old content or the new.

    The rename itself is on the disk once the caller has flushed the folder.
    """
    hidden = f".{os.urandom(12).hex()}.tmp"
    descriptor = os.open(hidden, _CREATE_FILE, mode=private_files.FILE, dir_fd=folder)
    try:
        try:
            os.fchmod(descriptor, private_files.FILE)
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                if isinstance(data, bytes):
                    file.write(data)
                else:
                    shutil.copyfileobj(data, file)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(hidden, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(hidden, dir_fd=folder)
        raise


def is_unfinished(name: str) -> bool:
    """Return whether ``replace_file`` writes a file of this name before it renames it."""
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
