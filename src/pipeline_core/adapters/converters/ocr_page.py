"""What scanned pages are read with, and what was made of one."""

from dataclasses import dataclass

from pipeline_core.domain.page_words import Run

ENGINE = "tesserocr"
INSTALL = "pip install 'document-pipeline[ocr]'"


@dataclass(frozen=True, slots=True)
class Ocr:
    """``folder`` has the data of ``languages``, tesseract's names joined with ``+``; both empty: nothing is read.

    ``why_off`` says then why, and what to do; ``most_pages`` of one document are read.
    """

    folder: str = ""
    languages: str = ""
    why_off: str = f"it is not installed ({INSTALL})"
    most_pages: int = 0

    @property
    def is_on(self) -> bool:
        return bool(self.languages)

    @property
    def version(self) -> str:
        """What another reading depends on; empty: nothing is read."""
        from importlib.metadata import version

        return f"{ENGINE}-{version(ENGINE)}+ocr-{self.languages}" if self.is_on else ""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """``doubt`` is the share of the page's words that the engine was unsure of, 0 to 1; ``words`` have their places."""

    markdown: str
    doubt: float
    words: tuple[Run, ...]
