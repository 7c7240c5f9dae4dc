"""Checking the free space on the disks that the pipeline writes to."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline_core.domain.errors import MachineFullError
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.settings import Settings

_MIB = 1024 * 1024


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def check_free_space(settings: Settings, store: ObjectStore, free_bytes: Callable[[Path], int] = _free_bytes) -> None:
    """Look at the disks of the home and of a store that is a folder.

    Raises:
        MachineFullError: one has less than ``min_free_mb`` MiB left; says which, how much there is and is wanted.
    """
    for name, folder in _folders(settings, store):
        left = free_bytes(folder) // _MIB
        if left < settings.min_free_mb:
            raise MachineFullError(
                f"The disk of the {name} has {left:,} MiB left; UPLOAD_PIPELINE_MIN_FREE_MB asks for "
                f"{settings.min_free_mb:,}.",
                remedy="Free some space on it.",
            )


def _folders(settings: Settings, store: ObjectStore) -> Iterator[tuple[str, Path]]:
    yield "home", _existing(settings.home)
    parts = urlsplit(store.url)
    if parts.scheme == "file":
        yield "object store", _existing(Path(unquote(parts.path)))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
