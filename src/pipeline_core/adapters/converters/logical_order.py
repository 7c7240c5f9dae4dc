"""Words of a line in a script that is read from right to left, in the order in which they are read.

The reverse of what a program does that shows such a text: the line as a whole is turned round, names and numbers in
other scripts within it are not. What the parser gives for a line is a mixture; what stands where is certain.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from pipeline_core.adapters.converters.boxes import Word
from pipeline_core.domain.layout import reads_leftwards

_JOINED = 0.07
"""In heights of a line: what stands no farther apart is one word. Spaces are twice as wide and more."""
_LEFTWARDS = (
    "\u0590-\u05ff\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06df-\u06ef\u06fa-\u08ff"
    "\ufb1d-\ufdff\ufe70-\ufefc"
)
"""Letters of such scripts with their marks; their digits and stops are not among them."""
_SEGMENT = re.compile(rf"(\d+(?:[.,:/٫٬-]\d+)*)|([{_LEFTWARDS}]+)|([^\W\d_{_LEFTWARDS}]+)|(.)", re.DOTALL)
_OPENING, _CLOSING = "([{«", ")]}»"
_STOPS = ".,:;،؛؟!"
_OF_A_WORD = "/\\@$~_<>+#=&*%-"
"""Marks that belong to the name or number in another script that they touch, as those of addresses do."""
_PERSIAN = frozenset("پچژگکی")
_JOINS_NOTHING = frozenset("اآأإٱدذرزژوؤةىء")
_APART = "\u200c"
"""Between letters of one word that do not join, as Persian writes its endings."""


class _Way(Enum):
    LEFTWARDS = auto()
    RIGHTWARDS = auto()
    NUMBER = auto()
    NEITHER = auto()


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a word that runs one way; ``joint`` is what stands before it, seen from the left."""

    text: str
    way: _Way
    joint: str


def is_leftwards(text: str) -> bool:
    """Return whether most of its words are in a right-to-left script."""
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    return not text.isascii() and 2 * sum(map(reads_leftwards, words)) > len(words)


def in_logical_order(words: Sequence[Word], said: str = "") -> str:
    """The line's text. ``said`` is what the parser has for it: what stands close is two words where that parts them."""
    placed = _with_marks(sorted(words, key=lambda word: word.box.middle[0]))
    segments = [one for at, word in enumerate(placed) for one in _segments(word, placed[at - 1] if at else None, said)]
    runs = _runs(segments)[::-1]
    joints = ["", *(run[0].joint for run in runs)]  # seen from the right they stand behind their runs
    text = "".join(
        joint + run[0].text + "".join(one.joint + one.text for one in run[1:])
        for joint, run in zip(joints, runs, strict=False)
    )
    return _with_brackets(text)


def _with_marks(words: Sequence[Word]) -> list[Word]:
    """The words, each with the vowel marks that stand over it."""
    found: list[Word] = []
    marks: list[Word] = []
    for word in words:
        (marks if all(map(is_mark, word.text)) else found).append(word)
    for mark in marks:
        at = mark.box.middle[0]
        near = min(found, key=lambda word: max(word.box.left - at, at - word.box.right), default=None)
        if near is not None:
            found[found.index(near)] = replace(near, text=near.text + mark.text)
    return found


def is_mark(char: str) -> bool:
    """Return whether it is a vowel mark or the like, which stands over a letter."""
    return unicodedata.category(char) == "Mn"


def _segments(word: Word, before: Word | None, said: str) -> list[_Segment]:
    found: list[_Segment] = []
    joint = _joint(before, word, said) if before is not None else ""
    for match in _SEGMENT.finditer(word.text):
        text = match[0]
        if found and all(map(is_mark, text)):
            found[-1] = replace(found[-1], text=found[-1].text + text)
            continue
        way = _way(match)
        if found and way is found[-1].way and way is not _Way.NEITHER:
            found[-1] = replace(found[-1], text=found[-1].text + text)
        else:
            found.append(_Segment(text, way, joint))
            joint = ""
    return found


def _way(segment: re.Match[str]) -> _Way:
    if segment[1]:
        return _Way.NUMBER
    if segment[2] or (segment[4] and reads_leftwards(segment[4])):
        return _Way.LEFTWARDS
    return _Way.RIGHTWARDS if segment[3] else _Way.NEITHER


def _joint(left: Word, right: Word, said: str) -> str:
    """Return the separator between two neighbouring words of the line."""
    gap = right.box.left - left.box.right
    if gap >= _JOINED * max(left.box.height, right.box.height) or f"{right.text} {left.text}" in said:
        return " "
    last, first = right.text[-1:], next(filter(str.isalpha, left.text), "")
    joins = reads_leftwards(last) and last not in _JOINS_NOTHING and reads_leftwards(first)
    return _APART if joins and _PERSIAN & set(said) else ""


def _runs(segments: Sequence[_Segment]) -> list[list[_Segment]]:
    """The segments in groups, from left to right; those of one group are read from left to right."""
    runs: list[list[_Segment]] = []
    at = 0
    while at < len(segments):
        end = _end_of_run(segments, at)
        runs.append(list(segments[at:end]))
        at = end
    return runs


def _end_of_run(segments: Sequence[_Segment], start: int) -> int:
    first = start
    while _is_of_word(segments, first) and first + 1 < len(segments) and not segments[first + 1].joint:
        first += 1
    if segments[first].way not in (_Way.RIGHTWARDS, _Way.NUMBER):
        return start + 1
    end = first + 1
    for at in range(end, len(segments)):
        one = segments[at]
        # a stop that stands before a word is the end of the text to its right
        if one.way is _Way.LEFTWARDS or (one.joint and (one.text in _STOPS or segments[first].way is _Way.NUMBER)):
            break
        if one.way is not _Way.NEITHER or (at == end and not one.joint and _is_of_word(segments, at)):
            end = at + 1
    return end


def _is_of_word(segments: Sequence[_Segment], at: int) -> bool:
    return segments[at].way is _Way.NEITHER and segments[at].text in _OF_A_WORD


def _with_brackets(text: str) -> str:
    """Each bracket open where a word follows it, and closed where one ends: some were mirrored, others not."""
    found = list(text)
    for at, char in enumerate(text):
        if char not in _OPENING + _CLOSING:
            continue
        after_word, before_word = text[at - 1 : at].strip() if at else "", text[at + 1 : at + 2].strip()
        is_open = bool(before_word) and not after_word
        is_closed = bool(after_word) and not (before_word and before_word.isalnum())
        kind = _OPENING.find(char) if char in _OPENING else _CLOSING.find(char)
        if is_open != is_closed:
            found[at] = (_OPENING if is_open else _CLOSING)[kind]
    return "".join(found)
