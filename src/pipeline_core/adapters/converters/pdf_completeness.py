"""The proof that a page's markdown has all of the page's words, and the way back for lines that it lacks.

The parser leaves lines out of the markdown that it read itself: those that a stamp crosses, that lie in a drawing,
or that are set in slanted letters. Its list of text items has them, with their places.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from liteparse.types import TextItem

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.adapters.converters.squashed import Claims, Squashed, squash

_LINK = re.compile(r"\]\([^)\s]*\)")
_LOST = 0.3  # of its letters: more, and the line as a whole is missing
_BLOCK_END = re.compile(r"\n[ \t]*\n|\n*\Z")
_NO_PARAGRAPH = ("#", "|", ">", "```", "---")
_LINE_GAP = 1.8  # times the height of a line
_MOST_COMPARED = 2_000_000_000  # words of the page times characters of the markdown: about a second
_MOST_PLACED = 5_000_000  # missing lines times characters of the markdown
_WORD = 6  # characters, with its space


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its place."""

    text: str
    box: Box

    def continues(self, other: "Line") -> bool:
        """Return whether it may be the next line of the same paragraph."""
        gap, height = self.box.top - other.box.top, other.box.height
        same_size = abs(self.box.height - height) < 0.15 * height
        return same_size and 0 < gap < _LINE_GAP * height and self.box.shares_column(other.box)


def line(item: TextItem) -> Line:
    return Line(item.text, Box.of(item))


def missing_lines(markdown: str, lines: Sequence[Line]) -> list[Line]:
    """The lines of the page that the markdown has not, or not as often as the page."""
    page = Claims(_LINK.sub("]", markdown))
    unfound = [one for one in _longest_first(lines) if squash(one.text) and not page.claim(one.text)]
    missing = set()
    for one in unfound:
        words = [squash(word) for word in one.text.split()]
        found = [word for word in words if word and page.claim(word)]
        if sum(map(len, words)) - sum(map(len, found)) > _LOST * sum(map(len, words)):
            missing.add(one)
    return [one for one in lines if one in missing]


def missing_words(markdown: str, lines: Sequence[Line]) -> list[str]:
    """The words that the markdown has not, or not as often as the page."""
    page = Claims(_LINK.sub("]", markdown))
    unfound = [one for one in _longest_first(lines) if not page.claim(one.text)]
    words = [word for one in unfound for word in one.text.split()]
    return [word for word in sorted(words, key=len, reverse=True) if squash(word) and not page.claim(word)]


def is_too_large(markdown: str, lines: Sequence[Line]) -> bool:
    """Return whether comparing would take seconds: its time grows with the page's words times the markdown's length."""
    words = len(lines) + sum(len(one.text) for one in lines) // _WORD
    return words * len(markdown) > _MOST_COMPARED


def may_lack(markdown: str, lines: Sequence[Line]) -> bool:
    """The cheap look: enough letters in all, and every line found as often as it stands on the page."""
    said = squash(_LINK.sub("]", markdown))
    wanted = Counter(squash(one.text) for one in lines)
    if sum(len(text) * count for text, count in wanted.items()) > len(said):
        return True
    return any(said.count(text) < count if count > 1 else text not in said for text, count in wanted.items() if text)


def _longest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: len(one.text), reverse=True)


def put_back(markdown: str, missing: Sequence[Line], lines: Sequence[Line]) -> str:
    """The markdown with the missing lines at their places among the others, whole; too many stand at its end."""
    if len(missing) * (len(markdown) + len(missing)) > _MOST_PLACED:
        return "\n\n".join([markdown.rstrip(), *(one.text.strip() for one in missing)]).lstrip("\n")
    present = [one for one in lines if one not in missing]
    for paragraph in paragraphs(missing):
        markdown = _insert(markdown, paragraph, present)
        present += paragraph
    return markdown


def paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines grouped as they follow each other down the page."""
    groups: list[list[Line]] = []
    for one in lines:
        for group in groups:
            if one.box.is_beside(group[-1].box) or one.continues(group[-1]):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def joined(lines: Sequence[Line]) -> str:
    return " ".join(one.text.strip() for one in lines)


def _insert(markdown: str, paragraph: Sequence[Line], present: Sequence[Line]) -> str:
    first, text = paragraph[0], joined(paragraph)
    page = Squashed(markdown)
    box = first.box
    above = [one for one in present if one.box.bottom <= box.top + 0.4 * box.height and one.box.shares_column(box)]
    for anchor in sorted(above, key=lambda one: (-one.box.bottom, abs(one.box.left - box.left)))[:8]:
        if (span := page.only(squash(anchor.text))) is not None:
            return _after(markdown, span, text, inline=first.continues(anchor))
    below = [one for one in present if one.box.top >= paragraph[-1].box.top]
    for anchor in sorted(below, key=lambda one: (not one.box.shares_column(box), one.box.top))[:8]:
        if (span := page.only(squash(anchor.text))) is not None:
            return _before(markdown, span[0], text)
    return f"{markdown.rstrip()}\n\n{text}".lstrip("\n")


def _after(markdown: str, span: tuple[int, int], text: str, *, inline: bool) -> str:
    start, end = span
    line_start = markdown.rfind("\n", 0, start) + 1
    if inline and not markdown.startswith(_NO_PARAGRAPH, line_start):
        while end < len(markdown) and not markdown[end].isspace():
            end += 1
        return f"{markdown[:end]} {text}{markdown[end:]}"
    match = _BLOCK_END.search(markdown, end)
    end = match.start() if match else len(markdown)
    return f"{markdown[:end]}\n\n{text}{markdown[end:]}"


def _before(markdown: str, start: int, text: str) -> str:
    block = markdown.rfind("\n\n", 0, start)
    at = block + 2 if block >= 0 else 0
    return f"{markdown[:at]}{text}\n\n{markdown[at:]}"
