"""Files that this home keeps beside the database and the store: logs, and what Prefect keeps in files."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline_core.domain.erasing import finder, spellings

_DATABASE = re.compile(r"\.db(-wal|-shm|-journal)?$")
_STARS = b"*"


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """All files below some folders.

    Words are overwritten where they stand, byte by byte: other processes append to these files meanwhile, and a file
    that were written anew would lose their lines.
    """

    folders: Sequence[Path]
    name: str = "logs and files of this home"

    def erase(self, words: Sequence[str], names: Sequence[str]) -> int:
        found = finder(words, names)
        return sum(_overwrite(path, re.compile(found.pattern.encode())) for path in self._files()) if found else 0

    def search(self, text: str) -> Mapping[str, int]:
        wanted = [one.encode() for one in spellings(text)]
        found: dict[str, int] = {}
        for path in self._files():
            data = _read(path)
            if number := sum(data.count(one) for one in wanted):
                found[str(path)] = number
        return found

    def searched(self) -> int:
        return sum(1 for _ in self._files())

    def not_searched(self) -> Sequence[str]:
        return ["logs that were sent elsewhere, and those of other machines"]

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink() and not _DATABASE.search(path.name):
                    yield path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # put aside or removed meanwhile
        return b""


def _overwrite(path: Path, words: re.Pattern[bytes]) -> int:
    places = [found.span() for found in words.finditer(_read(path))]
    if not places:
        return 0
    with path.open("r+b") as file:
        for start, end in places:
            os.pwrite(file.fileno(), _STARS * (end - start), start)
        os.fsync(file.fileno())
    return 1
