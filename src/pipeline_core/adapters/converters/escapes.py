r"""Backslashes before punctuation: which of a converter's go, and which a text needs so that it is not read as a mark.

A quote of the document has no backslashes, so those that change nothing are taken out again. A sign that a reader of
markdown would take for a mark (``\> 40 %`` at the start of a line, ``\<delay>``) keeps its own.
"""

import re
from collections.abc import Callable, Iterator, Sequence

ESCAPE = "\ufdd0"
"""Stands for a backslash in text that a converter is given; it is a noncharacter, which no text has."""

# What begins a block: the start of a line or of a table's cell, after the marks of lists and quotations.
_START = r"(?:(?:^|(?<=\|))[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>)[ \t]+)*)"
# A dash before a letter is a list typed by hand; before a number or alone it is a sign.
_SIGN = r"(?=[ \t]+[\d$€£¥₹%.,±−+<>≤≥≈~-]|[ \t]*$)"
_ANYWHERE = {
    "tag": r"<(?=[A-Za-z/!?])",
    "entity": r"&(?=\#?\w+;)",
    # both: one tilde alone can strike out as well
    "struck": r"~(?=\\?~)|(?<=~)~|(?<=~\\)~",
    "picture": r"!(?=\[)",
}
_AT_START = {
    "quotation": r">",
    "sign": rf"[-*]{_SIGN}",
    "plus": r"\+(?=[ \t]|$)",
    "heading": r"\#(?=\#{0,5}(?:[ \t]|$))",
    "rule": r"[-*_=](?=[-*_= \t\\]*$)",
    "fence": r"(?:`(?=\\?`\\?`)|~(?=\\?~\\?~))",
}
_NEEDED = rf"{_START}\\(?:{'|'.join(_AT_START.values())})|\\(?:{'|'.join(_ANYWHERE.values())})"


def unescaper(characters: str) -> Callable[[str], str]:
    r"""A function that turns ``\x`` into ``x`` for each of the characters (the backslash must be one of them).

    Code is left alone, and so is a backslash before any other character, which is the document's own. What would be
    a mark without its backslash keeps it: see ``escape_marks``. ``ESCAPE`` becomes a backslash.
    """
    escape = re.compile(
        r"(?P<kept>^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[^\n]*$|`[^`\n]+`|\\\|)"
        rf"|(?P<before>{_START})(?P<digits>\d{{1,9}})\\(?P<stop>[.)])(?=[ \t]|$)"
        rf"|(?P<needed>{_NEEDED})"
        rf"|\\(?P<char>[{re.escape(characters)}])",
        re.MULTILINE | re.DOTALL,
    )

    def unescape(markdown: str) -> str:
        if ESCAPE in markdown:
            markdown = _PLACED.sub(r"\\\1", markdown)
        if "\\" not in markdown:
            return markdown
        in_row = numbers_in_row(markdown)

        def plain(match: re.Match[str]) -> str:
            if match["stop"]:
                is_list = "." in characters and match.start("digits") in in_row
                return match["before"] + match["digits"] + match["stop"] if is_list else match[0]
            return match["kept"] or match["needed"] or match["char"]

        return escape.sub(plain, markdown)

    return unescape


_PLACED = re.compile(rf"{ESCAPE}+\\?(.)?")
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)\b"
)
_NUMBER = re.compile(rf"^[ \t]*(\d{{1,9}})\\?([.)])(?=[ \t]|$)(?![ \t]+{_MONTH})", re.MULTILINE)


def numbers_in_row(markdown: str) -> set[int]:
    """Find the typed numbers that follow each other (1. 2. 3.): they are a list. A number alone is text."""
    in_row: set[int] = set()
    last: dict[str, tuple[int, int]] = {}
    for match in _NUMBER.finditer(markdown):
        number, stop = int(match[1]), match[2]
        before, at = last.get(stop, (-1, -1))
        if before + 1 == number:
            in_row |= {at, match.start(1)}
        last[stop] = (number, match.start(1))
    return in_row


# --- text that is put into markdown -----------------------------------------------------------------------

