"""From texts of single pages to one markdown with its page map."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.domain.documents import WHOLE, Page, PageMap, PageOutcome

SEPARATOR = "\n\n"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINE_END = re.compile("\r\n?")


@dataclass(frozen=True, slots=True)
class PageText:
    """Text read from one page, slide or sheet."""

    text: str
    outcome: PageOutcome = PageOutcome.TEXT
    ocr_doubt: float | None = None


def page_of(text: str | None) -> PageText:
    """A page with this text, which may be blank; None: it could not be read."""
    if text is None:
        return PageText("", PageOutcome.FAILED)
    return PageText(text, PageOutcome.TEXT if text else PageOutcome.BLANK)


def has_words(markdown: str) -> bool:
    """Return whether it has words other than the texts beside pictures."""
    return any(map(str.isalnum, _PICTURE.sub("", markdown)))


def storable(text: str) -> str:
    """The text with ``\\n`` line ends; NUL and lone surrogates, which PostgreSQL refuses, become U+FFFD."""
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    if text.isascii():
        return text.replace("\0", "\ufffd")
    return _UNSTORABLE.sub("\ufffd", text)


def assemble(pages: Sequence[PageText], unit: str) -> tuple[str, PageMap]:
    """Join the pages in order, a blank line between them.

    The spans tile the markdown: a page ends where the next begins, so the blank line after a page is that
    page's. A page without text has an empty span where it stood.
    """
    texts = [storable(page.text).strip("\n") for page in pages]
    last = max((index for index, text in enumerate(texts) if text), default=-1)
    parts, spans, at = [], [], 0
    for number, (page, text) in enumerate(zip(pages, texts, strict=True), start=1):
        if text and number <= last:
            text += SEPARATOR
        parts.append(text)
        spans.append(Page(number, at, at + len(text), page.outcome, page.ocr_doubt))
        at += len(text)
    return "".join(parts), PageMap(tuple(spans), unit)


def whole(markdown: str) -> PageMap:
    """The map of a document that has no pages."""
    return PageMap((Page(1, 0, len(markdown)),), WHOLE)


def all_blank(count: int) -> str:
    """Describe a file of blank pages only."""
    return "its only page is blank" if count == 1 else f"all of its {count:,} pages are blank"
