"""Texts of others on a terminal: one line, without anything that would act on the terminal or on Rich."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment

from pipeline_core.domain.object_keys import is_kept, safe_filename

_ACTS = dict.fromkeys(
    (
        *(code for code in range(0x20) if chr(code) not in "\n\t"),
        *range(0x7F, 0xA0), *range(0x200E, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0x061C,
    )
)  # fmt: skip
"""Characters that move the cursor, colour, or turn what follows around."""


class PlainConsole(Console):
    """A console to which nobody's text can give commands: it has the colours that this program gives it."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as Rich does, without the characters that act on a terminal."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(segment.text.translate(_ACTS), segment.style)


def plain(value: Any) -> str:
    """Return a text as markup of one line in which nothing acts."""
    text = str(value).encode(errors="replace").decode()
    return escape(" ".join("".join(char for char in text if is_kept(char)).split()))


def plain_name(name: str) -> str:
    """Return the name of a file below its source as markup, spelt as its document would be; an address stays."""
    if "://" in name:
        return plain(name)
    return escape("/".join(safe_filename(part) for part in name.split("/")))
