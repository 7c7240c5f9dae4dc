"""Running headers, footers and page numbers: lines that return at the edge of page after page."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

EDGE_LINES = 3
"""Maximum number of running lines at the top and at the bottom of a page."""

MAX_CHARACTERS = 300
"""A longer line is a paragraph."""

MIN_PAGES = 3
MIN_PAGES_BY_WORDS = ((8, MIN_PAGES), (4, 5))
"""For a number inside text: lines of so many words must return on so many pages. Shorter ones never count."""

_LONG = 8  # words: such a line may stand above a stamp or a mark of a draft

MIN_DENSITY = 0.4
"""On at least this share of the pages from its first to its last: left and right pages may differ."""

NUMBER = re.compile(r"(?<!\d)\d{1,6}(?!\d)")
WORD = re.compile(r"[^\W\d_]{2,}")
_PAGE = (
    r"(?:page|pages|pg\.?|p\.|seite|s\.|página|pág\.?|pagina|pag\.|sida|side|sivu|strona|str\.|strana|stránka|oldal"
    r"|halaman|hal\.|страница|стр\.|сторінка|σελίδα|σελ\.|sayfa|trang|الصفحة|صفحة|صفحه|第|ページ|페이지)"
)
_OF = r"(?:/|of\b|von\b|de\b|sur\b|di\b|z\b|ze\b|av\b|af\b|van\b|dari\b|из\b|з\b|από\b|من|از|共)"
# A page number stands alone, after a word for page, or apart from the text: "3", "Page 3 of 9", "Acme | 3".
_APART = "|·•–—"
_BEFORE = re.compile(rf"(?:^|\W){_PAGE}\s*$|[{_APART}]\s*$", re.IGNORECASE)
_AFTER = re.compile(rf"\s*(?:[\W_]*$|[{_APART}-]|{_OF}|[页頁](?:\W|$)|ページ|\(\d+\)\W*$)", re.IGNORECASE)
# in an annex each with its letter or number: "A-3"
_ONLY_NUMBER = re.compile(
    rf"[\W_]*(?:{_PAGE}\s*)?(?:(?:[A-Z]|\d{{1,2}})[-–])?\d+(?:\s*[页頁])?"
    rf"(?:\s*(?:{_OF}\s*\d+(?:\s*[页頁])?|\(\d+\)))?[\W_]*",
    re.IGNORECASE,
)
_ONLY_ROMAN = re.compile(rf"[\W_]*(?:{_PAGE}\s*)?(?P<roman>[ivxlc]{{1,7}})[\W_]*", re.IGNORECASE)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_LABEL = re.compile(r"[:：?？]\W*$")
_LABEL_WORDS = 4
_BRACKETED = re.compile(r"[*_ ]*[\[(（［].*[\])）］][*_ ]*")
_UNIT = re.compile(
    r"\b(?:in|en|em|i|w|v|в)\s+(?:\w+\s+){0,3}(?:thousands?|millions?|billions?|tausend|mio|mrd|tsd|teur|millionen|milliarden"
    r"|milliers|milliards|miles|millones|milhares|milhões|migliaia|milioni|miliardi|duizend(?:en)?|miljoen(?:en)?|tusen"
    r"|miljoner|tys|tysiącach|mln|milionach|тысячах|тыс|млн|percent|prozent|pour cent|€|\$|£|eur|usd|gbp|chf)\b"
    # a currency, a share, a unit, thousands as "'000", and figures that nobody has audited
    r"|[€$£¥%‰]|\b(?:eur|usd|gbp|chf|jpy|[kmgt]?wh|kg|km|ha|tonnes?|tonnen)\b|['’]000\b|\b1[., \u00a0]?000\b"
    r"|\b(?:units?|einheit|unité|unidade?|unità|eenheid|enhet|jednostka|satuan)\s*[:：]"
    r"|\b(?:un)?audited\b|\bun?geprüft\b|\bnon audité|\bno auditad|\bnão auditad"
    r"|单位|單位|単位|단위",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[*_ (\[]*(?:[†‡§¹²³]|(?:notes?|sources?|abbreviations?|legend|key|n\.?b|anmerkung(?:en)?|quellen?"
    r"|abkürzung(?:en)?|legende|remarques?|abréviations?|légende|notas?|fuentes?|abreviaturas?|leyenda|fontes?|abreviações|legenda|not[ae]|fonti"
    r"|abbreviazioni|bron|afkortingen|sumber|keterangan|catatan|источник|примечани[ея]|注|资料来源|数据来源)\s*[:：.])",
    re.IGNORECASE,
)
_PROTECTED = ("|", ">")  # a table's head returns on each of its pages, and belongs there


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the edge of a page: where it stands in the page's lines, and the page's number."""

    page: int
    line: int
    number: int
    text: str
    is_outermost: bool
    is_loose: bool
    """Set if it belongs to nothing beside it: no label of the text below, no unit of the table below."""


@dataclass(frozen=True, slots=True)
class Running:
    """Running lines by page index, as indices into the page's lines: those dropped and those kept."""

    dropped: dict[int, set[int]]
    kept: dict[int, set[int]]


