"""Fenced code blocks of markdown: where they begin and end, as CommonMark has it.

A fence may open on the line of a list's mark or of a block quote. It ends with a fence at least as long, with the list
item or quote around it. A fence indented too far to be one, as lists often have them, is code by its indentation: it
counts.

Where CommonMark is not followed: a fence outside of lists and quotes that is never closed would take all of the rest
along. Such a mark is a slip or a conversion's, so its block ends before the first blank line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Fence:
    """Whole lines, from the one with the opening mark to the one with the closing mark, if it has one.

    ``code`` is what stands between them, without the marks and indentation of the lists and quotes around it.
    ``is_inside``: it is in a list or a quote.
    """

    start: int
    end: int
    code: str
    is_closed: bool
    is_inside: bool


_IGNORED_RULES = ["reference"]
"""Link targets make no difference to fences."""
_DEEPEST = 50
"""Lists and quotes within each other; below that nothing is looked for."""
_MOST_UNCLOSED = 8
"""After so many, each of which has the rest read once more, the last one takes the rest along."""
_BLANK_LINE = re.compile(r"(?<=[\n\r])[ \t]*(?:[\n\r]|\Z)")
_NEWLINES = re.compile(r"\r\n|[\n\r]")


def fences(text: str) -> list[Fence]:
    """The fenced code blocks of the text, in order."""
    found: list[Fence] = []
    start = 0
    for _ in range(_MOST_UNCLOSED):
        rest = text[start:]
        found += [replace(fence, start=fence.start + start, end=fence.end + start) for fence in _commonmark(rest)]
        last = found[-1] if found else None
        if last is None or last.is_closed or last.is_inside or last.end < len(text):
            break
        blank = _BLANK_LINE.search(text, last.start)
        if blank is None:
            break
        start = blank.start()
        found[-1] = replace(last, end=start, code=text[last.start : start].partition("\n")[2])
    return found


def _commonmark(text: str) -> list[Fence]:
    if "```" not in text and "~~~" not in text:
        return []
    lines = _line_starts(text)
    return [_fence(token, lines) for token in _blocks(text) if _is_fenced(token)]


def spans_within(found: Iterable[Fence], start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The parts of the fences that lie between ``start`` and ``end``, counted from ``start``."""
    return tuple(
        (max(fence.start, start) - start, min(fence.end, end) - start)
        for fence in found
        if fence.start < end and fence.end > start
    )


def _is_fenced(token: "Token") -> bool:
    return token.type == "fence" or (token.type == "code_block" and token.content.lstrip().startswith(("```", "~~~")))


def _fence(token: "Token", lines: list[int]) -> Fence:
    assert token.map is not None  # blocks have one
    first, end = token.map
    is_closed = token.type == "code_block" or end - first == token.content.count("\n") + 2
    return Fence(lines[first], lines[min(end, len(lines) - 1)], token.content, is_closed, token.level > 0)


def _blocks(text: str) -> "list[Token]":
    tokens: list[Token] = []
    parser = _parser()
    lines = _NEWLINES.sub("\n", text)
    parser.block.parse(lines if lines.endswith("\n") else f"{lines}\n", parser, {}, tokens)
    return tokens


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # a sixth of a second, and few documents have code

    return MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).disable(_IGNORED_RULES)


def _line_starts(text: str) -> list[int]:
    """Returns the start of each line, and the text's end."""
    ends = list(accumulate(map(len, _LINE.findall(text))))
    return [0, *ends]


_LINE = re.compile(r"[^\n\r]*(?:\r\n|[\n\r])|[^\n\r]+")
