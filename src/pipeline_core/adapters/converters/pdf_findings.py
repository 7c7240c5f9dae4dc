"""Findings for reviewers about the pages of a PDF."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from pipeline_core.adapters.converters.hidden import shortened
from pipeline_core.adapters.converters.ocr_page import Ocr, ScannedPage
from pipeline_core.adapters.converters.pages import PageText
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.errors import NoTextError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.reasons import is_blank
from pipeline_core.domain.wording import counted, listed, runs

_NAMED = 8
_LONGEST = 200


def repaired(pages: int) -> Finding:
    return Finding(
        "repaired",
        Severity.WARNING,
        f"The PDF is damaged or cut off. It was repaired and {counted(pages, 'page')} found; "
        "pages or text after the damage are probably lost. Compare it with the original.",
        {"pages_found": pages},
    )


def ocr_failed(ocr: Ocr | None) -> tuple[str, str]:
    """Say if OCR was not there for pages without text, or found none, and what to do. None: another's has tried."""
    if ocr is None:
        return ("", NoTextError.action)
    if not ocr.is_on:
        return (f" They were not read by OCR: {ocr.why_off}.", NoTextError.action)
    return (
        f" OCR ({ocr.languages}) found no text in them.",
        "Check whether they show text in one of these languages and whether the files in "
        "UPLOAD_PIPELINE_TESSDATA_PATH are whole (they come from github.com/tesseract-ocr/tessdata_fast), or scan "
        "the pages again, sharper.",
    )


def page_findings(
    pages: Sequence[PageText], scanned: Sequence[int], *, damaged: bool, ocr: Ocr | None = None
) -> Iterable[Finding]:
    failed = [number for number, page in enumerate(pages, start=1) if page.outcome is PageOutcome.FAILED]
    if failed:
        cause = "the content is lost" if damaged else "the converter failed there"
        yield Finding(
            "page_failed",
            Severity.WARNING,
            f"{_spoken(failed)} could not be read: {cause}. Save the PDF again where it was made.",
            {"pages": failed, "total": len(pages)},
        )
    if scanned:
        tried, action = ocr_failed(ocr)
        yield Finding(
            "page_without_text",
            Severity.WARNING,
            f"{_spoken(scanned)} of {len(pages)} without readable text, as images only: what is shown there is "
            f"not in the result.{tried} {action}",
            {"pages": list(scanned), "total": len(pages)},
        )


def ocr_findings(
    taken: Mapping[int, ScannedPage], scanned: Collection[int], *, total: int, ocr: Ocr
) -> Iterable[Finding]:
    if taken:
        worst = max(taken, key=lambda number: taken[number].doubt)
        doubts = {str(number): scan.doubt for number, scan in sorted(taken.items())}
        yield Finding(
            "read_by_ocr",
            Severity.INFO,
            f"{_spoken(sorted(taken))} of {total} read by OCR ({ocr.languages}). "
            f"It doubted most words on page {worst}: {taken[worst].doubt:.0%}.",
            {"pages": sorted(taken), "total": total, "doubt": doubts},
        )
    if ocr.is_on and len(scanned) > ocr.most_pages:
        yield Finding(
            "too_many_scanned_pages",
            Severity.WARNING,
            f"{counted(len(scanned), 'page')} had to be read by OCR; the limit is {ocr.most_pages:,}, and those after "
            "it were not read. Split the document, or raise UPLOAD_PIPELINE_OCR_PAGES.",
            {"scanned": len(scanned), "limit": ocr.most_pages},
        )


def words_lost(page: int, words: Sequence[str]) -> Finding:
    shown = [word for word in words if any(char.isprintable() and not is_blank(char) for char in word)]
    named = f": {listed(shown, _NAMED)}" if shown else "; they are signs that cannot be shown here"
    return Finding(
        "text_missing_from_markdown",
        Severity.WARNING,
        f"Words of page {page} are not in the result, or not as they stand on the page{named}. "
        "Compare the page with the original.",
        {"page": page, "words": list(words[:100])},
        subject=f"page {page}",
    )


def comments_left_out(notes: Mapping[int, Sequence[str]]) -> Finding:
    """``notes`` are the comments on each page, by its number."""
    said = [f"page {number}: “{shortened(note, _LONGEST)}”" for number, texts in notes.items() for note in texts]
    return Finding(
        "comments_left_out",
        Severity.INFO,
        f"Comments are not part of the text and were left out: {listed(said)}.",
        {"comments": len(said)},
    )


def line_numbers_left_out(pages: Sequence[int]) -> Finding:
    return Finding(
        "line_numbers_left_out",
        Severity.INFO,
        f"The line numbers in the margin of {_spoken(pages).lower()} are not part of the text and were left out.",
        {"pages": list(pages)},
    )


def notes_not_read(pages: Sequence[int]) -> Finding:
    return Finding(
        "notes_not_read",
        Severity.WARNING,
        f"Form entries and notes on {_spoken(pages).lower()} are not in the result: the PDF is damaged there. "
        "Print it to a new PDF, or save it again where it was made, and upload that.",
        {"pages": list(pages)},
    )


def not_examined(pages: Collection[int], not_compared: Collection[int], total: int) -> Finding:
    """``pages`` were not looked at piece by piece; the words of those ``not_compared`` were not looked for."""
    said = []
    if pages:
        have, them = ("has", "it") if len(pages) == 1 else ("have", "them")
        said.append(
            f"{_spoken(sorted(pages))} of {total} {have} more on {them} than is looked at piece by piece: text on "
            f"{them} that nobody sees was not told apart, and raised digits and struck-out words are not marked."
        )
    if not_compared:
        have, them = ("has", "it") if len(not_compared) == 1 else ("have", "them")
        said.append(
            f"{_spoken(sorted(not_compared))} of {total} {have} more words than are looked for in the result: whether "
            f"all of them are there was not checked. Compare {them} with the original."
        )
    return Finding(
        "pages_not_examined",
        Severity.INFO,
        " ".join(said),
        {"pages": len({*pages, *not_compared}), "total": total},
    )


def ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` as ``1-3,7``."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs(numbers))


def _spoken(numbers: Sequence[int]) -> str:
    return ("Page " if len(numbers) == 1 else "Pages ") + ranges(numbers).replace(",", ", ")
