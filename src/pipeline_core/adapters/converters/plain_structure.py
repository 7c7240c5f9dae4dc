"""Headings and clauses of a plain text, by how their lines stand.

Whoever types a text without marks gives a heading a line of its own, without a full stop, and a clause a line that
begins with its number. Read as markdown both would run into the lines below: "FEES 2.1 Fees are payable …".
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pipeline_core.domain.fluency import is_common_word

_TYPED_HEADING = re.compile(r"#{1,6} +\S")  # who types these has marked all of them
_MOST_CHARS, _MOST_WORDS = 80, 10
_NUMBERED = re.compile(r"(?P<number>\d{1,2})[.)]?[ \t]+(?=[^\W\d_])")
_SUB_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,3})+\.?[ \t]+(?=[^\W\d_]|[\"“«(])")
_OF_CHAPTERS = re.compile(r"第[一二三四五六七八九十百千\d]+[章编編篇部节節](?=\s)|제\s?\d+[장절편](?=\s)")
_CHAPTER = re.compile(r"[^\W\d_]{2,14} (?:\d{1,3}|[IVXL]{1,6})\.?")  # its title is the next line
_OF_CLAUSES = re.compile(r"第[一二三四五六七八九十百千\d]+[条條](?!第|の)|제\s?\d+조(?!제)")
# "Madde 3 -", "Art. 5.", "المادة 2:", "§ 4.": a word, a number, a mark; a text has several of them
_SERIES = re.compile(
    r"(?P<name>§|[^\W\d_]{1,12}\.?)[ \t]?\d{1,3}[a-z]?(?:\.?[ \t]?[-–—]+[ \t]|[.:：)](?!\d))[ \t]*(?=\S)"
)
_COUNTED = re.compile(r"(?P<name>[^\W\d_][^\s\d]{1,11}) (?P<number>\d{1,3}) (?=\S)")
_ITEM = re.compile(r"(?:[-*+•–—]|\(?[^\W_]{1,3}[).]|[（(][^\W_]{1,3}[）)])[ \t]*\S")
_SHORTEST = 8
"""Characters of a line with which a text begins."""
_LONG = 50
_MOST_LINES = 50
"""Of a paragraph that are looked at."""
_FIRST_OF_UNSPACED = 4
"""Characters of a word, as it were, where no blanks part words."""
_ENDS = ".!?。！？؟۔।"
_STOPS = ".,;:!?…。．，、；：！？؛،؟۔।-–—"
_QUOTES = "\"'”’»)]」』）"
_OPEN = "\"'“„«(「『（[¿¡"


def structure(lines: Sequence[str]) -> dict[int, str]:
    """Find what to write before some of the lines: the marks of a heading, or a line's end before a clause."""
    return {} if any(map(_TYPED_HEADING.match, lines)) else _Reader(lines).read()


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = [line.rstrip() for line in lines]
        self._widest = max(map(len, self._lines), default=0)
        told = [line for line in self._lines if _has_letters(line)]
        # of a text that is written in capitals altogether they say nothing
        self._shouts = sum(map(_in_capitals, told)) * 2 > len(told)
        names = Counter(match["name"] for line in told if (match := _SERIES.match(line)))
        self._series = {name for name, times in names.items() if times > 1}
        self._first = next((at for at, line in enumerate(self._lines) if _has_letters(line)), 0)
        self._counted = _counted(told)
        self._alone = self._titles_alone()
        self._marks: dict[int, str] = {}

    def read(self) -> dict[int, str]:
        numbered = self._numbered_titles()
        for at, line in enumerate(self._lines):
            if not _has_letters(line) or line[0].isspace():
                continue
            if at in numbered:
                self._marks[at] = "## "
            elif self._is_clause(line):
                if self._is_within(at):
                    self._marks[at] = "\n"
            elif self._is_heading(at):
                self._marks[at] = "## " if at > self._first else "# "
        return self._marks

    def _is_within(self, at: int) -> bool:
        """Return whether the line would continue the one above."""
        return at > 0 and self._lines[at - 1] != "" and not self._marks.get(at - 1, "").startswith("#")

    def _is_clause(self, line: str) -> bool:
        if _SUB_NUMBERED.match(line) or _OF_CLAUSES.match(line):
            return True
        match = _SERIES.match(line)
        if match is not None and match["name"] in self._series:
            return True
        match = _COUNTED.match(line)
        return match is not None and match["name"] in self._counted and not _may_be_title(line)

    def _is_heading(self, at: int) -> bool:
        line = self._lines[at]
        if self._is_within(at) or not _may_be_title(line) or _ITEM.match(line):
            return False
        if _OF_CHAPTERS.match(line):
            return True
        is_last = not any(map(_has_letters, self._lines[at + 1 : at + 4]))
        if _in_capitals(line) and not self._shouts and not is_last:
            return True
        if at and self._lines[at - 1]:  # of two headings the upper one names the kind of part
            return _CHAPTER.fullmatch(self._lines[at - 1]) is not None and not is_last
        if self._lines[at + 1 : at + 2] in ([], [""]):
            return not is_last and (at == self._first or at in self._alone)
        if _CHAPTER.fullmatch(line) and self._lines[at + 2 : at + 3] in ([], [""]):
            return _may_be_title(self._lines[at + 1])
        return self._has_text_below(at)

    def _has_text_below(self, at: int) -> bool:
        """Return whether a sentence or a list begins in the next line, though its first word had room in this one."""
        below = self._lines[at + 1]
        if not below.strip() or below[0].isspace() or not _begins(below):
            return False
        if _ITEM.match(below) or self._is_clause(below):
            return True
        first = below.split()[0] if " " in below else below[:_FIRST_OF_UNSPACED]
        if len(self._lines[at]) + 1 + len(first) > self._widest:
            return False
        if below.rstrip(_QUOTES)[-1] in _STOPS:
            return len(below) >= _SHORTEST
        return len(below) >= _LONG and _ends_sentence(self._paragraph(at + 1))  # lines of a verse are short

    def _titles_alone(self) -> frozenset[int]:
        """Lines between blank ones with a sentence or a list below; one alone may be anything."""
        blank = [-1, *(at for at, line in enumerate(self._lines) if not line)]
        found = []
        for above, below in pairwise(blank):
            at = above + 1
            if below != at + 1 or below + 1 >= len(self._lines) or not _may_be_title(self._lines[at]):
                continue
            following = self._paragraph(below + 1)
            if following and (_ITEM.match(following[0].lstrip()) or _ends_sentence(following[-1:])):
                found.append(at)
        return frozenset(found if len(found) > 1 else ())

    def _paragraph(self, at: int) -> list[str]:
        last = min(len(self._lines), at + _MOST_LINES)
        end = next((to for to in range(at, last) if not self._lines[to]), last)
        return self._lines[at:end]

    def _numbered_titles(self) -> set[int]:
        """Lines "1. DEFINITIONS" with text below. After an item of the same series such a line is the list's last."""
        found: set[int] = set()
        items: set[int] = set()
        for at, line in enumerate(self._lines):
            match = _NUMBERED.match(line)
            if match is None:
                continue
            number = int(match["number"])
            below = at + 1 if self._lines[at + 1 : at + 2] != [""] else at + 2
            is_title = (
                _may_be_title(line)
                and below < len(self._lines)
                and (
                    _SUB_NUMBERED.match(self._lines[below]) is not None
                    or (_NUMBERED.match(self._lines[below]) is None and self._has_text(at, below))
                )
            )
            if is_title and number - 1 not in items:
                found.add(at)
                items.discard(number)
            else:
                items.add(number)
        return found

    def _has_text(self, at: int, below: int) -> bool:
        return self._has_text_below(at) if below == at + 1 else _ends_sentence(self._paragraph(below))


