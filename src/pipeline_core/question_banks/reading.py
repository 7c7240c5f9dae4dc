"""A question bank in markdown -> its questions, and what is wrong with it, line by line.

Topics and subtopics are headings. A question is a heading (``### Question 3: …``, or one that ends in ``?``), a label
(``Q: …``) or a number (``1. …``); its answer follows, after ``A:`` or ``Answer:`` or just below, and goes on to the
next question or heading, code blocks and tables as they are. ``Difficulty:``, ``Type:`` and ``Notes for tutor:`` are
metadata of their question, or of a whole section when they stand above its first question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline_core.domain.markdown_lines import Heading, heading_of
from pipeline_core.question_banks import lines as line_kinds
from pipeline_core.question_banks.entries import Body, Entry, Problem, assemble
from pipeline_core.question_banks.lines import Start, Style

__all__ = ["Bank", "Entry", "Problem", "Role", "parse"]


_WITHIN = "a numbered question, taken for a part of the question above it"


class Role(StrEnum):
    """Role of a line in the bank."""

    ENTRY = "entry"
    HEADING = "heading"
    METADATA = "metadata"
    PROBLEM = "problem"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Bank:
    """``roles`` has one entry for each line of the file."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    roles: tuple[Role, ...]


@dataclass(slots=True)
class _Block:
    """Lines [first, end) of an entry, and where it stands."""

    start: Start
    first: int
    path: tuple[Heading, ...]
    defaults: dict[str, str]
    end: int = 0
    list_number: int = 0


@dataclass(slots=True)
class _Scan:
    """Cuts the lines into entries."""

    lines: Sequence[str]
    in_code: Sequence[bool]
    blocks: list[_Block] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    path: tuple[Heading, ...] = ()
    defaults: dict[str, str] = field(default_factory=dict)
    open: _Block | None = None

    def run(self, first: int) -> None:
        self.roles = [Role.IGNORED] * len(self.lines)
        for i in range(first, len(self.lines)):
            self._take(i)
        self._close(len(self.lines))

    def _take(self, i: int) -> None:
        if not self.in_code[i]:
            if found := heading_of(self.lines[i]):
                if self._is_in_answer(found):
                    return
                if (start := line_kinds.question_heading(found)) and self._is_question(start, i):
                    self._begin(start, i)
                else:
                    self._section(found, i)
                return
            start = line_kinds.labelled_start(self.lines[i]) or line_kinds.numbered_start(self.lines[i])
            if start and self._begins(start, i):
                self._begin(start, i)
                return
        if self.open is None:
            self._outside(i)

    def _is_in_answer(self, found: Heading) -> bool:
        """A heading below a question's own belongs to its answer, unless it says that it is a question."""
        if self.open is None or self.open.start.style is not Style.HEADING or found.level <= self.open.start.level:
            return False
        start = line_kinds.question_heading(found)
        return start is None or not start.is_labelled

    def _is_question(self, start: Start, i: int) -> bool:
        """On the second level a question mark may be a topic's: then headings or questions follow at once."""
        if start.level > 2 or start.is_labelled:
            return True
        following = next((j for j in range(i + 1, len(self.lines)) if self.lines[j].strip()), None)
        if following is None or self.in_code[following]:
            return True
        line = self.lines[following]
        return not (heading_of(line) or line_kinds.labelled_start(line))

    def _begins(self, start: Start, i: int) -> bool:
        """Returns whether a labelled or numbered line begins an entry, rather than going on with the open one."""
        block = self.open
        if block is None:
            return True
        body = range(block.first + 1, i)
        has_body = any(self.lines[j].strip() for j in body)
        if start.style is Style.LABEL:
            return has_body or bool(block.start.text)
        after_blank = not self.lines[i - 1].strip()
        if after_blank and line_kinds.asks(start.text) and has_body:
            following = line_kinds.numbered_start(self.lines[i + 1]) if i + 1 < len(self.lines) else None
            if following is None or following.number != start.number + 1:
                return True
        if block.start.style is not Style.NUMBERED:
            if not has_body and line_kinds.asks(start.text):
                self.problems.append(Problem(i + 1, _WITHIN, "If it is one of its own, put Q: in front.", False))
            return False
        is_next_item = block.list_number == start.number - 1 and (start.number == 1 or block.list_number > 0)
        if start.number == block.start.number + 1:
            goes_on = not after_blank or (line_kinds.asks(block.start.text) and not line_kinds.asks(start.text))
            if not (is_next_item and goes_on):
                return True
        elif not is_next_item and start.number > block.start.number and after_blank:
            return True
        block.list_number = start.number
        return False

    def _begin(self, start: Start, i: int) -> None:
        self._close(i)
        self.open = _Block(start, i, self.path, dict(self.defaults))

    def _section(self, found: Heading, i: int) -> None:
        self._close(i)
        self.roles[i] = Role.HEADING
        self.path = (*(above for above in self.path if above.level < found.level), found)
        self.defaults = {}

    def _outside(self, i: int) -> None:
        if self.in_code[i]:
            return
        if meta := line_kinds.metadata(self.lines[i]):
            self.roles[i] = Role.METADATA
            self.defaults[meta[0]] = meta[1]
        elif line_kinds.answer_label(self.lines[i], "") is not None:
            self.roles[i] = Role.PROBLEM
            self.problems.append(Problem(i + 1, "an answer without a question", "Put its question above it."))

    def _close(self, end: int) -> None:
        if self.open is None:
            return
        first = self.open.first
        while end - 1 > first and (not self.lines[end - 1].strip() or self._parts(end - 1)):
            end -= 1
        self.open.end = end
        self.blocks.append(self.open)
        self.open = None

    def _parts(self, i: int) -> bool:
        return not self.in_code[i] and line_kinds.is_rule(self.lines[i])


