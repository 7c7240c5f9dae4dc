"""JSON for scripts, of whatever there is to show."""

from typing import Any

import orjson


def json_bytes(value: Any) -> bytes:
    """Indented JSON in UTF-8. Bytes of a file name that are no text become U+FFFD."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str)
    except TypeError:
        return orjson.dumps(_readable(value), option=orjson.OPT_INDENT_2, default=str)


def _readable(value: Any) -> Any:
    """The same, without the lone surrogates that Python makes of such bytes (PEP 383)."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_readable(key): _readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(item) for item in value]
    return value
