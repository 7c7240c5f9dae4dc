"""Object store: a folder of this machine, or one that several machines share. POSIX only."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pipeline_core.adapters.object_stores.group_flush import MOST, Folders, write_round
from pipeline_core.adapters.object_stores.integrity import (
    BLOCK,
    copy_verified,
    measure,
    round_trip,
    same_bytes,
    verified,
)
from pipeline_core.adapters.object_stores.posix_files import (
    is_unfinished,
    open_file,
    open_folder,
    open_root,
    read_file,
    visible_names,
)
from pipeline_core.domain.errors import (
    InvalidObjectKeyError,
    ObjectNotFoundError,
    PipelineError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
)
from pipeline_core.domain.ids import sha256_hex
from pipeline_core.domain.object_keys import validate_key, validate_prefix
from pipeline_core.ports.object_store import StoredObject

_CHANGE_FOLDER = {"action": "Give this user write access there, or set UPLOAD_PIPELINE_OBJECT_STORE to another folder."}
_MOUNT_IT = "Check that its disk is mounted and that UPLOAD_PIPELINE_OBJECT_STORE is right."
_CHANGE_KEY = {"action": "Use another key: a part of this one is taken by an object, a folder or a symlink."}
_KINDS: Mapping[int, tuple[type[PipelineError], Mapping[str, str]]] = {
    errno.EACCES: (StoreRefusedError, _CHANGE_FOLDER),
    errno.EPERM: (StoreRefusedError, _CHANGE_FOLDER),
    errno.EROFS: (StoreRefusedError, _CHANGE_FOLDER),
    errno.ENOTDIR: (InvalidObjectKeyError, _CHANGE_KEY),
    errno.EISDIR: (InvalidObjectKeyError, _CHANGE_KEY),
    errno.ELOOP: (InvalidObjectKeyError, _CHANGE_KEY),
    errno.ENAMETOOLONG: (InvalidObjectKeyError, {"action": "Use a shorter key."}),
    errno.ENOSPC: (StoreFullError, {"remedy": "Free some space on the disk."}),
    errno.EDQUOT: (StoreFullError, {"remedy": "Raise the disk quota."}),
    errno.EFBIG: (StoreFullError, {"remedy": "Raise the limit on file size (`ulimit -f`)."}),
    errno.EMFILE: (StoreUnavailableError, {"remedy": "Raise the limit on open files (`ulimit -n`)."}),
    errno.ENFILE: (StoreUnavailableError, {"remedy": "Raise the limit on open files (`fs.file-max`)."}),
}
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO)


class LocalObjectStore:
    """One file an object, at the key's path below the root; what is below a symlink is not in the store.

    What ``put`` has returned survives a power cut: the files and the folders that it changed are flushed to the disk,
    those of ``put_many`` a round at a time. A writer that was killed leaves at most a hidden ``.….tmp`` file for each
    object of its round, which is no object.
    """

    def __init__(self, root: Path) -> None:
        """The folder is made by the first write.

        Raises:
            ConfigurationError: there is something at ``root`` that is not a folder.
        """
        self._root = root.resolve()
        self._identity: tuple[int, int] | None = None
        self.url = self._root.as_uri()
        if self._root.exists() and not self._root.is_dir():
            raise self._no_folder()

    def put(self, key: str, data: bytes) -> StoredObject:
        self._write(key, data)
        return StoredObject(key, len(data), sha256_hex(data))

    def put_many(self, objects: Sequence[tuple[str, bytes]]) -> Sequence[StoredObject | PipelineError]:
        outcomes: list[StoredObject | PipelineError] = []
        for start in range(0, len(objects), MOST):
            part = objects[start : start + MOST]
            try:
                failed = self._write_round(part)
            except PipelineError as error:
                failed = [error] * len(part)
            for (key, data), wrong in zip(part, failed, strict=True):
                outcomes.append(wrong or StoredObject(key, len(data), sha256_hex(data)))
        return outcomes

    def put_file(self, key: str, file: BinaryIO) -> StoredObject:
        stored = StoredObject(validate_key(key), *measure(file))
        self._write(key, file)
        return stored

    def get(self, key: str, *, sha256: str | None = None) -> bytes:
        with self._present(), self._place(key) as (folder, name):
            data = read_file(folder, name)
        return verified(data, sha256, where=f"{self.url}/{key}")

    def get_file(self, key: str, file: BinaryIO, *, sha256: str | None = None) -> int:
        with self._present(), self._place(key) as (folder, name), open_file(folder, name) as source:
            blocks = iter(lambda: source.read(BLOCK), b"")
            return copy_verified(blocks, file, [sha256], where=f"{self.url}/{key}")

    def exists(self, key: str) -> bool:
        with suppress(ObjectNotFoundError), self._place(key) as (folder, name):
            return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        return False

    def holds(self, key: str, file: BinaryIO) -> bool:
        with suppress(ObjectNotFoundError), self._place(key) as (folder, name), open_file(folder, name) as own:
            size = os.fstat(own.fileno()).st_size
            return file.seek(0, os.SEEK_END) == size and same_bytes(file, iter(lambda: own.read(BLOCK), b""))
        return False

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, status.st_size) for key, status in self._statuses(prefix))

    def delete(self, key: str) -> None:
        with suppress(ObjectNotFoundError), self._place(key) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def list(self, prefix: str) -> Iterator[str]:
        return (key for key, _ in self._statuses(prefix))

    def written_before(self, prefix: str, moment: datetime) -> Iterator[str]:
        return (key for key, status in self._statuses(prefix) if status.st_mtime < moment.timestamp())

    def remove_unfinished(self, moment: datetime) -> int:
        removed = 0
        for _path, _folders, names, folder in (
            os.fwalk(self._root, follow_symlinks=False) if self._root.is_dir() else ()
        ):
            for name in filter(is_unfinished, names):
                with suppress(FileNotFoundError), self._translated(name):
                    if os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime < moment.timestamp():
                        os.unlink(name, dir_fd=folder)
                        removed += 1
        return removed

    def check(self) -> None:
        round_trip(self)

    def _statuses(self, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
        *folders, begin = validate_prefix(prefix).split("/")
        return self._below(folders, begin)

    def _below(self, folders: Sequence[str], begin: str) -> Iterator[tuple[str, os.stat_result]]:
        path = "/".join(folders)
        with suppress(ObjectNotFoundError), self._translated(path, reading=True), self._folder(folders) as folder:
            yield from self._walk(folder, f"{path}/" if path else "", begin)

    def _write(self, key: str, data: bytes | BinaryIO) -> None:
        [error] = self._write_round([(validate_key(key), data)])
        if error is not None:
            raise error

    def _write_round(self, objects: Sequence[tuple[str, bytes | BinaryIO]]) -> Sequence[PipelineError | None]:
        with self._translated(""), Folders(self._opened_root(create=True)) as folders:
            return write_round(folders, objects, self._translated)

    @contextmanager
    def _place(self, key: str) -> Iterator[tuple[int, str]]:
        """The folder of an object, as a descriptor, and the name of its file there; errors are the port's."""
        *folders, name = validate_key(key).split("/")
        with self._translated(key, reading=True), self._folder(folders) as folder:
            yield folder, name

    def _walk(self, folder: int, path: str, begin: str = "") -> Iterator[tuple[str, os.stat_result]]:
        """Keys below the folder whose next part begins with ``begin``, in the order that S3 lists them in.

        Each folder is opened once, in the one around it. What goes meanwhile is left out.
        """
        # A folder sorts with its slash: "a.txt" comes before "a/b", as "." comes before "/".
        for name in sorted(name for name in visible_names(folder) if name.startswith(begin)):
            with _still_there():
                if not name.endswith("/"):
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    yield path + name, status
                    continue
                inner, _ = open_folder(folder, name[:-1], create=False)
                try:
                    yield from self._walk(inner, path + name)
                finally:
                    os.close(inner)

    @contextmanager
    def _folder(self, names: Sequence[str]) -> Iterator[int]:
        """A descriptor of the folder, reached from the root step by step."""
        folder = self._opened_root(create=False)
        try:
            for name in names:
                outer, (folder, _) = folder, open_folder(folder, name, create=False)
                os.close(outer)
            yield folder
        finally:
            os.close(folder)

    def _opened_root(self, *, create: bool) -> int:
        try:
            return self._open_root(create=create)
        except (NotADirectoryError, FileExistsError):
            raise self._no_folder() from None

    def _open_root(self, *, create: bool) -> int:
        """A descriptor of the root, which is the same folder for as long as this is used.

        Raises:
            StoreUnavailableError: another folder stands in its place, or none: what was mounted there is not any more.
                Written to it, an object would be hidden when the disk is back; read from it, all would be lost.
        """
        try:
            root = open_root(self._root, create=create and self._identity is None)
        except FileNotFoundError:
            if create:
                raise self._gone() from None
            raise
        found = os.fstat(root)
        identity = (found.st_dev, found.st_ino)
        self._identity = self._identity or identity
        if identity != self._identity:
            os.close(root)
            raise self._gone()
        return root

    def _gone(self) -> StoreUnavailableError:
        return StoreUnavailableError(
            "The object store's folder is not the one that was there before.",
            where=self.url,
            remedy=_MOUNT_IT,
        )

    def _no_folder(self) -> StoreRefusedError:
        return StoreRefusedError(
            f"The object store {self._root} is not a folder.",
            action="Set UPLOAD_PIPELINE_OBJECT_STORE to a folder.",
        )

    @contextmanager
    def _present(self) -> Iterator[None]:
        """Check the store after an object is missing: an empty store is gone, or not mounted.

        Raises:
            StoreUnavailableError: the folder is not there, or is empty.
        """
        try:
            yield
        except ObjectNotFoundError:
            if self._root.is_dir() and any(self._root.iterdir()):
                raise
            raise StoreUnavailableError(
                "The object store's folder is gone or empty.",
                where=self.url,
                remedy=_MOUNT_IT,
            ) from None

    @contextmanager
    def _translated(self, key: str, *, reading: bool = False) -> Iterator[None]:
        """Raise the system's errors as the port's; when reading, what cannot be reached is not there."""
        where = f"{self.url}/{key}"
        try:
            yield
        except OSError as error:
            if reading and error.errno in _ABSENT:
                raise ObjectNotFoundError(where=where) from None
            kind, advice = _KINDS.get(error.errno or 0, (StoreUnavailableError, {}))
            raise kind(f"The object store's disk: {error.strerror}.", where=where, **advice) from error


@contextmanager
def _still_there() -> Iterator[None]:
    """Pass over what was removed since its folder was read."""
    try:
        yield
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
