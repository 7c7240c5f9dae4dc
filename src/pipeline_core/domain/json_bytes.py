"""JSON as it leaves: for scripts, and for files that people take out."""

from typing import Any

import orjson


def json_bytes(value: Any, option: int = 0) -> bytes:
    """JSON in UTF-8, in one line unless ``option`` (orjson's) says else. Bytes of a name that are no text become
    U+FFFD."""
    try:
        return orjson.dumps(value, default=str, option=option | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return orjson.dumps(_readable(value), default=str, option=option | orjson.OPT_NON_STR_KEYS)


def _readable(value: Any) -> Any:
    """The same, without the lone surrogates that Python makes of such bytes (PEP 383)."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_readable(key): _readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(item) for item in value]
    return value