def _counted(lines: Sequence[str]) -> frozenset[str]:
    """The words that begin lines with the numbers from one to three and more, without a mark: "ข้อ 1", "Rule 1"."""
    seen: dict[str, set[int]] = {}
    for line in lines:
        if match := _COUNTED.match(line):
            seen.setdefault(match["name"], set()).add(int(match["number"]))
    return frozenset(name for name, numbers in seen.items() if {1, 2, 3} <= numbers)


def _ends_sentence(paragraph: Sequence[str]) -> bool:
    return any(line != "" and line.rstrip(_QUOTES)[-1:] in _ENDS for line in paragraph)


def _has_letters(line: str) -> bool:
    return any(map(str.isalpha, line))


def _in_capitals(line: str) -> bool:
    return sum(map(str.isupper, line)) > 1 and not any(map(str.islower, line))


def _begins(line: str) -> bool:
    """Return whether a sentence may begin like this: not with a small letter."""
    bare = line.lstrip(_OPEN)
    return bool(bare) and not bare[0].islower()


def _may_be_title(line: str) -> bool:
    if not _has_letters(line) or not _begins(line) or len(line) > _MOST_CHARS or len(line.split()) > _MOST_WORDS:
        return False
    if re.search(r"[:：](?:\s|$)|[|\t>*_`]|\S {2,}\S|://|@", line):
        return False
    return line.rstrip(_QUOTES)[-1:] not in _STOPS and not is_common_word(line.split()[-1])
