"""The formats of an exported document, each as the parts of a file."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import orjson

from pipeline_core.domain.json_bytes import json_bytes
from pipeline_core.domain.rows.exported import ExportedDocument, ExportedFact
from pipeline_core.services.spreadsheet_cells import harmless_row

_FACT_COLUMNS = tuple(one.name for one in fields(ExportedFact) if one.name not in ("confidence_reasons", "evidence"))


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


class Format(StrEnum):
    """The format of an exported document."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to write a document: what it is called on the web, and the parts of the file."""

    mime_type: str
    write: Callable[[ExportedDocument], Iterator[bytes]]


FORMATS: dict[str, Kind] = {
    Format.JSON: Kind("application/json", _json),
    Format.JSONL: Kind("application/x-ndjson", _jsonl),
    Format.CSV: Kind("text/csv; charset=utf-8", _csv),
}
