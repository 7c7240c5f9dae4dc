"""Rules over the converted text and its pages."""

import re
import unicodedata
from collections.abc import Iterator

from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.fences import fences
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted
from pipeline_core.validation.subject import Subject

_GLYPH_CODES = re.compile(r"\(cid:\d+\)|/uni[0-9A-F]{4}|&#x?[0-9a-fA-F]+;")
_FEW = 10
"""Fewer on one page are signs of one kind that its font has no letters for."""
_UNREADABLE = frozenset({"Cc", "Co", "Cs", "Cn"})


def empty_text(subject: Subject) -> Iterator[Finding]:
    if not subject.markdown.strip():
        yield Finding(
            "empty_text",
            Severity.CRITICAL,
            "document",
            "The document has no text after conversion.",
            {"characters": len(subject.markdown), "pages": len(subject.page_map.pages)},
        )


def garbled_text(subject: Subject) -> Iterator[Finding]:
    """Replacement, private-use and control characters, and glyph codes that a broken font map left.

    A document is judged as a whole, and one that is not garbled as a whole page by page.
    """
    limit = subject.settings.validation_garbled_share
    text = subject.markdown
    unreadable, visible = _unreadable(text)
    if visible and unreadable / visible >= limit:
        yield _garbled(f"{unreadable / visible:.0%} of the characters", "document", unreadable, visible, limit)
        return
    if not unreadable:
        return
    for page in subject.page_map.pages:
        unreadable, visible = _unreadable(text[page.char_from : page.char_to])
        if unreadable >= _FEW and unreadable / visible >= limit:
            unit = f"{subject.page_map.unit} {page.number}"
            yield _garbled(f"{unreadable / visible:.0%} of the characters of {unit}", unit, unreadable, visible, limit)


def _unreadable(text: str) -> tuple[int, int]:
    """How many characters are unreadable, and how many there are that are no spaces."""
    suspects = [c for c in set(text) if c == "�" or (unicodedata.category(c) in _UNREADABLE and not c.isspace())]
    codes = sum(map(len, _GLYPH_CODES.findall(text)))
    return sum(map(text.count, suspects)) + codes, sum(map(len, text.split()))


def _garbled(what: str, where: str, unreadable: int, visible: int, limit: float) -> Finding:
    return Finding(
        "garbled_text",
        Severity.CRITICAL,
        where,
        f"{what} are unreadable: the document's fonts do not say what their letters are, or the file is damaged. "
        "Export it again, or have it read by OCR.",
        {"unreadable": unreadable, "visible": visible, "share": round(unreadable / visible, 4), "limit": limit},
    )


def code_not_closed(subject: Subject) -> Iterator[Finding]:
    """A code block that is opened and never closed: how much of the text was meant as code cannot be told."""
    for fence in fences(subject.markdown):
        if not fence.is_closed and not fence.is_inside:
            line = subject.markdown.count("\n", 0, fence.start) + 1
            page = subject.page_map.page_shown(fence.start)
            where = f"line {line}" if page is None else f"{subject.page_map.unit} {page}"
            beginning = subject.markdown[fence.start : fence.start + 60].strip()
            yield Finding(
                "code_not_closed",
                Severity.WARNING,
                "document" if page is None else where,
                f"A code block that begins on {where} is never closed: “{beginning}”. Only the lines up to the first "
                "blank one were taken for code.",
                {"line": line, "page": page, "characters": fence.end - fence.start},
            )


def pages_lost(subject: Subject) -> Iterator[Finding]:
    """Pages in are pages accounted for: none missing after conversion, none that failed."""
    expected, found = subject.conversion.get("pages", 0), len(subject.page_map.pages)
    if expected != found:
        yield Finding(
            "pages_lost",
            Severity.CRITICAL,
            "document",
            f"The original has {counted(expected, subject.page_map.unit)}; {found:,} accounted for.",
            {"expected": expected, "found": found},
        )
    failed = [page.number for page in subject.page_map.pages if page.outcome is PageOutcome.FAILED]
    if failed:
        yield Finding(
            "pages_failed",
            Severity.CRITICAL,
            f"page {failed[0]}",
            f"{len(failed)} of {counted(found, 'page')} could not be read: {', '.join(map(str, failed[:20]))}.",
            {"pages": failed},
        )
