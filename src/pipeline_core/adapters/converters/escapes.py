"""Backslashes that converters put before punctuation, taken out again: a quote of the document has none."""

import re
from collections.abc import Callable


def unescaper(characters: str) -> Callable[[str], str]:
    """A function that turns ``\\\\x`` into ``x`` for each of the characters (the backslash must be one of them).

    Code is left alone. So are an escaped ``#`` or fence at the beginning of a line, which would become a
    heading or open code, and a backslash before any other character, which is the document's own.
    """
    escape = re.compile(
        r"(?P<kept>^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[^\n]*$"
        r"|`[^`\n]+`|^[ \t]*(?:\\#|(?:\\`){3}|(?:\\~){3})|\\\|)"
        rf"|\\(?P<char>[{re.escape(characters)}])",
        re.MULTILINE | re.DOTALL,
    )

    def unescape(markdown: str) -> str:
        if "\\" not in markdown:
            return markdown
        return escape.sub(lambda match: match["kept"] or match["char"], markdown)

    return unescape
