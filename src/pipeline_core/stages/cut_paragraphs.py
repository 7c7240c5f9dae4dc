"""Paragraphs that the layout cut apart, whole again: at the end of a page or column, or at a line taken for a heading.

What tells is the language: a sentence that is not ended goes on with a small letter, or breaks off after a word that
never ends one.
"""

import re
from collections.abc import Callable, Sequence

from pipeline_core.domain.fences import Fence
from pipeline_core.domain.fluency import is_common_word

_NOT_PLAIN = ("#", "|", ">", "```", "~~~", "---", "***", "<", "![", "    ", "\t", "$$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)]|[a-z][.)])[ \t]")
_HEADING = re.compile(r"(?P<marks>#{1,6}) (?P<text>[^\n]+)\Z")
_ENDED = re.compile(r"[.!?:;…。！？：；{}][\"'”’»)\]*_]*\Z")
_LAST_WORD = re.compile(r"([^\W\d_]+)\Z")
_OPENING = "*_\"'“„«‚(["
_BOLD_LINE = re.compile(r"\*\*([^*\n]+)\*\*")
_HYPHENATED = re.compile(r"(?P<head>[^\W\d_]{2,})[-\u00ad]\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]{2,}")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_LINE_WORDS = 6
"""A line of a paragraph has so many words; fewer may be an entry of a list without marks."""
_HEADING_WORDS = 8
"""A heading is seldom so long, and the sentence that goes on after it says that it was none."""
_MOST_FENCED_LINES = 2
_CODE = re.compile(r"[*_`\[\]<>|\\#{}=;$&~^]|\(\)|::|\w\.\w+\(|->|^\s|^(?:\$|>>>|%)")
_PROSE_WORDS = 5

KeepsHyphen = Callable[[str, str], bool]


def join_in_page(text: str) -> tuple[str, int]:
    """The text with its cut paragraphs joined, and how many were."""
    if "\n\n" not in text:
        return text, 0
    blocks = text.split("\n\n")
    joined = [blocks[0]]
    for block in blocks[1:]:
        whole = _joined(joined[-1], block)
        if whole is None:
            joined.append(block)
        else:
            joined[-1] = whole
    return "\n\n".join(joined), len(blocks) - len(joined)


def join_over_pages(before: str, after: str, keeps_hyphen: KeepsHyphen) -> str | None:
    """The page's text so that its last paragraph goes on with the first of the page after; None: it does not.

    Every letter stays on its page; a word that was divided is written without its hyphen and nothing between.
    """
    last = before.rstrip().rpartition("\n\n")[2]
    first = after.lstrip("\n").partition("\n\n")[0]
    if not last or not first or not _goes_on(last, first):
        return None
    text = before.rstrip()
    if hyphenated := _HYPHENATED.search(text):
        tail = _FIRST_WORD.match(first)
        if tail is None:
            return None
        keeps = keeps_hyphen(hyphenated["head"].lower(), tail[0].lower())
        return text if keeps else text[:-1]
    return f"{text} "


def prose_in_fences(text: str, code: Sequence[Fence]) -> list[tuple[int, int, str]]:
    """Fences of a line or two that are no code but part of the sentence around them: start, end, and the line."""
    found = []
    for fence in code:
        if not fence.is_closed:
            continue
        lines = text[fence.start : fence.end].strip("\n").split("\n")[1:-1]
        inside = " ".join(line.strip() for line in lines)
        if not 0 < len(lines) <= _MOST_FENCED_LINES or not _is_prose(inside):
            continue
        before = text[: fence.start].rstrip().rpartition("\n\n")[2]
        after = text[fence.end :].lstrip("\n").partition("\n\n")[0]
        if _goes_on(inside, after) or (_goes_on(before, inside) and _is_plain(before)):
            found.append((fence.start, fence.end, inside))
    return found


def _is_prose(line: str) -> bool:
    return _CODE.search(line) is None and len(_WORDS.findall(line)) >= _PROSE_WORDS


def _joined(one: str, other: str) -> str | None:
    heading, second = _HEADING.match(one), _HEADING.match(other)
    if heading and second:
        same = heading["marks"] == second["marks"] and _begins_small(second["text"])
        return f"{one} {second['text']}" if same and not _ENDED.search(heading["text"]) else None
    if heading:
        text = heading["text"].strip()
        is_line = len(_WORDS.findall(text)) >= _HEADING_WORDS or _breaks_off(text)
        if is_line and _is_plain(other) and _begins_small(other) and not _ENDED.search(text):
            return f"{text} {other}"
        return None
    if not _goes_on(one, other):
        return None
    if bold := _BOLD_LINE.fullmatch(one):  # of a paragraph that begins in bold; the rest of the line is not
        one = bold[1]
    return f"{one}\n{other}" if _HYPHENATED.search(one) else f"{one} {other}"


def _goes_on(one: str, other: str) -> bool:
    """Whether the sentence at the end of the one goes on at the beginning of the other."""
    if not _is_plain(one.rpartition("\n")[2]) or not _is_plain(one) or not _is_plain(other) or _ITEM.match(other):
        return False
    one = one.rstrip()
    if _ENDED.search(one) or len(_WORDS.findall(one)) < _LINE_WORDS:
        return False
    return _begins_small(other) or (_breaks_off(one) and other[:1].isalpha())


def _is_plain(block: str) -> bool:
    return bool(block) and not block.startswith(_NOT_PLAIN)


def _begins_small(text: str) -> bool:
    return text.lstrip(_OPENING)[:1].islower()


def _breaks_off(text: str) -> bool:
    """Whether it ends with a word that joins: "of the", "und", "de la"."""
    last = _LAST_WORD.search(text)
    return last is not None and last[0].islower() and is_common_word(last[0])
