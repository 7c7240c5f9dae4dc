"""Output that commands share: a line that shows their progress."""

from typing import Self

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
