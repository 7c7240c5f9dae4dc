"""Classification of markdown lines by their opening signs: one rule for all who read line by line.

Code in fences is the parser's to tell (``fences``). The rest is read by lines, because chunks are pieces: a list that
was cut, rows without their header, items of scripts that markdown does not know (ADR 39).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LETTERS = (
    "a-z\u00df-\u00f6\u00f8-\u017f\u03b1-\u03c9\u0430-\u045f\u05d0-\u05ea\u0621-\u064a"
    "\u0915-\u0939\u0e01-\u0e2e\uac00-\ud7a3"
)
"""Small letters, and letters of scripts without capitals, that mark items: "a)", "б)", "ก)", "가)"."""
ITEM = rf"(?:[-*+•]|\d{{1,3}}[.)]|\(?(?:[{LETTERS}]|[ivx]{{2,4}}|الف)\)|\(\d{{1,2}}\))"
"""The mark of an item, with which a blank goes."""
RULE = r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})"
"""A thematic break: it parts pages and sections."""
FENCE = r"(?:`{3,}|~{3,})"
NO_PARAGRAPH = re.compile(rf"\s*(?:#{{1,6}}\s|\||{FENCE}|<|>|{ITEM}\s)")
"""The beginning of a block that is none: a heading, a table, code, HTML, a quote, an item."""
_ATX = re.compile(r"^ {0,3}(?P<marks>#{1,6})(?=[ \t\r]|$)(?P<rest>.*)$", re.MULTILINE)
_UNDERLINED = re.compile(r"^ {0,3}(?P<title>[^\s#>|*+-].*)\n {0,3}(?P<line>=+|-+)[ \t]*$", re.MULTILINE)
_CLOSING = re.compile(r"(?:(?<=[ \t])|^)#+$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's lines from ``start`` to ``end``; its title, with its inline marks, stands at ``title_start``."""

    level: int
    title: str
    start: int
    end: int
    title_start: int


def headings(text: str) -> list[Heading]:
    """The headings with ``#`` marks, in order; in code, too."""
    return list(map(_of_marks, _ATX.finditer(text)))


def headings_with_underlined(text: str) -> list[Heading]:
    """Returns the headings that have a title, including those underlined with ``===`` or ``---``."""
    found = [heading for heading in headings(text) if heading.title]
    found += [
        Heading(1 if match["line"][0] == "=" else 2, match["title"].strip(), *match.span(), match.start("title"))
        for match in _UNDERLINED.finditer(text)
    ]
    return sorted(found, key=lambda heading: heading.start)


def heading_of(line: str) -> Heading | None:
    """Returns the line's heading; None if it is none."""
    match = _ATX.match(line)
    return _of_marks(match) if match else None


def _of_marks(match: re.Match[str]) -> Heading:
    title = _CLOSING.sub("", match["rest"].strip()).rstrip()
    start = match.end("rest") - len(match["rest"].lstrip())
    return Heading(len(match["marks"]), title, *match.span(), start)


def paragraphs(text: str) -> Iterator[str]:
    """Yields the text between blank lines."""
    return filter(None, map(str.strip, re.split(r"\n[ \t]*\n", text)))
