"""Paths, folders and patterns on the command line -> files. What is no file is named, and why."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_core.domain.errors import PipelineError, UnreadableFileError
from pipeline_core.domain.filetypes import FILE_TYPES
from pipeline_core.machine.source_files import oddity

_NOT_FOLLOWED = "It is a link to a folder elsewhere, which is not followed."
_NAME_IT = "To include its documents, name that folder itself."


@dataclass(slots=True)
class Files:
    """``found`` in a stable order without repeats; ``missing`` are arguments that match nothing; ``skipped`` are
    files in folders whose ending no converter knows; ``refused`` is what else was left out of folders, and why."""

    found: list[Path] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    refused: list[tuple[str, PipelineError]] = field(default_factory=list)


def expand(arguments: Iterable[str]) -> Files:
    """A file is taken whatever it is called; of a folder, every file below it with a known ending, hidden ones not."""
    files = Files()
    seen: set[str] = set()
    for argument in arguments:
        matches = _matches(argument)
        if not matches:
            files.missing.append(argument)
        for path in matches:
            # unlike pathlib's, these questions have an answer for a path that is too long, or cannot be reached
            for file in _walk(path, files) if os.path.isdir(path) else [path]:  # noqa: PTH112
                if (real := os.path.realpath(file)) not in seen:
                    seen.add(real)
                    files.found.append(file)
    # one that is named as well is taken
    files.skipped = [path for path in files.skipped if os.path.realpath(path) not in seen]
    return files


def _matches(argument: str) -> list[Path]:
    path = Path(argument).expanduser()
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        # a link that leads nowhere is there
        return [path] if os.path.lexists(path) else [Path(match) for match in sorted(_glob(str(path)))]
    except (OSError, ValueError):
        pass  # whoever reads it says why it cannot be read
    return [path]


def _glob(pattern: str) -> Iterator[str]:
    """As ``glob.glob``, but ``**`` follows no links: two that lead in a circle would double the way at each turn."""
    head, star, rest = pattern.partition("**")
    if not star or (head and not head.endswith("/")) or (rest and not rest.startswith("/")):
        yield from glob.glob(pattern)  # noqa: PTH207 - may be absolute
        return
    for top in glob.glob(head) if head else ["."]:  # noqa: PTH207
        for parent, folders, _ in os.walk(top):
            folders[:] = [name for name in folders if not name.startswith(".")]
            folder = "" if parent == "." else glob.escape(parent)
            yield from _glob(os.path.join(folder, rest.lstrip("/") or "*"))  # noqa: PTH118


def _walk(folder: Path, files: Files) -> Iterator[Path]:
    endings = {f".{extension}" for kind in FILE_TYPES for extension in kind.extensions}
    for file in sorted(_files_below(folder, files)):
        if why := oddity(file):
            files.refused.append((str(file), why))
        elif file.suffix.lower() in endings:
            yield file
        else:
            files.skipped.append(file)


def _files_below(folder: Path, files: Files) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        why = UnreadableFileError(f"The folder cannot be read: {error.strerror or error}.")
        files.refused.append((str(error.filename), why))

    inside = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118
    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for link in filter(os.path.islink, [Path(parent, name) for name in folders]):
            if not os.path.join(os.path.realpath(link), "").startswith(inside):  # noqa: PTH118
                files.refused.append((str(link), UnreadableFileError(_NOT_FOLLOWED, action=_NAME_IT)))
        yield from (Path(parent, name) for name in names if not name.startswith("."))
