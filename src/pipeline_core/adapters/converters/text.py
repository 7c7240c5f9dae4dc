"""Markdown, kept as it is, and plain text, in which signs are kept from being read as markdown."""

import re
from collections.abc import Iterator

from pipeline_core.adapters.converters.encodings import encoding_findings
from pipeline_core.adapters.converters.escapes import ESCAPE, escape_marks, numbers_in_row
from pipeline_core.adapters.converters.pages import storable, whole
from pipeline_core.adapters.converters.plain_structure import structure
from pipeline_core.adapters.converters.source import ConvertOptions, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import EmptyFileError, UnsupportedTypeError
from pipeline_core.domain.text_encoding import read_text

NAME = "text"


def convert(source: Source, _options: ConvertOptions) -> Converted:
    """Decode the file, with ``\\n`` line ends and without a byte order mark.

    Raises:
        EmptyFileError: there is nothing but white space.
        UnsupportedTypeError: the bytes are not text.
    """
    decoded = read_text(source.data)
    if decoded is None:
        raise UnsupportedTypeError(f"{source.filename} is named as {source.kind.label} but is binary data.")
    markdown = storable(decoded.text)
    if not markdown or markdown.isspace():
        raise EmptyFileError(f"{source.filename} has no text: only white space.")
    if source.kind == filetypes.TEXT:
        markdown = as_markdown(markdown)
    return Converted(markdown, whole(markdown), NAME, tuple(encoding_findings(decoded)))


_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,})", re.MULTILINE)
_TYPED = re.compile(r"\s*(?:#{1,6}\s+[^\s\d]|\|.*\||[-*_=]{3,}\s*$|\[\^?[^\]]+\]:\s)")
_QUOTED = re.compile(r"\s*>\s*(?![\d$€£¥₹.,%=<>±+−-])\S")
_NUMBERED = re.compile(r"([ \t]*)\d{1,9}[.)][ \t]+")
# "__init__" is a name of a program's; "&amp;" in a text file is what it looks like.
_MEANT = re.compile(rf"(?P<name>(?:{ESCAPE}_){{2}}[a-z][a-z\d_]*(?:{ESCAPE}_){{2}})|{ESCAPE}(?=[*_\[~=])")


def as_markdown(text: str) -> str:
    """Each line with backslashes before the signs that would be read as marks and are none.

    A heading with ``#``, a rule, a table, a list, a quotation, or emphasis that somebody typed in a text file is meant
    so. What is left, a sign before a number, a name in angle brackets, ``__init__`` or ``&amp;``, is the text's own.
    """
    if _FENCE.search(text):
        return text
    text = text.replace(ESCAPE, "\ufffd")
    return "".join(_lines(text)).replace(ESCAPE, "\\")


def _lines(text: str) -> Iterator[str]:
    in_row = numbers_in_row(text)
    lines = text.splitlines(keepends=True)
    marks = structure(lines)
    at = 0
    for index, line in enumerate(lines):
        number = _NUMBERED.match(line)
        mark = marks.get(index, "")
        if mark.startswith("#") and not _TYPED.match(line):
            yield mark + _signs(line, at_start=False)
            at += len(line)
            continue
        if mark == "\n":
            yield mark
        if _TYPED.match(line) or _QUOTED.match(line) or not line.strip():
            yield line
        elif number is not None and at + number.end(1) in in_row:
            yield number[0] + _signs(line[number.end() :])
        else:
            yield _signs(line)
        at += len(line)


def _signs(line: str, *, at_start: bool = True) -> str:
    """The line with its signs marked; emphasis and links stay as they were typed."""
    return _MEANT.sub(lambda match: match["name"] or "", escape_marks(line, at_start=at_start, escape=ESCAPE))
