"""Copies a program's output to a log file, line by line, without secrets and names of runs."""

import os
import threading
from contextlib import suppress
from typing import IO

from pipeline_core.domain.masking import masked
from pipeline_core.domain.run_names import without_run_names
from pipeline_core.machine.rotated_file import RotatedFile

_BLOCK = 65_536


def start(source: IO[bytes], log: RotatedFile) -> threading.Thread:
    """Pump in a thread until the program has closed its end; the thread closes both files and ends then."""
    thread = threading.Thread(target=_pump, args=(source, log), name="log-pump", daemon=True)
    thread.start()
    return thread


def _pump(source: IO[bytes], log: RotatedFile) -> None:
    rest = b""
    try:
        while block := os.read(source.fileno(), _BLOCK):
            lines, newline, rest = (rest + block).rpartition(b"\n")
            if len(rest) > _BLOCK:
                lines, newline, rest = lines + newline + rest, b"\n", b""
            _write(log, lines + newline)
        _write(log, rest + b"\n" if rest else b"")
    finally:
        source.close()
        log.close()


def _write(log: RotatedFile, lines: bytes) -> None:
    if not lines:
        return
    text = without_run_names(masked(lines.decode("utf-8", "surrogateescape")))
    # a full disk loses the lines: a program that waits for its log would stand still
    with suppress(OSError):
        log.write(text.encode("utf-8", "surrogateescape"))
