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
_UNREADABLE = frozenset({"Cc", "Co", "Cs", "Cn"})


def empty_text(subject: Subject) -> Iterator[Finding]:
    if not subject.markdown.strip():
        yield Finding(
            "empty_text",
            Severity.CRITICAL,
            "document",
            "The document has no text after conversion.",
            {"characters": len(subject.markdown), "pages": subject.page_map.count},
        )


def garbled_text(subject: Subject) -> Iterator[Finding]:
    """Replacement, private-use and control characters, and glyph codes that a broken font map left."""
    text = subject.markdown
    visible = sum(map(len, text.split()))
    if not visible:
        return
    codes = _GLYPH_CODES.findall(text)
    suspects = [c for c in set(text) if c == "�" or (unicodedata.category(c) in _UNREADABLE and not c.isspace())]
    unreadable = sum(map(text.count, suspects)) + sum(map(len, codes))
    share = unreadable / visible
    if share >= subject.settings.validation_garbled_share:
        yield Finding(
            "garbled_text",
            Severity.CRITICAL,
            "document",
            f"{share:.0%} of the characters are unreadable: the document's fonts do not say what their letters are. "
            "Export it again, or have it read by OCR.",
            {
                "unreadable": unreadable,
                "visible": visible,
                "share": round(share, 4),
                "limit": subject.settings.validation_garbled_share,
            },
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
    found = len(subject.page_map.pages)
    # none of what has no pages
    expected = subject.conversion.get("pages", 0)
    if expected is not None and expected != found:
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
