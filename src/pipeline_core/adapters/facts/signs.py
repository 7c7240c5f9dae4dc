"""``> 40 %``, ``- 15 °C`` and ``12. May`` at the start of a line: a sign, a date, or a mark of a quote or a list.

Markdown takes them for marks. Who typed the line may have meant the words, and without them it says something else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_MONTHS = (
    "Jan(?:uar[iy]?)?|Feb(?:ruar[iy]?)?|M[aä]r(?:ch|z)?|Apr(?:il)?|Ma[iy]|Jun[ei]?|Jul[iy]?|Aug(?:ust)?|Sept?(?:ember)?"
    "|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?"
)
_MARK = re.compile(
    r"[ \t]*(?:(?P<quote>>)(?:[ \t]*>)*[ \t]?|(?P<item>[-+])[ \t]+|(?P<count>\d{1,3})(?P<stop>[.)])[ \t]+)"
    rf"(?P<number>[ \t]*[$€£¥]?[.,]?\d|(?<=\d\. )(?:{_MONTHS})\b)?"
)
# Of what may be below nothing; several amounts of money in a row are a list.
_MAY_BE_NEGATIVE = re.compile(
    r"[\d.,]+ ?(?:[°℃℉%‰]|per ?cent\b|(?:dB[a-z]?|[mkM]?V|[mµk]?A|m?bar|[kcmµ]?m|K|C|F|eV)\b)"
)


@dataclass(slots=True)
class _Run:
    """Lines of one mark, one below the other."""

    mark: str
    numbered: list[int] = field(default_factory=list)
    others: int = 0
    count: int = 0
    may_be_negative: bool = False

    def take(self, at: int, line: str, match: re.Match[str]) -> None:
        if match["number"] and (self.mark != "." or not match["number"][-1].isdigit()):
            self.numbered.append(at)
            self.may_be_negative |= _MAY_BE_NEGATIVE.match(line, match.start("number")) is not None
        else:
            self.others += 1

    @property
    def is_unclear(self) -> bool:
        """A mark that stands before other words too is one. So is that of a list of amounts that are never negative."""
        if self.others:
            return False
        return self.mark == ">" or len(self.numbered) == 1 or self.may_be_negative


def unclear_signs(lines: Sequence[str]) -> frozenset[int]:
    """Find the lines whose first sign is unclear: a list mark, or else a minus sign or the day of a month."""
    return frozenset(at for run in _runs(lines) if run.is_unclear for at in run.numbered)


def _runs(lines: Sequence[str]) -> Iterator[_Run]:
    run: _Run | None = None
    for at, line in enumerate(lines):
        match = _MARK.match(line)
        mark = (match["quote"] or match["item"] or match["stop"]) if match else ""
        if run and mark != run.mark and not _goes_on(run, line):
            yield run
            run = None
        count = int(match["count"] or 0) if match else 0
        if run and count and count != run.count + 1:
            yield run
            run = None
        if match and mark:
            run = run or _Run(mark)
            if mark == run.mark:
                run.take(at, line, match)
                run.count = count
    if run:
        yield run


def _goes_on(run: _Run, line: str) -> bool:
    """Return whether the line continues the run: a list goes on over blank lines and indented text."""
    if run.mark == ">":
        return False
    return not line.strip() or line[:1] in " \t"
