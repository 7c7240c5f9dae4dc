"""A published document as a file, written whole or not at all."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.machine import private_files
from pipeline_core.services.export_formats import FORMATS

_DEFAULT = "json"


def format_of(named: str | None, output: Path | None) -> str:
    """The format that is named, else that of the file's ending, else JSON.

    Raises:
        RefusedError: there is no such format.
    """
    if named is None:
        ending = output.suffix.lower().removeprefix(".") if output else ""
        if output and ending and ending not in FORMATS and (not output.exists() or output.is_file()):
            raise RefusedError(
                f"{output} does not have the extension of a supported format.",
                action=f"Use one of these extensions, or give --format: {', '.join(FORMATS)}.",
            )
        return ending if ending in FORMATS else _DEFAULT
    if named.strip().lower() not in FORMATS:
        raise RefusedError(f"--format cannot be {named!r}.", action=f"One of: {', '.join(FORMATS)}.")
    return named.strip().lower()


def write(exported: ExportedDocument, form: str, output: Path | None) -> None:
    """Write to the file, which is replaced in one step, or to standard output.

    Raises:
        RefusedError: the file cannot be written.
    """
    parts = FORMATS[form].write(exported)
    if output is None:
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.flush()
        return
    try:
        _write_file(output.expanduser(), parts)
    except OSError as error:
        raise RefusedError(
            f"{output} cannot be written: {error.strerror}.", action="Name a file in a folder that can be written to."
        ) from error


def _write_file(output: Path, parts: Iterator[bytes]) -> None:
    target = Path(os.path.realpath(output))
    if target.exists() and not target.is_file():
        # a pipe or a device is written to, not replaced; a folder refuses
        with target.open("wb") as file:
            file.writelines(parts)
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            private_files.give_to_user(file.fileno())
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
