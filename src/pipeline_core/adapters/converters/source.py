"""What a format's converter is given. Both are sent to worker processes: plain values only."""

from dataclasses import dataclass

from pipeline_core.domain.filetypes import FileType


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its bytes, the name people know it by, and what it really is."""

    data: bytes
    filename: str
    kind: FileType


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """``ocr_languages`` are tesseract's names joined with ``+``; empty without ``tessdata_path``: no OCR.

    ``keep_hidden``: what the file hides from its readers is converted as well.
    """

    max_pages: int
    tessdata_path: str | None = None
    ocr_languages: str = ""
    keep_hidden: bool = False
