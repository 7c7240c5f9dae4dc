"""Inputs of a format's converter. Both are sent to worker processes: plain values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline_core.adapters.converters.ocr_page import Ocr, ScannedPage
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import TooManyPagesError
from pipeline_core.domain.filetypes import FileType


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its bytes, the name people know it by, and what it really is."""

    data: bytes
    filename: str
    kind: FileType


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """``scans`` are the pages that were read by OCR, as far as anything could be read; None: nobody has tried yet.

    ``keep_hidden``: what the file hides from its readers is converted as well.
    """

    max_pages: int
    ocr: Ocr = field(default_factory=Ocr)
    scans: Mapping[int, ScannedPage] | None = None
    keep_hidden: bool = False


def refuse_too_many(count: int, source: Source, options: ConvertOptions, pages: str = "pages") -> None:
    """Raise TooManyPagesError if the file has more than are read; ``pages`` is what they are called."""
    if count > options.max_pages:
        raise TooManyPagesError(f"{source.filename} has {count:,} {pages}; the limit is {options.max_pages:,}.")


class ScansFound(Exception):  # noqa: N818 - nothing is wrong: the pages are to be read, and the file converted again
    """Pages (``args[0]``, their numbers) show their text as pictures, and are to be read before the conversion."""

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(self.args[0])


Convert = Callable[[Source, ConvertOptions], Converted]
