"""Rules over the converted text and its pages."""

from collections.abc import Iterator
from itertools import islice

from pipeline_core.domain.chunks import Chunk
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.fences import fences
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.reading_order import is_out_of_order
from pipeline_core.domain.unreadable import share_unreadable, unreadable
from pipeline_core.domain.wording import counted, ranges
from pipeline_core.validation.subject import Subject

_CAUSE = "its font or encoding does not say which letters they are"
_MOST_CHUNKS = 20
_MOST_PLACES = 5


def empty_text(subject: Subject) -> Iterator[Finding]:
    if not subject.markdown.strip():
        yield Finding(
            "empty_text",
            Severity.CRITICAL,
            "The document has no text after conversion.",
            {"characters": len(subject.markdown), "pages": subject.page_map.count},
        )


def garbled_text(subject: Subject) -> Iterator[Finding]:
    """Text that nobody can read: of a broken font or a wrong encoding, or bytes that are no text."""
    text, limit = subject.markdown, subject.settings.validation_garbled_share
    share = share_unreadable(text)
    if share and share >= limit:
        yield Finding(
            "garbled_text",
            Severity.CRITICAL,
            f"{share:.0%} of the characters cannot be read: {_CAUSE}. Save text as UTF-8; export a PDF again, or have "
            "it read by OCR.",
            {
                "unreadable": unreadable(text),
                "visible": sum(map(len, text.split())),
                "share": round(share, 4),
                "limit": limit,
            },
        )


def garbled_chunks(subject: Subject) -> Iterator[Finding]:
    """Chunks that nobody can read, in a document that can be read otherwise; and characters here and there."""
    limit = subject.settings.validation_garbled_share
    if share_unreadable(subject.markdown) >= limit:
        return
    found = [(row.chunk, count) for row in subject.chunks if (count := unreadable(row.chunk.text))]
    garbled = [(chunk, share) for chunk, _ in found if (share := share_unreadable(chunk.text)) >= limit]
    for chunk, share in garbled[:_MOST_CHUNKS]:
        yield Finding(
            "garbled_chunk",
            Severity.CRITICAL,
            f"{share:.0%} of the characters of a passage ({_place(subject, chunk)}) cannot be read: {_CAUSE}. "
            f"It begins: “{' '.join(chunk.text.split())[:80]}”",
            {"chunk": chunk.ordinal, "page": chunk.page_from, "share": round(share, 4), "limit": limit},
            subject=f"chunk {chunk.ordinal}",
        )
    if found and len(garbled) < len(found):
        count = sum(count for _, count in found)
        places = dict.fromkeys(_place(subject, chunk) for chunk, _ in found)
        yield Finding(
            "unreadable_characters",
            Severity.WARNING,
            f"{counted(count, 'character')} cannot be read ({'; '.join(islice(places, _MOST_PLACES))}): {_CAUSE}.",
            {"unreadable": count, "chunks": [chunk.ordinal for chunk, _ in found[:_MOST_CHUNKS]]},
        )


def words_out_of_order(subject: Subject) -> Iterator[Finding]:
    """Passages written from right to left whose letters the file has in the order of their drawing."""
    found = [row.chunk for row in subject.chunks if is_out_of_order(row.chunk.text)]
    if found:
        places = dict.fromkeys(_place(subject, chunk) for chunk in found)
        yield Finding(
            "words_out_of_order",
            Severity.WARNING,
            f"The words of {counted(len(found), 'passage')} came out of order "
            f"({'; '.join(islice(places, _MOST_PLACES))}): no facts were made from them. Upload the text in "
            "another format, or export the PDF again.",
            {"passages": len(found), "chunks": [chunk.ordinal for chunk in found[:_MOST_CHUNKS]]},
        )


def _place(subject: Subject, chunk: Chunk) -> str:
    page = subject.page_map.page_shown(chunk.char_from)
    if page is not None:
        return f"{subject.page_map.unit} {page}"
    return f"under “{' › '.join(chunk.heading_path)}”" if chunk.heading_path else "at the beginning"


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
                f"A code block that begins on {where} is never closed: “{beginning}”. Only the lines up to the first "
                "blank one were taken for code.",
                {"line": line, "page": page, "characters": fence.end - fence.start},
                subject="document" if page is None else where,
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
            f"The original has {counted(expected, subject.page_map.unit)}; {found:,} accounted for.",
            {"expected": expected, "found": found},
        )
    failed = [page.number for page in subject.page_map.pages if page.outcome is PageOutcome.FAILED]
    if failed:
        yield Finding(
            "pages_failed",
            Severity.CRITICAL,
            f"{len(failed)} of {counted(found, 'page')} could not be read: {ranges(failed)}.",
            {"pages": failed},
            subject=f"page {failed[0]}",
        )
