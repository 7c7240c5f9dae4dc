"""The local converter: no key, no network; native code runs in processes that can be killed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from pipeline_core.adapters.converters import worker
from pipeline_core.adapters.converters.declared import titled
from pipeline_core.adapters.converters.formats import BY_MIME
from pipeline_core.adapters.converters.ocr import read_pages
from pipeline_core.adapters.converters.ocr_data import find_ocr
from pipeline_core.adapters.converters.ocr_page import ScannedPage
from pipeline_core.adapters.converters.pdf_file import count_pages
from pipeline_core.adapters.converters.polyglot import other_document
from pipeline_core.adapters.converters.pool import Limits, WorkerPool
from pipeline_core.adapters.converters.source import Convert, ConvertOptions, ScansFound, Source
from pipeline_core.domain import filetypes
from pipeline_core.domain.documents import Converted
from pipeline_core.domain.errors import ConversionCrashedError, ConversionTimeoutError
from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.harmless_links import without_active_links
from pipeline_core.settings import Settings

T = TypeVar("T")
_LIBRARIES = ("liteparse", "pypdfium2", "xberg", "selectolax", "xlfmt", "xlrd")
"""Other versions of these may give other markdown."""
REVISION = 17
"""Raise it whenever the same bytes may give other markdown."""


class LocalConverter:
    """Converts every format of ``formats.FORMATS``. Worker processes start with the first that needs one."""

    name = "local"

    def __init__(self, settings: Settings):
        """Raises ConfigurationError if the OCR folder has no tesseract data, or nothing is installed to use it."""
        from importlib.metadata import version

        self.ocr = find_ocr(settings)
        self._options = ConvertOptions(max_pages=settings.max_pages, ocr=self.ocr, keep_hidden=settings.keep_hidden)
        self._pool = WorkerPool(
            settings.convert_workers, Limits(settings.convert_memory_mb, settings.convert_timeout_s)
        )
        parts = [str(REVISION), *(f"{library}-{version(library)}" for library in _LIBRARIES)]
        self.version = "+".join([*parts, self.ocr.version] if self.ocr.is_on else parts)

    def convert(self, data: bytes, *, filename: str, mime: str) -> Converted:
        """Convert the file by what it is; ``mime`` only says which kind of text a text is.

        Raises:
            DocumentError: the file itself is at fault; the class says how.
            LedgerError: pages went missing.
        """
        kind = filetypes.detect(data, filename)
        declared = filetypes.BY_MIME.get(mime.partition(";")[0].strip().lower())
        if declared is not None and declared.is_text and kind.is_text:
            kind = declared
        row = BY_MIME[kind.mime]
        source = Source(data, filename, kind)
        run = self._isolated if row.isolated else self._here
        work = partial(_harmless, row.convert)
        try:
            converted = run(work, source, self._options)
        except ScansFound as found:
            scans = read_scans(lambda work: run(work, source, self._options), found.pages[: self.ocr.most_pages])
            converted = run(work, source, replace(self._options, scans=scans))
        return replace(converted, findings=(*_oddities(source), *converted.findings))

    def count_pages(self, data: bytes, filename: str) -> int:
        """Count the pages of a PDF, where nothing in it can do harm.

        Raises:
            DocumentError: they cannot be counted, or there are too many.
        """
        return self._isolated(count_pages, Source(data, filename, filetypes.PDF), self._options)

    @staticmethod
    def _here(work: Callable[[Source, ConvertOptions], T], source: Source, options: ConvertOptions) -> T:
        return work(source, options)

    def _isolated(self, work: Callable[[Source, ConvertOptions], T], source: Source, options: ConvertOptions) -> T:
        try:
            return self._pool.call(worker.run, work, source, options)
        except (ConversionTimeoutError, ConversionCrashedError) as error:
            raise type(error)(error.message, where=source.filename) from None

    def close(self) -> None:
        """End the worker processes. The converter cannot be used again."""
        self._pool.close()


def _harmless(convert: Convert, source: Source, options: ConvertOptions) -> Converted:
    return without_active_links(titled(convert, source, options))


def _oddities(source: Source) -> Iterator[Finding]:
    """The findings about a file that is not, or not only, what its name says."""
    if filetypes.is_mislabelled(source.filename, source.kind):
        yield Finding(
            "mislabelled",
            Severity.INFO,
            f"{source.filename} is not what its name says: it was converted as {source.kind.label} "
            f"({source.kind.mime}).",
            {"mime": source.kind.mime},
        )
    if (another := other_document(source.data, source.kind)) is not None:
        yield Finding(
            "polyglot",
            Severity.WARNING,
            f"{source.filename} is two files in one: only the {source.kind.label} was read, not the {another} beside "
            "it. If that matters, upload the two by themselves.",
            {"mime": source.kind.mime, "another": another},
        )


_BATCH = 4
"""Pages a call: of one that takes too long, or too much memory, only so many are read again."""
_MOST_FAILED = 3
"""Pages that may fail alone: after that the file is taken to be made so that it cannot be read."""

Work = Callable[[Source, ConvertOptions], Mapping[int, ScannedPage]]


def read_scans(run: Callable[[Work], Mapping[int, ScannedPage]], numbers: Sequence[int]) -> dict[int, ScannedPage]:
    """Read the pages, as far as it goes. ``run`` does one call where it can be killed."""
    read: dict[int, ScannedPage] = {}
    waiting = [numbers[at : at + _BATCH] for at in range(0, len(numbers), _BATCH)]
    failed = 0
    while waiting and failed < _MOST_FAILED:
        batch = waiting.pop(0)
        try:
            read |= run(partial(read_pages, batch))
        except (ConversionTimeoutError, ConversionCrashedError):
            if len(batch) == 1:
                failed += 1
            else:
                waiting[:0] = [[number] for number in batch]
    return read
