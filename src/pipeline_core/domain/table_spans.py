"""Words in a table's header that stand over several columns, where a conversion put them somewhere over those."""

import re
from collections.abc import Sequence
from itertools import takewhile

from pipeline_core.domain.cut_ends import CUT_END

Row = Sequence[str]
_A_SERIES = 4
_OFF_MIDDLE = 2
CONTINUED = re.compile(
    r"\s*[-–—(\[,:（]\s*(?:continued|contd|cont[.'’]?d?|fortsetzung|forts\.|suite|continuación|continuação|continuazione"
    r"|segue|vervolg|lanjutan|продолжение|συνέχεια|续表?|續)\W*\Z",
    re.IGNORECASE,
)
"""A table's part on another page repeats what stands over its columns."""


def is_torn(upper: Row, lower: Row) -> bool:
    """Returns whether the cells after the first are one phrase torn apart: ``| | THRESHOLD FOR | RELEASES |``.

    A cell that ends in "for" may as well go on in the row below: not where "to air" stands there.
    """
    filled = [at for at in range(1, len(upper)) if upper[at]]
    if upper[0] or len(filled) < 2 or filled[-1] - filled[0] != len(filled) - 1:
        return False
    return any(CUT_END.search(f" {upper[at]}") and _begins_anew(lower[at]) for at in filled[:-1])


def _begins_anew(cell: str) -> bool:
    return CUT_END.search(f" {cell.partition(' ')[0]}") is not None


def spread_over(upper: Row, lower: Row) -> list[str] | None:
    """The upper row with its words over each column that they span; None where that cannot be told.

    It can where the names below repeat, once for each of the phrases above ("harm, leak" twice below two models), and
    where a single phrase stands in the middle above all of them.
    """
    filled = [at for at in range(1, len(upper)) if upper[at]]
    if not filled or not all(lower[1:]):
        return None
    torn = is_torn(upper, lower)
    phrases = [" ".join(upper[at] for at in filled)] if torn else [upper[at] for at in filled]
    count = len(lower) - 1
    if len(phrases) > 1:
        period, rest = divmod(count, len(phrases))
        if rest or len(set(phrases)) < len(phrases) or list(lower[1:]) != list(lower[1 : 1 + period]) * len(phrases):
            return None
        if any(not 1 + period * at <= column <= period * (at + 1) for at, column in enumerate(filled)):
            return None
        return [upper[0], *(phrase for phrase in phrases for _ in range(period))]
    before, behind = filled[0] - 1, count - filled[-1]
    if _are_periods(lower[1:]) and not torn:
        # alone above one series, it is for all of it: a cell away from the middle is how PDFs have it
        return [upper[0], *[CONTINUED.sub("", phrases[0])] * count] if abs(before - behind) <= _OFF_MIDDLE else None
    return [upper[0], *phrases * count] if abs(before - behind) <= torn else None


def _are_periods(names: Row) -> bool:
    """Returns whether the names are years or similar periods in ascending order."""
    found = [_PERIOD.fullmatch(name) for name in names]
    tails = [match["tail"] for match in found if match and not match["span"]]
    return len(tails) == len(names) >= _A_SERIES and tails == sorted(set(tails))


def spread_in_runs(upper: Row, lower: Row) -> list[str]:
    """The upper row with a phrase in the middle of named columns over each of them, where it is the only one there.

    Columns that the lower row names stand side by side; one that it does not name has its name in the upper row, and
    parts them from others: "Cycle | Distance | | Savings | |" above "| | speed | stops | idling |".
    """
    spread = list(upper)
    at = 1
    while at < len(lower):
        end = next((end for end in range(at, len(lower)) if not lower[end]), len(lower))
        filled = [column for column in range(at, end) if upper[column]]
        if at > 1 and len(filled) == 1 and abs((filled[0] - at) - (end - 1 - filled[0])) <= 1:
            spread[at:end] = [upper[filled[0]]] * (end - at)
        at = end + 1
    return spread


_PERIOD = re.compile(
    r"(?P<span>\D*?)\s*(?P<tail>(?:19|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?"
    r"(?:\s*(?:to|through|until|bis|à|au|al|a|até|t/m|–|-|—)\s*(?:19|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?)?)"
)


def without_lone_spans(names: Row) -> list[str]:
    """Names without words that stand above some of several periods, in columns that they may not be alone in.

    ``Actual 2003 to 2008 | 2008 to 2015 | Projected 2015 to 2021 | 2008 to 2021``: where the first ends and the second
    begins cannot be told, and a period says what it is without them.
    """
    parts = [_PERIOD.fullmatch(name) for name in names[1:]]
    found = [part for part in parts if part]
    spans = [part["span"].strip() for part in found]
    tails = [part["tail"] for part in found]
    if len(found) < len(parts) or len(parts) < 3 or all(spans) or len([*filter(None, spans)]) < 2:
        return list(names)
    return [names[0], *tails] if len(set(tails)) == len(tails) else list(names)


def unfolded(names: Row) -> list[str]:
    """Names of which some stand twice, told apart by what spans them, if the header's rows were run together.

    ``Total | Teachers Public | Private | Total | New hires Public | Private``: the two columns whose names differ say
    what their neighbours are about as well.
    """
    columns = list(names[1:])
    for parts in range(2, len(columns) // 2 + 1):
        period, rest = divmod(len(columns), parts)
        if rest or len(set(filter(None, columns))) == len(columns):
            continue
        groups = [columns[at * period : (at + 1) * period] for at in range(parts)]
        differing = [at for at in range(period) if len({group[at] for group in groups}) > 1]
        if len(differing) != 1:
            continue
        shared = _shared_end([group[differing[0]].split() for group in groups])
        spans = [" ".join(group[differing[0]].split()[:-shared]) for group in groups] if shared else []
        if not all(spans) or len(set(spans)) < parts:
            continue
        told = [
            name if at == differing[0] else f"{span} {name}".strip()
            for span, group in zip(spans, groups, strict=True)
            for at, name in enumerate(group)
        ]
        return [names[0], *told]
    return list(names)


def _shared_end(names: Sequence[list[str]]) -> int:
    """Returns the number of last words that all of them share."""
    ends = zip(*(reversed(words) for words in names), strict=False)
    return sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, ends))
