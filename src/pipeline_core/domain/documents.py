"""Documents, their pages and the map from characters back to pages."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline_core.domain.findings import Finding
from pipeline_core.domain.ids import DocumentId, JobId, RealmId
from pipeline_core.domain.page_words import PageWords


class PageOutcome(StrEnum):
    """Outcome of a page: every page of the original has exactly one."""

    TEXT = "text"
    BLANK = "blank"
    IMAGE_ONLY = "image_only"
    FAILED = "failed"


WHOLE = "document"
"""The unit of a map of what has no pages: one span."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, slide or sheet. ``number`` counts from 1; ``[char_from, char_to)`` is its span of the markdown.

    ``ocr_doubt`` is the share of its words that OCR was unsure of, 0 to 1; None: it was not read by OCR.
    """

    number: int
    char_from: int
    char_to: int
    outcome: PageOutcome = PageOutcome.TEXT
    ocr_doubt: float | None = None


@dataclass(frozen=True, slots=True)
class PageMap:
    """The pages in order, their spans without overlap. ``unit`` says what a page is: page, slide, sheet, document."""

    pages: tuple[Page, ...]
    unit: str = "page"

    @property
    def count(self) -> int | None:
        """Returns the number of pages, slides or sheets; None where the original has none."""
        return None if self.unit == WHOLE else len(self.pages)

    def page_at(self, char: int) -> int:
        """The number of the page that the character is on (the last one that begins at or before it)."""
        starts = [page.char_from for page in self.pages]
        return self.pages[max(0, bisect_right(starts, char) - 1)].number

    def page_shown(self, char: int) -> int | None:
        """The page as a reader can look it up; None where the original has no pages, slides or sheets."""
        return None if self.unit == WHOLE else self.page_at(char)

    def span(self, char_from: int, char_to: int) -> tuple[int, int]:
        """First and last page number of the half-open character range."""
        return self.page_at(char_from), self.page_at(max(char_from, char_to - 1))

    def ocr_doubt(self, char_from: int, char_to: int) -> float | None:
        """The greatest doubt of the pages that the range is on; None: OCR read none of them."""
        first, last = self.span(char_from, char_to)
        doubts = [p.ocr_doubt for p in self.pages if first <= p.number <= last and p.ocr_doubt is not None]
        return max(doubts, default=None)

    def as_json(self) -> dict[str, Any]:
        rows = [
            [p.number, p.char_from, p.char_to, p.outcome.value, *([] if p.ocr_doubt is None else [p.ocr_doubt])]
            for p in self.pages
        ]
        return {"unit": self.unit, "pages": rows}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "PageMap":
        pages = tuple(
            Page(number, start, end, PageOutcome(o), *doubt) for number, start, end, o, *doubt in value["pages"]
        )
        return cls(pages, value["unit"])


@dataclass(frozen=True, slots=True)
class Converted:
    """Result of a converter: markdown with ``\\n`` line ends and no NUL, its page map, and the converter's notes."""

    markdown: str
    page_map: PageMap
    converter: str
    findings: tuple[Finding, ...] = ()
    total: int | None = None
    """Pages that the original itself says it has, counted apart from the map; None where it has no pages."""
    title: str | None = None
    """The title that the file declares, beside its text."""
    page_words: PageWords | None = None
    """Words of each page with their positions; None where the original has no such pages or they were not read."""


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a document: a URI, and the document's name there."""

    uri: str
    document_id: DocumentId
    filename: str

    @classmethod
    def of_upload(cls, document_id: DocumentId, filename: str) -> "Source":
        """An upload is a source of its own, which can hold no other content."""
        return cls(f"upload:{document_id}/{filename}", document_id, filename)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as stages see it: identity and references, never contents."""

    document_id: DocumentId
    realm_id: RealmId
    job_id: JobId
    filename: str
    mime: str
    bytes_len: int
    file_sha256: str
    raw_path: str

    @property
    def stored_name(self) -> str:
        """The name under which it was taken in first."""
        return self.raw_path.rpartition("/")[2]
