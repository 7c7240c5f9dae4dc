"""The reader of scanned pages, and its result for one page."""

from dataclasses import dataclass
from statistics import median

from pipeline_core.adapters.converters.boxes import Box
from pipeline_core.domain import page_words
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
        """Return what another reading depends on; empty: nothing is read."""
        from importlib.metadata import version

        return f"{ENGINE}-{version(ENGINE)}+ocr-{self.languages}" if self.is_on else ""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """``doubt`` is the share of the page's words that the engine was unsure of, 0 to 1; ``words`` have their places."""

    markdown: str
    doubt: float
    words: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, how sure the engine is of it (0 to 100), and its place in points from the page's top left corner."""

    text: str
    confidence: float
    box: page_words.Box


@dataclass(frozen=True, slots=True)
class Line:
    """Words side by side; ``paragraph`` numbers the engine's paragraphs."""

    words: tuple[Word, ...]
    paragraph: int

    @property
    def box(self) -> Box:
        return Box.around(word.box for word in self.words)

    @property
    def height(self) -> float:
        return median(word.box[3] - word.box[1] for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        letters = sum(len(word.text) for word in self.words)
        return sum(word.confidence * len(word.text) for word in self.words) / letters