def parse(text: str) -> Bank:
    """Read a question bank. Never raises: what cannot be read is a problem, and the rest is read all the same."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    in_code, unclosed = line_kinds.code_lines(lines)
    scan = _Scan(lines, in_code)
    scan.run(_front_matter(lines))
    title = _title(scan.blocks)
    entries: list[Entry] = []
    problems = list(scan.problems)
    for block in scan.blocks:
        topic, subtopic = _topics(block.path, title)
        body = Body(block.start, block.first, lines[block.first + 1 : block.end], in_code[block.first + 1 : block.end])
        broken = sorted(line for line in unclosed if block.first <= line < block.end)
        entry, found = assemble(body, topic=topic, subtopic=subtopic, defaults=block.defaults, broken=broken)
        problems += found
        if entry is not None:
            entries.append(entry)
        role = Role.PROBLEM if entry is None else Role.ENTRY
        scan.roles[block.first : block.end] = [role] * (block.end - block.first)
    return Bank(tuple(entries), tuple(sorted(problems, key=lambda problem: problem.line)), tuple(scan.roles))


def _front_matter(lines: Sequence[str]) -> int:
    """The first line after YAML front matter."""
    if lines[0].strip() != "---":
        return 0
    end = next((i for i in range(1, len(lines)) if lines[i].strip() in ("---", "...")), None)
    is_yaml = end is not None and all(":" in line or line[:1] in " -#" for line in lines[1:end] if line)
    return end + 1 if end is not None and is_yaml else 0


def _title(blocks: Sequence[_Block]) -> Heading | None:
    """The file's one heading of the first level, where there are two more levels below it: no topic, but a title."""
    tops = {id(block.path[0]): block.path[0] for block in blocks if block.path}
    deep = any(len(block.path) > 2 for block in blocks)
    return next(iter(tops.values())) if deep and len(tops) == 1 else None


def _topics(path: Sequence[Heading], title: Heading | None) -> tuple[str | None, str | None]:
    below = [found.title for found in path if found is not title and found.title]
    if not below:
        return (title.title if title else None), None
    return below[0], (below[-1] if len(below) > 1 else None)
