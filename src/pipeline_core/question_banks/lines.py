"""Classification of single lines of a question bank: heading, label, metadata, choice, part of a code block."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_core.domain.markdown_lines import RULE, Heading


class Style(StrEnum):
    """Style in which a question is marked."""

    HEADING = "heading"
    LABEL = "label"
    NUMBERED = "numbered"


@dataclass(frozen=True, slots=True)
class Start:
    """The first line of an entry. ``level`` is the heading's, ``number`` that of a numbered question, ``indent`` the
    width of its marker; ``is_labelled`` says that the word Question or Q stands there."""

    style: Style
    text: str
    level: int = 0
    number: int = 0
    indent: int = 0
    is_labelled: bool = False


# Quantifiers that could be tried twice over the same blanks are possessive: linear on any line.
_BOLD = r"(?:\*\*|__|\*|_)?"
_QUESTION = re.compile(
    rf"{_BOLD}(?:q(?:uestion)?(?:[ \t]*+\d+)?[ \t]*+{_BOLD}[ \t]*+:|q[ \t]*+\d*[.)])[ \t]*+{_BOLD}[ \t]*+(.*)\Z",
    re.IGNORECASE,
)
_BARE_QUESTION = re.compile(r"question[ \t]*+#?\d*[ \t]*+[-–.:]?[ \t]*+(.*)\Z", re.IGNORECASE)
_BULLET = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]++")
_NUMBER = re.compile(r" ?(?P<bold>\*\*|__)?(?P<number>\d{1,9})[.)][ \t]++(?P<text>\S.*)\Z")
_ANSWER = re.compile(
    rf"\s*+(?:[-*+][ \t]++)?{_BOLD}(?P<key>a|ans|answer|correct answer)(?:[ \t]*+\d+)?[ \t]*+{_BOLD}[ \t]*+:"
    rf"[ \t]*+{_BOLD}[ \t]*+(?P<text>.*)\Z",
    re.IGNORECASE,
)
_OPTION_B = re.compile(rf"\s*+(?:[-*+][ \t]++)?{_BOLD}b[ \t]*+{_BOLD}[ \t]*+:", re.IGNORECASE)
_LETTERED = re.compile(r"\s*+(?:[-*+][ \t]++)?(?:\(?[a-h][.)]|[a-h]:)[ \t]++\S", re.IGNORECASE)
_CHOICE = re.compile(r"\s*+[-*+][ \t]++\[(?P<mark>[ xX])\][ \t]++(?P<text>\S.*)\Z")
_KEYS = {
    "difficulty": "difficulty",
    "level": "difficulty",
    "type": "kind",
    "question type": "kind",
    "notes for tutor": "notes",
    "notes for the tutor": "notes",
    "note for tutor": "notes",
    "note for the tutor": "notes",
    "tutor notes": "notes",
    "tutor note": "notes",
}
_META = re.compile(
    rf"\s*+(?:[-*+][ \t]++)?{_BOLD}(?P<key>{'|'.join(sorted(_KEYS, key=len, reverse=True))})[ \t]*+{_BOLD}[ \t]*+:"
    rf"[ \t]*+{_BOLD}(?P<value>.*)\Z",
    re.IGNORECASE,
)
_BARE_NOTES = re.compile(
    rf"\s*+(?:[-*+][ \t]++)?{_BOLD}notes?[ \t]*+{_BOLD}[ \t]*+:[ \t]*+{_BOLD}(?P<value>.*)\Z", re.IGNORECASE
)
_RULE = re.compile(rf" {{0,3}}{RULE}\Z")
_FENCE = re.compile(
    r"[ \t]*+(?:>[ \t]*+)*+(?P<item>(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)++)?(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)\Z"
)


def question_heading(found: Heading) -> Start | None:
    """A heading that is a question: it says so, or ends as one does (from the second level on)."""
    if found.level < 2:
        return None
    labelled = _QUESTION.match(found.title) or _BARE_QUESTION.match(found.title)
    if labelled and (labelled.re is _QUESTION or not labelled[1] or found.title[len("question")] in " \t#-–.:"):
        return Start(Style.HEADING, unbold(labelled[1]), found.level, is_labelled=True)
    numbered = _NUMBER.match(found.title)
    text = unbold(numbered["text"] if numbered else found.title)
    return Start(Style.HEADING, text, found.level) if asks(text) else None


def labelled_start(line: str) -> Start | None:
    """``Q: …``, ``**Question 3:** …``, also behind a bullet or a number."""
    bullet = _BULLET.match(line)
    rest = line[bullet.end() :] if bullet else line
    match = _QUESTION.match(rest if bullet else rest.lstrip(" ")) if len(rest) - len(rest.lstrip(" ")) < 4 else None
    return Start(Style.LABEL, unbold(match[1]), is_labelled=True) if match else None


def numbered_start(line: str) -> Start | None:
    """``1. …``, ``1) …``, ``**1. …**``."""
    match = _NUMBER.match(line)
    if match is None:
        return None
    text = unbold((match["bold"] or "") + match["text"])
    return Start(Style.NUMBERED, text, number=int(match["number"]), indent=match.start("text"))


def asks(text: str) -> bool:
    """Returns whether the text ends as a question does."""
    return text.rstrip("*_ \t").endswith("?")


def answer_label(line: str, next_line: str) -> str | None:
    """Returns the text after ``A:`` or ``Answer:``; None without such a label, or where A is the first of choices."""
    match = _ANSWER.match(line)
    if match is None or (match["key"].lower() == "a" and _OPTION_B.match(next_line)):
        return None
    return closed_bold(match["text"], line)


def metadata(line: str) -> tuple[str, str] | None:
    """(``difficulty``, ``kind`` or ``notes``; value)."""
    match = _META.match(line)
    return (_KEYS[match["key"].lower()], closed_bold(match["value"].strip(), line)) if match else None


def bare_notes(line: str) -> str | None:
    """Returns the text after ``Notes:``: for the tutor beside other metadata, part of an answer anywhere else."""
    match = _BARE_NOTES.match(line)
    return closed_bold(match["value"].strip(), line) if match else None


def choice(line: str) -> tuple[bool, str] | None:
    """(whether it is marked as right, its text)."""
    match = _CHOICE.match(line)
    return (match["mark"] != " ", match["text"].rstrip()) if match else None


def is_lettered(line: str) -> bool:
    return _LETTERED.match(line) is not None


def is_rule(line: str) -> bool:
    return _RULE.match(line) is not None


def unbold(text: str) -> str:
    """The text without the emphasis that is around all of it, or that was opened before it."""
    text = text.strip()
    for mark in ("**", "__"):
        if text.startswith(mark) and text.endswith(mark) and len(text) > 4 and text.count(mark) == 2:
            return text[2:-2].strip()
        if text.endswith(mark) and text.count(mark) % 2:
            return text[:-2].strip()
    return text


def closed_bold(text: str, line: str) -> str:
    """``text``, the end of ``line``, without a closing mark whose opening one stands before it."""
    for mark in ("**", "__"):
        if text.endswith(mark) and text.count(mark) % 2 and line.count(mark) % 2 == 0:
            return text[:-2].rstrip()
    return text


def code_lines(lines: Sequence[str]) -> tuple[list[bool], set[int]]:
    """Return which lines are in fenced code blocks (fences included), and which open one that is never closed.

    This differs from CommonMark (see ``domain.fences``), where a block that is not closed takes the rest along: a fence
    with a language inside a block of the same fence means that the outer one was never closed, and so does its end.
    """
    inside = [False] * len(lines)
    unclosed: set[int] = set()
    opened: int | None = None
    mark = ""
    for i, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None or (fence["item"] and opened is not None):
            continue
        info = fence["info"].strip()
        if opened is None:
            opened, mark = i, fence["mark"]
        elif fence["mark"].startswith(mark) and not info:
            inside[opened : i + 1] = [True] * (i + 1 - opened)
            opened = None
        elif fence["mark"] == mark:
            unclosed.add(opened)
            opened = i
    if opened is not None:
        unclosed.add(opened)
    return inside, unclosed
