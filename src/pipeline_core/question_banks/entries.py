"""The lines of one entry -> question, answer and metadata, or what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline_core.domain.reasons import UNSTORABLE, is_blank
from pipeline_core.question_banks import lines as line_kinds
from pipeline_core.question_banks.lines import Start, Style

MAX_CHARS = 50_000
DEFAULT_KIND = "question"
_MAX_WORD = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """A question as the bank has it; ``line_from`` and ``line_to`` count from 1 and include both ends."""

    question: str
    answer: str
    topic: str | None
    subtopic: str | None
    kind: str
    difficulty: str | None
    notes: str | None
    line_from: int
    line_to: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem on a line, and its remedy. ``is_left_out`` says whether an entry is missing because of it."""

    line: int
    what: str
    action: str
    is_left_out: bool = True


@dataclass(frozen=True, slots=True)
class Body:
    """An entry's first line, its index in the file, and the lines below."""

    start: Start
    first: int
    lines: Sequence[str]
    in_code: Sequence[bool]


@dataclass(slots=True)
class _Parts:
    before: list[str] = field(default_factory=list)
    answer: list[str] | None = None
    choices: list[tuple[bool, str]] = field(default_factory=list)
    metadata: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def assemble(
    body: Body, *, topic: str | None, subtopic: str | None, defaults: Mapping[str, str], broken: Sequence[int]
) -> tuple[Entry | None, list[Problem]]:
    """The entry, or None with the reason among the problems. ``broken`` are lines that open an endless code block."""
    parts = _split(body)
    question, answer = _question_and_answer(body.start, parts)
    metadata = {
        key: " ".join(values) if key != "notes" else "\n".join(values) for key, values in parts.metadata.items()
    }
    metadata = {**{key: value for key, value in defaults.items() if value}, **metadata}
    entry = Entry(
        question,
        answer,
        topic,
        subtopic,
        re.sub(r"[\W_]+", "_", metadata.get("kind", "").lower()).strip("_") or _kind(parts),
        metadata.get("difficulty", "").lower() or None,
        metadata.get("notes") or None,
        body.first + 1,
        body.first + 1 + len(body.lines),
    )
    wrong = _wrong(entry, parts, broken)
    return (None if wrong else entry), [*parts.problems, *wrong]


def _split(body: Body) -> _Parts:
    """Sort the lines into what comes before the answer, the answer, choices and metadata."""
    parts = _Parts()
    lines = _dedented(body)
    following = _following(lines)
    in_notes = beside_metadata = False
    for i, (line, in_code) in enumerate(zip(lines, body.in_code, strict=True)):
        here = parts.before if parts.answer is None else parts.answer
        if in_code or (line.startswith(("    ", "\t")) and not in_notes):
            in_notes = False
            here.append(line)
        elif meta := line_kinds.metadata(line):
            in_notes, beside_metadata = _note(parts, *meta, line=body.first + 2 + i), True
            continue
        elif beside_metadata and (notes := line_kinds.bare_notes(line)) is not None:
            in_notes = _note(parts, "notes", notes, line=body.first + 2 + i)
        elif parts.answer is None and (text := line_kinds.answer_label(line, following[i])) is not None:
            in_notes, parts.answer = False, [text] if text else []
        elif parts.answer is None and (found := line_kinds.choice(line)):
            in_notes = False
            parts.choices.append(found)
        elif in_notes and line.strip():
            parts.metadata["notes"].append(line.strip())
        else:
            in_notes = False
            here.append(line)
        beside_metadata = beside_metadata and not line.strip()
    return parts


def _note(parts: _Parts, key: str, value: str, *, line: int) -> bool:
    """Record metadata; answers whether the lines that follow may go on with it."""
    if key == "notes":
        parts.metadata.setdefault(key, []).extend([value] if value else [])
        return True
    if not value or len(value) > _MAX_WORD:
        what = f"no value for {key}" if not value else f"{key} is longer than {_MAX_WORD} characters"
        parts.problems.append(Problem(line, what, "Give it in a word or two, or take the line out.", is_left_out=False))
    elif key in parts.metadata:
        parts.problems.append(
            Problem(line, f"a second {key}: the first one counts", "Take one of them out.", is_left_out=False)
        )
    else:
        parts.metadata[key] = [value]
    return False


def _following(lines: Sequence[str]) -> list[str]:
    """For each line, the next one that is not blank."""
    found = [""] * len(lines)
    for i in range(len(lines) - 2, -1, -1):
        found[i] = lines[i + 1] if lines[i + 1].strip() else found[i + 1]
    return found


def _dedented(body: Body) -> list[str]:
    """Below a numbered question the answer is often indented as a list item's text is: without that indentation."""
    if body.start.style is not Style.NUMBERED:
        return list(body.lines)
    widths = [len(line) - len(line.lstrip(" ")) for line in body.lines if line.strip()]
    width = min([*widths, max(body.start.indent, 4)], default=0)
    return [line[width:] if line.strip() else line for line in body.lines]


def _question_and_answer(start: Start, parts: _Parts) -> tuple[str, str]:
    before, question = _trimmed(parts.before), [start.text] if start.text else []
    if not question and before:
        labelled = line_kinds.labelled_start(before[0])
        question, before = [labelled.text if labelled else line_kinds.unbold(before[0])], before[1:]
    if parts.answer is not None:
        question += before
        answer = _trimmed(parts.answer)
    else:
        blank = next((i for i, line in enumerate(before) if not line.strip()), 0)
        if question and not line_kinds.asks(question[-1]) and start.style is not Style.HEADING and not parts.choices:
            question, before = question + before[:blank], before[blank:]
        answer = [text for is_right, text in parts.choices if is_right]
        rest = _trimmed(before)
        answer += ["", *rest] if answer and rest else [] if parts.choices else rest
    question = _trimmed(question)
    if parts.choices:
        question += ["", *(f"- [ ] {text}" for _, text in parts.choices)]
    return "\n".join(question), "\n".join(answer)


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Without blank lines at either end."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []


def _kind(parts: _Parts) -> str:
    lettered = sum(line_kinds.is_lettered(line) for line in parts.before) if parts.answer is not None else 0
    return "multiple_choice" if parts.choices or lettered > 1 else DEFAULT_KIND


def _wrong(entry: Entry, parts: _Parts, broken: Sequence[int]) -> list[Problem]:
    """Why the entry cannot be staged."""
    line = entry.line_from
    if broken:
        return [
            Problem(at + 1, "a code block is opened and never closed", "Close it with ``` on a line.") for at in broken
        ]
    whole = "".join(filter(None, (entry.question, entry.answer, entry.notes, entry.topic, entry.subtopic)))
    if UNSTORABLE.search(whole):
        return [Problem(line, "a character that cannot be stored (NUL or half a pair)", "Take it out.")]
    if len(whole) > MAX_CHARS:
        return [
            Problem(line, f"longer than {MAX_CHARS:,} characters", "Split it, or see whether headings are missing.")
        ]
    if is_blank(entry.question) or not any(map(str.isalnum, entry.question)):
        return [Problem(line, "a question without words", "Write the question on this line, or take it out.")]
    if is_blank(entry.answer):
        if parts.choices:
            return [Problem(line, "no choice is marked as correct", "Mark it with [x], or add a line Answer: …")]
        return [Problem(line, "a question without an answer", "Write the answer below it, or after a label A:")]
    return []
