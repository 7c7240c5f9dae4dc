"""A published document as a file: the formats, and writing it whole or not at all."""

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.rows.exported import ExportedDocument, ExportedFact
from pipeline_core.machine import private_files
from pipeline_core.terminal.output import json_bytes
from pipeline_core.terminal.spreadsheet_cells import harmless_row

_FACT_COLUMNS = tuple(one.name for one in fields(ExportedFact) if one.name not in ("confidence_reasons", "evidence"))
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
    parts = FORMATS[form](exported)
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


def _json(exported: ExportedDocument) -> Iterator[bytes]:
    yield json_bytes(exported, orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _jsonl(exported: ExportedDocument) -> Iterator[bytes]:
    """A record a line: the document, then its chunks, then its facts; ``record`` says which."""
    document_id = exported.document_id
    document = {key: value for key, value in dict(exported).items() if key not in ("chunks", "facts", "files")}
    yield _line({"record": "document", **document})
    for chunk in exported.chunks:
        yield _line({"record": "chunk", "document_id": document_id, **chunk})
    for fact in exported.facts:
        yield _line({"record": "fact", "document_id": document_id, **fact})


def _line(record: Mapping[str, Any]) -> bytes:
    return json_bytes(record, orjson.OPT_APPEND_NEWLINE)


def _csv(exported: ExportedDocument) -> Iterator[bytes]:
    """The facts, with the document's id and name in front (RFC 4180); no cell is a formula.

    The last cell has of each span of the evidence its beginning, its end and its page, as JSON.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("document_id", "filename", *_FACT_COLUMNS, "spans"))
    for fact in exported.facts:
        row = (exported.document_id, exported.filename, *(fact[name] for name in _FACT_COLUMNS))
        spans = [[span["char_from"], span["char_to"], span["page"]] for span in fact.evidence]
        writer.writerow(harmless_row((*row, json_bytes(spans).decode())))
    yield text.getvalue().encode()


FORMATS: dict[str, Callable[[ExportedDocument], Iterator[bytes]]] = {"json": _json, "jsonl": _jsonl, "csv": _csv}
