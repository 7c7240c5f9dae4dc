"""Running lines that a converter has read into the paragraph above or below them: they stand in mid-sentence.

What a page's own header or footer says is known from the pages that have it on a line of its own. One without the
page's number may be words of the paragraph as well, and stays.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from pipeline_core.stages.running_lines import MIN_PAGES, NUMBER, WORD

_LEAST_WORDS = 3
"""Fewer may be words of the paragraph itself."""

Parts = tuple[str, int, str]
"""Text before a running line's page number, the number's distance from the page's, and the text after it."""


def cut_tails(
    pages: Sequence[Sequence[str | None]], numbers: Sequence[int], running: Mapping[int, Set[int]]
) -> dict[tuple[int, int], str]:
    """The paragraphs at a page's edge that a running line stands in, by page and line, without it.

    Args:
        pages: the lines of each page; None is a line of code.
        numbers: the number of each page.
        running: index of the page -> indices of its running lines.
    """
    known = _known(pages, numbers, running)
    cut: dict[tuple[int, int], str] = {}
    for index, (lines, number) in enumerate(zip(pages, numbers, strict=True)):
        told = [at for at, line in enumerate(lines) if line and line.strip() and at not in running.get(index, ())]
        for before, distance, behind in known if told else ():
            said = f"{before}{number + distance}{behind}"
            first, last = cut.get((index, told[0]), lines[told[0]]), cut.get((index, told[-1]), lines[told[-1]])
            if last and last.rstrip().endswith(f" {said}") and not last.lstrip().startswith(("#", "|")):
                end = last[len(last.rstrip()) :]
                cut[index, told[-1]] = f"{last.rstrip().removesuffix(said).rstrip()}{end}"
            elif first and first.startswith(f"{said} ") and not first.startswith(("#", "|")):
                cut[index, told[0]] = first.removeprefix(said).lstrip()
    return cut


def _known(
    pages: Sequence[Sequence[str | None]], numbers: Sequence[int], running: Mapping[int, Set[int]]
) -> list[Parts]:
    """The running lines that return often enough and have enough words to be known within a paragraph."""
    seen: dict[Parts, set[int]] = defaultdict(set)
    for index, places in running.items():
        for at in places:
            line = pages[index][at]
            for parts in _parts(" ".join((line or "").split()), numbers[index]):
                seen[parts].add(index)
    return [parts for parts, where in seen.items() if len(where) >= MIN_PAGES]


def _parts(text: str, number: int) -> Iterator[Parts]:
    if len(WORD.findall(text)) < _LEAST_WORDS or text.startswith("#"):
        return
    for match in NUMBER.finditer(text):
        yield text[: match.start()], int(match[0]) - number, text[match.end() :]
