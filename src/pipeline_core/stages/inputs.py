"""Reading what earlier stages left."""

from typing import Any

import orjson

from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.errors import ObjectNotFoundError
from pipeline_core.domain.jobs import OutputRow
from pipeline_core.ports.object_store import ObjectStore


def require(outputs: dict[str, OutputRow], *file_types: str) -> OutputRow:
    """The first of these kinds that there is.

    Raises:
        ObjectNotFoundError: there is none of them.
    """
    for file_type in file_types:
        if file_type in outputs:
            return outputs[file_type]
    raise ObjectNotFoundError(f"No earlier stage left any of: {', '.join(file_types)}.")


def read_text(store: ObjectStore, output: OutputRow) -> str:
    return store.get(output.path, sha256=output.checksum).decode("utf-8")


def page_map(output: OutputRow) -> PageMap:
    return PageMap.from_json(output.metadata["page_map"])


def json_bytes(value: Any) -> bytes:
    """Indented JSON with sorted keys: the same value is the same bytes, and people can read it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
