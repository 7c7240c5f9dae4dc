"""``> 40 %``, ``- 15 °C`` and ``12. May`` at the start of a line: a sign, a date, or a mark of a quote or a list.

Markdown takes them for marks. Who typed the line may have meant the words, and without them it says something else.
"""

import re
from collections.abc import Sequence

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


_Run = tuple[str, list[tuple[int, re.Match[str]]]]
"""Lines of one mark, one below the other."""


def unclear_signs(lines: Sequence[str]) -> frozenset[int]:
    """Find the lines whose first sign is unclear: a list mark, or else a minus sign or the day of a month."""
    return frozenset(at for mark, run in _runs(lines) for at in _unclear(mark, run))


def _unclear(mark: str, run: Sequence[tuple[int, re.Match[str]]]) -> list[int]:
    """A mark that stands before other words too is one. So is that of a list of amounts that are never negative."""
    numbered = [(at, match) for at, match in run if match["number"] and (mark != "." or match["number"][-1].isalpha())]
    may_be_negative = any(_MAY_BE_NEGATIVE.match(match.string, match.start("number")) for _, match in numbered)
    is_unclear = len(numbered) == len(run) and (mark == ">" or len(numbered) == 1 or may_be_negative)
    return [at for at, _ in numbered] if is_unclear else []


def _runs(lines: Sequence[str]) -> list[_Run]:
    """A list goes on over blank lines and indented text, and counts upwards."""
    runs: list[_Run] = []
    mark, last = "", 0
    for at, line in enumerate(lines):
        match = _MARK.match(line)
        own = (match["quote"] or match["item"] or match["stop"]) if match else ""
        count = int(match["count"] or 0) if match else 0
        goes_on = own == mark or (mark != ">" and (not line.strip() or line[:1] in " \t"))
        if not goes_on or (count and count != last + 1):
            mark = ""
        if match and own:
            if not mark:
                mark = own
                runs.append((mark, []))
            if own == mark:
                runs[-1][1].append((at, match))
                last = count
    return runs
