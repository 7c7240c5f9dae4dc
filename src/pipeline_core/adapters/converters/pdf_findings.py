"""What a reviewer is told about the pages of a PDF."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline_core.adapters.converters.pages import PageText
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.errors import NoTextError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted


def repaired(pages: int) -> Finding:
    return Finding(
        "repaired",
        Severity.WARNING,
        "document",
        f"The PDF is damaged or cut off. It was repaired and {counted(pages, 'page')} found; "
        "pages or text after the damage are probably lost. Compare it with the original.",
        {"pages_found": pages},
    )


@dataclass(frozen=True, slots=True)
class Advice:
    """What a reader of pages without text is told: what was tried, as a sentence or nothing, and what to do."""

    said: str
    action: str


def ocr_failed(languages: str) -> Advice:
    """``languages`` are those that OCR was tried with; empty: it is switched off."""
    if not languages:
        return Advice("", NoTextError.action)
    return Advice(
        f" OCR ({languages}) found no text in them.",
        "See whether they show text in one of these languages and whether the files in UPLOAD_PIPELINE_TESSDATA_PATH "
        "are whole (they come from github.com/tesseract-ocr/tessdata_fast), or scan the pages again, sharper.",
    )


def page_findings(
    pages: Sequence[PageText], scanned: Sequence[int], *, damaged: bool, ocr_languages: str = ""
) -> Iterable[Finding]:
    failed = [number for number, page in enumerate(pages, start=1) if page.outcome is PageOutcome.FAILED]
    if failed:
        cause = "the content is lost" if damaged else "the converter failed there"
        yield Finding(
            "page_failed",
            Severity.WARNING,
            "document",
            f"{_spoken(failed)} could not be read: {cause}. Save the PDF again where it was made.",
            {"pages": failed, "total": len(pages)},
        )
    if scanned:
        tried = ocr_failed(ocr_languages)
        yield Finding(
            "page_without_text",
            Severity.WARNING,
            "document",
            f"{_spoken(scanned)} of {len(pages)} without readable text, as images only: what is shown there is "
            f"not in the result.{tried.said} {tried.action}",
            {"pages": list(scanned), "total": len(pages)},
        )


def ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` as ``1-3,7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _spoken(numbers: Sequence[int]) -> str:
    return ("Page " if len(numbers) == 1 else "Pages ") + ranges(numbers).replace(",", ", ")