def find(pages: Sequence[Sequence[str | None]], numbers: Sequence[int]) -> Running:
    """The running lines of the pages. A line of code is None.

    A line counts if the same text, but for a page number that grows with the pages, stands at the same edge
    of at least three pages that follow each other closely, or outermost on both pages of two. The first of each
    kind stays unless it is nothing but a page number, so no text disappears from the document. A page keeps at
    least one line.
    """
    found: dict[int, set[int]] = defaultdict(set)
    kept: dict[int, set[int]] = defaultdict(set)
    for at_top in (True, False):
        groups: dict[tuple[str, int], list[_Edge]] = defaultdict(list)
        for index, (lines, number) in enumerate(zip(pages, numbers, strict=True)):
            for edge in _edges(lines, index, number, at_top=at_top):
                for key in set(_keys(edge)):
                    groups[key].append(edge)
        for (_, min_pages), group in groups.items():
            if _is_running(group, min_pages) or _frames_both(group, min_pages, len(pages)):
                is_roman = len({edge.text for edge in group}) > 1 and _ONLY_ROMAN.fullmatch(group[0].text) is not None
                only_number = is_roman or _ONLY_NUMBER.fullmatch(group[0].text) is not None
                for edge in group if only_number else group[1:]:
                    found[edge.page].add(edge.line)
                kept[group[0].page].add(group[0].line)
    leaving_text = {
        page: lines
        for page, lines in found.items()
        if any(line is None or line.strip() for at, line in enumerate(pages[page]) if at not in lines)
    }
    return Running(leaving_text, kept)


def _edges(lines: Sequence[str | None], page: int, number: int, *, at_top: bool) -> Iterator[_Edge]:
    order = range(len(lines)) if at_top else range(len(lines) - 1, -1, -1)
    seen = 0
    for line in order:
        shown = lines[line]
        if shown is None:
            return
        text = " ".join(shown.split())
        if not text:
            continue
        if len(text) <= MAX_CHARACTERS and not text.startswith(_PROTECTED) and not _is_of_table(lines, line, text):
            yield _Edge(page, line, number, text, seen == 0, not _LABEL.search(text))
        seen += 1
        if seen == EDGE_LINES:
            return


def _is_of_table(lines: Sequence[str | None], line: int, text: str) -> bool:
    """Returns whether it is the unit of the table below ("[In thousands]", "(in Mio. €)"), or a note below a table."""
    preceding = next((shown for shown in reversed(lines[:line]) if shown is None or shown.strip()), None)
    if preceding is not None and preceding.lstrip().startswith("|") and _NOTE.match(text):
        return True
    following = next((shown for shown in lines[line + 1 :] if shown is None or shown.strip()), None)
    if following is None or not following.lstrip().startswith("|"):
        return False
    return _BRACKETED.fullmatch(text) is not None or _UNIT.search(text) is not None


def _keys(edge: _Edge) -> Iterator[tuple[str, int]]:
    """Yields the line's keys in common with similar lines on other pages, and the number of pages required for each.

    A page number is replaced by its distance from the page: the same wherever it grows with the pages. Where
    nothing but its growth tells it from any other number, the line must be long, outermost, and return more
    often. A heading with a number is a heading of its own: "# Section 3" at the top of page 3.
    """
    text = edge.text
    # below a line of its own, a short line or a heading that returns is a label of what follows
    is_short = text.startswith("#") or len(WORD.findall(text)) < _LABEL_WORDS
    if edge.is_loose and (edge.is_outermost or not is_short):
        yield text, MIN_PAGES
    if edge.is_outermost and (roman := _ONLY_ROMAN.fullmatch(text)):
        start, end = roman.span("roman")
        yield f"{text[:start]}\x00{_value(text[start:end]) - edge.number}\x00{text[end:]}", MIN_PAGES
    if text.startswith("#") and _ONLY_NUMBER.fullmatch(text) is None and "|" not in text:
        return
    numbers = list(NUMBER.finditer(text))
    if not numbers:
        return
    words = len(WORD.findall(text))
    min_pages = next((pages for at_least, pages in MIN_PAGES_BY_WORDS if words >= at_least), None)
    for match in numbers:
        if _is_set_apart(text, *match.span()):
            yield _without_number(edge, *match.span()), MIN_PAGES
        elif min_pages is not None and (edge.is_outermost or words >= _LONG):
            yield _without_number(edge, *match.span()), min_pages


def _value(roman: str) -> int:
    """Of a Roman number; of letters that are none, any."""
    values = [_ROMAN[letter] for letter in roman.lower()]
    return sum(-one if one < other else one for one, other in zip(values, [*values[1:], 0], strict=True))


def _is_set_apart(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 12) : start]
    begins = start < 12 and not any(map(str.isalnum, before))
    if _ONLY_NUMBER.fullmatch(text):
        return True
    if begins or _BEFORE.search(before):
        return _AFTER.match(text, end) is not None
    return False


def _without_number(edge: _Edge, start: int, end: int) -> str:
    distance = int(edge.text[start:end]) - edge.number
    return f"{edge.text[:start]}\x00{distance}\x00{edge.text[end:]}"


def _is_running(group: list[_Edge], min_pages: int) -> bool:
    pages = {edge.page for edge in group}
    return len(pages) >= min_pages and len(pages) >= MIN_DENSITY * (max(pages) - min(pages) + 1)


def _frames_both(group: list[_Edge], min_pages: int, pages: int) -> bool:
    """Returns whether a document of two pages has the line first, or last, on both."""
    return (
        pages == len(group) == len({edge.page for edge in group}) == 2
        and min_pages == MIN_PAGES
        and all(edge.is_outermost and not edge.text.startswith("#") for edge in group)
        # one word may as well head what follows
        and (len(group[0].text.split()) > 1 or _ONLY_NUMBER.fullmatch(group[0].text) is not None)
    )
