"""Paths, folders and patterns on the command line -> files."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_core.domain.errors import PipelineError, UnreadableFileError
from pipeline_core.domain.filetypes import FILE_TYPES


@dataclass(slots=True)
class Files:
    """``found`` in a stable order without repeats; ``missing`` are arguments that match nothing; ``skipped`` are
    files in folders whose ending no converter knows; ``refused`` are folders that cannot be read, and why."""

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
        return [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - may be absolute
    except OSError:
        pass  # whoever reads it says why it cannot be read
    return [path]


def _walk(folder: Path, files: Files) -> Iterator[Path]:
    endings = {f".{extension}" for kind in FILE_TYPES for extension in kind.extensions}
    for file in sorted(_files_below(folder, files)):
        # pipes and the like; what cannot be reached, as a link that leads nowhere, is named by whoever reads it
        if os.path.exists(file) and not os.path.isfile(file):  # noqa: PTH110, PTH113
            continue
        if file.suffix.lower() in endings:
            yield file
        else:
            files.skipped.append(file)


def _files_below(folder: Path, files: Files) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        why = UnreadableFileError(f"The folder cannot be read: {error.strerror or error}.")
        files.refused.append((str(error.filename), why))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in names if not name.startswith("."))