_BRACKET = r"\[(?=[\^@]|-@|[^\[\]\n]{0,999}\][(\[:])"
_STARTS = re.compile(
    rf"\A[ \t\u00a0]*(?:(?P<mark>{'|'.join(_AT_START.values())}|\|(?=.*\|)|~(?=~~)|{_BRACKET})"
    r"|\d{1,9}(?P<stop>[.)])(?=[ \t]|$))"
)
_WITHIN = re.compile(rf"{'|'.join(_ANYWHERE.values())}|{_BRACKET}|(?<!=)=(?==[^\s=][^=]*==)|\{{(?=[\#.]\w)")
_PAIRED = re.compile(r"(?P<run>\*+|_+)")
_LOOKED_FOR = re.compile(r"[-<>&~!*+#_=`|\[{]|^\s*\d")


def marks_in(text: str, *, at_start: bool = True) -> Iterator[int]:
    """Find, in order, where one line of plain text needs a backslash so that it reads the same in markdown.

    ``at_start``: it begins a paragraph, an item or a cell.
    """
    if not _LOOKED_FOR.search(text):
        return iter(())
    found = {match.start() for match in _WITHIN.finditer(text)}
    if at_start and (start := _STARTS.match(text)):
        found.add(start.start("mark" if start["mark"] else "stop"))
    return iter(sorted(found | _pairs(text)))


def _pairs(text: str) -> set[int]:
    """Runs of ``*`` and ``_`` that would be taken for emphasis: at the edge of a word, and more than one of them."""
    edges: dict[str, list[int]] = {}
    for match in _PAIRED.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        is_inside = match[0][0] == "_" and before.isalnum() and after.isalnum()
        if (before.strip() or after.strip()) and not is_inside:
            edges.setdefault(match[0][0], []).extend(range(match.start(), match.end()))
    return {at for places in edges.values() if len(places) > 1 for at in places}


def escape_marks(text: str, *, at_start: bool = True, escape: str = "\\") -> str:
    r"""Plain text as markdown that says just that: ``> 40 %`` becomes ``\> 40 %``, ``<delay>`` becomes ``\<delay>``.

    ``escape`` is put before each sign; ``ESCAPE`` for text that a converter turns into markdown, which then goes
    through a function of ``unescaper``.
    """
    pieces, last = [], 0
    for at in marks_in(text, at_start=at_start):
        pieces += [text[last:at], escape]
        last = at
    return "".join([*pieces, text[last:]])


def pipe_table(rows: Sequence[Sequence[str]], *, has_header: bool = True, rule: str = " --- |") -> str:
    """The cells, in which no ``|`` is bare, as a table; without a header its header row is empty."""
    width = max(map(len, rows))
    written = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in (rows if has_header else ((), *rows))]
    return "\n".join([written[0], f"|{rule * width}", *written[1:]])


_QUOTE = re.compile(r"^>(?=\s*\S)")
_SIGNED = re.compile(r"^([-+])(?=[ \t]*[\d.,]*\d)")
_LIST = re.compile(r"^[ \t]*[-+*•◦](?:[ \t]|$)")
_ANGLE = re.compile(r"(?<!\\)<(?=[A-Za-z/!?])(?!br\s*/?>|https?:|mailto:)")
_FENCE = re.compile(r"^[ \t]*(```|~~~)")


def escape_signs(markdown: str) -> str:
    """``> 40 %`` and ``- 15 °C`` keep their signs; what stands in a list of several items is a list."""
    if not any(sign in markdown for sign in "<>-+"):
        return markdown
    lines = markdown.split("\n")
    in_code = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code:
            line = _QUOTE.sub(r"\\>", line)
            if _SIGNED.match(line) and not _stands_in_list(lines, index):
                line = f"\\{line}"
            lines[index] = _ANGLE.sub(r"\\<", line)
    return "\n".join(lines)


def _stands_in_list(lines: list[str], index: int) -> bool:
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines) and not lines[at].strip():
            at += step
        if 0 <= at < len(lines) and _LIST.match(lines[at]):
            return True
    return False
