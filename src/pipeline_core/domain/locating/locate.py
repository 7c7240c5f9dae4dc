"""The place of a quote on its page, by the strictest way that finds it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline_core.domain.locating.boxes import marked_boxes
from pipeline_core.domain.locating.letters import letters_of_quote, occurrences, parts_of_quote
from pipeline_core.domain.locating.page_text import PageText, Span
from pipeline_core.domain.locating.parts import in_parts
from pipeline_core.domain.locating.runs import in_runs
from pipeline_core.domain.page_words import Box

LEAST_COVERAGE = 0.85
"""Share of a quote's letters that must be on the page: with less, the place is not known."""
_SURE = 0.95
_MOST_LETTERS = 6_000
_MOST_PLACES = 1_000
_SHORTEST_HALF = 4
"""Letters of a quote on each of two pages that it runs over."""
_GIVE_BACK = 24
"""Letters at the end of a page that may look like the quote's next ones, and are a footer."""


class How(StrEnum):
    """Way in which a quote was found, the strictest first: in one piece; over the end of its page, in one piece on
    each; in its cells, lines and sentences; in runs of letters, in whatever order."""

    WHOLE = "whole"
    OVER_PAGES = "over_pages"
    PARTS = "parts"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Hint:
    """The place that a quote has in the markdown of its page.

    ``nth`` of ``of`` equal texts it is, from 0; ``share`` is how far down the page it begins, 0 to 1.
    """

    nth: int = 0
    of: int = 0
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Located:
    """The boxes of a quote by page, in points from the page's upper left corner.

    ``coverage`` is the share of its letters that they mark.
    """

    how: How
    coverage: float
    boxes: Mapping[int, tuple[Box, ...]]


Pages = Mapping[int, PageText]


def hint_of(markdown: str, start: int, quote: str, *, page: tuple[int, int]) -> Hint:
    """The hint for a quote that begins at ``start`` of the markdown; ``page`` is the range of its page there."""
    first, last = page
    if not first <= start < last:
        return Hint()
    wanted, before = letters_of_quote(quote), letters_of_quote(markdown[first:start])
    whole = letters_of_quote(markdown[first : max(last, start + len(quote))])
    if not wanted:
        return Hint()
    places = occurrences(wanted, whole, most=_MOST_PLACES)
    return Hint(sum(at < len(before) for at in places), len(places), (start - first) / (last - first))


def locate(quote: str, page: int, pages: Pages, hint: Hint = Hint()) -> Located | None:
    """The place of a quote that begins on this page, and may go on on the next; None where it is not known.

    ``pages`` has both as far as there are any. Text that the converter took for a part of this page and that stands on
    the next alone is found there.
    """
    wanted = letters_of_quote(quote)[:_MOST_LETTERS]
    if not wanted:
        return None
    here, there = pages.get(page), pages.get(page + 1)
    if here is not None and (place := _whole(wanted, here, hint)) is not None:
        return _located(How.WHOLE, wanted, {page: (here, [place])})
    if here is not None and there is not None and (halves := _over_pages(wanted, here, there)):
        return _located(How.OVER_PAGES, wanted, {page: (here, [halves[0]]), page + 1: (there, [halves[1]])})
    if there is not None and (place := _whole(wanted, there, Hint(share=0.0))) is not None:
        return _located(How.WHOLE, wanted, {page + 1: (there, [place])})
    best: Located | None = None
    for number, text, share in ((page, here, hint.share), (page + 1, there, 0.0)):
        if text is not None and (best is None or best.coverage < LEAST_COVERAGE):
            found = _in_pieces(quote, wanted, number, text, share)
            best = max(filter(None, (best, found)), key=lambda one: one.coverage, default=None)
    return best if best is not None and best.coverage >= LEAST_COVERAGE else None


def locate_in_any(quote: str, page: int, sources: Iterable[Pages], hint: Hint = Hint()) -> Located | None:
    """The place of a quote in the first of several readings of the same pages that has it.

    What is found there in runs, and not all of it, gives way to a reading that has it in one piece.
    """
    best: Located | None = None
    for pages in sources:
        found = locate(quote, page, pages, hint)
        if found is not None and (best is None or found.how is How.WHOLE):
            best = found
        if best is not None and best.coverage >= _SURE:
            break
    return best


def _whole(wanted: str, page: PageText, hint: Hint) -> Span | None:
    places = occurrences(wanted, page.text, most=_MOST_PLACES)
    if not places:
        return None
    if len(places) == hint.of and hint.nth < len(places):
        at = places[hint.nth]
    else:
        words = [at for at in places if page.has_word(Span(at, at + len(wanted)))]
        at = min(words or places, key=lambda one: abs(one - hint.share * len(page.text)))
    return Span(at, at + len(wanted))


def _over_pages(wanted: str, here: PageText, there: PageText) -> tuple[Span, Span] | None:
    """The longest beginning that ends one page, and the rest, which begins the next."""
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted[:middle] in here.text else (low, middle - 1)
    for cut in range(low, max(_SHORTEST_HALF, low - _GIVE_BACK) - 1, -1):
        rest = wanted[cut:]
        if len(rest) < _SHORTEST_HALF:
            continue
        first, second = here.text.rfind(wanted[:cut]), there.text.find(rest)
        if second >= 0 and 2 * first >= len(here.text) and 2 * second <= len(there.text):
            return Span(first, first + cut), Span(second, second + len(rest))
    return None


def _in_pieces(quote: str, wanted: str, number: int, page: PageText, share: float) -> Located | None:
    near = share * len(page.text)
    found = _located(How.PARTS, wanted, {number: (page, in_parts(parts_of_quote(quote), page, near))})
    if found and found.coverage >= _SURE:
        return found
    other = _located(How.RUNS, wanted, {number: (page, in_runs(quote, page, near))})
    return max(filter(None, (found, other)), key=lambda one: one.coverage, default=None)


def _located(how: How, wanted: str, places: Mapping[int, tuple[PageText, Sequence[Span]]]) -> Located | None:
    length = sum(span.end - span.start for _, spans in places.values() for span in spans)
    boxes = {number: marked_boxes(page, sorted(spans)) for number, (page, spans) in places.items()}
    if not any(boxes.values()):
        return None
    return Located(how, min(1.0, length / len(wanted)), boxes)
