"""Cleans converted markdown without losing the page that each character is on.

The work is done page by page, and within a page between code fences, which stay as they are.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise

from pipeline_core.domain.documents import PageMap
from pipeline_core.domain.fences import Fence, fences, spans_within
from pipeline_core.stages import running_lines
from pipeline_core.stages.cleaning_steps import STEPS, Context, keeps_hyphen
from pipeline_core.stages.cut_paragraphs import join_over_pages, prose_in_fences
from pipeline_core.stages.running_tails import cut_tails

MAX_PASSES = 10
"""One step can make work for another; two passes are the rule, and this bounds it."""


def clean(markdown: str, page_map: PageMap) -> tuple[str, PageMap, dict[str, int]]:
    """The cleaned markdown, its page map, and how many changes of each kind were made.

    The new spans tile the new markdown in the order of the pages: every character lies on the page that it
    came from. Cleaning again changes nothing more.
    """
    pages = _split(markdown, page_map)
    counts: Counter[str] = Counter()
    is_paged = page_map.unit == "page"
    if is_paged:
        pages = _without_fences_around_prose(pages, counts)
    for _ in range(MAX_PASSES):
        cleaned = _clean_once(pages, page_map, counts)
        if cleaned == pages:
            break
        pages = cleaned
    bounds = pairwise(accumulate(map(len, pages), initial=0))
    spans = (replace(page, char_from=at, char_to=to) for page, (at, to) in zip(page_map.pages, bounds, strict=False))
    return "".join(pages), replace(page_map, pages=tuple(spans)), dict(counts)


def _split(markdown: str, page_map: PageMap) -> list[str]:
    """Each page's text: from where it begins to where the next one does, so nothing falls between two."""
    starts = [0, *(page.char_from for page in page_map.pages[1:]), len(markdown)]
    return [markdown[start:end] for start, end in pairwise(starts)]


def _clean_once(pages: list[str], page_map: PageMap, counts: Counter[str]) -> list[str]:
    whole = "".join(pages)
    is_paged = page_map.unit == "page"
    parted = _parted(pages, _code(whole))
    running: frozenset[str] = frozenset()
    if is_paged:
        running = _drop_running_lines(parted, [page.number for page in page_map.pages], counts)
    context = Context(whole, is_paged, running)
    before = ""
    for parts in parted:
        for part in parts:
            if not part.is_code:
                part.text = _clean_prose(part.text, context, counts, before)
            before = part.text or before
    if is_paged:
        _join_pages(parted, context, counts)
    _trim_end(parted)
    return ["".join(part.text for part in parts) for parts in parted]


def _clean_prose(text: str, context: Context, counts: Counter[str], before: str) -> str:
    for name, step in STEPS:
        text, changes = step(text, context)
        if changes:
            counts[name] += changes
    # One blank line at most, counted across the boundary to what stands before.
    if text.startswith("\n") and (not before or before.endswith("\n")):
        allowed = "\n" if before and not before.endswith("\n\n") else ""
        text = allowed + text.lstrip("\n")
    return text


def _join_pages(parted: list[list["_Part"]], context: Context, counts: Counter[str]) -> None:
    """The last paragraph of a page goes on with the first of the next that has text, if it was cut there."""
    before: _Part | None = None
    for parts in parted:
        told = [part for part in parts if part.text.strip()]
        if not told:
            continue
        first = told[0]
        # without a line's end between them they are joined already
        parted_here = before is not None and (before.text.endswith("\n") or first.text.startswith("\n"))
        if before is not None and parted_here and not before.is_code and not first.is_code:
            keeps = partial(keeps_hyphen, context=context)
            whole = join_over_pages(before.text, first.text, keeps, context.running)
            if whole is not None:
                before.text, first.text = whole
                counts["cut_pages"] += 1
        before = told[-1]


def _without_fences_around_prose(pages: list[str], counts: Counter[str]) -> list[str]:
    """A line of a paragraph that has a word of code in it may have been taken for code as a whole."""
    whole = "".join(pages)
    if "```" not in whole:
        return pages
    bounds = [*accumulate(map(len, pages), initial=0)]
    texts = list(pages)
    for start, end, line in reversed(prose_in_fences(whole, _code(whole))):
        page = bisect_right(bounds, start) - 1
        if end <= bounds[page + 1]:
            at, to = start - bounds[page], end - bounds[page]
            texts[page] = f"{texts[page][:at]}{line}\n{texts[page][to:]}"
            counts["fences"] += 1
    return texts


def _trim_end(parted: list[list["_Part"]]) -> None:
    """The document ends with its last line; blank lines after it go."""
    for parts in reversed(parted):
        for part in reversed(parts):
            if part.is_code:
                return
            kept = part.text.rstrip(" \t\n")
            if kept:
                part.text = kept + ("\n" if "\n" in part.text[len(kept) :] else "")
                return
            part.text = ""


# --- code ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """A stretch of a page that is either code, to be left alone, or prose."""

    is_code: bool
    text: str


_FRONT_MATTER = re.compile(r"\A---\n[\w-]+:.*?^---[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)


def _code(text: str) -> list[Fence]:
    """Returns the code in the text: its fences. YAML front matter is code too."""
    front = _FRONT_MATTER.match(text)
    if front is None:
        return fences(text)
    behind = front.end()
    found = [replace(fence, start=fence.start + behind, end=fence.end + behind) for fence in fences(text[behind:])]
    return [Fence(0, behind, "", is_closed=True, is_inside=False), *found]


def _parted(pages: Sequence[str], code: Sequence[Fence]) -> list[list[_Part]]:
    """Each page's parts; a code block may go on over several pages."""
    parted, start = [], 0
    for text in pages:
        parts, at = [], 0
        for begin, end in spans_within(code, start, start + len(text)):
            parts += [_Part(False, text[at:begin]), _Part(True, text[begin:end])]
            at = end
        parted.append([*parts, _Part(False, text[at:])])
        start += len(text)
    return parted


# --- running headers and footers -------------------------------------------------------------------------

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def _drop_running_lines(parted: list[list[_Part]], numbers: Sequence[int], counts: Counter[str]) -> frozenset[str]:
    """Without running lines; those of which the first stayed."""
    if len(parted) < 2:
        return frozenset()
    lines = [[(part, line) for part in parts for line in _LINE.findall(part.text)] for parts in parted]
    shown = [[None if part.is_code else line for part, line in page] for page in lines]
    found = running_lines.find(shown, numbers)
    kept = {" ".join(lines[index][at][1].split()) for index, places in found.kept.items() for at in places}
    running = {index: found.dropped.get(index, set()) | found.kept.get(index, set()) for index in range(len(parted))}
    tails = cut_tails(shown, numbers, running)
    for index in sorted({*found.dropped, *(page for page, _ in tails)}):
        removed = found.dropped.get(index, set())
        counts["running_lines"] += len(removed)
        for part in parted[index]:
            part.text = ""
        for at, (part, line) in enumerate(lines[index]):
            if at not in removed:
                counts["running_lines"] += (index, at) in tails
                part.text += tails.get((index, at), line)
    return frozenset(kept)
