"""Output that commands share: JSON for scripts, and a line that shows their progress."""

from typing import Any, Self

import orjson
from rich.console import Console
from rich.status import Status


class StatusLine:
    """A line that changes while the command works; nothing where there is no terminal."""

    def __init__(self, console: Console, first: str) -> None:
        self._console = console
        self._status = Status(first, console=console)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()


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
