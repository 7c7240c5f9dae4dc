"""Rules over what the pages of the original show."""

from collections.abc import Iterator

from pipeline_core.domain.documents import PageOutcome
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.wording import counted
from pipeline_core.validation.subject import Subject


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
            f"page {pictures[0]}",
            f"From {len(pictures)} of {counted(len(pages), 'page')} no text could be read: there are only pictures, "
            "and nothing of them would be published. Run the document through OCR, or set "
            "UPLOAD_PIPELINE_TESSDATA_PATH, and upload it again; override if the pictures do not matter.",
            {"pages": pictures, "total": len(pages), "share": round(share, 4), "limit": limit},
        )
