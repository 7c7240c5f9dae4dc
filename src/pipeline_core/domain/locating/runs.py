"""A quote in runs of letters: the longest that the page has first, then what is left of it, near what is placed.

The order of the runs does not count. So columns, cells and lines from right to left are found though the converter
read them in another order, and so is a text that it has repaired here and there.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline_core.domain.locating.letters import letters_of_quote, occurrences, words_of_quote
from pipeline_core.domain.locating.page_text import PageText, Span
from pipeline_core.domain.page_words import Box

SHORTEST = 5
"""Letters of a run that is looked for all over the page."""
_LONG = 12
"""Letters of a run that says by itself where it belongs."""
_MOST_SEEDS, _MOST_RUNS = 100, 1500
_FAR = 220.0
"""Points between lines: a run that is not long belongs to what is nearer."""
_BESIDE = 16.0
"""Points between lines: a short word belongs to what is nearer."""
_STRAY_ACROSS, _STRAY_DOWN = 40.0, 24.0
_STRAYS = 0.1


class Run(NamedTuple):
    """Letters that quote and page have in common: their number, and where they begin in each."""

    length: int
    quote: int
    page: int

    @property
    def span(self) -> Span:
        return Span(self.page, self.page + self.length)


@dataclass(slots=True)
class _Placed:
    """The runs that are placed, and what is still free of the quote and the page."""

    page: PageText
    wanted: bytearray
    shown: bytearray
    runs: list[Run] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)

    def put(self, run: Run) -> None:
        self.runs.append(run)
        self.wanted[run.quote : run.quote + run.length] = bytes(run.length)
        self.shown[run.page : run.page + run.length] = bytes(run.length)
        self.heights += [self.page.height_at(run.page), self.page.height_at(run.page + run.length - 1)]

    def distance(self, letter: int) -> float:
        height = self.page.height_at(letter)
        return min((abs(height - other) for other in self.heights), default=0.0)

    def free(self, run: Run, shortest: int) -> Iterator[Run]:
        """Yield the parts of the run that are still free on both sides."""
        at = 0
        while at < run.length:
            while at < run.length and not (self.wanted[run.quote + at] and self.shown[run.page + at]):
                at += 1
            start = at
            while at < run.length and self.wanted[run.quote + at] and self.shown[run.page + at]:
                at += 1
            if at - start >= shortest:
                yield Run(at - start, run.quote + start, run.page + start)


def in_runs(quote: str, page: PageText, near: float) -> list[Span]:
    """The spans of the page that say what the quote does, none of them twice; empty if it says nothing of it."""
    wanted = letters_of_quote(quote)
    if not wanted or not page.text:
        return []
    placed = _Placed(page, bytearray(b"\1" * len(wanted)), bytearray(b"\1" * len(page.text)))
    _place_runs(_common(wanted, page.text), placed, near)
    _place_words(quote, placed)
    return [run.span for run in _without_strays(placed.runs, page)]


def _common(wanted: str, text: str) -> list[Run]:
    """The runs that are in both and go on in neither direction, the longest ones."""
    places: dict[str, list[int]] = defaultdict(list)
    for at in range(len(text) - SHORTEST + 1):
        seeds = places[text[at : at + SHORTEST]]
        if len(seeds) < _MOST_SEEDS:
            seeds.append(at)
    runs: list[Run] = []
    for start in range(len(wanted) - SHORTEST + 1):
        for at in places.get(wanted[start : start + SHORTEST], ()):
            if start and at and wanted[start - 1] == text[at - 1]:
                continue  # a part of one that is found already
            runs.append(Run(_length(wanted, start, text, at), start, at))
    return sorted(runs, key=lambda run: -run.length)[:_MOST_RUNS]


def _length(wanted: str, start: int, text: str, at: int) -> int:
    length, most = SHORTEST, min(len(wanted) - start, len(text) - at)
    while length < most and wanted[start + length] == text[at + length]:
        length += 1
    return length


def _place_runs(runs: list[Run], placed: _Placed, near: float) -> None:
    while runs:
        longest = max(run.length for run in runs)
        among = [run for run in runs if run.length == longest]
        if placed.runs:
            best = min(among, key=lambda run: placed.distance(run.page))
        else:
            best = min(among, key=lambda run: abs(run.page - near))
        if longest >= _LONG or placed.distance(best.page) <= _FAR:
            placed.put(best)
        else:
            runs.remove(best)
        runs = [part for run in runs for part in placed.free(run, SHORTEST)]


def _place_words(quote: str, placed: _Placed) -> None:
    """Place what is left of the quote where a whole word of the page says it, in a line that is marked or beside it."""
    for word, at in words_of_quote(quote):
        if not all(placed.wanted[at : at + len(word)]):
            continue
        places = [
            start
            for start in occurrences(word, placed.page.text, most=_MOST_SEEDS)
            if all(placed.shown[start : start + len(word)]) and placed.page.has_word(Span(start, start + len(word)))
        ]
        if not places or (not placed.runs and len(places) > 1):
            continue
        best = min(places, key=placed.distance)
        if placed.distance(best) <= _BESIDE:
            placed.put(Run(len(word), at, best))


def _without_strays(runs: Sequence[Run], page: PageText) -> list[Run]:
    """The runs in order, without a few letters that stand apart from the long ones."""
    ordered = sorted(runs, key=lambda run: run.page)
    ends = [letter for run in runs if run.length >= _LONG for letter in (run.page, run.page + run.length - 1)]
    if not ends:
        return ordered
    lefts, tops, rights, bottoms = zip(*map(page.box_at, ends), strict=True)
    area: Box = (
        min(lefts) - _STRAY_ACROSS,
        min(tops) - _STRAY_DOWN,
        max(rights) + _STRAY_ACROSS,
        max(bottoms) + _STRAY_DOWN,
    )
    kept = [run for run in ordered if run.length >= _LONG or _holds(area, page.box_at(run.page))]
    lost = sum(run.length for run in ordered) - sum(run.length for run in kept)
    return kept if lost <= _STRAYS * sum(run.length for run in ordered) else ordered


def _holds(area: Box, box: Box) -> bool:
    return area[0] <= box[0] <= area[2] and area[1] <= box[1] <= area[3]
