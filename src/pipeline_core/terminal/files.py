"""Paths, folders and patterns on the command line -> files."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_core.domain.filetypes import FILE_TYPES


@dataclass(slots=True)
class Files:
    """``found`` in a stable order without repeats; ``missing`` are arguments that match nothing; ``skipped`` counts
    files in folders whose ending no converter knows."""

    found: list[Path] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    skipped: int = 0


def expand(arguments: Iterable[str]) -> Files:
    """A file is taken whatever it is called; of a folder, every file below it with a known ending, hidden ones not."""
    files = Files()
    seen: set[Path] = set()
    for argument in arguments:
        matches = [Path(match) for match in _matches(argument)]
        if not matches:
            files.missing.append(argument)
        for path in matches:
            for file in _walk(path, files) if path.is_dir() else [path]:
                if file.resolve() not in seen:
                    seen.add(file.resolve())
                    files.found.append(file)
    return files


def _matches(argument: str) -> list[str]:
    path = Path(argument).expanduser()
    if path.exists():
        return [str(path)]
    return sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - patterns may be absolute


def _walk(folder: Path, files: Files) -> Iterator[Path]:
    endings = {f".{extension}" for kind in FILE_TYPES for extension in kind.extensions}
    for file in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        # a link that leads nowhere is named by whoever reads it, not passed over
        if not file.is_file() and not (file.is_symlink() and not file.exists()):
            continue
        if file.suffix.lower() in endings:
            yield file
        else:
            files.skipped += 1
