"""What a reviewer is told about the pages of a PDF."""

from collections.abc import Iterable, Sequence

from pipeline_core.adapters.converters.pages import PageText
from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.errors import NoTextError
from pipeline_core.domain.findings import Finding, Severity


def repaired(pages: int) -> Finding:
    return Finding(
        "repaired",
        Severity.WARNING,
        "document",
        f"The PDF is damaged or cut off. It was repaired and {pages} pages were found; "
        "pages or text after the damage are probably lost. Compare it with the original.",
        {"pages_found": pages},
    )


def page_findings(pages: Sequence[PageText], scanned: Sequence[int], *, damaged: bool) -> Iterable[Finding]:
    failed = [number for number, page in enumerate(pages, start=1) if page.outcome is PageOutcome.FAILED]
    if failed:
        cause = "their content is lost" if damaged else "the converter failed on them"
        yield Finding(
            "page_failed",
            Severity.WARNING,
            "document",
            f"Pages {_spoken(failed)} could not be read: {cause}. Save the PDF again where it was made.",
            {"pages": failed, "total": len(pages)},
        )
    if scanned:
        yield Finding(
            "page_without_text",
            Severity.WARNING,
            "document",
            f"Pages {_spoken(scanned)} of {len(pages)} are images without readable text: what they show is "
            f"not in the result. {NoTextError.action}",
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
    return ranges(numbers).replace(",", ", ")
