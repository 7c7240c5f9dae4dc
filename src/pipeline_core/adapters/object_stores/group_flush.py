"""Writing many files in one round: all are written, all are flushed, all are renamed, each folder is flushed once."""

import os
from collections.abc import Callable, Sequence, Set
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

from pipeline_core.adapters.object_stores.posix_files import (
    flush,
    open_folder,
    remove_hidden,
    reveal,
    write_hidden,
)
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.object_keys import validate_key

MOST = 64
"""Files of a round: each of them and its folder is open until its end."""

T = TypeVar("T")
Translated = Callable[[str], AbstractContextManager[None]]
"""Raises the system's errors as the port's, for an object of this key."""


@dataclass(frozen=True, slots=True)
class _Hidden:
    folder: int
    hidden: str
    descriptor: int
    name: str


@dataclass(slots=True)
class Folders:
    """Descriptors of the folders below a root, each opened once and reached step by step.

    ``changed`` are those that were given an entry, and are flushed at the end of a round: the outermost first, so that
    a journal takes the new folders and the renamed files in one commit and the other flushes find little left to do.
    """

    root: int
    changed: dict[int, None] = field(default_factory=dict)
    _open: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._open[()] = self.root
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)

    def made(self, names: Sequence[str]) -> int:
        """Return the folder, made where it is missing."""
        path = tuple(names)
        if path not in self._open:
            parent = self.made(path[:-1])
            self._open[path], is_new = open_folder(parent, path[-1], create=True)
            if is_new:
                self.changed[parent] = None
        return self._open[path]

    def flush(self) -> None:
        for descriptor in self.changed:
            os.fsync(descriptor)


def write_round(
    folders: Folders, objects: Sequence[tuple[str, bytes | BinaryIO]], translated: Translated
) -> list[PipelineError | None]:
    """Write the objects; returns for each what kept it from being written, in their order.

    Raises:
        PipelineError: the folders could not be flushed: none of the objects is known to be on the disk.
    """
    failed: list[PipelineError | None] = [None] * len(objects)
    revealed: set[str] = set()
    with ExitStack() as closing:

        def write(place: int) -> _Hidden:
            key, data = objects[place]
            *names, name = validate_key(key).split("/")
            folder = folders.made(names)
            hidden, descriptor = write_hidden(folder, data)
            closing.callback(_close, folder, hidden, descriptor, revealed)
            return _Hidden(folder, hidden, descriptor, name)

        def show(place: int) -> None:
            one = written[place]
            reveal(one.folder, one.hidden, one.name)
            revealed.add(one.hidden)
            folders.changed[one.folder] = None

        def each(act: Callable[[int], T]) -> dict[int, T]:
            done = {}
            for place, (key, _) in enumerate(objects):
                if failed[place] is None:
                    try:
                        with translated(key):
                            done[place] = act(place)
                    except PipelineError as error:
                        failed[place] = error
            return done

        written = each(write)
        each(lambda place: flush(written[place].descriptor))
        each(show)
    with translated(""):
        folders.flush()
    return failed


def _close(folder: int, hidden: str, descriptor: int, revealed: Set[str]) -> None:
    os.close(descriptor)
    if hidden not in revealed:
        remove_hidden(folder, hidden)
