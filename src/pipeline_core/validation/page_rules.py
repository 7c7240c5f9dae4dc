"""Rules over what the pages of the original show."""

from collections.abc import Iterator

from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted
from pipeline_core.validation.fact_rules import short
from pipeline_core.validation.subject import Subject


def read_with_doubt(subject: Subject) -> Iterator[Finding]:
    """A fact of a scanned page of whose words OCR was unsure: a letter or a digit of it may be another."""
    limit = subject.settings.validation_ocr_doubt
    for fact in subject.questions:
        doubts = [subject.page_map.ocr_doubt(span.char_from, span.char_to) for span in fact.evidence]
        doubt = max((one for one in doubts if one is not None), default=0.0)
        if doubt >= limit:
            yield Finding(
                "read_with_doubt",
                Severity.WARNING,
                f"OCR doubted {doubt:.0%} of the words around the fact {subject.where(fact)}. Compare it with the "
                f"original: “{short(fact.statement)}”",
                {"doubt": doubt, "limit": limit},
                subject=str(fact.question_id),
            )


def pages_without_text(subject: Subject) -> Iterator[Finding]:
    """So many pages are pictures that what would be published is hardly the document."""
    pages = subject.page_map.pages
    pictures = [page.number for page in pages if page.outcome is PageOutcome.IMAGE_ONLY]
    share = len(pictures) / len(pages) if pages else 0.0
    limit = subject.settings.validation_picture_pages_share
    if pictures and share >= limit:
        yield Finding(
            "pages_without_text",
            Severity.CRITICAL,
            f"From {len(pictures)} of {counted(len(pages), 'page')} no text could be read: there are only pictures, "
            "and nothing of them would be published. Install the extra that reads scans (pip install "
            "'document-pipeline[ocr]') or run the document through OCR, and upload it again; override if the "
            "pictures do not matter.",
            {"pages": pictures, "total": len(pages), "share": round(share, 4), "limit": limit},
            subject=f"page {pictures[0]}",
        )
