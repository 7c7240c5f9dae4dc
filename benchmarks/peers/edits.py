"""Changes to documents between two runs."""

import hashlib
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

_PARAGRAPH = re.compile(r"(?<=\n\n)[A-Z][^\n]{40,}(?=\n\n)")
_LONG_WORD = re.compile(r"\b[a-z]{8,}\b")
_SHARE = 100
NEW = "The replaced paragraph says that the deductible of number {} is due on the third of March."


def one_in_a_hundred(files: Sequence[Path]) -> list[Path]:
    """The files that change: one of a hundred, at least one."""
    return list(files[:: max(1, min(_SHARE, len(files)))])


def change_a_paragraph(file: Path, number: int) -> str:
    """Replace the first paragraph of a file; returns what is there now."""
    new = NEW.format(number)
    text, changed = _PARAGRAPH.subn(new, file.read_text("utf-8"), count=1)
    if not changed:
        raise ValueError(f"{file.name} has no paragraph")
    file.write_text(text, "utf-8")
    return new


def change_unseen(file: Path) -> str:
    """Replace a word by one of the same length, and keep the time of the last change; returns the new word."""
    before, text = file.stat(), file.read_text("utf-8")
    found = _LONG_WORD.search(text, len(text) // 2)
    if not found:
        raise ValueError(f"{file.name} has no long word")
    new = ("zq" * len(found[0]))[: len(found[0])]
    file.write_text(text[: found.start()] + new + text[found.end() :], "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    return new


def hashing_alone(files: Sequence[Path]) -> float:
    """Seconds that reading all files and hashing them takes."""
    begun = time.perf_counter()
    for file in files:
        hashlib.sha256(file.read_bytes()).hexdigest()
    return time.perf_counter() - begun
